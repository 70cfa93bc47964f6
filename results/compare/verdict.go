package compare

import (
	"fmt"
	"math"
	"strconv"

	"github.com/aclements/go-moremath/stats"

	"tollgate/pricing"
)

// power is the chance with which the recommended number of blocks decides.
const power = 0.80

// mostBlocks is the largest number of blocks that is computed.
const mostBlocks = 100_000

// blocksFor returns how many blocks decide, at a level, about an effect that
// varies by spread between blocks: until it is distinguished from none, or shown
// to lie within the margin, whichever takes fewer.
func blocksFor(spread, effect, margin, level float64) int {
	half := max(math.Abs(effect), margin-math.Abs(effect))
	if half <= 0 || spread <= 0 {
		return MinBlocks
	}
	widths := (stats.StdNormal.InvCDF(1-level/2) + stats.StdNormal.InvCDF(power)) * spread / half
	return int(max(MinBlocks, min(mostBlocks, math.Ceil(widths*widths))))
}

// A pendingEffect waits for the rest of its family.
type pendingEffect struct {
	trait
	estimate
	pair, index int // of its Effect
	tested      bool
	ofRuns      bool                    // the interval holds the variation between runs
	freedom     float64                 // of the variation between runs
	share       float64                 // of the level, in a run that went on until it was decided
	dominated   bool                    // more of it is the generator's than a target's, on one side
	floor       float64                 // possible error of a share, see floorOf
	needs       func(level float64) int // blocks, to decide at a level
	followed    func() int              // the same, if more and more blocks are looked at; nil: not known
}

// inner is the margin on the scale of the differences.
func (t trait) inner() float64 {
	if t.scale == Ratio {
		return math.Log1p(t.margin)
	}
	return t.margin
}

// onScale turns a difference into what the effect shows. Two shares differ by no more than
// all of one, whatever the width of an interval.
func (e *Effect) onScale(x float64) *float64 {
	if e.Scale == Ratio {
		x = math.Exp(x)
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil
	}
	if e.Scale == Difference { // of two shares
		x = max(-1, min(x, 1))
	}
	return &x
}

// settle gives every effect its verdict, now that the family is known.
func (c *Comparison) settle(pending []*pendingEffect) {
	var tested []*pendingEffect
	var ps []float64
	for _, pe := range pending {
		if pe.tested {
			tested, ps = append(tested, pe), append(ps, pe.p)
		}
	}
	adjusted := holm(ps)
	if c.Decide != nil {
		adjusted = divided(tested)
	}
	for i, p := range adjusted {
		c.Pairs[tested[i].pair].Effects[tested[i].index].Adjusted = ptr(p)
	}
	for _, pe := range pending {
		e := &c.Pairs[pe.pair].Effects[pe.index]
		if c.unfit != "" {
			e.Verdict, e.Words, e.Why = Inconclusive, "inconclusive", c.unfit
			continue
		}
		pe.decide(e, c.Level, max(1, len(tested)), c.extent)
	}
}

// decide finds the verdict. Equivalent comes first: a certain difference may be too small to matter.
func (pe *pendingEffect) decide(e *Effect, level float64, family int, x extent) {
	e.Verdict = Inconclusive
	distinct := pe.low > 0 || pe.high < 0
	switch {
	case !pe.tested && e.Why == "":
		e.Why = e.tooFew() + pe.remedy(e, x)
	case !pe.tested:
	case pe.equivalent() && pe.dominated:
		e.Why = mostlyGenerator + ", and would hide a difference"
	case pe.equivalent():
		e.Verdict, e.Words = Equivalent, "equivalent within "+amount(e.Scale, e.Margin)
		return
	case *e.Adjusted <= level && distinct:
		e.Verdict, e.Words = Better, pe.better
		if (pe.at < 0) == pe.more {
			e.Verdict, e.Words = Worse, pe.worse
		}
		return
	case *e.P <= level && distinct:
		e.Why = fmt.Sprintf("on its own the difference would be significant, but it is one of %d metrics", family)
	case pe.floor > pe.inner():
		e.Why = "too few requests to exclude " + amount(e.Scale, e.Margin)
	case pe.ofRuns:
		e.Why = "runs vary by more than this difference"
	default:
		e.Why = "blocks vary by more than this difference"
	}
	e.Words = "inconclusive"
	if e.Estimate == nil || pe.needs == nil || pe.dominated && pe.equivalent() {
		return
	}
	e.More = max(1, pe.needs(level/float64(family))-e.Blocks)
	if pe.followed != nil && x.continues(e) {
		e.More = max(1, pe.followed()-e.Blocks)
	}
	e.Words += x.advise(e)
}

// equivalent says whether the whole interval lies within the margin.
func (pe *pendingEffect) equivalent() bool {
	return math.Abs(pe.low) <= pe.inner() && math.Abs(pe.high) <= pe.inner()
}

// remedy says what gives an effect an interval that has none in any block.
func (pe *pendingEffect) remedy(e *Effect, x extent) string {
	if e.Blocks > 0 || e.Base == nil || e.Head == nil {
		return ""
	}
	return x.denser(pe.trait)
}

// tooFew says why an effect has no interval.
func (e *Effect) tooFew() string {
	switch {
	case e.Blocks == 0 && (e.Base == nil || e.Head == nil) && e.Metric == Dollars:
		return "one of the two has no cost by block: it has no bill, or holds connections, which are counted for the whole run"
	case e.Blocks == 0 && (e.Base == nil || e.Head == nil):
		return "one of the two has no value: too few good responses"
	case e.Blocks == 0:
		return "no block has enough requests for it"
	}
	t, _ := traitOf(e.Metric)
	return fmt.Sprintf("both have enough requests in %s; a verdict needs %d", pricing.Counted(e.Blocks, "block"), t.fewest())
}

// amount prints a margin: 3 %, or 0.1 points.
func amount(s Scale, x float64) string {
	text := strconv.FormatFloat(math.Round(x*1e4)/100, 'f', -1, 64)
	if s == Difference {
		return text + " points"
	}
	return text + " %"
}
