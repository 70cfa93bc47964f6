package overhead

import (
	"fmt"
	"math"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// cloudParts split the service time by what AWS measured: the gateway is Latency
// less IntegrationLatency, the function its Duration and INIT. What the client saw
// beyond the front door's Latency is the network; what the integration took beyond
// the function is the way between front door and function.
//
// Source: API Gateway developer guide, "Amazon API Gateway dimensions and
// metrics" (what Latency and IntegrationLatency span).
func cloudParts(service part, h probe.History, e probe.Evidence) []part {
	latency, integration, duration := cloudMean(e, targets.RoleLatency), cloudMean(e, targets.RoleIntegration), cloudMean(e, targets.RoleDuration)
	if m, seen := e.Metric(targets.RoleLatency); seen && m.Total["SampleCount"] > 0 {
		if counted, ours := m.Total["SampleCount"], float64(h.Responses()); math.Abs(counted-ours) > 0.02*ours {
			why := fmt.Sprintf("unknown: CloudWatch counted %.0f requests in these minutes, and this probe got %.0f responses", counted, ours)
			return []part{{name: "gateway", title: "gateway", method: why}, {name: "function", title: "function", method: why}}
		}
	}
	function := functionPart(duration, h, e)
	network := less("network", "network and client", service, latency, "mean service time less the front door's mean Latency")
	if !latency.known && integration.known { // a load balancer has no latency of its own
		network = less("network_and_gateway", "network, client and front door", service, integration, "mean service time less mean TargetResponseTime")
	}
	parts := []part{network, less("gateway", "gateway", latency, integration, "mean Latency less mean IntegrationLatency, CloudWatch"), function}
	switch {
	case integration.known:
		return append(parts, less("to_function", "front door to function, unexplained", integration, function, "mean IntegrationLatency less the function's Duration and INIT"))
	case latency.known:
		return append(parts, less("to_function", "front door and way to function, unexplained", latency, function, "mean Latency less the function's Duration and INIT"))
	}
	return append(parts, less("unexplained", "unexplained", service, function, "mean service time less the function's Duration and INIT"))
}

// cloudMean is an average of CloudWatch, which has no interval.
func cloudMean(e probe.Evidence, role targets.Role) part {
	m, _ := e.Metric(role)
	return part{mean: estimate.Exact(m.Total["Average"]), known: m.Total["SampleCount"] > 0, method: "mean of CloudWatch"}
}

// functionPart is the function's time: of these very requests if its log names
// their ids, else its mean Duration, which excludes INIT.
func functionPart(duration part, h probe.History, e probe.Evidence) part {
	var all [][]float64
	joined := 0
	for _, m := range h {
		var block []float64
		for j := range m.Samples {
			s := &m.Samples[j]
			if in, ok := e.Invocations[s.Mark.RequestID]; ok && s.Mark.RequestID != "" && s.Outcome() == results.OK {
				block = append(block, probe.MS(in.Duration+in.Init))
				joined++
			}
		}
		all = append(all, block)
	}
	if joined > 1 && float64(joined) > 0.98*float64(h.Responses()) {
		m, ok := estimate.Mean(all)
		return part{"function", "function", m, fmt.Sprintf("Duration and INIT of %d requests, joined by request id; 95 %% from means of blocks", joined), ok}
	}
	p := part{"function", "function", duration.mean, "mean Duration of CloudWatch, without INIT", duration.known}
	if !p.known {
		p.method = "unknown: neither CloudWatch nor the function's log could be read"
	}
	return p
}

// less is a difference of means. Where one of them is CloudWatch's, over the very
// requests of the other, the difference is exact and has no interval.
func less(name, title string, a, b part, method string) part {
	if !a.known || !b.known {
		return part{name: name, title: title, method: "unknown: " + method}
	}
	return part{name, title, estimate.Exact(a.mean.Value - b.mean.Value), method, true}
}
