package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/results"
)

// ProbeDrift is the probe's name in the findings of [Drift].
const ProbeDrift = "drift"

// driftMargins are the metrics that are tested for drift, and how much they may
// change in a stage without drift. Those of latencies are wider than between
// targets: two targets share the minute, two quarters do not.
var driftMargins = []struct {
	metric Metric
	margin float64
}{{P50, 0.05}, {P90, 0.05}, {P99, 0.10}, {ErrorShare, 0.001}}

// Drift says for each target, in each stage of steady load, whether the last
// quarter was worse than the first. All metrics of all targets are one family:
// the chance of any wrong verdict is DefaultLevel.
func Drift(run *results.Run, steady func(stage int) bool) []results.Finding {
	if !slices.ContainsFunc(numbers(run.Document.Stages), steady) {
		return nil
	}
	c := &Comparison{Level: DefaultLevel, unfit: unfit(&run.Document)}
	var stages []*steadyStage
	var pending []*pendingEffect
	began, lags, all := beginnings(run), lagsOf(run), slotsOf(run, nil)
	var first uint32
	for i, stage := range run.Document.Stages {
		for target := range all {
			if !steady(i) {
				break
			}
			s := steadyStageOf(run, &all[target], began[uint16(target)], stage, first)
			s.lags = lags[uint16(target)]
			pair, effects := s.effects(len(c.Pairs))
			c.Pairs, pending, stages = append(c.Pairs, pair), append(pending, effects...), append(stages, s)
		}
		first += uint32(stage.Blocks)
	}
	c.settle(pending)
	var findings []results.Finding
	for i, s := range stages {
		findings = append(findings, s.finding(&c.Pairs[i], run.Document.Verdict))
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
		if at, ok := all[s.Target][s.Block]; !ok || s.FirstDue < at {
			all[s.Target][s.Block] = s.FirstDue
		}
	}
	return all
}

// lagsOf is the generator's lag, for each target block by block.
func lagsOf(run *results.Run) map[uint16]map[uint32]*results.Histogram {
	all := map[uint16]map[uint32]*results.Histogram{}
	for g, h := range run.Lag {
		if all[g.Target] == nil {
			all[g.Target] = map[uint32]*results.Histogram{}
		}
		if all[g.Target][g.Block] == nil {
			all[g.Target][g.Block] = results.New()
		}
		all[g.Target][g.Block].Merge(h)
	}
	return all
}

// A steadyStage is one target in a stage of steady load.
type steadyStage struct {
	slots  *slots
	stage  results.StageDoc
	began  map[uint32]time.Duration
	start  time.Duration   // of the first block
	blocks []uint32        // in order, those that are compared
	pieces map[int][]piece // the same blocks in so many pieces
	lines  []line          // of the effects, in their order
	lags   map[uint32]*results.Histogram
	lagged string // why the generator's lag prevents a verdict
}

// steadyStageOf takes the stage's blocks without the first, whose connections and
// environments are new, and without a last one that was interrupted.
func steadyStageOf(run *results.Run, t *slots, began map[uint32]time.Duration, stage results.StageDoc, first uint32) *steadyStage {
	s := &steadyStage{
		slots: t, stage: stage, began: began, start: began[first], pieces: map[int][]piece{},
		blocks: t.between(first+1, first+uint32(stage.Blocks)),
	}
	if n := len(s.blocks); n > 0 && run.Document.State != results.Finished {
		s.blocks = s.blocks[:n-1]
	}
	return s
}

// effects compares the last quarter with the first, metric by metric, without verdicts yet.
func (s *steadyStage) effects(number int) (Pair, []*pendingEffect) {
	p := Pair{Base: s.slots.name, Head: s.slots.name}
	var pending []*pendingEffect
	for _, m := range driftMargins {
		t, _ := traitOf(m.metric)
		t.margin = m.margin
		if len(s.blocks) < MinBlocks-1 {
			continue
		}
		l, ok := s.line(t)
		if !ok {
			continue
		}
		e := Effect{Metric: t.metric, Unit: t.unit, Scale: t.scale, Margin: t.margin, Blocks: len(s.blocks)}
		e.Base, e.Head = l.quarter(0).value(t.metric), l.quarter(quarters-1).value(t.metric)
		pe := &pendingEffect{trait: t, estimate: l.change(DefaultLevel), pair: number, index: len(p.Effects), tested: true, floor: l.floor()}
		if t.scale == Difference {
			pe.low, pe.high = min(pe.low, pe.at-pe.floor), max(pe.high, pe.at+pe.floor)
		}
		if why := l.lagged(); why != "" {
			pe.tested, e.Why, s.lagged = false, why, why
		}
		e.Estimate, e.Low, e.High, e.P = e.onScale(pe.at), e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
		s.lines, p.Effects, pending = append(s.lines, l), append(p.Effects, e), append(pending, pe)
	}
	return p, pending
}

// invalidRun is the conclusion where the run is invalid.
const invalidRun = "Cannot tell: the run is invalid, so it does not measure the target."

