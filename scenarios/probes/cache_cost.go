package probes

import (
	"fmt"
	"math"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// defaultCacheGB is the smallest cache that a stage can have.
// Source: API Gateway developer guide, "Enabling API caching".
const defaultCacheGB = "0.5"

// A cacheMonth is what a month costs with and without the cache: what the cache
// itself costs, and what the function costs that every request calls without it.
type cacheMonth struct {
	requests            int64
	cache, function     float64 // usd
	size, architecture  string
	functionMS          float64
	measuredBy, pricing string
}

// tellMeans adds what a response takes with the cache, in the mean, and what it
// would take without: what a miss takes.
func (c *cacheSorting) tellMeans(f *results.Finding) []string {
	if !c.header && !c.mixed {
		return nil
	}
	const blocks = 10 // looks that follow each other are not independent
	all, misses := make([][]float64, blocks), make([][]float64, blocks)
	for i, l := range c.looks {
		b := i * blocks / len(c.looks)
		all[b] = append(all[b], millis(l.sample.Service))
		if !l.hit {
			misses[b] = append(misses[b], millis(l.sample.Service))
		}
	}
	with, okWith := estimate.Mean(all)
	without, okWithout := estimate.Mean(misses)
	if !okWith || !okWithout {
		return nil
	}
	f.Values["mean_with_cache"] = valueOf(with, "ms", "mean service time of all responses; 95 % from means of blocks")
	f.Values["mean_without_cache"] = valueOf(without, "ms", "mean service time of misses, as if every response were one; 95 % from means of blocks")
	return []string{fmt.Sprintf("a response takes %.4g ms in the mean with the cache, and would take %.4g ms without it", with.Value, without.Value)}
}

// tellCacheCost adds the cost with and without the cache, and the hit ratio at
// which it pays: a hit saves an invocation, and the cache has a fixed price by
// the hour, so the cost falls in a line with the hit ratio.
func tellCacheCost(f *results.Finding, ratio estimate.Interval, s *cacheSorting, told Told, about About) []string {
	m, ok := monthOfCache(s, told, about)
	if !ok {
		return nil
	}
	with := m.cache + m.function*(1-ratio.Value)
	f.Values["month_without_cache"] = results.Exactly(m.function, "usd", "the function alone, called by every request; "+m.pricing)
	f.Values["month_with_cache"] = results.Between(with, m.cache+m.function*(1-ratio.High), m.cache+m.function*(1-ratio.Low), "usd",
		"a cache of "+m.size+" GB, and the function called by every miss; "+m.pricing)
	f.Assumptions = append(f.Assumptions, fmt.Sprintf("the function takes %.3g ms: %s", m.functionMS, m.measuredBy))
	words := []string{fmt.Sprintf("of %d requests a month the function costs $%.2f without the cache, and $%.2f with it", m.requests, m.function, with)}
	if pays := m.cache / m.function; pays <= 1 {
		f.Values["pays_from_hit_ratio"] = results.Exactly(pays, "share", "hourly price of the cache ÷ cost of the invocations that it can save")
		words = append(words, fmt.Sprintf("the cache pays from %.1f %% hits", 100*pays))
	} else {
		words = append(words, "the cache costs more than all invocations that it could save")
	}
	if ratio.Value > 0 {
		needed := float64(m.requests) * m.cache / (m.function * ratio.Value)
		f.Values["pays_from_requests_per_month"] = results.Exactly(math.Ceil(needed), "requests", "at the measured hit ratio")
	}
	return words
}

// monthOfCache prices a month of the scenario's requests.
func monthOfCache(s *cacheSorting, told Told, about About) (m cacheMonth, ok bool) {
	p := about.Scenario.Pricing
	if told.Book == nil || p.RequestsPerMonth == 0 || !about.Target.Kind.UsagePlans {
		return m, false
	}
	m = cacheMonth{requests: p.RequestsPerMonth, size: defaultCacheGB, architecture: about.Target.Function.Architecture, pricing: told.Book.String()}
	if about.Target.CacheGB != "" {
		m.size = about.Target.CacheGB
	}
	if m.functionMS, m.measuredBy, ok = functionTime(s, told); !ok {
		return m, false
	}
	memory := about.Target.Function.MemoryMB
	if memory == 0 {
		memory = defaultMemory
	}
	whole := pricing.Amount{Quantity: pricing.Whole(m.requests), Basis: pricing.Stated, Source: "the scenario's requests per month"}
	t := pricing.Traffic{
		Requests: whole, Invocations: whole, MemoryMB: memory, Architecture: m.architecture, CacheGB: m.size,
		Duration: pricing.Point(int64(m.functionMS*1000), pricing.Measured, m.measuredBy),
	}
	if p.HoursPerMonth > 0 {
		t.Hours = pricing.Amount{Quantity: pricing.Whole(p.HoursPerMonth), Basis: pricing.Stated, Source: "the scenario's hours per month"}
	}
	function, errF := told.Book.Price(told.Region, pricing.Measure([]pricing.Dimension{pricing.LambdaRequests, pricing.LambdaDuration}, t))
	cache, errC := told.Book.Price(told.Region, pricing.Measure([]pricing.Dimension{pricing.RESTCacheHours}, t))
	if errF != nil || errC != nil {
		return m, false
	}
	m.function, m.cache = function.Month.Float(), cache.Month.Float()
	return m, m.function > 0
}

// functionTime is what the function takes: as CloudWatch says, else what a miss
// takes longer than a hit, in the mean.
func functionTime(s *cacheSorting, told Told) (ms float64, by string, ok bool) {
	if told.Observed != nil {
		for _, m := range told.Observed.Metrics {
			if targets.Role(m.Role) == targets.RoleDuration && m.Total["SampleCount"] > 0 {
				return m.Total["Average"], "mean Duration of CloudWatch", true
			}
		}
	}
	hit, okHit := estimate.Mean([][]float64{s.latencies(true)})
	miss, okMiss := estimate.Mean([][]float64{s.latencies(false)})
	more := miss.Value - hit.Value
	return more, "by how much the mean of the misses exceeds that of the hits", okHit && okMiss && more > 0
}
