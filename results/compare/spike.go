package compare

import (
	"fmt"
	"slices"
	"time"

	"tollgate/results"
)

// ProbeSpike is what the findings of [Spikes] call themselves.
const ProbeSpike = "spike"

// fewestBefore is how many blocks have to show what was usual before a spike.
const fewestBefore = 3

// Spikes tells what the requests of each spike met, and how long what came after
// it remembered. Spike says which stages are one: more load for a moment, between
// two stages of one steady load. In a run of several targets each has its turn
// between the stages of the others, so that nothing there is a spike.
func Spikes(run *results.Run, spike func(stage int) bool) (findings []results.Finding) {
	stages := run.Document.Stages
	if len(run.Document.Targets) != 1 {
		return nil
	}
	t := &turnsOf(run, &Options{})[0]
	began, lags := beginnings(run)[0], lagsOf(run)[0]
	var first uint32
	for i, stage := range stages {
		if i > 0 && i+1 < len(stages) && spike(i) {
			next := first + uint32(stage.Blocks)
			s := &jolt{
				turns: t, began: began, lags: lags, stage: stage, every: time.Duration(stages[i+1].BlockS * 1e9),
				before: t.between(first-uint32(stages[i-1].Blocks)+1, first),
				during: t.between(first, next), after: t.between(next, next+uint32(stages[i+1].Blocks)),
			}
			findings = append(findings, s.finding(run.Document.Verdict))
		}
		first += uint32(stage.Blocks)
	}
	return findings
}

