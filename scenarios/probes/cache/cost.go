package cache

import (
	"cmp"
	"fmt"
	"math"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// smallestGB is the smallest cache that a stage can have.
// Source: API Gateway developer guide, "Enabling API caching".
const smallestGB = "0.5"

type month struct {
	requests        int64
	cache, function float64 // usd; the function is that of every request
	size            string
	functionMS      float64
	measuredBy      string
}

// addCost adds the cost with and without the cache, and the hit ratio from which it
// pays: a hit saves an invocation, and the cache has a fixed price by the hour, so
// the cost falls linearly with the hit ratio.
func addCost(f *results.Finding, ratio estimate.Interval, r *reading, visits []visit, e probe.Evidence, about probe.About) []string {
	m, ok := monthOf(r, visits, e, about)
	if !ok {
		return nil
	}
	book := e.Book.String()
	with := m.cache + m.function*(1-ratio.Value)
	f.Values["month_without_cache"] = results.Exactly(m.function, "usd", "the function alone, called by every request; "+book)
	f.Values["month_with_cache"] = results.Between(with, m.cache+m.function*(1-ratio.High), m.cache+m.function*(1-ratio.Low), "usd",
		"a cache of "+m.size+" GB, and the function called by every miss; "+book)
	f.Assumptions = append(f.Assumptions, fmt.Sprintf("the function takes %.3g ms: %s", m.functionMS, m.measuredBy))
	text := []string{fmt.Sprintf("of %d requests a month the function costs $%.2f without the cache, and $%.2f with it", m.requests, m.function, with)}
	if pays := m.cache / m.function; pays <= 1 {
		f.Values["pays_from_hit_ratio"] = results.Exactly(pays, "share", "hourly price of the cache ÷ cost of the invocations that it can save")
		text = append(text, fmt.Sprintf("the cache pays from %.1f %% hits", 100*pays))
	} else {
		text = append(text, "the cache costs more than all invocations that it could save")
	}
	if ratio.Value > 0 {
		needed := float64(m.requests) * m.cache / (m.function * ratio.Value)
		f.Values["pays_from_requests_per_month"] = results.Exactly(math.Ceil(needed), "requests", "at the measured hit ratio")
	}
	return text
}

func monthOf(r *reading, visits []visit, e probe.Evidence, about probe.About) (m month, ok bool) {
	p, function := about.Scenario.Pricing, about.Target.Function
	if e.Book == nil || p.RequestsPerMonth == 0 || !about.Target.Kind.UsagePlans {
		return m, false
	}
	m = month{requests: p.RequestsPerMonth, size: cmp.Or(about.Target.CacheGB, smallestGB)}
	if m.functionMS, m.measuredBy, ok = functionTime(r, visits, e); !ok {
		return m, false
	}
	whole := pricing.Amount{Quantity: pricing.Whole(m.requests), Basis: pricing.Stated, Source: "the scenario's requests per month"}
	t := pricing.Traffic{
		Requests: whole, Invocations: whole, MemoryMB: cmp.Or(function.MemoryMB, pricing.DefaultMemoryMB), Architecture: function.Architecture, CacheGB: m.size,
		Duration: pricing.Point(int64(m.functionMS*1000), pricing.Measured, m.measuredBy),
	}
	if p.HoursPerMonth > 0 {
		t.Hours = pricing.Amount{Quantity: pricing.Whole(p.HoursPerMonth), Basis: pricing.Stated, Source: "the scenario's hours per month"}
	}
	price := func(dimensions ...pricing.Dimension) float64 {
		bill, err := e.Book.Price(e.Region, pricing.Measure(dimensions, t))
		ok = ok && err == nil
		return bill.Month.Float()
	}
	m.function, m.cache = price(pricing.LambdaRequests, pricing.LambdaDuration), price(pricing.RESTCacheHours)
	return m, ok && m.function > 0
}

// functionTime is how long the function takes: by CloudWatch, else what a miss
// takes longer than a hit, in the mean.
func functionTime(r *reading, visits []visit, e probe.Evidence) (ms float64, by string, ok bool) {
	if m, _ := e.Metric(targets.RoleDuration); m.Total["SampleCount"] > 0 {
		return m.Total["Average"], "mean Duration of CloudWatch", true
	}
	fast, slow := r.latencies(visits)
	hits, okHit := estimate.Mean([][]float64{fast})
	misses, okMiss := estimate.Mean([][]float64{slow})
	more := misses.Value - hits.Value
	return more, "by how much the mean of the misses exceeds that of the hits", okHit && okMiss && more > 0
}
