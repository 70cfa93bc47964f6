package compare

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/results"
)

// ProbeSpike is the probe's name in the findings of [Spikes].
const ProbeSpike = "spike"

// fewestBefore is how many blocks have to show the normal state before a spike.
const fewestBefore = 3

// Spikes describes what the requests of each spike experienced, and how long the
// target took to recover. Spike says which stages are one: more load for a moment,
// between two stages of one steady load. In a run of several targets the stages of
// the others lie in between, so nothing there is a spike.
func Spikes(run *results.Run, spike func(stage int) bool) (findings []results.Finding) {
	stages := run.Document.Stages
	between := func(i int) bool { return i > 0 && i+1 < len(stages) && spike(i) }
	if len(run.Document.Targets) != 1 || !slices.ContainsFunc(numbers(stages), between) {
		return nil
	}
	t := &slotsOf(run, nil)[0]
	began, lags := beginnings(run)[0], lagsOf(run)[0]
	var first uint32
	for i, stage := range stages {
		if between(i) {
			next := first + uint32(stage.Blocks)
			s := &spikeStage{
				slots: t, began: began, lags: lags, stage: stage, every: time.Duration(stages[i+1].BlockS * 1e9),
				before: t.between(first-uint32(stages[i-1].Blocks)+1, first),
				during: t.between(first, next), after: t.between(next, next+uint32(stages[i+1].Blocks)),
			}
			findings = append(findings, s.finding(run.Document.Verdict))
		}
		first += uint32(stage.Blocks)
	}
	return findings
}

// numbers are those of stages.
func numbers(stages []results.StageDoc) []int {
	all := make([]int, len(stages))
	for i := range all {
		all[i] = i
	}
	return all
}

// A spikeStage is one spike with the blocks before and after it. The first block
// before is left out, as its connections and environments are new.
type spikeStage struct {
	slots  *slots
	began  map[uint32]time.Duration
	lags   map[uint32]*results.Histogram
	stage  results.StageDoc
	every  time.Duration // the length of a block after the spike
	before []uint32
	during []uint32
	after  []uint32
}

// recoveryMetrics are compared with their values before the spike, within the
// margins of drift.
var recoveryMetrics = []Metric{P50, P90, ErrorShare}

// recovery is how many blocks after the spike, from the first on, were worse than
// every block before; all of them: the target did not recover.
func (s *spikeStage) recovery() int {
	for k, b := range s.after {
		if !slices.ContainsFunc(recoveryMetrics, func(m Metric) bool { return s.worse(m, b) }) {
			return k
		}
	}
	return len(s.after)
}

// worse says whether a metric of a block is beyond all blocks before the spike,
// by more than the margin. A metric that the block has no value of is not worse.
func (s *spikeStage) worse(m Metric, block uint32) bool {
	x, ok := s.slots.blocks[block].values[m]
	if !ok {
		return m != ErrorShare && s.slots.blocks[block].good.Count() == 0 // without a good response it is
	}
	worst := 0.0
	for _, b := range s.before {
		v, ok := s.slots.blocks[b].values[m]
		if !ok {
			return false
		}
		worst = max(worst, v)
	}
	if m == ErrorShare {
		return x > worst+marginOf(m)
	}
	return x > worst*(1+marginOf(m))
}

func marginOf(m Metric) float64 {
	for _, d := range driftMargins {
		if d.metric == m {
			return d.margin
		}
	}
	return 0
}

