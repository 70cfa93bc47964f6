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
// INIT, and of what separates cold responses from warm ones.
const mostStrained = 0.5

// strained says why the machine may have made warm responses of fan-outs look cold. A stage
// is held to its own latency, of which INIT may be most: what the machine adds can be
// little of that, and more than what a cold response is told by.
func (c *classification) strained() (results.Verdict, []string) {
	if c.excess == nil {
		return results.Valid, nil
	}
	if margin := c.excess.delayed.Cut - estimate.Median(c.excess.repeat); c.excess.machine > mostStrained*margin {
		return results.Suspect, []string{fmt.Sprintf("the control measurement on the load generator's own machine took up to %.3g ms in fan-outs, and what takes %.3g ms more than the median of repeats is taken for a cold start", c.excess.machine, margin)}
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
