package coldstart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

type initEstimate struct {
	quantiles map[string]estimate.Interval // ms, by "p50", "p90", "p99"
	mean      estimate.Interval            // ms
	method    string
	penalty   *estimate.Interval // ms that a first invocation takes longer than a warm one, INIT aside; nil: unknown
}

// initTime estimates INIT: from REPORT lines, else from traces, else as the delay
// that, added to a warm response, gives a cold one. Proactive starts are included:
// their INIT is as long.
func (c *classification) initTime() (initEstimate, bool) {
	if e, ok := initMeasured(c.reportedInits(), "order statistics of Init Duration in REPORT lines, 95 %"); ok {
		e.penalty = c.penalty()
		return e, true
	}
	var traced []float64
	for i := range c.all {
		if t := c.all[i].trace; t != nil && t.Init > 0 {
			traced = append(traced, probe.MS(t.Init))
		}
	}
	if e, ok := initMeasured(traced, "order statistics of Initialization in the traces that X-Ray recorded, 95 %"); ok {
		return e, true
	}
	if c.excess != nil {
		return initDelayed(c.excess.delayed.Delay, "the log-normal delay which, convolved with the repeats of fan-outs, gives the quartiles of what fan-outs have beyond them; "+withPenalty), true
	}
	if c.compared != nil {
		return initEstimate{}, false
	}
	d, ok := estimate.Hidden(c.latencies(cold), c.baseline())
	if !ok {
		return initEstimate{}, false
	}
	return initDelayed(d, "the log-normal delay which, convolved with the warm responses, gives the middle half of the cold ones; "+withPenalty), true
}

const withPenalty = "it includes what a first invocation takes longer beyond INIT"

func initDelayed(d estimate.Delay, method string) initEstimate {
	e := initEstimate{quantiles: map[string]estimate.Interval{}, mean: d.Average(), method: method}
	for _, p := range probe.Percentiles {
		e.quantiles[p.Name] = d.Quantile(p.Q)
	}
	return e
}

func initMeasured(inits []float64, method string) (initEstimate, bool) {
	mean, ok := estimate.Mean([][]float64{inits})
	if !ok {
		return initEstimate{}, false
	}
	slices.Sort(inits)
	e := initEstimate{quantiles: map[string]estimate.Interval{}, mean: mean, method: method}
	for _, p := range probe.Percentiles {
		if q, ok := estimate.Quantile(inits, p.Q); ok {
			e.quantiles[p.Name] = q
		}
	}
	return e, len(e.quantiles) > 0
}

// penalty is the difference of the mean reported Durations of first and later
// invocations. Duration excludes INIT, so this is lazy loading, just-in-time
// compilation, empty caches and first connections.
func (c *classification) penalty() *estimate.Interval {
	var first, later []float64
	for _, in := range c.reported() {
		if in.Init > 0 {
			first = append(first, probe.MS(in.Duration))
		} else {
			later = append(later, probe.MS(in.Duration))
		}
	}
	a, okFirst := estimate.Mean([][]float64{first})
	b, okLater := estimate.Mean([][]float64{later})
	if !okFirst || !okLater {
		return nil
	}
	p := a.Minus(b)
	return &p
}

func (c *classification) addInit(f *results.Finding, e probe.Evidence, about probe.About) (text []string) {
	t, ok := c.initTime()
	if !ok {
		return []string{"too few to say how long INIT takes"}
	}
	for name, q := range t.quantiles {
		f.Values["init_"+name] = probe.Value(q, "ms", t.method)
	}
	f.Values["init_mean"] = probe.Value(t.mean, "ms", "mean of reported INITs, or of the log-normal delay; 95 %")
	if q, ok := t.quantiles["p50"]; ok {
		text = append(text, "half of the INITs take more than "+msText(q))
	}
	if p := t.penalty; p != nil {
		f.Values["first_invocation_penalty"] = probe.Value(*p, "ms", "mean Duration of first invocations less that of later ones, from REPORT lines; 95 %")
		if p.Holds(0) {
			text = append(text, "no further delay of first invocations shows: "+msText(*p))
		} else {
			text = append(text, fmt.Sprintf("a first invocation takes %s longer even without INIT", msText(*p)))
		}
	}
	memory := cmp.Or(about.Target.Function.MemoryMB, pricing.DefaultMemoryMB)
	gbs := t.mean.Value / 1000 * float64(memory) / 1024
	f.Values["init_gb_s_per_cold_start"] = results.Exactly(gbs, "count", fmt.Sprintf("GB-seconds of mean INIT at %d MB; INIT is billed", memory))
	if usd, ok := initPrice(e, about, gbs); ok {
		f.Values["init_usd_per_million_cold_starts"] = results.Exactly(usd, "usd", "GB-seconds at the book's first tier")
		text = append(text, fmt.Sprintf("a million cold starts add $%.2f to the bill", usd))
	}
	return text
}

// initPrice is what the INIT of a million cold starts costs.
// Source: AWS Compute blog, "AWS Lambda standardizes billing for INIT Phase":
// INIT is billed as duration since August 2025.
func initPrice(e probe.Evidence, about probe.About, gbs float64) (float64, bool) {
	if e.Book == nil {
		return 0, false
	}
	rate, err := e.Book.Rate(e.Region, pricing.LambdaDuration.Key(cmp.Or(about.Target.Function.Architecture, "x86_64")))
	if err != nil {
		return 0, false
	}
	million := rate.Cost(pricing.Ratio(int64(math.Round(gbs*1e9)), 1000)) // gbs × 1e6
	return million.Float(), true
}

func msText(i estimate.Interval) string {
	return fmt.Sprintf("%.4g ms (%.4g to %.4g)", i.Value, i.Low, i.High)
}
