package saturation

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// stalls are when a target stood still, as for a garbage collection. The overloaded
// steps are too short to see how often: every step shows them.
type stalls struct {
	seen    []float64 // seconds
	seconds float64   // that were looked at
}

// A stall is so many times as long as responses are apart in the mean, and so many
// requests arrive in its first half without a response.
const (
	stallTimes    = 10
	stallRequests = 5
)

func (s *stalls) add(of *step) {
	s.seen = append(s.seen, of.figures.stalled...)
	s.seconds += of.figures.seconds
}

// stallsOf finds the stalls of a stage between two times: their lengths in seconds.
func stallsOf(m *probe.Measured, from, to time.Duration) (all []float64) {
	begun, ends := ordered(m)
	first, _ := slices.BinarySearch(ends, from)
	last, _ := slices.BinarySearch(ends, to)
	if last-first < stallTimes {
		return nil
	}
	least := stallTimes * (to - from) / time.Duration(last-first)
	for i := max(first, 1); i < last; i++ {
		gap := ends[i] - ends[i-1]
		if gap < least {
			continue
		}
		a, _ := slices.BinarySearch(begun, ends[i-1])
		b, _ := slices.BinarySearch(begun, ends[i-1]+gap/2)
		if b-a >= stallRequests {
			all = append(all, (ends[i] - max(ends[i-1], from)).Seconds())
		}
	}
	if rest := to - ends[last-1]; rest >= least { // it goes on beyond the step
		all = append(all, rest.Seconds())
	}
	return all
}

// ordered are when requests were begun, and when those with a response ended.
func ordered(m *probe.Measured) (begun, ends []time.Duration) {
	for i := range m.Samples {
		x := &m.Samples[i]
		if x.Outcome() == results.OwnFault {
			continue
		}
		begun = append(begun, x.Due+x.Lag())
		ends = append(ends, x.Due+x.Response())
	}
	slices.Sort(begun)
	slices.Sort(ends)
	return begun, ends
}

// awake is what was completed per second, without the stalls: it says whether the capacity
// changed, where the number of stalls is chance.
func (f *figures) awake() float64 {
	stood := 0.0
	for _, x := range f.stalled {
		stood += x
	}
	return f.completed / (1 - min(stood/f.seconds, 0.9))
}

// stalling widens the interval of a capacity by what is not known of stalls: of those
// that were seen, one more or one less may fall into a time of that length, wherever the
// steps lie.
func (t *state) stalling(c estimate.Interval) estimate.Interval {
	if len(t.stalls.seen) == 0 {
		return c
	}
	stood, seconds := 0.0, 0.0
	for _, s := range t.measured() {
		seconds += s.figures.seconds
		for _, x := range s.figures.stalled {
			stood += x
		}
	}
	all, longest := 0.0, slices.Max(t.stalls.seen)
	for _, x := range t.stalls.seen {
		all += x
	}
	free := c.Value / (1 - min(stood/seconds, 0.9))
	c.Low = min(c.Low, free*(1-(all+longest)/t.stalls.seconds))
	c.High = max(c.High, free*(1-max(all-longest, 0)/t.stalls.seconds))
	return c
}
