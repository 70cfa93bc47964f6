package probes

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
)

// conclude tells what the samples and the function's log say of cold starts.
func (c coldOptions) conclude(h History, told Told, about About) results.Finding {
	s := sortStarts(h.Samples(), told)
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = unhurried(h)
	sample := s.sampled(h)
	s.keepSampled()
	cold, byHow := s.count(coldStart)
	early, _ := s.count(proactive)
	how := s.evidence()
	if how == byLatency && !s.mixed {
		f.Conclusion = fmt.Sprintf("No cold start can be told from a warm one: the latencies of %d responses are of one sort, and no response names its instance.", len(s.all))
		f.Assumptions = append(told.Troubles, "a cold start is slower than a warm response")
		s.tellRenewal(h, told, about.Target, &f)
		return f
	}
	counted := "counted by " + evidenceWords[how]
	words := []string{s.tellCount(cold, sample)}
	f.Values["cold_starts"] = results.Exactly(float64(cold), "count", counted)
	f.Values["proactive_starts"] = results.Exactly(float64(early), "count", counted)
	f.Values["responses"] = results.Exactly(float64(len(s.all)), "count", "good responses that were sorted")
	if share, ok := estimate.Share(cold, int64(len(s.all))); ok && !s.alone {
		f.Values["cold_share"] = valueOf(share, "share", counted+"; Wilson's interval, 95 %; of a load that forces cold starts")
	}
	words = append(words, s.tellSample(sample, &f)...)
	if n := s.reportedInits(); n > 0 {
		f.Values["cold_starts_reported"] = results.Exactly(float64(n), "count", "REPORT lines with an Init Duration in the function's log")
		words = append(words, fmt.Sprintf("the function's log reports %d INITs", n))
	}
	if share, ok := s.largestFan(h); ok && !s.alone && c.renews.Times == 0 {
		f.Values["environments_per_request"] = valueOf(share, "share", "of the most requests at once, those with an environment of their own; Wilson's interval, 95 %")
	}
	if s.environments > 0 {
		f.Values["environments"] = results.Exactly(float64(s.environments), "count", "distinct environments that were named")
	}
	words = append(words, s.tellRenewal(h, told, about.Target, &f)...)
	words = append(words, s.tellInit(&f, told, about)...)
	words = append(words, c.tellIdle(h, &s, &f)...)
	s.tellLatencies(&f)
	f.Conclusion = strings.Join(words, "; ") + "."
	f.Assumptions = slices.Concat(f.Assumptions, s.assumptions(byHow, early), told.Troubles)
	return f
}

// reportedInits counts the environments that Lambda reported to have started.
func (c *coldSorting) reportedInits() (n int) {
	for _, in := range c.reported() {
		if in.Init > 0 {
			n++
		}
	}
	return n
}

// largestFan is the share of the requests of the largest fan-out that had an
// environment of their own: as many as were started up to then, and as those that
// the first fan-out found.
func (c *coldSorting) largestFan(h History) (estimate.Interval, bool) {
	fans := h.Named(stageFan)
	if len(fans) == 0 {
		return estimate.Interval{}, false
	}
	first, last := fans[0], fans[len(fans)-1]
	var environments int64
	for i := range c.all {
		s := &c.all[i]
		if s.sort == coldStart && s.sample.Due < last.Started+last.For || s.sort != coldStart && s.sample.Due < first.Started+first.For {
			environments++
		}
	}
	n := int64(len(last.Samples))
	return estimate.Share(min(environments, n), n)
}

// tellInit adds what INIT takes and costs.
func (c *coldSorting) tellInit(f *results.Finding, told Told, about About) (words []string) {
	e, ok := c.initOf()
	if !ok {
		return []string{"too few to say how long INIT takes"}
	}
	for _, p := range initQuantiles {
		if q, ok := e.quantiles[p.name]; ok {
			f.Values["init_"+p.name] = valueOf(q, "ms", e.method)
		}
	}
	f.Values["init_mean"] = valueOf(e.mean, "ms", "mean of the cold less mean of the warm, or of reported INITs; 95 %")
	if q, ok := e.quantiles["p50"]; ok {
		words = append(words, fmt.Sprintf("half of the INITs take more than %s", msText(q)))
	}
	if e.penalty != nil {
		f.Values["first_invocation_penalty"] = valueOf(*e.penalty, "ms", "mean Duration of first invocations less that of later ones, from REPORT lines; 95 %")
		words = append(words, penaltyText(*e.penalty))
	}
	memory := about.Target.Function.MemoryMB
	if memory == 0 {
		memory = defaultMemory
	}
	gbs := e.mean.Value / 1000 * float64(memory) / 1024
	f.Values["init_gb_s_per_cold_start"] = results.Exactly(gbs, "count", fmt.Sprintf("GB-seconds of mean INIT at %d MB; INIT is billed", memory))
	if usd, ok := initPrice(told, about, gbs); ok {
		f.Values["init_usd_per_million_cold_starts"] = results.Exactly(usd, "usd", "GB-seconds at the book's first tier")
		words = append(words, fmt.Sprintf("a million cold starts add $%.2f to the bill", usd))
	}
	return words
}

// penaltyText says what a first invocation pays beyond INIT, if anything is sure.
func penaltyText(p estimate.Interval) string {
	if p.Holds(0) {
		return fmt.Sprintf("that a first invocation takes longer besides does not show: %s", msText(p))
	}
	return fmt.Sprintf("a first invocation takes %s longer even without INIT", msText(p))
}

