package otlp

import (
	"cmp"
	"strconv"

	"tollgate/results"
)

// A counter is a sum over requests.
type counter struct {
	name, unit, what string
	attribute        string // that its parts differ by; "": there is one
	number           bool   // the attribute is a number
	count            func(s *results.Second, add func(part string, n int64))
}

// counters are the sums over requests.
var counters = []counter{
	{"tollgate.requests", "{request}", "Requests that ended, by outcome", "tollgate.outcome", false, func(s *results.Second, add func(string, int64)) {
		for o, n := range s.Ended {
			add(results.Outcome(o).String(), n)
		}
	}},
	{"tollgate.requests.failed", "{request}", "Requests that ended otherwise than the scenario wants", "", false, func(s *results.Second, add func(string, int64)) {
		add("", s.Failed)
	}},
	{"tollgate.responses", "{response}", "Responses, by HTTP status code", "http.response.status_code", true, func(s *results.Second, add func(string, int64)) {
		for code, n := range s.Status {
			add(strconv.Itoa(code), n)
		}
	}},
	{"tollgate.errors", "{request}", "Requests without a good response, by class of error", "error.type", false, func(s *results.Second, add func(string, int64)) {
		for class, n := range s.Errors {
			if class != results.ErrNone {
				add(class.String(), n)
			}
		}
	}},
	{"tollgate.protocol.requests", "{request}", "Requests, by the protocol that carried them", "tollgate.protocol", false, func(s *results.Second, add func(string, int64)) {
		for p, n := range s.Protocols {
			if p := results.Protocol(p); p != results.UnknownProtocol {
				add(p.String(), n)
			}
		}
	}},
	{"tollgate.connections", "{connection}", "Connections opened", "", false, func(s *results.Second, add func(string, int64)) {
		add("", s.Opened)
	}},
	{"tollgate.io", "By", "Bytes of requests and responses, with headers", "network.io.direction", false, func(s *results.Second, add func(string, int64)) {
		add("transmit", s.Out)
		add("receive", s.In)
	}},
}

// A duration is a histogram of what a clock measured.
type duration struct {
	clock      results.Clock
	name, what string
}

// durations are the histograms, by clock.
var durations = []duration{
	{results.Response, "tollgate.response.duration", "From when a request was due to the last byte of its response"},
	{results.Service, "tollgate.service.duration", "From the first byte of a request to the last byte of its response"},
	{results.FirstByte, "tollgate.first_byte.duration", "From the first byte of a request to the first byte of its response"},
	{results.Connect, "tollgate.connect.duration", "TCP handshakes of new connections, with name resolution"},
	{results.TLS, "tollgate.tls.duration", "TLS handshakes of new connections"},
	{results.Transfer, "tollgate.transfer.duration", "From the first to the last byte of a response"},
	{results.FirstEvent, "tollgate.first_event.duration", "From when a request was due to the first event of its response"},
	{results.Gap, "tollgate.gap.duration", "Gaps between the events of responses"},
	{results.LongestGap, "tollgate.longest_gap.duration", "The longest gap of each response"},
}

// A level is a value of the generator at one time, or a sum over its seconds.
type level struct {
	name, unit, what string
	sum              bool
	of               func(h *results.Health) float64
}

// levels are the health of the load generator.
var levels = []level{
	{"tollgate.requests.in_flight", "{request}", "Most requests in flight within the last second", false, func(h *results.Health) float64 { return float64(h.InFlight) }},
	{"tollgate.generator.lag.p99", "s", "How late the generator began requests of the last second, 99th percentile", false, func(h *results.Health) float64 { return h.LagP99.Seconds() }},
	{"tollgate.generator.lag.max", "s", "How late the generator began requests of the last second, at most", false, func(h *results.Health) float64 { return h.LagMax.Seconds() }},
	{"tollgate.generator.cpu", "{cpu}", "Processors that the generator used in the last second", false, func(h *results.Health) float64 { return h.CPU }},
	{"tollgate.machine.busy", "{cpu}", "Processors in use on the generator's machine in the last second", false, func(h *results.Health) float64 { return h.Machine.Busy }},
	{"tollgate.requests.skipped", "{request}", "Requests left out as late", true, func(h *results.Health) float64 { return float64(h.Skipped) }},
	{"tollgate.requests.retried", "{request}", "Requests sent again as their connection had gone stale", true, func(h *results.Health) float64 { return float64(h.Retried) }},
	{"tollgate.connections.failed", "{connection}", "Connections that could not be opened", true, func(h *results.Health) float64 { return float64(h.Failed) }},
}

// A countKey names one series of a counter.
type countKey struct {
	counter int // in counters
	label   results.Label
	part    string
}

// A durationKey names one series of a histogram.
type durationKey struct {
	duration int // in durations
	label    results.Label
	outcome  results.Outcome
}

func compareLabels(a, b results.Label) int {
	return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Traffic, b.Traffic), cmp.Compare(a.Population, b.Population),
		cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Request, b.Request))
}
