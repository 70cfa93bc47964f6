package compare

import (
	"fmt"
	"time"

	"tollgate/results"
)

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
