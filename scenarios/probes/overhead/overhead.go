// Package overhead is the probe that splits the time of a request: name resolution,
// connection and TLS, the gateway, the function, and the rest.
//
// The parts are differences of means, which may be subtracted, and of single
// requests where the function's log names their ids. Percentiles are never
// subtracted: the p99 of a sum is not the sum of p99s.
//
// CloudWatch's Latency is of all requests and its IntegrationLatency of those that
// reached the integration. Where some did not, as the cache or the front door itself
// answered, the two are means of different requests, and are not subtracted.
//
// CloudWatch's means are of these very requests and have no interval, but other
// requests would have had other means. The interval of the gateway's part is from the
// minutes of CloudWatch, if there are five: each is a block. Otherwise it is as wide
// as that of the service time less the function's, which holds the gateway's part and
// so varies at least as much, or of the whole service time where requests were not
// joined, which varies more. Rejected: an interval from the percentiles of Latency
// and IntegrationLatency, since the two depend on each other.
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
		bounds, value := "–", results.Exactly(p.mean.Value, "ms", p.method) // the network's part is a difference of means of these very requests
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
	if all, inner := count(e, targets.RoleLatency), count(e, targets.RoleIntegration); latency.known && integration.known && math.Abs(all-inner) > 0.02*all {
		why := fmt.Sprintf("unknown: %.0f of %.0f requests did not reach the integration, so the two means are of different requests", all-inner, all)
		return []part{less("network", "network and client", service, latency, "mean service time less the front door's mean Latency"), {name: "gateway", title: "gateway", method: why}, function}
	}
	spread := spreadOf(service, h, e)
	ofGateway := spread
	if s, ok := spreadOfMinutes(e); ok {
		ofGateway = s
	}
	network := less("network", "network and client", service, latency, "mean service time less the front door's mean Latency")
	if !latency.known && integration.known { // a load balancer has no latency of its own
		network = less("network_and_gateway", "network, client and front door", service, integration, "mean service time less mean TargetResponseTime")
	}
	parts := []part{network, ofGateway.around(less("gateway", "gateway", latency, integration, "mean Latency less mean IntegrationLatency, CloudWatch")), function}
	switch {
	case integration.known:
		return append(parts, spread.around(less("to_function", "front door to function, unexplained", integration, function, "mean IntegrationLatency less the function's Duration and INIT")))
	case latency.known:
		return append(parts, less("to_function", "front door and way to function, unexplained", latency, function, "mean Latency less the function's Duration and INIT"))
	}
	return append(parts, less("unexplained", "unexplained", service, function, "mean service time less the function's Duration and INIT"))
}

// count is how many requests CloudWatch has a value of.
func count(e probe.Evidence, role targets.Role) float64 {
	m, _ := e.Metric(role)
	return m.Total["SampleCount"]
}

// cloudMean is an average of CloudWatch, which has no interval.
func cloudMean(e probe.Evidence, role targets.Role) part {
	m, _ := e.Metric(role)
	return part{mean: estimate.Exact(m.Total["Average"]), known: m.Total["SampleCount"] > 0, method: "mean of CloudWatch"}
}

// A spread is how far the mean of other requests may lie from that of these.
type spread struct {
	half float64 // of the interval; 0: not known
	of   string
}

// spreadOf is the interval of the service time less the function's, over the blocks,
// or of the service time alone where requests were not joined.
func spreadOf(service part, h probe.History, e probe.Evidence) spread {
	rest, joined := beyondFunction(h, e)
	if m, ok := estimate.Mean(rest); ok && joined {
		return spread{(m.High - m.Low) / 2, "at most as wide as that of service time less the function's, from means of blocks"}
	}
	if !service.known {
		return spread{}
	}
	return spread{(service.mean.High - service.mean.Low) / 2, "at most as wide as that of service time, from means of blocks"}
}

// leastMinutes is from how many minutes of CloudWatch there is an interval.
const leastMinutes = 5

// spreadOfMinutes is the interval of mean Latency less mean IntegrationLatency over
// CloudWatch's minutes, those with few requests left out.
func spreadOfMinutes(e probe.Evidence) (spread, bool) {
	latency, _ := e.Metric(targets.RoleLatency)
	integration, _ := e.Metric(targets.RoleIntegration)
	most := 0.0
	inner := map[time.Time]results.ObservedPoint{}
	for _, p := range integration.Points {
		inner[p.At] = p
		most = max(most, p.Values["SampleCount"])
	}
	var minutes [][]float64
	for _, p := range latency.Points {
		if in, ok := inner[p.At]; ok && in.Values["SampleCount"] >= most/4 && in.Values["SampleCount"] == p.Values["SampleCount"] {
			minutes = append(minutes, []float64{p.Values["Average"] - in.Values["Average"]})
		}
	}
	m, ok := estimate.Mean(minutes)
	if !ok || len(minutes) < leastMinutes {
		return spread{}, false
	}
	return spread{(m.High - m.Low) / 2, fmt.Sprintf("from %d minutes of CloudWatch", len(minutes))}, true
}

func (s spread) around(p part) part {
	if p.known && s.half > 0 {
		p.mean.Low, p.mean.High = p.mean.Value-s.half, p.mean.Value+s.half
		p.method += "; 95 % " + s.of
	}
	return p
}

// beyondFunction is by how much each good response took longer than the function, by
// block, and whether the function's log names nearly all of them.
func beyondFunction(h probe.History, e probe.Evidence) (all [][]float64, most bool) {
	return joined(h, e, func(s *results.Sample, in targets.Invocation) time.Duration { return s.Service - in.Duration - in.Init })
}

// joined are values of good responses whose invocations are known, by block.
func joined(h probe.History, e probe.Evidence, of func(*results.Sample, targets.Invocation) time.Duration) (all [][]float64, most bool) {
	n, invocations := 0, e.ByRequest()
	for _, m := range h {
		var block []float64
		for j := range m.Samples {
			s := &m.Samples[j]
			if in, ok := invocations[s.Mark.RequestID]; ok && s.Outcome() == results.OK {
				block = append(block, probe.MS(of(s, in)))
				n++
			}
		}
		all = append(all, block)
	}
	return all, n > 1 && float64(n) > 0.98*float64(h.Responses())
}

// functionPart is the function's time: of these very requests if its log names
// their ids, else its mean Duration, which excludes INIT.
func functionPart(duration part, h probe.History, e probe.Evidence) part {
	all, most := joined(h, e, func(_ *results.Sample, in targets.Invocation) time.Duration { return in.Duration + in.Init })
	if most {
		m, ok := estimate.Mean(all)
		n := 0
		for _, block := range all {
			n += len(block)
		}
		return part{"function", "function", m, fmt.Sprintf("Duration and INIT of %d requests, joined by request id; 95 %% from means of blocks", n), ok}
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
