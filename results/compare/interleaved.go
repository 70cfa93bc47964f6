package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// MinBlocks is the number of blocks from which there is a verdict, and fewestCosts that
// from which there is one about costs.
const (
	MinBlocks   = results.FewestBlocks
	fewestCosts = 2
)

// DefaultLevel is the chance of any wrong verdict that a comparison accepts.
const DefaultLevel = 0.05

// Options are the settings of a comparison. The zero value has the defaults.
type Options struct {
	Base string // the target that the others are compared with; "": the first

	// Price returns the cost of a million requests like those of one target in
	// one block; nil: not known.
	Price func(part *results.Run, target uint16) (usd float64, ok bool)

	withoutRatios bool // of quantiles, nor differences in ms: no verdict depends on them
}

// Targets compares the targets of one run over its interleaved blocks.
func Targets(run *results.Run, o Options) (*Comparison, error) {
	all, releases := doubtedSlotsOf(run, o.Price), releasesOf(run)
	if len(all) < 2 && len(releases) == 0 {
		return nil, fmt.Errorf("the run has %s, and a comparison needs two: name two in one scenario, or compare two runs", pricing.Counted(len(all), "target"))
	}
	base := 0
	if o.Base != "" {
		if base = slices.IndexFunc(all, func(t slots) bool { return t.name == o.Base }); base < 0 {
			var names []string
			for _, t := range all {
				names = append(names, t.name)
			}
			return nil, fmt.Errorf("the run has no target %q to compare with: it has %s", o.Base, strings.Join(names, ", "))
		}
	}
	c := &Comparison{
		Version: Version, Design: Interleaved, Runs: []string{run.Document.ID}, Seed: run.Document.Seed,
		Level: DefaultLevel, Pairs: []Pair{}, Notes: notesOn(run), unfit: unfit(&run.Document), extent: extentOf(&run.Document),
		Decide: run.Document.Decide,
	}
	var pending []*pendingEffect
	add := func(base, head *slots, stream int) {
		p, effects := pairOf(base, head, c, &o, uint64(stream))
		c.Blocks = max(c.Blocks, len(base.shared(head)))
		c.Pairs = append(c.Pairs, p)
		pending = append(pending, effects...)
	}
	for i := range all {
		if i != base {
			add(&all[base], &all[i], i)
		}
	}
	for i, of := range releases {
		if c.Decide == nil || len(all) < 2 { // a run of several targets goes on until these are decided
			add(&of.base, &of.canary, len(all)+i)
			c.Notes = append(c.Notes, of.notes...)
		}
	}
	c.settle(pending)
	if o.Price != nil {
		c.Notes = append(c.Notes, unpricedBlocks(&run.Document)...)
	}
	c.Notes = append(append(c.Notes, targetProtocols(&run.Document, base)...), c.shortfalls(pending)...)
	return c, nil
}

// shortfalls say what the run has too few blocks for, and how it gets more.
func (c *Comparison) shortfalls(pending []*pendingEffect) (notes []string) {
	if what := c.goesOn(); what != "" {
		notes = append(notes, fmt.Sprintf("to go on: tollgate run SCENARIO --continue %s --decide %s, where SCENARIO is the file that ran", c.extent.run, what))
	}
	if c.Blocks < MinBlocks {
		what := "a verdict"
		if slices.ContainsFunc(pending, func(pe *pendingEffect) bool { return pe.tested }) {
			what = "a verdict about anything but costs"
		}
		notes = append(notes, fmt.Sprintf("the run has %s, and %s needs %d: set blocks in the scenario, and let a stage last at least a second for each", pricing.Counted(c.Blocks, "block"), what, MinBlocks))
	}
	return notes
}

// notesOn says what about the run itself casts doubt on a comparison.
func notesOn(run *results.Run) []string {
	notes := append(targetNotes(run.Document.Models(), run.Document.Unverified()), run.Document.UnequalLoads()...)
	switch {
	case run.Document.Verdict == results.Invalid:
		notes = append(notes, "the run is invalid, so nothing follows from this comparison: "+strings.Join(run.Document.Reasons, "; "))
	case run.Document.State != results.Finished:
		notes = append(notes, fmt.Sprintf("the run is %s: only the recorded part is compared", run.Document.State))
	}
	if text := run.Document.BothSorts(); text != "" {
		notes = append(notes, text)
	}
	return notes
}

