package console

import (
	"time"

	"tollgate/results"
	"tollgate/scenarios/session"
)

// A Snapshot is all that the display knows at one moment.
type Snapshot struct {
	session.Progress
	Scenario string
	Asked    float64   // requests per second that the schedule asks for now; 0: the closed model asks for none
	Achieved float64   // that ended lately
	Rates    []float64 // that ended in each of the last seconds, the latest last
	Targets  []Target
	Health   results.Health // of the last second
	CPUs     int
	Cost     string // so far, in words
	Stopping bool   // Ctrl-C was pressed once
	Hurried  bool   // and once more
	Help     bool   // the terms are explained
}

// A Target is what is known of one of them.
type Target struct {
	Name     string
	Outcomes [results.NumOutcomes]int64
	Recent   Latencies // of the last seconds
	Overall  Latencies
}

// Latencies are percentiles of the response time of good responses, in the order
// of the table; negative where the sample is too small. They are computed once a
// second, and not whenever the screen is drawn.
type Latencies [3]time.Duration

// unknown are the percentiles of too few requests.
var unknown = Latencies{-1, -1, -1}

func latenciesOf(h *results.Histogram) Latencies {
	l := unknown
	for i, p := range shown {
		if h.Carries(p.q) {
			l[i] = h.Quantile(p.q)
		}
	}
	return l
}

// ended is how many requests have.
func (t *Target) ended() (n int64) {
	for _, o := range t.Outcomes {
		n += o
	}
	return n
}

// left is how long the load will still take.
func (s *Snapshot) left() time.Duration { return max(0, s.Total-s.Elapsed) }

// share of the load's time that has passed.
func (s *Snapshot) share() float64 {
	if s.Total <= 0 {
		return 0
	}
	return min(1, s.Elapsed.Seconds()/s.Total.Seconds())
}

// outcomes are those of all targets together.
func (s *Snapshot) outcomes() (sum [results.NumOutcomes]int64) {
	for _, t := range s.Targets {
		for o, n := range t.Outcomes {
			sum[o] += n
		}
	}
	return sum
}
