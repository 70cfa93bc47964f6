package saturation

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

const (
	looks   = 30  // at the backlog, in each third of a step
	lengthy = 1.2 // a response time of the last third that is so many times that of the first has grown
	slack   = 2   // requests by which a backlog grows without meaning anything
)

// behind says whether the target did not keep up: the smallest backlog of the last
// third of the step is above the largest of the first third, and requests took
// longer. A pause of the target does not look so if it is shorter than a third of
// the step, nor does a start from nothing, nor responses that take most of the step.
// Times count from when a request was begun: a generator that is late is no backlog.
func behind(m *probe.Measured) bool {
	first, last := thirds(m)
	if len(first) == 0 || len(last) == 0 || estimate.Median(last) <= lengthy*estimate.Median(first) {
		return false
	}
	all := backlogs(m)
	return slices.Min(all[2*looks:]) > slices.Max(all[:looks])+slack
}

// thirds are the response times in the first and last third of a step.
func thirds(m *probe.Measured) (first, last []float64) {
	for i := range m.Samples {
		x := &m.Samples[i]
		if x.Outcome() == results.OwnFault {
			continue
		}
		switch at := x.Due - m.Started; {
		case at < m.For/3:
			first = append(first, probe.MS(x.Response()-x.Lag()))
		case at >= m.For*2/3:
			last = append(last, probe.MS(x.Response()-x.Lag()))
		}
	}
	return first, last
}

// backlogs are the requests that were begun and had no response yet, at even times.
func backlogs(m *probe.Measured) (all [3 * looks]int) {
	begun, ends := make([]time.Duration, 0, len(m.Samples)), make([]time.Duration, 0, len(m.Samples))
	for i := range m.Samples {
		if x := &m.Samples[i]; x.Outcome() != results.OwnFault {
			begun, ends = append(begun, x.Due+x.Lag()), append(ends, x.Due+x.Response())
		}
	}
	slices.Sort(begun)
	slices.Sort(ends)
	for i := range all {
		at := m.Started + m.For*time.Duration(i+1)/time.Duration(len(all))
		arrived, _ := slices.BinarySearch(begun, at)
		ended, _ := slices.BinarySearch(ends, at)
		all[i] = arrived - ended
	}
	return all
}
