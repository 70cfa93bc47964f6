package compare

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/results"
)

// How many baseline runs the gate uses.
const (
	FewestRuns = 10 // with fewer it learns
	MostRuns   = 60
)

// RunValues are the values of a run that the gate and trends compare.
type RunValues struct {
	Run      string          `json:"run"` // ID
	Dir      string          `json:"dir"`
	Started  time.Time       `json:"started"`
	Scenario string          `json:"scenario"`
	Shape    string          `json:"shape"` // what must be equal for two runs to be comparable
	Verdict  results.Verdict `json:"verdict"`
	Reasons  []string        `json:"reasons,omitempty"` // why the verdict is not "valid"
	Values   []Value         `json:"values"`
	From     string          `json:"from,omitempty"`   // machine and engine
	Models   []string        `json:"models,omitempty"` // the targets that were models, not AWS

	Alarmed  bool   `json:"alarmed,omitempty"`  // the gate found a regression, and there is no note about it yet
	Excluded bool   `json:"excluded,omitempty"` // by a note
	Baseline bool   `json:"baseline,omitempty"` // accepted by a note: the baseline begins with this run
	RerunOf  string `json:"rerun_of,omitempty"` // the run that this one confirmed; a rerun is never a baseline run
}

// A Value is one metric of one target in one run.
type Value struct {
	Target string  `json:"target"`
	Metric Metric  `json:"metric"`
	Value  float64 `json:"value"`
	N      int64   `json:"n"` // requests that it rests on
}

// Value returns the value of a target's metric.
func (n *RunValues) Value(target string, m Metric) (Value, bool) {
	for _, v := range n.Values {
		if v.Target == target && v.Metric == m {
			return v, true
		}
	}
	return Value{}, false
}

// ValuesOf reads the values of a run. The cost per million requests comes from its bills.
func ValuesOf(run *results.Run) RunValues {
	d := &run.Document
	n := RunValues{
		Run: d.ID, Dir: run.Dir, Started: d.Started, Scenario: d.Scenario, Shape: shapeOf(d),
		Verdict: d.Verdict, Reasons: slices.Clone(d.Reasons), Values: []Value{},
		From: fmt.Sprintf("%s, engine %s", machineOf(d), d.Engine.Name), Models: d.Models(),
	}
	if slices.ContainsFunc(d.Stages, func(s results.StageDoc) bool { return s.FirstBlock > 0 }) {
		n.Verdict = results.Invalid
		n.Reasons = append(n.Reasons, "it was added to another run, and the run that was made of both counts")
	}
	if d.State != results.Finished {
		n.Verdict = results.Invalid
		n.Reasons = append(n.Reasons, fmt.Sprintf("it is %s, and the missing part may be the slow one", d.State))
	}
	for i, target := range d.Targets {
		s := slotOf(run, uint16(i))
		if b := target.Bill; b != nil && d.Month > 0 && b.Month.Float() > 0 {
			s.values[Dollars] = b.Month.Float() / float64(d.Month) * 1e6
		}
		if share, n := run.ColdShare(uint16(i)); n > 0 {
			s.values[ColdShare] = share
		}
		for _, t := range traits {
			if v, ok := s.values[t.metric]; ok {
				n.Values = append(n.Values, Value{Target: target.Name, Metric: t.metric, Value: v, N: s.requests})
			}
		}
	}
	return n
}

func machineOf(d *results.Document) string {
	return fmt.Sprintf("%s/%s with %s", d.Machine.OS, d.Machine.Arch, pricing.Counted(d.Machine.CPUs, "processor"))
}

// shapeOf is what must be equal for two runs to share a history: the load, the
// requests, the names and kinds of the targets, and which of them are the lab's.
// The scenario's bytes may differ: a new threshold does not begin a new history.
func shapeOf(d *results.Document) string {
	var b strings.Builder
	for _, s := range d.Stages {
		switch {
		case s.WarmUp:
			b.WriteString("warm-up ")
		case d.Decide != nil: // its length depends on its results
			fmt.Fprintf(&b, "%s in blocks of %gs until decided;", s.Load, s.BlockS)
			continue
		}
		fmt.Fprintf(&b, "%s for %gs in %d;", s.Load, s.Seconds, s.Blocks)
	}
	fmt.Fprintf(&b, "%q;", d.Requests)
	for _, t := range d.Targets {
		fmt.Fprintf(&b, "%q %s;", t.Name, kindOf(t))
	}
	return b.String()
}

