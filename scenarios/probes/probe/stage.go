package probe

import (
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
)

// A Stage is one stretch of a probe's traffic.
type Stage struct {
	Name            string // the probe's name for it: "burst"
	scenarios.Stage        // of arrivals; For includes the quiet after the last request

	// Requests replace the scenario's in this stage; nil: the scenario's.
	Requests []scenarios.Request
	// Pick returns the index of the stage's seq'th request; nil: by weight.
	Pick func(seq uint64) uint16

	// Handshakes says that requests are handshakes of WebSocket, each of which opens a
	// connection that is ended at once.
	Handshakes bool

	// Renew replaces the execution environments of the function before the stage. Such
	// a stage is never sent again.
	Renew bool

	// Flush empties the cache of the target's stage before the stage. Such a stage is
	// never sent again.
	Flush bool

	// Redo is how many stages have to be sent again, this one and those before it that
	// it starts from, if the generator was disturbed in it. 0: it cannot be sent again,
	// as what it measures is used up, or depends on all that was sent before.
	Redo int
	// Afresh says that nothing that was sent before matters for the stage: it is a pause
	// in which the target forgets it, or asks for other things. If the generator was
	// disturbed in a stage without Redo, all since the last such one are sent again.
	Afresh bool
	// Again returns the stage to send in its place, if its very requests would measure
	// something else by then; false: there is none. nil: the stage itself.
	Again func() (Stage, bool)
	// Optional says that the conclusion stands without the stage: it may be left out.
	Optional bool
}

// Quiet is a stage in which nothing is sent.
func Quiet(name string, d time.Duration) Stage {
	return Stage{Name: name, Stage: scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Quiet{}}, For: d}}
}

// Constant is a stage at one rate, in requests per second.
func Constant(name string, rate float64, d time.Duration) Stage {
	return Stage{Name: name, Stage: scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Constant{Rate: scenarios.Rounded(rate)}}, For: d}}
}

// Burst is a stage of n simultaneous requests, and quiet until d.
func Burst(name string, n int64, d time.Duration) Stage {
	return Stage{Name: name, Stage: scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Burst{Requests: n}}, For: d}}
}

// Within shortens a stage to what a history leaves of so many requests and so
// much time; false if that is nothing.
func (s Stage) Within(h History, requests int64, length time.Duration) (Stage, bool) {
	for _, m := range h {
		requests -= m.Due
		length -= m.For
	}
	s.For = min(s.For, length)
	switch shape := s.Shape().(type) {
	case scenarios.Constant:
		s.For = min(s.For, Seconds(float64(requests-1)/shape.Rate.PerSecond()))
	case scenarios.Poisson: // its number varies: four standard deviations more must fit
		root := math.Sqrt(float64(max(requests-1, 0))+4) - 2
		s.For = min(s.For, Seconds(root*root/shape.Rate.PerSecond()))
	}
	return s, s.For >= 50*time.Millisecond && requests > 1
}

// Shape is how the stage's requests arrive.
func (s *Stage) Shape() scenarios.Shape { return s.Load.(scenarios.Arrivals).Shape }

// A Measured is a stage with its results.
type Measured struct {
	Stage
	Started time.Duration    // on the run's clock, like all times of samples
	Samples []results.Sample // in the order of Due; Request indexes the stage's requests
	Health  []results.Health // of the generator, about one a second
	Dropped int64            // samples beyond results.MaxStageSamples
	Due     int64            // requests that the stage was to send; 0 in the closed model
	CPUs    int              // of this machine

	Control *results.Histogram // the control measurement meanwhile; nil: none
	Use     results.StageUse   // "": it is concluded from
}

// A History is the stages of a question that were measured so far.
type History []Measured

// Planned are the stages that plans are made from: without those in whose place others
// were sent.
func (h History) Planned() History { return h.without(results.SentAgain) }

// Concluded are the stages that are concluded from.
func (h History) Concluded() History { return h.without(results.SentAgain, results.LeftOut) }

func (h History) without(uses ...results.StageUse) (all History) {
	for i := range h {
		if !slices.Contains(uses, h[i].Use) {
			all = append(all, h[i])
		}
	}
	return all
}

// Last is the stage measured last; the zero Measured before the first.
func (h History) Last() Measured {
	if len(h) == 0 {
		return Measured{}
	}
	return h[len(h)-1]
}

// Named are the stages of that name, in order.
func (h History) Named(name string) (all History) {
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

// Responses counts the requests that got a response, whatever its status code.
func (h History) Responses() (n int) {
	for _, m := range h {
		for i := range m.Samples {
			if m.Samples[i].Code > 0 {
				n++
			}
		}
	}
	return n
}
