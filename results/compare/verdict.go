package compare

import (
	"fmt"
	"math"
	"strconv"
)

// power is the chance with which the blocks that are asked for decide.
const power = 0.80

// mostBlocks is the largest number of blocks that anybody is asked for.
const mostBlocks = 100_000

// blocksFor returns how many blocks decide, at a level, about an effect that
// varies by spread from block to block: until it is told apart from none, or
// shown to lie within the margin, whichever takes fewer.
func blocksFor(spread, effect, margin, level float64) int {
	half := max(math.Abs(effect), margin-math.Abs(effect))
	if half <= 0 || spread <= 0 {
		return MinBlocks
	}
	widths := (normalQuantile(1-level/2) + normalQuantile(power)) * spread / half
	return int(max(MinBlocks, min(mostBlocks, math.Ceil(widths*widths))))
}

// settle gives every effect its verdict, now that the family is known.
func (c *Comparison) settle(pending []*pendingEffect) {
	var judged []*pendingEffect
	var ps []float64
	for _, pe := range pending {
		if pe.judged {
			judged, ps = append(judged, pe), append(ps, pe.p)
		}
	}
	adjusted := holm(ps)
	for i, pe := range judged {
		c.Pairs[pe.pair].Effects[pe.index].Adjusted = ptr(adjusted[i])
	}
	for _, pe := range pending {
		e := &c.Pairs[pe.pair].Effects[pe.index]
		if c.invalid {
			e.Verdict, e.Words, e.Why = Inconclusive, "inconclusive", "what was measured is not the targets: the run is invalid"
			continue
		}
		pe.decide(e, c.Level, max(1, len(judged)))
	}
}

// decide finds the verdict. That nothing of importance can be different is said
// before that something is: a difference of a tenth of a percent may be certain.
func (pe *pendingEffect) decide(e *Effect, level float64, family int) {
	e.Verdict = Inconclusive
	apart := pe.low > 0 || pe.high < 0
	switch {
	case !pe.judged && e.Why == "":
		e.Why = e.tooFew()
	case !pe.judged:
	case math.Abs(pe.low) <= pe.inner() && math.Abs(pe.high) <= pe.inner():
		e.Verdict, e.Words = Equivalent, "equivalent within "+amount(e.Scale, e.Margin)
		return
	case *e.Adjusted <= level && apart:
		e.Verdict, e.Words = Better, pe.better
		if (pe.at < 0) == pe.more {
			e.Verdict, e.Words = Worse, pe.worse
		}
		return
	case *e.P <= level && apart:
		e.Why = fmt.Sprintf("alone it would be told apart, but it is one of %d metrics", family)
	case pe.floor > pe.inner():
		e.Why = "too few requests to exclude " + amount(e.Scale, e.Margin)
	case e.Nights > 0:
		e.Why = "nights vary by more than this difference"
	default:
		e.Why = "blocks vary by more than this difference"
	}
	if e.Estimate == nil || pe.needs == nil {
		e.Words = "inconclusive"
		return
	}
	e.More = max(1, pe.needs(level/float64(family))-e.Blocks)
	e.Words = "inconclusive, run about " + counted(e.More, "more block")
	if e.More >= mostBlocks {
		e.Words = fmt.Sprintf("inconclusive, and %d more blocks would not decide it", mostBlocks)
	}
}

// tooFew says why an effect has no interval.
func (e *Effect) tooFew() string {
	switch {
	case e.Blocks == 0 && (e.Base == nil || e.Head == nil):
		return "one of the two has no value: too few good responses"
	case e.Blocks == 0:
		return "no block has enough requests for it"
	}
	return fmt.Sprintf("%s of both have it; a verdict takes %d", counted(e.Blocks, "block"), MinBlocks)
}

// amount spells a margin: 3 %, or 0.1 points.
func amount(s Scale, x float64) string {
	text := strconv.FormatFloat(math.Round(x*1e4)/100, 'f', -1, 64)
	if s == Difference {
		return text + " points"
	}
	return text + " %"
}
