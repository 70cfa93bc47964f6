package probes

import (
	"fmt"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// Overhead asks where the time of a request goes: into name resolution,
// connection and TLS, into the gateway, into the function, and what is left.
//
// Percentiles are never subtracted: the p99 of a sum is not the sum of p99s.
// Parts are differences of means, which may be subtracted, and of single requests
// where a function's log names their ids.
func Overhead() *Probe {
	return &Probe{Name: "overhead", Title: "Where the time goes", Parse: parseOverhead}
}

// A steadyOptions is what a scenario asks of a probe that sends at one rate.
type steadyOptions struct {
	rate   float64
	length time.Duration
}

// readSteady reads a rate, 20/s unless it is said, and for how long.
func readSteady(o *scenarios.Options, length time.Duration) steadyOptions {
	o.Known("rate", "for")
	v := steadyOptions{rate: 20, length: length}
	if o.Has("rate") {
		v.rate = o.Rate("rate").PerSecond()
	}
	if o.Has("for") {
		v.length = o.Duration("for", time.Second, time.Hour)
	}
	return v
}

func parseOverhead(o *scenarios.Options, about About) Question {
	v := readSteady(o, 10*time.Second)
	return Question{
		Requests: int64(v.rate*v.length.Seconds()) + overheadBlocks, For: v.length, Peak: v.rate,
		Wants: Wants{Log: true, Observed: true}, Plan: v.plan, Weigh: weighOverhead,
	}
}

// overheadBlocks is how many stages there are: means of blocks are what an
// interval is made of.
const overheadBlocks = 10

const stageSteady = "steady"

func (v steadyOptions) plan(h History) (Stage, bool) {
	if len(h) >= overheadBlocks {
		return Stage{}, false
	}
	return Constant(stageSteady, v.rate, v.length/overheadBlocks), true
}

// A part is one share of the time, in ms of the mean.
type part struct {
	name, title string
	mean        estimate.Interval
	method      string
	known       bool
}

// value is the part as a finding has it; a mean of these very requests, which
// CloudWatch has computed, has no interval.
func (p part) value() results.Value {
	if p.mean.Low == p.mean.High {
		return results.Exactly(p.mean.Value, "ms", p.method)
	}
	return valueOf(p.mean, "ms", p.method)
}

func weighOverhead(h History, told Told) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = unhurried(h)
	client := clientParts(h)
	total := client.total
	if !total.known {
		f.Conclusion = "Too few good responses to say where their time went."
		return f
	}
	parts := append(client.parts, cloudParts(client.service, watchedMeans(told), h, told)...)
	table := results.Table{Title: "mean time of a request in ms", Columns: []string{"part", "mean", "95 %", "share", "method"}}
	for _, p := range append(parts, total) {
		if !p.known {
			table.Rows = append(table.Rows, []string{p.title, "–", "–", "–", p.method})
			continue
		}
		f.Values[p.name] = p.value()
		bounds := "–"
		if p.mean.Low < p.mean.High {
			bounds = fmt.Sprintf("%.3f to %.3f", p.mean.Low, p.mean.High)
		}
		table.Rows = append(table.Rows, []string{
			p.title, fmt.Sprintf("%.3f", p.mean.Value), bounds,
			fmt.Sprintf("%.1f %%", 100*p.mean.Value/total.mean.Value), p.method,
		})
	}
	f.Tables = []results.Table{table}
	f.Conclusion = overheadWords(parts, total)
	f.Assumptions = append([]string{
		"means are subtracted from means, percentiles from nothing",
		"a connection that is kept is paid for once: its set-up is spread over all requests",
	}, told.Troubles...)
	return f
}

func overheadWords(parts []part, total part) string {
	said := fmt.Sprintf("A request takes %.4g ms in the mean", total.mean.Value)
	for _, p := range parts {
		if p.known {
			said += fmt.Sprintf("; %s %.3g ms", p.title, p.mean.Value)
		}
	}
	return said + "."
}

// A clientView is what the client itself can tell.
type clientView struct {
	parts          []part
	service, total part
}

func clientParts(h History) clientView {
	blocks := func(of func(*results.Sample) time.Duration) [][]float64 {
		var all [][]float64
		for i := range h {
			var block []float64
			for j := range h[i].Samples {
				if s := &h[i].Samples[j]; s.Outcome() == results.OK {
					block = append(block, millis(of(s)))
				}
			}
			all = append(all, block)
		}
		return all
	}
	mean := func(name, title, method string, of func(*results.Sample) time.Duration) part {
		m, ok := estimate.Mean(blocks(of))
		return part{name, title, m, method + ", client's clock; 95 % from means of blocks", ok}
	}
	fresh := func(of func(*results.Sample) time.Duration) func(*results.Sample) time.Duration {
		return func(s *results.Sample) time.Duration {
			if s.Reused {
				return 0
			}
			return of(s)
		}
	}
	v := clientView{
		service: mean("service", "service time", "first byte written to last byte read", func(s *results.Sample) time.Duration { return s.Service }),
		total: mean("total", "all together", "connection set-up and service time", func(s *results.Sample) time.Duration {
			return fresh(func(s *results.Sample) time.Duration { return s.DNS + s.Connect + s.TLS })(s) + s.Service
		}),
	}
	v.parts = []part{
		mean("dns", "name resolution", "spread over all requests", fresh(func(s *results.Sample) time.Duration { return s.DNS })),
		mean("connect", "TCP handshake", "spread over all requests", fresh(func(s *results.Sample) time.Duration { return s.Connect })),
		mean("tls", "TLS handshake", "spread over all requests", fresh(func(s *results.Sample) time.Duration { return s.TLS })),
	}
	return v
}

// watchedMeans are CloudWatch's averages in ms, by role.
func watchedMeans(told Told) map[targets.Role]results.ObservedMetric {
	means := map[targets.Role]results.ObservedMetric{}
	if told.Observed == nil {
		return means
	}
	for _, m := range told.Observed.Metrics {
		if m.Total["SampleCount"] > 0 {
			means[targets.Role(m.Role)] = m
		}
	}
	return means
}
