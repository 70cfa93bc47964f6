package probes

import (
	"context"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// A Probe is one sort of question. Growing by one is a file and a line in
// [Probes].
type Probe struct {
	Name  string // as scenario files spell it: "usage-plan"
	Title string // as reports spell it: "Usage plan"

	// Untried says why no trial request may come before the probe, where it is all
	// that a scenario has; "" where one may. A load before it does more than any trial.
	Untried string

	// Parse reads the options of a question about one target of a scenario.
	// What is wrong is noted in the options (o.Problem and its like), and
	// then the Question is not used.
	Parse func(o *scenarios.Options, about About) Question
}

// An About is what a question is about.
type About struct {
	Scenario *scenarios.Scenario
	Target   targets.Target // without the address, where it stands in the lab
	Yes      bool           // whoever runs it has confirmed what it may cost or use up
}

// A Question is a probe with its options, about one target. Plan and Conclude
// are functions of the history alone.
type Question struct {
	Probe   *Probe
	Target  targets.Target
	Index   int // of the target in the scenario
	Number  int // of the probe in the scenario, from 0
	Refused error

	Requests int64           // sent at most
	For      time.Duration   // of all stages together, at most
	Peak     float64         // the highest arrival rate of any stage, in requests per second, at most
	Marks    scenarios.Marks // where responses name who served them
	Renews   Renewal         // of the function behind the target

	// Plan returns the next stage of traffic; false: it has seen enough.
	Plan func(History) (Stage, bool)
	// Conclude answers the question; see Answer for what it need not fill in.
	Conclude func(History) results.Finding
	// Weigh takes the place of Conclude where it is not nil: it is told what
	// others saw of the same requests, as far as the question wants to know.
	Weigh func(History, Told) results.Finding
	Wants Wants
	// Ask takes the place of all three where it is not nil. It sends single
	// requests itself, one at a time: what no load engine sends, since it is wrong.
	Ask func(context.Context, Asking) results.Finding
}

// An Asking is what a question that sends requests itself needs for that.
type Asking struct {
	Target targets.Target // with its address
	Stamp  targets.Stamp
	Epoch  time.Time // of the run's clock

	// Record takes one sample of each request that was sent, whatever came of it.
	// What is not recorded looks like somebody else's traffic in what AWS counts.
	Record func(*results.Sample)
}

// Answer is the finding of a history. Probe, Title, Target, Requests and
// Seconds follow from the question and the history, and so do Verdict and
// Reasons where Conclude leaves the verdict empty: as [Fitness] has them. An
// invalid finding concludes nothing, whatever Conclude made of it.
func (q *Question) Answer(h History, told Told) results.Finding {
	var f results.Finding
	if q.Weigh != nil {
		f = q.Weigh(h, told)
	} else {
		f = q.Conclude(h)
	}
	return q.signed(f, h)
}

// Asked is the finding of a question that asks by itself.
func (q *Question) Asked(ctx context.Context, a Asking) results.Finding {
	return q.signed(q.Ask(ctx, a), nil)
}

// signed fills in what follows from the question and the history.
func (q *Question) signed(f results.Finding, h History) results.Finding {
	f.Probe, f.Title, f.Target = q.Probe.Name, q.Probe.Title, q.Target.Name
	if f.Verdict == "" {
		f.Verdict, f.Reasons = Fitness(h)
	}
	for _, m := range h {
		f.Requests += int64(len(m.Samples)) + m.Dropped
		f.Seconds += m.For.Seconds()
	}
	if f.Verdict == results.Invalid {
		f.Conclusion = "Nothing can be concluded: the load generator, and not the target, set the result (" + strings.Join(f.Reasons, "; ") + ")."
		f.Values = map[string]results.Value{}
		for i := range f.Checks {
			f.Checks[i].Holds, f.Checks[i].Measured = "unknown", "nothing that can be trusted"
		}
	}
	return f
}

// A Stage is one stretch of a probe's traffic.
type Stage struct {
	Name            string // the probe's word for it: "burst"
	scenarios.Stage        // Shape or Users, and For: quiet after the last request is part of it

	// Requests replace the scenario's in this stage; nil: the scenario's.
	Requests []scenarios.Request
	// Pick says which of the requests the stage's seq'th is; nil: by their weights.
	Pick func(seq uint64) uint16

	// Renew has the function behind the target get new environments before the
	// stage begins: see Renewal.
	Renew bool
}

// A Measured is a stage with what came of it.
type Measured struct {
	Stage
	Started time.Duration    // on the run's clock, on which all times of samples are
	Samples []results.Sample // in the order of Due; Request indexes the stage's requests
	Health  []results.Health // of the generator, about one a second
	Dropped int64            // samples beyond results.MaxStageSamples
	Due     int64            // requests that the stage was to send; 0 in the closed model, where nobody knows
	CPUs    int              // of this machine
}

// A History is what a question's stages measured so far.
type History []Measured

// Last is the stage measured last; the zero Measured before the first.
func (h History) Last() Measured {
	if len(h) == 0 {
		return Measured{}
	}
	return h[len(h)-1]
}

// Named are the stages of that name, in order.
func (h History) Named(name string) (all []Measured) {
	for _, m := range h {
		if m.Name == name {
			all = append(all, m)
		}
	}
	return all
}

// Samples are the samples of all stages, in order.
func (h History) Samples() (all []results.Sample) {
	for _, m := range h {
		all = append(all, m.Samples...)
	}
	return all
}

// Quiet is a stage in which nothing is sent.
func Quiet(name string, d time.Duration) Stage {
	return Stage{Name: name, Stage: scenarios.Stage{Shape: scenarios.Quiet{}, For: d}}
}

// Constant is a stage at one rate, in requests per second.
func Constant(name string, rate float64, d time.Duration) Stage {
	return Stage{Name: name, Stage: scenarios.Stage{Shape: scenarios.Constant{Rate: scenarios.Rounded(rate)}, For: d}}
}

// Burst is a stage of n requests at a rate (0: all at once), and quiet until d.
func Burst(name string, n int64, rate float64, d time.Duration) Stage {
	return Stage{Name: name, Stage: scenarios.Stage{Shape: scenarios.Burst{Requests: n, At: scenarios.Rounded(rate)}, For: d}}
}
