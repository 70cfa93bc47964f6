package probes

import (
	"slices"
	"time"

	"tollgate/scenarios/probes/estimate"
)

// An initEstimate is how long INIT took.
type initEstimate struct {
	quantiles map[string]estimate.Interval // ms, by "p50", "p90", "p99"
	mean      estimate.Interval            // ms
	method    string
	penalty   *estimate.Interval // ms that a first invocation takes longer than a warm one, INIT aside; nil: not separable
}

// initQuantiles are the percentiles of INIT that are told.
var initQuantiles = []struct {
	name string
	q    float64
}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}

// initOf estimates INIT: as Lambda reported it where it did, else as X-Ray
// recorded it, else as the delay that, added to a warm response, gives a cold
// one.
func (c *coldSorting) initOf() (initEstimate, bool) {
	if e, ok := c.initReported(); ok {
		return e, true
	}
	if e, ok := c.initTraced(); ok {
		return e, true
	}
	cold, warm := c.latencies(coldStart), c.latencies(warmStart)
	d, ok := estimate.Hidden(cold, warm)
	if !ok {
		return initEstimate{}, false
	}
	e := initEstimate{
		quantiles: map[string]estimate.Interval{},
		method: "the log-normal delay which, folded with the warm responses, gives the middle half of the cold ones; " +
			"what a first invocation takes longer than INIT is in it",
	}
	for _, p := range initQuantiles {
		e.quantiles[p.name] = d.Quantile(p.q)
	}
	coldMean, okCold := estimate.Mean([][]float64{cold})
	warmMean, okWarm := estimate.Mean([][]float64{warm})
	if okCold && okWarm {
		e.mean = coldMean.Minus(warmMean)
	}
	return e, true
}

// initReported reads INIT from REPORT lines, proactive starts included: they
// took as long, though nobody waited.
func (c *coldSorting) initReported() (initEstimate, bool) {
	var inits []float64
	for _, in := range c.reported() {
		if in.Init > 0 {
			inits = append(inits, millis(in.Init))
		}
	}
	e, ok := initMeasured(inits, "order statistics of Init Duration in REPORT lines, 95 %")
	if ok {
		e.penalty = c.penaltyOf()
	}
	return e, ok
}

// initTraced reads INIT from traces, proactive starts included.
func (c *coldSorting) initTraced() (initEstimate, bool) {
	var inits []float64
	for i := range c.all {
		if t := c.all[i].traced; t != nil && t.Init > 0 {
			inits = append(inits, millis(t.Init))
		}
	}
	return initMeasured(inits, "order statistics of Initialization in the traces that X-Ray recorded, 95 %")
}

// initMeasured describes INITs that somebody measured one by one.
func initMeasured(inits []float64, method string) (initEstimate, bool) {
	mean, ok := estimate.Mean([][]float64{inits})
	if !ok {
		return initEstimate{}, false
	}
	slices.Sort(inits)
	e := initEstimate{quantiles: map[string]estimate.Interval{}, mean: mean, method: method}
	for _, p := range initQuantiles {
		if q, ok := estimate.Quantile(inits, p.q); ok {
			e.quantiles[p.name] = q
		}
	}
	return e, len(e.quantiles) > 0
}

// penaltyOf is by how much the means of reported Durations differ between first
// and later invocations. Duration is without INIT, so what is left is what a
// first invocation pays beyond it: lazy loading, just-in-time compilation, empty
// caches, first connections.
func (c *coldSorting) penaltyOf() *estimate.Interval {
	var first, later []float64
	for _, in := range c.reported() {
		switch {
		case in.Init > 0:
			first = append(first, millis(in.Duration))
		default:
			later = append(later, millis(in.Duration))
		}
	}
	a, okFirst := estimate.Mean([][]float64{first})
	b, okLater := estimate.Mean([][]float64{later})
	if !okFirst || !okLater {
		return nil
	}
	penalty := a.Minus(b)
	return &penalty
}

// idleGaps are the looks at how long environments live unused, from responses
// that were sent one at a time. The environment was idle for at least the time
// between an answer and the next request, and for at most that and what both
// warm requests spend on their way: transit is the share of a warm response
// that may lie outside the function.
func (c *coldSorting) idleGaps(transit time.Duration) []estimate.Survival {
	var seen []estimate.Survival
	for i := 1; i < len(c.all); i++ {
		before, s := &c.all[i-1], &c.all[i]
		gap := s.sample.Sent - before.sample.Sent - before.sample.Service
		if gap <= 0 {
			continue
		}
		seen = append(seen, estimate.Survival{
			Least: gap.Seconds(), Most: (gap + 2*transit).Seconds(), Alive: s.sort == warmStart,
		})
	}
	return seen
}
