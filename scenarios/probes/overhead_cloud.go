package probes

import (
	"fmt"
	"math"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// cloudParts split the service time by what AWS measured: the gateway is Latency
// less IntegrationLatency, the function its Duration and INIT. What the client
// saw beyond the door's own Latency is the network; what the integration took
// beyond the function is the way from door to function.
//
// Source: API Gateway developer guide, "Amazon API Gateway dimensions and
// metrics" (what Latency and IntegrationLatency span).
func cloudParts(service part, watched map[targets.Role]results.ObservedMetric, h History, told Told) []part {
	latency, integration, duration := watchedMean(watched, targets.RoleLatency), watchedMean(watched, targets.RoleIntegration), watchedMean(watched, targets.RoleDuration)
	if m, seen := watched[targets.RoleLatency]; seen {
		if ours := responsesOf(h); math.Abs(m.Total["SampleCount"]-ours) > 0.02*ours {
			why := fmt.Sprintf("not told: CloudWatch's minutes hold %.0f requests, and this probe had %.0f answers", m.Total["SampleCount"], ours)
			return []part{{name: "gateway", title: "gateway", method: why}, {name: "function", title: "function", method: why}}
		}
	}
	function := functionPart(duration, h, told)
	network := less("network", "network and client", service, latency, "mean service time less the door's mean Latency")
	if !latency.known && integration.known { // a load balancer has no latency of its own
		network = less("network_and_gateway", "network, client and door", service, integration, "mean service time less mean TargetResponseTime")
	}
	parts := []part{
		network,
		less("gateway", "gateway", latency, integration, "mean Latency less mean IntegrationLatency, CloudWatch"),
		function,
	}
	switch {
	case integration.known:
		parts = append(parts, less("to_function", "door to function, unexplained", integration, function, "mean IntegrationLatency less the function's Duration and INIT"))
	case latency.known:
		parts = append(parts, less("to_function", "door and way to function, unexplained", latency, function, "mean Latency less the function's Duration and INIT"))
	default:
		parts = append(parts, less("unexplained", "unexplained", service, function, "mean service time less the function's Duration and INIT"))
	}
	return parts
}

func responsesOf(h History) (n float64) {
	for i := range h {
		for j := range h[i].Samples {
			if h[i].Samples[j].Code > 0 {
				n++
			}
		}
	}
	return n
}

// watchedMean is an average of CloudWatch, which comes without an interval.
func watchedMean(watched map[targets.Role]results.ObservedMetric, role targets.Role) part {
	m, seen := watched[role]
	return part{mean: estimate.Exact(m.Total["Average"]), known: seen, method: "mean of CloudWatch"}
}

// functionPart is the function's time: of the very requests where its log names
// their ids, else its mean Duration, which is without INIT.
func functionPart(duration part, h History, told Told) part {
	var blocks [][]float64
	joined := 0
	for i := range h {
		var block []float64
		for j := range h[i].Samples {
			s := &h[i].Samples[j]
			if in, ok := told.Invocations[s.Mark.RequestID]; ok && s.Mark.RequestID != "" && s.Outcome() == results.OK {
				block = append(block, millis(in.Duration+in.Init))
				joined++
			}
		}
		blocks = append(blocks, block)
	}
	if ours := responsesOf(h); joined > 1 && float64(joined) > 0.98*ours {
		m, ok := estimate.Mean(blocks)
		return part{"function", "function", m, fmt.Sprintf("Duration and INIT of %d requests, joined by request id; 95 %% from means of blocks", joined), ok}
	}
	p := duration
	p.name, p.title, p.method = "function", "function", "mean Duration of CloudWatch, without INIT"
	if !p.known {
		p.method = "not told: neither CloudWatch nor the function's log could be read"
	}
	return p
}

// less is a difference of means. Where one of them is CloudWatch's, over the very
// requests of the other, the difference is theirs and no estimate: it has no
// interval, and what both have in common (a cold start, say) is not its error.
func less(name, title string, a, b part, method string) part {
	if !a.known || !b.known {
		return part{name: name, title: title, method: "not told: " + method}
	}
	return part{name, title, estimate.Exact(a.mean.Value - b.mean.Value), method, true}
}