func kindOf(t results.TargetDoc) string {
	if t.Lab {
		return t.Kind + " in the lab"
	}
	return t.Kind
}

// A baseline is the runs that a run is compared with, newest last, and notes on
// those that were left out.
type baseline struct {
	record
	runs  []RunValues
	notes []string
}

// baselineOf picks from history what is comparable with a run, and counts.
func baselineOf(run *RunValues, history []RunValues, o *GateOptions) baseline {
	history = slices.Clone(history)
	slices.SortStableFunc(history, func(a, b RunValues) int { return a.Started.Compare(b.Started) })
	history = slices.DeleteFunc(history, func(n RunValues) bool {
		return n.Run == run.Run || n.Run == run.RerunOf || n.RerunOf != "" || n.Scenario != run.Scenario
	})
	p, left := baseline{}, map[string]int{}
	for i := range history {
		n := &history[i]
		if why := n.leftOut(run, o); why != "" {
			left[why]++
			continue
		}
		if n.Baseline {
			p.runs = p.runs[:0]
		}
		p.runs = append(p.runs, *n)
	}
	p.runs = p.runs[max(0, len(p.runs)-MostRuns):]
	p.record = record{later: left[beganLater], left: left, suspect: o.Suspect}
	p.follow(run, slices.DeleteFunc(history, func(n RunValues) bool { return !n.Started.Before(run.Started) }))
	elsewhere := map[string]int{}
	for _, n := range p.runs {
		if n.From != "" && n.From != run.From {
			elsewhere[n.From]++
		}
	}
	for _, from := range slices.Sorted(maps.Keys(elsewhere)) {
		p.notes = append(p.notes, fmt.Sprintf("%s came from %s, and this run from %s: the generator may cause a difference", pricing.Counted(elsewhere[from], "baseline run"), from, run.From))
	}
	for _, why := range slices.Sorted(maps.Keys(left)) {
		p.notes = append(p.notes, fmt.Sprintf("left out of the baseline: %s (%s)", pricing.Counted(left[why], "run"), why))
	}
	return p
}

// Reasons to be no baseline run that say nothing of the run itself.
const (
	beganLater = "began later than this run"
	otherLoad  = "another load, or other targets"
)

// leftOut says why a run is no baseline for another one, "" if it is.
func (n *RunValues) leftOut(run *RunValues, o *GateOptions) string {
	switch {
	case n.Shape != run.Shape:
		return otherLoad
	case n.Excluded:
		return "excluded by a note"
	case !n.counts(o.Suspect):
		return "not valid"
	case n.Alarmed:
		return "an alarm that no note acknowledges, accepts or excludes yet"
	case !n.Started.Before(run.Started):
		return beganLater
	}
	return ""
}

// counts says whether the values of a run may be relied on.
func (n *RunValues) counts(suspect bool) bool {
	return n.Verdict == results.Valid || suspect && n.Verdict == results.Suspect
}

// values returns a target's metric in all baseline runs that have it, on the
// scale of its differences, and the number of requests behind it.
func (p *baseline) values(target string, t trait) (xs []float64, requests int64) {
	for i := range p.runs {
		v, ok := p.runs[i].Value(target, t.metric)
		x := t.scaled(v.Value)
		if !ok || v.N < t.requests || math.IsInf(x, 0) || math.IsNaN(x) {
			continue
		}
		xs, requests = append(xs, x), requests+v.N
	}
	return xs, requests
}

func (p *baseline) targets(run *RunValues) []string {
	var names []string
	for _, n := range append([]RunValues{*run}, p.runs...) {
		for _, v := range n.Values {
			if !slices.Contains(names, v.Target) {
				names = append(names, v.Target)
			}
		}
	}
	return names
}
