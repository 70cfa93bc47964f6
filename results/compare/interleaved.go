package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"tollgate/results"
)

// MinBlocks is the number of blocks from which there is a verdict.
const MinBlocks = 10

// DefaultLevel is the chance of any wrong verdict that a comparison accepts.
const DefaultLevel = 0.05

// Options say how to compare. The zero value serves.
type Options struct {
	Base  string  // the target that the others are set against; "": the first
	Level float64 // chance of any wrong "better" or "worse"; 0: DefaultLevel

	// Price returns what a million requests like those of one target in one
	// block cost; nil: nobody knows.
	Price func(part *results.Run, target uint16) (usd float64, ok bool)

	bandless bool // leave out what is shown and not judged
}

func (o *Options) level() float64 {
	if o.Level > 0 {
		return o.Level
	}
	return DefaultLevel
}

// Targets compares the targets of one run over its interleaved blocks.
func Targets(run *results.Run, o Options) (*Comparison, error) {
	all := turnsOf(run, &o)
	if len(all) < 2 {
		return nil, fmt.Errorf("the run has %d target, and it takes two to compare: name two in one scenario, or compare two runs", len(all))
	}
	base := 0
	if o.Base != "" {
		base = slices.IndexFunc(all, func(t turns) bool { return t.name == o.Base })
		if base < 0 {
			return nil, fmt.Errorf("the run has no target %q to compare with: it has %s", o.Base, namesOf(all))
		}
	}
	c := &Comparison{
		Version: Version, Design: Interleaved, Runs: []string{run.Document.ID}, Seed: run.Document.Seed,
		Level: o.level(), Pairs: []Pair{}, Notes: notesOn(run), invalid: run.Document.Verdict == results.Invalid,
	}
	var pending []*pendingEffect
	for i := range all {
		if i == base {
			continue
		}
		p, effects := pairOf(&all[base], &all[i], c, &o, uint64(i))
		c.Blocks = max(c.Blocks, len(all[base].shared(&all[i])))
		c.Pairs = append(c.Pairs, p)
		pending = append(pending, effects...)
	}
	c.settle(pending)
	if c.Blocks < MinBlocks {
		c.Notes = append(c.Notes, fmt.Sprintf("%s in the run; a verdict takes %d: set blocks in the scenario, and let a stage last for at least a second of each", counted(c.Blocks, "block"), MinBlocks))
	}
	return c, nil
}

func namesOf(all []turns) string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.name
	}
	return strings.Join(names, ", ")
}

// notesOn says what about the run itself casts doubt on a comparison.
func notesOn(run *results.Run) []string {
	notes := []string{}
	switch {
	case run.Document.Verdict == results.Invalid:
		notes = append(notes, "the run is invalid, so nothing follows from this comparison: "+strings.Join(run.Document.Reasons, "; "))
	case run.Document.State != results.Finished:
		notes = append(notes, fmt.Sprintf("the run is %s: only what was recorded of it is compared", run.Document.State))
	}
	return notes
}

// A pendingEffect waits for the rest of its family.
type pendingEffect struct {
	trait
	estimate
	pair, index int // where its Effect stands
	judged      bool
	floor       float64                 // by how much a share may be off, see differences
	needs       func(level float64) int // blocks, to decide at a level
}

// pairOf sets head against base. What it returns still lacks verdicts.
func pairOf(base, head *turns, c *Comparison, o *Options, stream uint64) (Pair, []*pendingEffect) {
	p := Pair{Base: base.name, Head: head.name, Effects: []Effect{}, Bands: []Band{}}
	blocks := base.shared(head)
	b, h := base.over(blocks), head.over(blocks)
	var pending []*pendingEffect
	for i, t := range traits {
		chance := rand.New(rand.NewPCG(c.Seed, stream<<16|uint64(i)))
		xs, floor := differences(t, base, head, blocks)
		e := Effect{Metric: t.metric, Unit: t.unit, Scale: t.scale, Margin: t.margin, Blocks: len(xs), Base: b.value(t.metric), Head: h.value(t.metric)}
		if len(xs) == 0 && e.Base == nil && e.Head == nil {
			continue
		}
		pe := &pendingEffect{trait: t, pair: len(c.Pairs), index: len(p.Effects)}
		pe.measure(&e, xs, floor, c.Level, chance)
		p.Effects = append(p.Effects, e)
		pending = append(pending, pe)
	}
	if !o.bandless {
		p.Bands = bands(base, head, blocks, rand.New(rand.NewPCG(c.Seed, stream<<16|0xffff)))
	}
	return p, pending
}

func (t *turn) value(m Metric) *float64 {
	if v, ok := t.values[m]; ok {
		return &v
	}
	return nil
}

// differences returns, for each block in which both have the metric, the
// logarithm of head ÷ base, or head − base. The floor is by how much a share
// may be off because requests are whole: with none failed of n, 3.7 of n may
// still fail in truth (e^-3.7 is 2.5 %).
func differences(t trait, base, head *turns, blocks []uint32) (xs []float64, floor float64) {
	var n int64
	for _, block := range blocks {
		b, okB := base.blocks[block].values[t.metric]
		h, okH := head.blocks[block].values[t.metric]
		if !okB || !okH {
			continue
		}
		if t.scale == Difference {
			n += min(base.blocks[block].requests, head.blocks[block].requests)
			xs = append(xs, h-b)
		} else if b > 0 && h > 0 {
			xs = append(xs, math.Log(h/b))
		}
	}
	if n > 0 {
		floor = -math.Log(0.025) / float64(n)
	}
	return xs, floor
}

// measure fills in what one effect comes to by itself.
func (pe *pendingEffect) measure(e *Effect, xs []float64, floor, level float64, chance *rand.Rand) {
	if len(xs) < 2 {
		if len(xs) == 1 {
			e.Estimate = e.onScale(xs[0])
			pe.needs = func(float64) int { return MinBlocks }
		}
		return
	}
	if pe.scale == Difference {
		pe.estimate = flipped(xs, level, resamplesOf(len(xs)), chance)
		pe.low, pe.high = min(pe.low, pe.at-floor), max(pe.high, pe.at+floor)
	} else {
		pe.estimate = studentised(xs, level, pe.trim, resamplesOf(len(xs)), chance)
	}
	e.Estimate = e.onScale(pe.at)
	if len(xs) < MinBlocks {
		pe.needs = func(float64) int { return MinBlocks }
		return
	}
	pe.judged, pe.floor = true, floor
	e.Low, e.High, e.P = e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
	n := float64(len(xs))
	spread := pe.se * math.Sqrt(n)
	whole := int(math.Ceil(n * floor / pe.inner()))
	pe.needs = func(level float64) int { return max(whole, blocksFor(spread, pe.at, pe.inner(), level)) }
}

// inner is the margin on the scale of the differences.
func (t trait) inner() float64 {
	if t.scale == Ratio {
		return math.Log1p(t.margin)
	}
	return t.margin
}

// onScale turns a difference into what the effect shows.
func (e *Effect) onScale(x float64) *float64 {
	if e.Scale == Ratio {
		x = math.Exp(x)
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return nil
	}
	return &x
}

func ptr(x float64) *float64 { return &x }

// counted spells a number of things.
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
