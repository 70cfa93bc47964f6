package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aclements/go-moremath/stats"

	"tollgate/pricing"
	"tollgate/results"
)

// askedShare is the share of the level that the effects which a run has to decide have
// together; the others have the rest.
const askedShare = 0.8

// asks returns a metric as a run asks about it: with the margin that was asked for, and
// with the part of the level that each effect on it has. Without such a question that is
// all of it, and the family is taken care of by Holm's adjustment.
func (c *Comparison) asks(t trait) (trait, float64) {
	if c.Decide == nil {
		return t, c.Level
	}
	heads, asked := float64(max(1, c.extent.targets-1)), float64(len(c.Decide.Metrics))
	if !slices.Contains(c.Decide.Metrics, string(t.metric)) {
		return t, c.Level * (1 - askedShare) / (heads * (float64(len(traits)) - asked))
	}
	t.margin, t.asked = c.Decide.Margin, true
	return t, c.Level * askedShare / (heads * asked)
}

// divided adjusts each probability by the effect's share of the level (Bonferroni's
// inequality with weights). Holm's steps would let the decision on one metric change
// the interval of another.
func divided(tested []*pendingEffect) (adjusted []float64) {
	for _, pe := range tested {
		adjusted = append(adjusted, min(1, pe.p/pe.share))
	}
	return adjusted
}

// follow estimates an effect of a run whose length depends on its results: the interval
// holds for all numbers of blocks together.
func (pe *pendingEffect) follow(e *Effect, xs []float64, floor, level float64) {
	e.Asked = pe.asked
	if len(xs) == 0 {
		return
	}
	n := float64(len(xs))
	pe.needs = func(float64) int { return MinBlocks }
	if len(xs) == 1 {
		e.Estimate = e.onScale(xs[0])
		return
	}
	ok := len(xs) >= MinBlocks
	switch {
	case pe.trim:
		var decisive bool
		if pe.estimate, decisive = followedLocation(xs, level, pe.trim); ok && !decisive {
			e.Why, ok = "too few blocks to exclude any difference", false
		}
	default:
		pe.estimate = asymptotic(xs, level)
		if pe.scale == Difference { // each sign could have been the other, see flipped
			pe.p = newGame(xs).p()
			pe.low, pe.high = min(pe.low, pe.at-floor), max(pe.high, pe.at+floor)
		}
	}
	e.Estimate = e.onScale(pe.at)
	whole := int(math.Ceil(n * floor / pe.inner()))
	pe.followed = func() int {
		return max(whole, blocksFollowed(pe.se*math.Sqrt(n), pe.at, pe.inner(), level))
	}
	pe.needs = func(float64) int { return pe.followed() }
	if !ok {
		return
	}
	pe.tested, pe.floor = true, floor
	e.Low, e.High, e.P = e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
}

// followedLocation is the trimmed mean of xs with its confidence sequence; false: there
// are too few of them to exclude anything.
func followedLocation(xs []float64, level float64, trimmed bool) (estimate, bool) {
	l, g := locate(slices.Sorted(slices.Values(xs)), nil, trims(len(xs), trimmed)), newGame(xs)
	low, high, ok := g.interval(level)
	return estimate{at: l.mean, low: min(low, l.mean), high: max(high, l.mean), se: l.se, p: g.p()}, ok && len(xs) >= MinBlocks
}

// blocksFollowed is about how many blocks decide with a probability of 80 %, if they are
// looked at all the time: those after which the gain of a bet on the difference, about
// n·(half ÷ spread)² ÷ 2, reaches the logarithm of 2 ÷ level, and what the mixture of
// bets and the clipping cost.
func blocksFollowed(spread, effect, margin, level float64) int {
	const mixed = 2.5
	inside, half := margin-math.Abs(effect), math.Abs(effect)
	late := stats.StdNormal.InvCDF(power)
	if inside > half {
		half, late = inside, stats.StdNormal.InvCDF((1+power)/2) // both ends have to be inside
	}
	if half <= 0 || spread <= 0 {
		return MinBlocks
	}
	widths := (math.Sqrt(2*(math.Log(2/level)+mixed)) + late) * spread / half
	return int(max(MinBlocks, min(mostBlocks, math.Ceil(widths*widths))))
}

// NextLook is how many blocks a run has at its next look, after one at so many. A look
// costs a second of rest, and what it finds is late by an eighth at most. Any other
// schedule would hold as well.
func NextLook(blocks int) int { return max(MinBlocks, blocks+max(2, blocks/8)) }

// Look lists what a run has not decided with the blocks so far.
func Look(run *results.Run) ([]string, error) {
	c, err := Targets(run, Options{withoutRatios: true})
	if err != nil {
		return nil, err
	}
	return c.Undecided(), nil
}

// Conclusion says whether a run that went on until it was decided is decided; "" for other
// runs.
func (c *Comparison) Conclusion() string {
	d := c.Decide
	if d == nil {
		return ""
	}
	const rate = "; the chance of any wrong verdict is 5 %, however often one looks"
	asked := fmt.Sprintf("%s within %s", strings.Join(d.Metrics, ", "), Percent(d.Margin))
	after := pricing.Counted(c.Blocks, "block")
	if len(d.Looks) > 1 {
		after += fmt.Sprintf(" and %d looks", len(d.Looks))
	}
	open := c.Undecided()
	if len(open) == 0 {
		return fmt.Sprintf("decided after %s (asked: %s)%s", after, asked, rate)
	}
	limit := ""
	if c.Blocks >= d.Most {
		limit = ", the most in " + d.Limit
	}
	return fmt.Sprintf("not decided after %s%s: %s (asked: %s)%s", after, limit, strings.Join(open, ", "), asked, rate)
}

// Undecided lists what the run was to decide and has not, as "p99 of head".
func (c *Comparison) Undecided() []string {
	all := []string{}
	for i := range c.Pairs {
		for _, m := range c.Decide.Metrics {
			if e := c.Pairs[i].Effect(Metric(m)); e == nil || e.Verdict == Inconclusive {
				all = append(all, m+" of "+c.Pairs[i].Head)
			}
		}
	}
	return all
}
