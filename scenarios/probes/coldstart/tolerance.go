package coldstart

import "tollgate/scenarios/probes/probe"

// tolerance is how much of the generator's own doing the conclusion can bear. Where
// latencies tell cold from warm, what the machine added can make a warm response look
// cold; REPORT lines, instances and traces do not depend on it.
func (c *classification) tolerance() probe.Tolerance {
	if c.basis() == byLatency && len(c.log) == 0 {
		return probe.OfServiceTimes
	}
	return probe.OfReports
}
