package compare

import (
	"time"

	"tollgate/results"
)

// ProbeDrift is what the findings of [Drift] call themselves.
const ProbeDrift = "drift"

// driftMargins are the metrics whose drift is judged, and by how much they may
// change in a stage and still have stayed the same. Those of latencies are wider
// than between targets: two targets share the minute, two quarters do not.
var driftMargins = []struct {
	metric Metric
	margin float64
}{{P50, 0.05}, {P90, 0.05}, {P99, 0.10}, {ErrorShare, 0.001}}

// Drift says of every target, in every stage whose load is the same from its
// beginning to its end, whether its last quarter was worse than its first. All
// metrics of all of them are one family: the chance of any wrong verdict is that
// of a comparison, DefaultLevel.
func Drift(run *results.Run, steady func(stage int) bool) []results.Finding {
	c := &Comparison{Level: DefaultLevel, invalid: run.Document.Verdict == results.Invalid}
	var courses []*course
	var pending []*pendingEffect
	began, lags, all := beginnings(run), lagsOf(run), turnsOf(run, &Options{})
	var first uint32
	for i, stage := range run.Document.Stages {
		for target := range all {
			if !steady(i) {
				break
			}
			k := courseOf(run, &all[target], began[uint16(target)], stage, first)
			k.lags = lags[uint16(target)]
			pair, effects := k.effects(len(c.Pairs))
			c.Pairs, pending, courses = append(c.Pairs, pair), append(pending, effects...), append(courses, k)
		}
		first += uint32(stage.Blocks)
	}
	c.settle(pending)
	var findings []results.Finding
	for i, k := range courses {
		findings = append(findings, k.finding(&c.Pairs[i], run.Document.Verdict))
	}
	return findings
}

// beginnings is when each block of each target began.
func beginnings(run *results.Run) map[uint16]map[uint32]time.Duration {
	all := map[uint16]map[uint32]time.Duration{}
	for i := range run.Seconds {
		s := &run.Seconds[i]
		if all[s.Target] == nil {
			all[s.Target] = map[uint32]time.Duration{}
		}
		at, there := all[s.Target][s.Block]
		if !there || s.FirstDue < at {
			all[s.Target][s.Block] = s.FirstDue
		}
	}
	return all
}

// A course is one target on its way through one steady stage.
type course struct {
	turns  *turns
	stage  results.StageDoc
	began  map[uint32]time.Duration
	start  time.Duration   // of the first block
	blocks []uint32        // in order, those that are judged
	pieces map[int][]piece // the same blocks in so many pieces
	lines  []line          // those of the effects, in their order
	lags   map[uint32]*results.Histogram
	late   string // how late the generator was, where it decides
}

// courseOf takes the stage's blocks without the first, whose connections and
// environments are new, and without a last one that was broken off.
func courseOf(run *results.Run, t *turns, began map[uint32]time.Duration, stage results.StageDoc, first uint32) *course {
	c := &course{turns: t, stage: stage, began: began, start: began[first], pieces: map[int][]piece{}}
	for b := first + 1; b < first+uint32(stage.Blocks); b++ {
		if _, there := t.blocks[b]; there {
			c.blocks = append(c.blocks, b)
		}
	}
	if n := len(c.blocks); n > 0 && run.Document.State != results.Finished {
		c.blocks = c.blocks[:n-1]
	}
	return c
}

// effects sets the course's last quarter against its first, metric by metric.
// They still lack verdicts.
func (c *course) effects(number int) (Pair, []*pendingEffect) {
	p := Pair{Base: c.turns.name, Head: c.turns.name, Effects: []Effect{}, Bands: []Band{}}
	var pending []*pendingEffect
	for _, m := range driftMargins {
		t, err := traitOf(m.metric)
		if err != nil || len(c.blocks) < MinBlocks-1 {
			continue
		}
		t.margin = m.margin
		l, ok := c.line(t)
		if !ok {
			continue
		}
		e := Effect{Metric: t.metric, Unit: t.unit, Scale: t.scale, Margin: t.margin, Blocks: len(c.blocks)}
		e.Base, e.Head = l.quarter(0).value(t.metric), l.quarter(quarters-1).value(t.metric)
		pe := &pendingEffect{trait: t, pair: number, index: len(p.Effects), judged: true, floor: l.floor()}
		pe.estimate = l.change(DefaultLevel)
		if t.scale == Difference {
			pe.low, pe.high = min(pe.low, pe.at-pe.floor), max(pe.high, pe.at+pe.floor)
		}
		if why := l.late(); why != "" {
			pe.judged, e.Why, c.late = false, why, why
		}
		e.Estimate, e.Low, e.High, e.P = e.onScale(pe.at), e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
		c.lines, p.Effects, pending = append(c.lines, l), append(p.Effects, e), append(pending, pe)
	}
	return p, pending
}