// defaultMemory is what scenarios take where they do not say.
const defaultMemory = 512

// initPrice is what the INIT of a million cold starts costs.
// Source: AWS Compute blog, "AWS Lambda standardizes billing for INIT Phase":
// INIT is billed as duration since August 2025.
func initPrice(told Told, about About, gbs float64) (float64, bool) {
	if told.Book == nil {
		return 0, false
	}
	architecture := about.Target.Function.Architecture
	if architecture == "" {
		architecture = "x86_64"
	}
	rate, err := told.Book.Rate(told.Region, pricing.LambdaDuration.Key(architecture))
	if err != nil {
		return 0, false
	}
	million := rate.Cost(pricing.Ratio(int64(math.Round(gbs*1e9)), 1000)) // gbs × 1e6
	return million.Float(), true
}

// tellIdle adds how long environments are kept.
func (c coldOptions) tellIdle(h History, s *coldSorting, f *results.Finding) []string {
	if c.first == 0 || s.alone { // gaps are between all requests, and not between those that were sampled
		return nil
	}
	l, ok := estimate.Bracket(s.idleSince(h, stageIdle))
	const method = "the longest idle gap that was survived and the shortest that was not"
	switch {
	case !ok:
		return nil
	case !l.Bracketed && math.IsInf(l.High, 1):
		f.Values["idle_survived"] = results.Exactly(l.Low, "s", "the longest idle gap, survived")
		return []string{fmt.Sprintf("an environment that was idle for %.4g s was still there", l.Low)}
	}
	f.Values["idle_expiry"] = valueOf(l.Interval, "s", method)
	said := fmt.Sprintf("idle environments are given up after %.4g s (%.4g to %.4g)", l.Value, l.Low, l.High)
	if l.Uneven {
		said += ", not all after the same time"
	}
	return []string{said}
}

// tellLatencies adds the two histograms, apart.
func (c *coldSorting) tellLatencies(f *results.Finding) {
	table := results.Table{Title: "service time in ms", Columns: []string{"start", "responses", "p50", "p90", "p99", "max"}}
	for _, row := range []struct {
		name string
		sort coldSort
	}{{"cold", coldStart}, {"warm", warmStart}, {"proactive", proactive}} {
		ms := slices.Sorted(slices.Values(c.latencies(row.sort)))
		if len(ms) == 0 {
			continue
		}
		cells := []string{row.name, fmt.Sprint(len(ms))}
		for _, p := range initQuantiles {
			cell := "–" // the sample cannot carry it
			if q, ok := estimate.Quantile(ms, p.q); ok {
				cell = fmt.Sprintf("%.1f", q.Value)
				f.Values[row.name+"_"+p.name] = valueOf(q, "ms", "order statistics of service times, 95 %")
			}
			cells = append(cells, cell)
		}
		table.Rows = append(table.Rows, append(cells, fmt.Sprintf("%.1f", ms[len(ms)-1])))
		f.Series = append(f.Series, histogramSeries(row.name, ms))
	}
	f.Tables = append(f.Tables, table)
	if c.mixed && !c.alone {
		f.Values["latency_f1"] = results.Exactly(c.mixture.F1(), "share", "expected F1 of sorting by latency alone, from the fitted mixture")
	}
}

func (c *coldSorting) assumptions(by [numEvidence]int64, early int64) []string {
	said := []string{"responses that failed tell nothing and are left out"}
	if len(c.log) > 0 {
		said = append(said, fmt.Sprintf("the function's log has %d invocations of that time, under other ids than the responses': all are taken to be of these requests", len(c.log)))
	}
	if by[byLatency] > 0 {
		said = append(said, fmt.Sprintf("%d cold starts were found by latency alone, which expects an F1 of %.3f; proactive starts cannot be seen by it", by[byLatency], c.mixture.F1()))
	}
	if by[byMarker] > 0 {
		said = append(said, "an instance that names itself for the first time was new, unless it answered as fast as warm ones")
	}
	if early > 0 {
		said = append(said, "proactive starts: new environments for which no request waited; other traffic may have started them")
	}
	return said
}

// histogramSeries counts values in steps of a tenth of a decade's logarithm.
func histogramSeries(name string, ms []float64) results.Series {
	const steps = 20 // of each decade
	counts := map[int]int{}
	for _, v := range ms {
		counts[int(math.Floor(math.Log10(max(v, 1e-3))*steps))]++
	}
	s := results.Series{Name: name, X: "service time (ms)", Y: "responses"}
	for at, n := range counts {
		s.Points = append(s.Points, [2]float64{math.Pow(10, (float64(at)+0.5)/steps), float64(n)})
	}
	slices.SortFunc(s.Points, func(a, b [2]float64) int { return int(math.Copysign(1, a[0]-b[0])) })
	return s
}

// valueOf makes a value of an interval.
func valueOf(i estimate.Interval, unit, method string) results.Value {
	return results.Between(i.Value, i.Low, i.High, unit, method)
}

func msText(i estimate.Interval) string {
	return fmt.Sprintf("%.4g ms (%.4g to %.4g)", i.Value, i.Low, i.High)
}

func median(values []float64) float64 {
	return estimate.At(slices.Sorted(slices.Values(values)), 0.5)
}

func ms(f float64) time.Duration { return time.Duration(f * float64(time.Millisecond)) }
