package scenarios

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/scenarios/extract"
)

const (
	maxFlows    = 64
	maxRepeats  = 1000
	maxSendings = 10_000 // of one walk through a flow
)

// A Flow is what a user does: steps in order, each of them a request.
//
// In the closed model a user walks one flow after the other, and thinks in between as the
// stage says. In the open model flows begin on schedule, and their steps follow: the rate
// of a stage counts flows. A step is due when the one before it has ended and the user has
// thought. A step that fails ends its flow.
//
// Rejected: requests next to flows. A request on its own is a flow of one step, and one
// list of weights says what is sent. Rejected: scripts, see the package documentation.
type Flow struct {
	Name   string
	Weight int
	Steps  []Step
	Slots  int // values that its steps leave for later ones, statuses included
}

// A Step is a request of a flow, and what decides whether and how often it is sent.
type Step struct {
	Request int          // among those of the scenario, or of the population
	Think   Distribution // before it is due
	When    *Condition   // nil: always
	Repeat  Repeat
	Extract []extract.Extract
	Slot    int // of its status; those of what it extracts follow

	Elsewhere bool // its request goes to another host than the target
}

// A Repeat says how often a step is sent.
type Repeat struct {
	Most  int          // times
	While *Condition   // it holds after each of them; nil: it need not
	Think Distribution // between them
}

// Sendings is how many requests one walk sends at most.
func (f *Flow) Sendings() (n int) {
	for i := range f.Steps {
		n += f.Steps[i].Repeat.Most
	}
	return n
}

// stride separates the numbers of walks: the n'th request of the k'th walk has number
// k·stride + n. It is the same in all flows of a plan.
func stride(populations []Population) (n uint64) {
	for _, p := range populations {
		for i := range p.Flows {
			n = max(n, uint64(p.Flows[i].Sendings()))
		}
	}
	return max(n, 1)
}

// An Extent is how many requests a walk sends, and how long it thinks. A request without
// a flow has one, and none.
type Extent struct {
	Least, Likely, Most float64 // requests
	Thinks, Mean        time.Duration
}

// Extent is what is known of a walk beforehand. Where conditions decide, a step under when
// may be left out, and is counted as likely; a loop is likely to go half as far as it may.
func (f *Flow) Extent() (e Extent) { return f.extent(func(*Step) bool { return true }) }

// extent counts the requests of some of the steps. Pauses count before all.
func (f *Flow) extent(counts func(*Step) bool) (e Extent) {
	for i := range f.Steps {
		s := &f.Steps[i]
		least, likely := float64(s.Repeat.Most), s.likely()
		if s.Repeat.While != nil {
			least = 1
		}
		mean, shortest := s.Think.Mean(), s.Think.Least()
		e.Mean += mean + time.Duration((likely-1)*float64(s.Repeat.Think.Mean()))
		if s.When != nil {
			least, shortest = 0, 0
		}
		e.Thinks += shortest + time.Duration(max(least-1, 0)*float64(s.Repeat.Think.Least()))
		if counts(s) {
			e.Least, e.Likely, e.Most = e.Least+least, e.Likely+likely, e.Most+float64(s.Repeat.Most)
		}
	}
	return e
}

func (s *Step) likely() float64 {
	if s.Repeat.While != nil {
		return float64(1+s.Repeat.Most) / 2
	}
	return float64(s.Repeat.Most)
}

// weight is the step's share of what is sent, where its flow has a weight.
func (s *Step) weight(flow int) int {
	return int(min(max(1, math.Round(float64(flow)*s.likely())), math.MaxInt32))
}

// toTarget reports whether a step goes to the target.
func toTarget(s *Step) bool { return !s.Elsewhere }

// extentOf is the mean over flows by their weights, of some of their steps; of single
// requests without flows.
func extentOf(flows []Flow, counts func(*Step) bool) Extent {
	if len(flows) == 0 {
		return Extent{Least: 1, Likely: 1, Most: 1}
	}
	var sum Extent
	all := 0
	for i := range flows {
		e, w := flows[i].extent(counts), max(1, flows[i].Weight)
		all += w
		sum.Least += e.Least * float64(w)
		sum.Likely += e.Likely * float64(w)
		sum.Most += e.Most * float64(w)
		sum.Thinks += e.Thinks * time.Duration(w)
		sum.Mean += e.Mean * time.Duration(w)
	}
	n := float64(all)
	return Extent{sum.Least / n, sum.Likely / n, sum.Most / n, sum.Thinks / time.Duration(all), sum.Mean / time.Duration(all)}
}

// flowsUsing says of each flow of a population whether any of its steps uses something
// that some requests do.
func (p *PlannedPopulation) flowsUsing(requests []bool) (flows []bool) {
	for i := range p.Flows {
		flows = append(flows, slices.ContainsFunc(p.Flows[i].Steps, func(s Step) bool { return requests[s.Request] }))
	}
	return flows
}

// flowNames are the names of flows, in order.
func flowNames(all []Flow) []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return names
}

// A PlannedFlow is a flow of a population as an engine walks it.
type PlannedFlow struct {
	Flow
	Number int // among the flows of all populations
}

// Flows are the flows of all populations.
func (p *Plan) Flows() (all []PlannedFlow) {
	for i := range p.Populations {
		all = append(all, p.Populations[i].Walks...)
	}
	return all
}

// planFlows are the flows of a population, with steps that are requests of the plan.
func planFlows(flows []Flow, firstFlow, firstRequest int) (planned []PlannedFlow) {
	for i, f := range flows {
		f.Steps = slices.Clone(f.Steps)
		for k := range f.Steps {
			f.Steps[k].Request += firstRequest
		}
		planned = append(planned, PlannedFlow{f, firstFlow + i})
	}
	return planned
}

// longFlows warns of flows whose users think for longer than flows have to end after a
// block: those that begin late in a block are cut off. Where targets take turns, what they
// take longer than a block comes on top of the run's time.
func (p *Plan) longFlows() (all []error) {
	for i := range p.Populations {
		one := &p.Populations[i]
		for k := range one.Walks {
			thinks := one.Walks[k].Extent().Mean.Round(time.Millisecond)
			switch blocks := one.blocks(); {
			case thinks > p.Scenario.Grace:
				all = append(all, fmt.Errorf("flow %s thinks for about %v, and flows have %v to end after their block (graceful_stop): those that begin in its last %v are cut off; raise graceful_stop, or shorten the pauses", one.Walks[k].Name, thinks, p.Scenario.Grace, (thinks-p.Scenario.Grace).Round(time.Millisecond)))
			case len(one.To) > 1 && thinks*time.Duration(blocks*len(one.To)) > one.Duration()/2:
				all = append(all, fmt.Errorf("flow %s thinks for about %v: each of the %d turns waits so long for its last flows, up to %v longer in all; take fewer blocks, or one target", one.Walks[k].Name, thinks, blocks*len(one.To), thinks*time.Duration(blocks*len(one.To))))
			}
		}
	}
	return all
}

// blocks is how many blocks the stages of a population have together.
func (p *PlannedPopulation) blocks() (n int) {
	for _, stage := range p.Stages {
		n += stage.Blocks
	}
	return n
}
