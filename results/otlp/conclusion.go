package otlp

import (
	"slices"

	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"

	"tollgate/results"
)

// A conclusion is a value of what a run came to.
type conclusion struct {
	name, unit, what string
	of               func(doc *results.Document, add func(x float64, attributes ...*common.KeyValue))
}

// conclusions come with the last delivery.
var conclusions = []conclusion{
	{"tollgate.run.result", "", "1 of the run's result (pass, fail, incomplete) and verdict (valid, suspect, invalid)", func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		add(1, text("tollgate.result", string(doc.Result)), text("tollgate.verdict", string(doc.Verdict)))
	}},
	{"tollgate.threshold.passed", "", "1 of a threshold that passed, 0 of one that failed", func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		for _, t := range doc.Thresholds {
			passed := 0.0
			if t.Passed {
				passed = 1
			}
			add(passed, text("tollgate.threshold", t.Threshold), text("tollgate.scope", t.Scope()))
		}
	}},
	{"tollgate.target.rate", "{request}/s", "Requests per second that ended, while it was the target's turn", ofTargets(func(t *results.TargetDoc) float64 { return t.Rate })},
	{"tollgate.target.goodput", "{request}/s", "Good responses per second", ofTargets(func(t *results.TargetDoc) float64 { return t.Goodput })},
	{"tollgate.target.error_share", "1", "Share of requests that failed", ofTargets(func(t *results.TargetDoc) float64 { return t.ErrorShare })},
	{"tollgate.target.percentile", "s", "Percentiles of good responses, as reports show them", func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		for _, t := range doc.Targets {
			for c := range results.NumClocks {
				p, ok := t.Latency[c.String()]
				if !ok {
					continue
				}
				for _, q := range percentiles {
					if x := q.of(&p); x != nil {
						add(*x/1000, text("tollgate.target", t.Name), text("tollgate.clock", c.String()), text("tollgate.percentile", q.name))
					}
				}
			}
		}
	}},
	{"tollgate.target.month", "{USD}", "The month's bill", func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		for _, t := range doc.Targets {
			if t.Bill != nil {
				add(t.Bill.Month.Float(), text("tollgate.target", t.Name))
			}
		}
	}},
	{"tollgate.run.lag.p99", "s", "How late the generator began requests of the load, 99th percentile", func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		add(doc.Generator.Lag.P99 / 1000)
	}},
	{"tollgate.run.in_flight.max", "{request}", "Most requests in flight", func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		add(float64(doc.Generator.InFlight))
	}},
}

// lacking says what an imported run must have recorded for a conclusion to be known.
var lacking = map[string][]results.Lack{
	"tollgate.target.rate":        {results.LackTimes},
	"tollgate.target.goodput":     {results.LackTimes, results.LackOutcomes},
	"tollgate.target.error_share": {results.LackOutcomes},
	"tollgate.run.lag.p99":        {results.LackGenerator},
	"tollgate.run.in_flight.max":  {results.LackGenerator},
}

// percentiles are those that a report has of a clock.
var percentiles = []struct {
	name string
	of   func(*results.Percentiles) *float64
}{
	{"50", func(p *results.Percentiles) *float64 { return p.P50 }},
	{"90", func(p *results.Percentiles) *float64 { return p.P90 }},
	{"95", func(p *results.Percentiles) *float64 { return p.P95 }},
	{"99", func(p *results.Percentiles) *float64 { return p.P99 }},
	{"99.9", func(p *results.Percentiles) *float64 { return p.P999 }},
	{"100", func(p *results.Percentiles) *float64 {
		if p.N == 0 {
			return nil
		}
		return &p.Max
	}},
}

// ofTargets is a figure of each target.
func ofTargets(of func(*results.TargetDoc) float64) func(*results.Document, func(float64, ...*common.KeyValue)) {
	return func(doc *results.Document, add func(float64, ...*common.KeyValue)) {
		for i := range doc.Targets {
			if t := &doc.Targets[i]; t.Requests > 0 {
				add(of(t), text("tollgate.target", t.Name))
			}
		}
	}
}

// conclude adds what a run came to.
func (m *message) conclude(doc *results.Document) {
	for _, c := range conclusions {
		if slices.ContainsFunc(lacking[c.name], doc.Lacks) {
			continue
		}
		var points []*metrics.NumberDataPoint
		c.of(doc, func(x float64, attributes ...*common.KeyValue) {
			points = append(points, m.real(slices.Clone(attributes), x))
		})
		if points != nil {
			m.add(c.name, c.unit, c.what, gaugeOf(points...))
		}
	}
}
