package compare

import (
	"cmp"
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
	Partial  string          `json:"partial,omitempty"` // why it does not count whatever its verdict: it is only a part of a run
	Values   []Value         `json:"values"`
	From     string          `json:"from,omitempty"`   // machine, engine and proxy
	Models   []string        `json:"models,omitempty"` // the targets that were models, not AWS
	Files    []string        `json:"files,omitempty"`  // that the scenario refers to, such as data, with their digests
	HTTP2    []string        `json:"http2,omitempty"`  // the targets to which requests went over HTTP/2

	Unverified []string `json:"unverified,omitempty"` // the targets whose certificates were not verified

	Alarmed  bool   `json:"alarmed,omitempty"`  // the gate found a regression, and there is no note about it yet
	Excluded bool   `json:"excluded,omitempty"` // by a note
	Baseline bool   `json:"baseline,omitempty"` // accepted by a note: the baseline begins with this run
	RetryOf  string `json:"retry_of,omitempty"` // the first attempt, where earlier ones were invalid
	RerunOf  string `json:"rerun_of,omitempty"` // the run that this one confirmed; a rerun is never a baseline run
}

// A Value is one metric of one target in one run.
type Value struct {
	Target string  `json:"target"`
	Metric Metric  `json:"metric"`
	Value  float64 `json:"value"`
	N      int64   `json:"n"` // requests, or flows, that it rests on

	// How much worse than the truth the value may be by the generator's own doing, in its
	// unit: lag in a latency, requests that were not sent in a goodput.
	Added float64 `json:"added,omitempty"`
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
func ValuesOf(run *results.Run) RunValues { return valuesOf(run, firstBytesMatter(&run.Document)) }

// firstBytesMatter says whether first bytes say something else than last ones at any target of runs.
func firstBytesMatter(runs ...*results.Document) bool {
	for _, d := range runs {
		if slices.ContainsFunc(d.Targets, func(t results.TargetDoc) bool { return t.Spread() }) {
			return true
		}
	}
	return false
}

// valuesOf are the values of a run, those of first bytes where they are asked for.
func valuesOf(run *results.Run, firstBytes bool) RunValues {
	d := &run.Document
	n := RunValues{
		Run: d.ID, Dir: run.Dir, Started: d.Started, Scenario: d.Scenario, Shape: shapeOf(d),
		Verdict: d.Verdict, Reasons: slices.Clone(d.Reasons), Values: []Value{},
		From: fmt.Sprintf("%s, %s%s", machineOf(d), engineOf(d), d.Ways()), Models: d.Models(), HTTP2: overHTTP2At(d), Files: filesOf(d), Unverified: d.Unverified(),
		RetryOf: d.Tags[results.TagRetryOf],
	}
	if slices.ContainsFunc(d.Stages, func(s results.StageDoc) bool { return s.FirstBlock > 0 }) {
		n.Partial = "it was added to another run, and the run that was made of both counts"
	}
	if d.State != results.Finished {
		n.Partial = fmt.Sprintf("it is %s, and the missing part may be the slow one", d.State)
	}
	for i, target := range d.Targets {
		s := slotOf(run, uint16(i))
		if b := target.Bill; b != nil && d.Month > 0 && b.Month.Float() > 0 {
			s.values[Dollars] = b.Month.Float() / float64(d.Month) * 1e6
		}
		if share, n := run.ColdShare(uint16(i)); n > 0 {
			s.values[ColdShare] = share
		}
		added := addedOf(run, uint16(i))
		for _, t := range traits {
			if v, ok := s.values[t.metric]; ok && (firstBytes || t.clock != results.FirstByte) {
				n.Values = append(n.Values, Value{Target: target.Name, Metric: t.metric, Value: v, N: s.ended(t), Added: added[t.metric]})
			}
		}
	}
	return n
}

// ended is what a metric rests on: flows, or requests.
func (s *slot) ended(t trait) int64 {
	if t.flow {
		return s.walks.Count()
	}
	if h := s.clocks[t.clock]; h != nil {
		return h.Count()
	}
	return s.requests
}

// addedOf is how much worse the values of a target may be by the generator's own doing.
func addedOf(run *results.Run, target uint16) map[Metric]float64 {
	added, d, perFlow := map[Metric]float64{Goodput: run.Shortfall(target)}, run.Disturbance(target), run.RequestsPerFlow(target)
	for _, t := range traits {
		if t.quantile > 0 {
			added[t.metric] = float64(d.Added(t.quantile)) / 1e6
		}
		if t.flow { // to each of its requests
			added[t.metric] *= perFlow
		}
	}
	return added
}

// dominated says whether a latency is more the generator's than the target's.
func (t trait) dominated(v Value) bool {
	return t.quantile > 0 && results.Dominated(time.Duration(v.Added*1e6), time.Duration(v.Value*1e6))
}

const mostlyGenerator = "more of it is the load generator's delay than the target's response time"

func machineOf(d *results.Document) string {
	if d.Lacks(results.LackMachine) {
		return "a machine that was not recorded"
	}
	return fmt.Sprintf("%s/%s with %s", d.Machine.OS, d.Machine.Arch, pricing.Counted(d.Machine.CPUs, "processor"))
}

// shapeOf is what must be equal for two runs to share a history: the load, the
// requests, the names and kinds of the targets, and which of them are the lab's.
// The scenario's bytes may differ: a new threshold does not begin a new history.
func shapeOf(d *results.Document) string {
	var b strings.Builder
	if d.Imported != nil { // its load was not recorded, but for what came of it
		fmt.Fprintf(&b, "imported from %s, recorded by %s;", d.Imported.Format, d.Imported.By())
		for _, t := range d.Targets {
			fmt.Fprintf(&b, "%q;", t.Name)
		}
		return b.String()
	}
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
func baselineOf(run *RunValues, history []RunValues) baseline {
	history = slices.Clone(history)
	slices.SortStableFunc(history, func(a, b RunValues) int { return a.Started.Compare(b.Started) })
	history = slices.DeleteFunc(history, func(n RunValues) bool {
		return n.Run == run.Run || n.Run == run.RerunOf || n.RerunOf != "" || n.Scenario != run.Scenario
	})
	p, left := baseline{}, map[string]int{}
	for i := range history {
		n := &history[i]
		if why := n.leftOut(run); why != "" {
			left[why]++
			continue
		}
		if n.Baseline {
			p.runs = p.runs[:0]
		}
		p.runs = append(p.runs, *n)
	}
	p.runs = p.runs[max(0, len(p.runs)-MostRuns):]
	p.record = record{later: left[beganLater], left: left}
	p.lookBack(run, slices.DeleteFunc(history, func(n RunValues) bool { return !n.Started.Before(run.Started) }))
	elsewhere := map[string]int{}
	for _, n := range p.runs {
		if n.From != "" && n.From != run.From {
			elsewhere[n.From]++
		}
	}
	for _, from := range slices.Sorted(maps.Keys(elsewhere)) {
		p.notes = append(p.notes, fmt.Sprintf("%s came from %s, and this run from %s: the generator may cause a difference", pricing.Counted(elsewhere[from], "baseline run"), from, run.From))
	}
	p.notes = append(append(p.notes, baselineProtocols(run, p.runs)...), baselineFiles(run, p.runs)...)
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
func (n *RunValues) leftOut(run *RunValues) string {
	switch {
	case n.Shape != run.Shape:
		return otherLoad
	case n.Excluded:
		return "excluded by a note"
	case n.Partial != "":
		return "a part of a run"
	case !n.counts():
		return "invalid"
	case n.blurred():
		return "a third of a median or more may be the load generator's"
	case n.Alarmed:
		return "an alarm that no note acknowledges, accepts or excludes yet"
	case !n.Started.Before(run.Started):
		return beganLater
	}
	return ""
}

const itIsInvalid = "the run is invalid: it does not measure its targets"

// unfit says why the blocks of a run decide nothing; "" if they may. Those of a part do:
// both targets were measured in it.
func unfit(d *results.Document) string {
	if d.Verdict == results.Invalid {
		return itIsInvalid
	}
	return ""
}

// counts says whether a run may be compared: all but parts and invalid ones. What made a
// run suspect is in its values, as far as it is measured; see [Value].
func (n *RunValues) counts() bool { return n.whyNot() == "" }

// whyNot says why a run may not be compared; "" if it may.
func (n *RunValues) whyNot() string {
	switch {
	case n.Verdict == results.Invalid:
		return itIsInvalid
	case n.Partial != "":
		return "the run does not count: " + n.Partial
	case n.Verdict != results.Valid && n.Verdict != results.Suspect && n.Verdict != results.Unknown:
		return "the run has no verdict"
	}
	return ""
}

// earlierValues are the values of a metric in the baseline runs.
type earlierValues struct {
	have     int       // baseline runs that have it
	xs       []float64 // of those that count, on the scale of its differences
	requests int64     // behind them
	added    float64   // what the generator usually adds, in the metric's unit
}

// values returns a target's metric in the baseline runs that have it. Of these, the ones
// count that the generator disturbed little; where they are too few, the least disturbed
// ones, whose wider spread the prediction then has.
func (p *baseline) values(target string, t trait) (out earlierValues) {
	var all []Value
	for i := range p.runs {
		v, ok := p.runs[i].Value(target, t.metric)
		x := t.scaled(v.Value)
		if !ok || v.N < t.requests || math.IsInf(x, 0) || math.IsNaN(x) {
			continue
		}
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b Value) int { return cmp.Compare(a.Added, b.Added) })
	out.have = len(all)
	n := t.undisturbed(all)
	var added []float64
	for _, v := range all[:n] {
		out.xs, out.requests, added = append(out.xs, t.scaled(v.Value)), out.requests+v.N, append(added, v.Added)
	}
	if n > 0 {
		out.added = median(added)
	}
	return out
}

// undisturbed is how many of the values, the least disturbed first, make a baseline: those that
// the generator added no more to than is usual of the least disturbed ones, but for half of
// the smallest change that alarms. What is added is not compared with its own value, or
// runs would be chosen by their values.
func (t trait) undisturbed(all []Value) int {
	if len(all) <= FewestRuns || t.quantile == 0 {
		return len(all)
	}
	var values []float64
	for _, v := range all {
		values = append(values, v.Value)
	}
	most := all[FewestRuns/2].Added + t.effect/2*median(values)
	n, _ := slices.BinarySearchFunc(all, most, func(v Value, most float64) int {
		if v.Added <= most {
			return -1
		}
		return 1
	})
	return max(n, FewestRuns)
}

// share is how much of a value the generator may have added.
func (v *Value) share() float64 {
	if v.Value <= 0 {
		return 0
	}
	return v.Added / v.Value
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