// unpricedBlocks names the targets with a bill that no block has a part of: connections of
// messages are counted for a whole run.
func unpricedBlocks(doc *results.Document) []string {
	var names []string
	for _, t := range doc.Targets {
		if t.Sockets != nil && t.Bill != nil {
			names = append(names, t.Name)
		}
	}
	if len(names) == 0 || len(doc.Targets) == 1 {
		return nil
	}
	return []string{fmt.Sprintf("costs of %s are not compared over blocks, since its connections are counted for the whole run: the monthly bills have them", strings.Join(names, ", "))}
}

// targetNotes say which targets were models of the lab, and which were not verified; never
// nil.
func targetNotes(models, unverified []string) []string {
	notes := []string{}
	for _, text := range []string{results.ModelsText(models), results.UnverifiedText(unverified)} {
		if text != "" {
			notes = append(notes, text)
		}
	}
	return notes
}

// pairOf compares head with base. What it returns has no verdicts yet.
func pairOf(base, head *slots, c *Comparison, o *Options, stream uint64) (Pair, []*pendingEffect) {
	p := Pair{Base: base.name, Head: head.name, Effects: []Effect{}, QuantileRatios: []QuantileRatio{}}
	blocks := base.shared(head)
	b, h := base.over(blocks), head.over(blocks)
	var pending []*pendingEffect
	for i, t := range traits {
		if t.clock == results.FirstByte && !base.spread && !head.spread {
			continue
		}
		t, level := c.asks(t)
		chance := rand.New(rand.NewPCG(c.Seed, stream<<16|uint64(i)))
		sides := sidesOf(t, base, head, blocks)
		xs := sides.differences()
		e := Effect{Metric: t.metric, Unit: t.unit, Scale: t.scale, Margin: t.margin, Blocks: len(xs), Base: b.value(t.metric), Head: h.value(t.metric)}
		if len(xs) == 0 && e.Base == nil && e.Head == nil {
			continue
		}
		pe := &pendingEffect{trait: t, pair: len(c.Pairs), index: len(p.Effects), share: level / c.Level, dominated: base.dominated[t.metric] || head.dominated[t.metric]}
		if c.Decide == nil {
			pe.share = askedShare / float64(2*max(1, c.extent.targets-1)) // if two metrics are asked for, as usual
		}
		if c.Decide != nil {
			pe.follow(&e, xs, sides.floor, level)
		} else {
			pe.measure(&e, xs, sides.floor, level, chance)
		}
		e.TypicalBase, e.TypicalHead = sides.typical()
		if c.Decide == nil && c.unfit == "" && !pe.dominated && !o.withoutRatios {
			e.Added = sides.added()
		}
		p.Effects = append(p.Effects, e)
		pending = append(pending, pe)
	}
	if !o.withoutRatios {
		p.QuantileRatios = quantileRatios(base, head, blocks, c.Decide != nil, rand.New(rand.NewPCG(c.Seed, stream<<16|0xffff)))
	}
	return p, pending
}

// floorOf is the share of n requests that may fail in truth though none of them
// did: 3.7 of n (e^-3.7 is 2.5 %).
func floorOf(n int64) float64 { return -math.Log(0.025) / float64(n) }

// measure estimates one effect from its differences.
func (pe *pendingEffect) measure(e *Effect, xs []float64, floor, level float64, chance *rand.Rand) {
	if len(xs) == 0 {
		return
	}
	pe.needs = func(float64) int { return pe.fewest() }
	if len(xs) == 1 {
		e.Estimate = e.onScale(xs[0])
		return
	}
	switch {
	case pe.scale == Difference:
		pe.estimate = flipped(xs, level, resamplesOf(len(xs)), chance)
		pe.low, pe.high = min(pe.low, pe.at-floor), max(pe.high, pe.at+floor)
	case len(xs) < MinBlocks:
		pe.estimate = ofFew(xs, level)
	default:
		pe.estimate = studentised(xs, level, pe.trim, resamplesOf(len(xs)), chance)
	}
	e.Estimate = e.onScale(pe.at)
	if len(xs) < pe.fewest() {
		return
	}
	pe.tested, pe.floor = true, floor
	e.Low, e.High, e.P = e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
	n := float64(len(xs))
	whole := int(math.Ceil(n * floor / pe.inner()))
	pe.needs = func(level float64) int { return max(whole, blocksFor(pe.se*math.Sqrt(n), pe.at, pe.inner(), level)) }
	pe.followed = func() int {
		return blocksFollowed(pe.se*math.Sqrt(n), pe.at, pe.inner(), pe.share*level)
	}
}

func ptr(x float64) *float64 { return &x }
