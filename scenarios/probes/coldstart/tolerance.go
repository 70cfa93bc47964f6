package coldstart

import (
	"fmt"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// tolerance is how much of the generator's own doing the conclusion can bear. Where
// latencies tell cold from warm, what the machine added can make a warm response look
// cold; REPORT lines, instances and traces do not depend on it.
func (c *classification) tolerance() probe.Tolerance {
	if c.basis() == byLatency && len(c.log) == 0 {
		return probe.OfServiceTimes
	}
	return probe.OfReports
}

// mostStrained is how much the machine may add to round trips in fan-outs, as a share of
// what separates cold responses from warm ones.
const mostStrained = 0.5

// strained says why the machine may have made warm responses of fan-outs look cold. A stage
// is held to its own latency, of which INIT may be most: what the machine adds can be
// little of that, and more than what a cold response is told by.
func (c *classification) strained(h probe.History) (results.Verdict, []string) {
	if c.excess == nil {
		return results.Valid, nil
	}
	margin := c.excess.delayed.Cut - estimate.Median(c.excess.repeat)
	for _, m := range h.Named(stageFan) {
		if added, ok := upper(m.Control); ok && probe.MS(added) > mostStrained*margin {
			return results.Suspect, []string{fmt.Sprintf("stage %s: the control measurement on the load generator's own machine took %.3g ms, and %.3g ms more than the median of repeats are taken for a cold start", m.Name, probe.MS(added), margin)}
		}
	}
	return results.Valid, nil
}

// upper is the highest percentile that a control measurement carries.
func upper(control *results.Histogram) (time.Duration, bool) {
	for _, q := range []float64{0.99, 0.9, 0.5} {
		if control != nil && control.Carries(q) {
			return control.Quantile(q), true
		}
	}
	return 0, false
}