func (s *spikeStage) finding(run results.Verdict) results.Finding {
	f := results.Finding{Probe: ProbeSpike, Title: "Spike", Target: s.slots.name, Verdict: cmp.Or(run, results.Valid), Values: map[string]results.Value{}}
	switch {
	case run == results.Invalid:
		f.Conclusion = invalidRun
		return f
	case len(s.before) < fewestBefore || len(s.during) == 0 || len(s.after) == 0:
		f.Conclusion = fmt.Sprintf("Cannot tell: before %s there are %s after the first, which is left out, and after it %s; a finding needs %d before and one after: set blocks in the scenario.",
			s.stage.Load, pricing.Counted(len(s.before), "whole block"), pricing.Counted(len(s.after), "block"), fewestBefore)
		return f
	}
	f.Assumptions = []string{
		"the first block before the spike is left out, as its connections and environments are new",
		fmt.Sprintf("a block has recovered if it is no worse than the worst block before: p50 and p90 within %g %%, errors within %g points; without any change, about one block in %d would still look worse by chance", 100*marginOf(P50), 100*marginOf(ErrorShare), len(s.before)+1),
		"time counts from the end of the spike's stage, with the pause at its end",
	}
	table := results.Table{Title: "before, in and after " + s.stage.Load, Columns: []string{"", "requests", "p50", "p90", "p99", "errors"}}
	parts := [3]*slot{s.slots.over(s.before), s.slots.over(s.during), s.slots.over(s.after)}
	for i, part := range parts {
		row := []string{[3]string{"before", "in the spike", "after"}[i], fmt.Sprint(part.requests)}
		for _, m := range []Metric{P50, P90, P99, ErrorShare} {
			v := part.value(m)
			row = append(row, formatOptional(v, m.Unit()))
			if v != nil && i < 2 {
				f.Values[string(m)+[2]string{"_before", "_during"}[i]] = results.Exactly(*v, m.Unit(), "all requests of these blocks together")
			}
		}
		table.Rows = append(table.Rows, row)
	}
	f.Tables = []results.Table{table}
	p99, _ := traitOf(P99)
	if v := parts[1].value(P99); v != nil {
		if why := lagWarning(s.lags, s.during, p99, *v, "the spike"); why != "" {
			f.Reasons = append(f.Reasons, why)
			f.Verdict = results.Suspect
		}
	}
	f.Series = []results.Series{s.series()}
	f.Conclusion = experienced(s.stage.Load, parts[0], parts[1]) + s.recovered(&f)
	return f
}

func experienced(load string, before, during *slot) string {
	text := "In the spike (" + load + ")"
	b, d := before.value(P50), during.value(P50)
	switch {
	case d == nil:
		text += " there were too few good responses for a median"
	case b != nil && *b > 0:
		text += fmt.Sprintf(" p50 was %s, ×%.3g of before", formatOptional(d, "ms"), *d / *b)
	default:
		text += " p50 was " + formatOptional(d, "ms")
	}
	if b, d := before.value(P99), during.value(P99); b != nil && d != nil && *b > 0 {
		text += fmt.Sprintf(", p99 %s, ×%.3g", formatOptional(d, "ms"), *d / *b)
	}
	return text + fmt.Sprintf(", and %s of requests failed, %s before; ", formatOptional(during.value(ErrorShare), "share"), formatOptional(before.value(ErrorShare), "share"))
}

func (s *spikeStage) recovered(f *results.Finding) string {
	k := s.recovery()
	long := time.Duration(k) * s.every
	const method = "blocks after the spike that were worse than every block before it, from the first on"
	switch {
	case k == len(s.after):
		f.Values["recovery_at_least"] = results.Exactly(long.Seconds(), "s", method)
		return fmt.Sprintf("it did not recover in the %v that followed.", long)
	case k == 0:
		f.Values["recovery"] = results.Between(0, 0, s.every.Seconds(), "s", method)
		return fmt.Sprintf("it recovered within %v.", s.every)
	}
	f.Values["recovery"] = results.Between(long.Seconds(), (long - s.every).Seconds(), long.Seconds(), "s", method)
	return fmt.Sprintf("it recovered after %v to %v.", long-s.every, long)
}

func (s *spikeStage) series() results.Series {
	out := results.Series{Name: "p50", X: "seconds since the end of the spike", Y: "response time (ms)"}
	end := s.began[s.after[0]]
	for _, b := range slices.Concat(s.before, s.during, s.after) {
		if v := s.slots.blocks[b].value(P50); v != nil && len(out.Points) < results.MaxPoints {
			out.Points = append(out.Points, [2]float64{(s.began[b] - end).Seconds(), *v})
		}
	}
	return out
}
