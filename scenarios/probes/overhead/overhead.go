// Package overhead is the probe that splits the time of a request: name resolution,
// connection and TLS, the gateway, the function, and the rest.
//
// The parts are differences of means, which may be subtracted, and of single
// requests where the function's log names their ids. Percentiles are never
// subtracted: the p99 of a sum is not the sum of p99s.
package overhead

import (
	"fmt"
	"math"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Probe asks where the time of a request goes.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "overhead", Title: "Where the time goes", Parse: parse}
}

// blocks is the number of stages: intervals are of means of blocks.
const blocks = 10

func parse(o document.Fields, _ probe.About) probe.Question {
	v := probe.ReadSteady(o, 10*time.Second)
	return probe.Question{
		Requests: int64(v.Rate*v.For.Seconds()) + blocks, For: v.For, Peak: v.Rate,
		Tolerates: probe.OfServiceTimes, Spare: v.Spare(blocks),
		Wants: probe.Wants{Log: true, Observed: true}, Plan: v.Stages(blocks), Conclude: conclude,
	}
}

// A part is one share of the time, in ms of the mean.
type part struct {
	name, title string
	mean        estimate.Interval
	method      string
	known       bool
}

func conclude(h probe.History, e probe.Evidence) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	setup, service, total := clientParts(h)
	if !total.known {
		f.Conclusion = "Too few good responses to say where their time went."
		return f
	}
	parts := append(setup, cloudParts(service, h, e)...)
	f.Conclusion = fmt.Sprintf("A request takes %.4g ms in the mean", total.mean.Value)
	table := results.Table{Title: "mean time of a request in ms", Columns: []string{"part", "mean", "95 %", "share", "method"}}
	for _, p := range append(parts, total) {
		if !p.known {
			table.Rows = append(table.Rows, []string{p.title, "–", "–", "–", p.method})
			continue
		}
		bounds, value := "–", results.Exactly(p.mean.Value, "ms", p.method) // a mean of CloudWatch over these very requests has no interval
		if p.mean.Low < p.mean.High {
			bounds, value = fmt.Sprintf("%.3f to %.3f", p.mean.Low, p.mean.High), probe.Value(p.mean, "ms", p.method)
		}
		f.Values[p.name] = value
		table.Rows = append(table.Rows, []string{p.title, fmt.Sprintf("%.3f", p.mean.Value), bounds, fmt.Sprintf("%.1f %%", 100*p.mean.Value/total.mean.Value), p.method})
		if p.name != total.name {
			f.Conclusion += fmt.Sprintf("; %s %.3g ms", p.title, p.mean.Value)
		}
	}
	f.Conclusion += "."
	f.Tables = []results.Table{table}
	f.Assumptions = append([]string{
		"only means are subtracted, never percentiles",
		"the set-up of a connection that is kept is spread over all requests",
	}, e.Troubles...)
	return f
}

func clientParts(h probe.History) (setup []part, service, total part) {
	mean := func(name, title, method string, of func(*results.Sample) time.Duration) part {
		var all [][]float64
		for _, m := range h {
			var block []float64
			for j := range m.Samples {
				if s := &m.Samples[j]; s.Outcome() == results.OK {
					block = append(block, probe.MS(of(s)))
				}
			}
			all = append(all, block)
		}
		i, ok := estimate.Mean(all)
		return part{name, title, i, method + ", client's clock; 95 % from means of blocks", ok}
	}
	fresh := func(s *results.Sample, d time.Duration) time.Duration {
		if s.Reused {
			return 0
		}
		return d
	}
	setup = []part{
		mean("dns", "name resolution", "spread over all requests", func(s *results.Sample) time.Duration { return fresh(s, s.DNS) }),
		mean("connect", "TCP handshake", "spread over all requests", func(s *results.Sample) time.Duration { return fresh(s, s.Connect) }),
		mean("tls", "TLS handshake", "spread over all requests", func(s *results.Sample) time.Duration { return fresh(s, s.TLS) }),
	}
	service = mean("service", "service time", "first byte written to last byte read", func(s *results.Sample) time.Duration { return s.Service })
	total = mean("total", "all together", "connection set-up and service time", func(s *results.Sample) time.Duration {
		return fresh(s, s.DNS+s.Connect+s.TLS) + s.Service
	})
	return setup, service, total
}

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
	joined, invocations := 0, e.ByRequest()
	for _, m := range h {
		var block []float64
		for j := range m.Samples {
			s := &m.Samples[j]
			if in, ok := invocations[s.Mark.RequestID]; ok && s.Outcome() == results.OK {
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