func (s *steadyStage) finding(p *Pair, run results.Verdict) results.Finding {
	f := results.Finding{
		Probe: ProbeDrift, Title: "Drift", Target: s.slots.name, Verdict: cmp.Or(run, results.Valid), Values: map[string]results.Value{},
		Conclusion: s.conclusion(p, run),
	}
	if len(p.Effects) == 0 || run == results.Invalid {
		return f
	}
	f.Assumptions = []string{
		"the first block is left out, as its connections and environments are new",
		fmt.Sprintf("noise lasts for less than a fiftieth of the stage, %.3g s: longer noise makes verdicts less certain, and a swing longer than a quarter of the stage looks like drift", s.stage.Seconds/50),
	}
	table := results.Table{Title: "first and last quarter of " + s.named(), Columns: []string{"", "first", "last", "change", "95 % interval", "per hour", "verdict"}}
	for i, e := range p.Effects {
		l := &s.lines[i]
		name := strings.ReplaceAll(string(e.Metric), ".", "_")
		at, low, high, unit := *e.Estimate, *e.Low, *e.High, "points"
		if e.Scale == Ratio {
			at, low, high, unit = at-1, low-1, high-1, "%"
		}
		f.Values[name+"_change"] = results.Between(at, low, high, "share", fmt.Sprintf(
			"last quarter compared with the first, in %d pieces of the stage; the variation of pieces within quarters gives the error; 95 %% for this value alone", len(l.pieces)))
		slope := l.trend(DefaultLevel)
		f.Values[name+"_trend_per_hour"] = results.Between(slope.at, slope.low, slope.high, "share",
			"slope of a straight line through the pieces (of a latency: through their logarithms), least squares; 95 % for this value alone")
		table.Rows = append(table.Rows, []string{
			string(e.Metric), formatOptional(e.Base, e.Unit), formatOptional(e.Head, e.Unit), e.size(e.Estimate), e.interval(), fmt.Sprintf("%+.3g %s", 100*slope.at, unit), e.verdict(nil),
		})
		if series, drawn := l.series(); drawn {
			f.Series = append(f.Series, series)
		}
	}
	f.Tables = []results.Table{table}
	return f
}

func (s *steadyStage) named() string {
	return fmt.Sprintf("%s for %v", s.stage.Load, time.Duration(s.stage.Seconds*1e9))
}

// conclusion is the finding in a sentence: first what became worse.
func (s *steadyStage) conclusion(p *Pair, run results.Verdict) string {
	switch {
	case run == results.Invalid:
		return invalidRun
	case len(p.Effects) == 0:
		return fmt.Sprintf("Cannot tell: %s has %s after the first, which is left out, and a verdict needs %d blocks in all: set blocks in the scenario, of at least a second each.",
			s.named(), pricing.Counted(len(s.blocks), "whole block"), MinBlocks)
	}
	parts := make([]string, len(p.Effects))
	by := map[Verdict][]string{}
	for i, e := range p.Effects {
		name := string(e.Metric)
		parts[i] = fmt.Sprintf("%s ×%.4g [%.4g, %.4g]", name, *e.Estimate, *e.Low, *e.High)
		if e.Scale == Difference {
			name = "errors"
			parts[i] = fmt.Sprintf("%s %+.2g points [%+.2g, %+.2g]", name, 100**e.Estimate, 100**e.Low, 100**e.High)
		}
		by[e.Verdict] = append(by[e.Verdict], name)
	}
	var heads []string
	for _, h := range []struct {
		verdict Verdict
		word    string
	}{{Worse, "worse in"}, {Better, "better in"}, {Equivalent, "no drift in"}, {Inconclusive, "inconclusive in"}} {
		if len(by[h.verdict]) > 0 {
			heads = append(heads, h.word+" "+strings.Join(by[h.verdict], ", "))
		}
	}
	head := strings.Join(heads, "; ")
	if len(by[Equivalent]) == len(p.Effects) {
		head = "no drift"
	}
	text := fmt.Sprintf("%s%s: the last quarter of %s compared with its first: %s.", strings.ToUpper(head[:1]), head[1:], s.named(), strings.Join(parts, ", "))
	switch most := lineLengths[0]; {
	case len(by[Inconclusive]) == 0:
	case s.lagged != "":
		text += " " + strings.ToUpper(s.lagged[:1]) + s.lagged[1:] + ": use a quieter machine for a verdict."
	case s.stage.Blocks < most && s.stage.Seconds >= float64(most):
		text += fmt.Sprintf(" More blocks narrow the intervals: set blocks: %d in the scenario.", most)
	default:
		text += " A longer stage narrows the intervals."
	}
	return text
}

func (l *line) series() (results.Series, bool) {
	s := results.Series{Name: string(l.metric), X: "minutes since the stage began", Y: "response time (ms)"}
	drawn := l.scale == Ratio
	for i, p := range l.pieces {
		y := l.unscaled(l.xs[i])
		if l.scale == Difference {
			s.Y, y = "failed requests (%)", 100*y
			drawn = drawn || y > 0
		}
		s.Points = append(s.Points, [2]float64{60 * p.at, y})
	}
	return s, drawn
}
