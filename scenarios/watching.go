package scenarios

import (
	"fmt"
	"math"

	"tollgate/pricing"
	"tollgate/targets"
)

// An evidenceGuess is what reading the evidence that probes want takes.
type evidenceGuess struct {
	line  int64   // bytes that an invocation logs
	reads int64   // until no more lines or traces arrive, every 5 s, for a minute at most
	found float64 // share of the requests of which X-Ray has a trace
}

// Lambda's own lines of an invocation (START, END, REPORT) are about 300 bytes. A function
// that logs its requests writes more. X-Ray samples the first request of each second and
// 5 % of the others, unless told otherwise.
// Source: X-Ray developer guide, "Configuring sampling rules".
var (
	leastEvidence = evidenceGuess{line: 300, reads: 2}
	someEvidence  = evidenceGuess{line: 1 << 10, reads: 3, found: 0.05}
	mostEvidence  = evidenceGuess{line: 16 << 10, reads: 13, found: 1}
)

// Where a price book lacks them: list prices of us-east-1, in no free tier. A metric that
// GetMetricData is asked for is $0.01 per 1,000, a trace that is retrieved or scanned $0.50
// per million; Logs Insights takes $0.0077 a GB in the most expensive region of the books.
// Sources: the pricing pages of CloudWatch and X-Ray, and the books.
var watchingPrices = []struct {
	of    pricing.Dimension
	price pricing.Quantity
}{
	{pricing.MetricsRead, pricing.Ratio(1, 100_000)},
	{pricing.LogsScanned, pricing.Ratio(77, 10_000)},
	{pricing.TracesRead, pricing.Ratio(1, 2_000_000)},
}

// mostLines is how many lines one query of Logs Insights returns; a window with more is read
// in halves, each of which is scanned again. mostTraces is how many are read at most.
const (
	mostLines  = 10_000
	mostTraces = 5_000
)

// estimateWatching says what reading metrics, logs and traces of a target costs. Targets that
// share a function ask for its metrics once: the first of them pays. What others log
// meanwhile to the same group is scanned as well, and not in it.
func (p *Plan) estimateWatching(target int, book *pricing.Book) (r Range) {
	metrics := p.metricsOf(target)
	for _, c := range []struct {
		guess guess
		cost  *pricing.Money
	}{{lowGuess, &r.Low}, {likelyGuess, &r.Likely}, {highGuess, &r.High}} {
		traffic := pricing.Traffic{Watching: p.watching(target, metrics, c.guess)}
		for _, one := range watchingPrices {
			usage := pricing.Measure([]pricing.Dimension{one.of}, traffic)
			if len(usage) == 0 {
				continue
			}
			bill, err := book.Price(p.Scenario.Targets[target].Region, usage)
			if err != nil {
				bill.Month = pricing.Money(one.price).Times(one.of.Meter(traffic).Quantity)
			}
			*c.cost = c.cost.Add(bill.Month)
		}
	}
	return r
}

// watching is what is read of a target, counted as a bill counts it.
func (p *Plan) watching(target int, metrics int64, g guess) (w pricing.Watching) {
	amount := func(q pricing.Quantity) pricing.Amount {
		return pricing.Amount{Quantity: q, Basis: pricing.Assumed, Source: "guess before the run"}
	}
	var scanned, traces float64
	t := p.Scenario.Targets[target]
	readings := int64(1)
	for _, a := range p.Probes {
		if a.Target != t.Name {
			continue
		}
		if a.Reads.Metrics {
			readings++
		}
		if !a.Reads.Log || t.Function.Name == "" {
			continue
		}
		e, n := g.evidence, float64(a.Requests)
		halves := max(0, math.Ceil(math.Log2(n/mostLines)))
		scanned += n * float64(e.line*e.reads) * (1 + halves)
		one := float64(e.reads)
		if a.Reads.Traces {
			one *= 2 // they are found first, and read then
		}
		traces += one * math.Round(e.found*min(n, mostTraces))
	}
	w.MetricsRead = amount(pricing.Whole(metrics * g.reads * readings))
	w.Scanned = amount(pricing.Ratio(int64(min(scanned, math.MaxInt64/2)), 1<<30))
	w.TracesRead = amount(pricing.Whole(int64(traces)))
	return w
}

// metricsOf is how many metrics are read of a target, one for each statistic, which none of
// the targets before it has read.
func (p *Plan) metricsOf(target int) (n int64) {
	seen := map[string]bool{}
	for i, t := range p.Scenario.Targets[:target+1] {
		if t.Lab {
			continue
		}
		for w, dims := range t.Read() {
			for _, stat := range w.Stats {
				key := fmt.Sprintf("%q %v %q", []string{t.Region, w.Region, t.CloudWatch, w.Namespace, w.Metric, stat}, t.Access, dims)
				if i == target && !seen[key] {
					n++
				}
				seen[key] = true
			}
		}
	}
	return n
}

// WatchingText says what is read at AWS after a run, and what it costs at most; "" for
// nothing.
func (p *Plan) WatchingText(e *Estimate) string {
	var most pricing.Money
	var metrics int64
	for i, t := range p.Scenario.Targets {
		most = most.Add(e.Targets[i].Watching.High)
		if !t.Lab {
			metrics += p.metricsOf(i)
		}
	}
	if most.Cmp(pricing.Money{}) == 0 {
		return ""
	}
	what := pricing.Counted(metrics, "metric") + " of CloudWatch"
	reads := func(of func(Reads) bool) bool {
		for _, a := range p.Probes {
			named := func(t targets.Target) bool { return t.Name == a.Target && !t.Lab && t.Function.Name != "" }
			for _, t := range p.Scenario.Targets {
				if of(a.Reads) && named(t) {
					return true
				}
			}
		}
		return false
	}
	if reads(func(r Reads) bool { return r.Log }) {
		what += ", the function's log and traces"
	}
	return fmt.Sprintf("%s, until they are complete: at most %s of the cost", what, Dollars(most))
}