// between are the blocks that t has from one number up to another, in order.
func (t *turns) between(from, to uint32) (blocks []uint32) {
	for b := from; b < to; b++ {
		if _, there := t.blocks[b]; there {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// A jolt is one spike with what came before and after. The first block before
// is left out, as connections and environments are new in it.
type jolt struct {
	turns  *turns
	began  map[uint32]time.Duration
	lags   map[uint32]*results.Histogram
	stage  results.StageDoc
	every  time.Duration // the length of a block after the spike
	before []uint32
	during []uint32
	after  []uint32
}

// told are the metrics that are told of a spike, and held against what was
// before. Its margins are those of drift.
var told = []Metric{P50, P90, ErrorShare}

// memory is how many blocks after the spike were worse, from the first on, than
// every block before; all of them: nothing was as before again.
func (j *jolt) memory() int {
	for k, b := range j.after {
		if !slices.ContainsFunc(told, func(m Metric) bool { return j.worse(m, b) }) {
			return k
		}
	}
	return len(j.after)
}

// worse says whether a metric of a block is beyond what it ever was before, and by
// more than counts. What a block does not carry cannot be worse.
func (j *jolt) worse(m Metric, block uint32) bool {
	x, ok := j.turns.blocks[block].values[m]
	if !ok {
		return m != ErrorShare && j.turns.blocks[block].good.Count() == 0 // none at all is no better
	}
	worst := 0.0
	for _, b := range j.before {
		v, ok := j.turns.blocks[b].values[m]
		if !ok {
			return false
		}
		worst = max(worst, v)
	}
	margin := marginOf(m)
	if m == ErrorShare {
		return x > worst+margin
	}
	return x > worst*(1+margin)
}

func marginOf(m Metric) float64 {
	for _, d := range driftMargins {
		if d.metric == m {
			return d.margin
		}
	}
	return 0
}

// finding tells a spike.
func (j *jolt) finding(run results.Verdict) results.Finding {
	f := results.Finding{Probe: ProbeSpike, Title: "Spike", Target: j.turns.name, Verdict: run, Values: map[string]results.Value{}}
	if f.Verdict == "" {
		f.Verdict = results.Valid
	}
	switch {
	case run == results.Invalid:
		f.Conclusion = "Cannot tell: the run is invalid, so what it measured is not the target."
		return f
	case len(j.before) < fewestBefore || len(j.during) == 0 || len(j.after) == 0:
		f.Conclusion = fmt.Sprintf("Cannot tell: before %s there are %s and the first, which is left out, and after it %s; it takes %d before and one after: set blocks in the scenario.",
			j.stage.Load, counted(len(j.before), "whole block"), counted(len(j.after), "block"), fewestBefore)
		return f
	}
	f.Assumptions = []string{
		"the first block before the spike is left out, as connections and environments are new in it",
		fmt.Sprintf("as before is what no worse block of those before was: p50 and p90 within %g %%, errors within %g points; of what never changed, about one block in %d is not so by chance", 100*marginOf(P50), 100*marginOf(ErrorShare), len(j.before)+1),
		"time is counted from the end of the spike's stage, and the quiet at its end is part of it",
	}
	before, during, after := j.turns.over(j.before), j.turns.over(j.during), j.turns.over(j.after)
	table := results.Table{Title: "before, in and after " + j.stage.Load, Columns: []string{"", "requests", "p50", "p90", "p99", "errors"}}
	for _, part := range []struct {
		name string
		turn *turn
	}{{"before", before}, {"in the spike", during}, {"after", after}} {
		row := []string{part.name, fmt.Sprint(part.turn.requests)}
		for _, m := range []Metric{P50, P90, P99, ErrorShare} {
			row = append(row, spelled(part.turn.value(m), m.Unit()))
		}
		table.Rows = append(table.Rows, row)
	}
	f.Tables = []results.Table{table}
	if v := during.value(P99); v != nil {
		if why := lateness(j.lags, j.during, P99, 0.99, *v, "the spike"); why != "" {
			f.Reasons = append(f.Reasons, why)
			f.Verdict = results.Suspect
		}
	}
	j.values(&f, before, during)
	f.Series = j.series()
	f.Conclusion = j.met(before, during) + j.remembered(&f)
	return f
}

// values adds the figures of the spike and of what was before.
func (j *jolt) values(f *results.Finding, before, during *turn) {
	for _, part := range []struct {
		name string
		turn *turn
	}{{"before", before}, {"during", during}} {
		for _, m := range []Metric{P50, P90, P99, ErrorShare} {
			if v := part.turn.value(m); v != nil {
				f.Values[string(m)+"_"+part.name] = results.Exactly(*v, m.Unit(), "all requests of these blocks together")
			}
		}
	}
}

// met says what the requests of the spike met.
func (j *jolt) met(before, during *turn) string {
	said := "In the spike (" + j.stage.Load + ")"
	b, d := before.value(P50), during.value(P50)
	switch {
	case d == nil:
		said += " too few responses were good for a median"
	case b != nil && *b > 0:
		said += fmt.Sprintf(" p50 was %s, ×%.3g of before", spelled(d, "ms"), *d / *b)
	default:
		said += " p50 was " + spelled(d, "ms")
	}
	if b, d := before.value(P99), during.value(P99); b != nil && d != nil && *b > 0 {
		said += fmt.Sprintf(", p99 %s, ×%.3g", spelled(d, "ms"), *d / *b)
	}
	return said + fmt.Sprintf(", and %s of requests failed, %s before; ", spelled(during.value(ErrorShare), "share"), spelled(before.value(ErrorShare), "share"))
}

// remembered says how long it took until everything was as before.
func (j *jolt) remembered(f *results.Finding) string {
	k := j.memory()
	long := time.Duration(k) * j.every
	const method = "blocks after the spike that were worse than each before it, from the first on"
	switch {
	case k == len(j.after):
		f.Values["recovery_at_least"] = results.Exactly(long.Seconds(), "s", method)
		return fmt.Sprintf("in the %v that followed it never was as before.", long)
	case k == 0:
		f.Values["recovery"] = results.Between(0, 0, j.every.Seconds(), "s", method)
		return fmt.Sprintf("after it everything was as before, in the first %v already.", j.every)
	}
	f.Values["recovery"] = results.Between(long.Seconds(), (long - j.every).Seconds(), long.Seconds(), "s", method)
	return fmt.Sprintf("it took %v to %v after it until everything was as before.", long-j.every, long)
}

// series draw the median of each block from before the spike to after it.
func (j *jolt) series() []results.Series {
	s := results.Series{Name: "p50", X: "seconds since the end of the spike", Y: "response time (ms)"}
	end := j.began[j.after[0]]
	for _, part := range [][]uint32{j.before, j.during, j.after} {
		for _, b := range part {
			if v := j.turns.blocks[b].value(P50); v != nil && len(s.Points) < results.MaxPoints {
				s.Points = append(s.Points, [2]float64{(j.began[b] - end).Seconds(), *v})
			}
		}
	}
	return []results.Series{s}
}
