package saturation

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A step is one rate with its results.
type step struct {
	probe.Measured
	rate    float64
	broken  []results.Threshold
	behind  bool // the target did not keep up
	strong  bool // of the two degrees of overload
	kept    bool // the target kept up with an overload
	figures figures
	verdict results.Verdict // on the generator
	reasons []string
}

// figures are what thresholds are compared with, over the evaluated part of a step.
type figures struct {
	n, failed, good       int
	throttled, concurrent int // throttled: 503 without a known cause included
	unavailable           int // of the throttled: 503
	seconds               float64
	completed             float64   // good responses per second, by when they ended
	stalled               []float64 // seconds of each stall
	batches               [batches]batch
	times                 []float64 // response times of good responses in ms, sorted
}

// evaluate evaluates a step. In its beginning, of which the search says how much, or as
// long as slow responses take, a target is not yet as busy as it will be: those who will
// be kept by slow requests are not yet.
func (p *search) evaluate(m probe.Measured, slow time.Duration) step {
	s := step{Measured: m, rate: rateOf(m.Stage), figures: p.figures(m, max(p.settle, min(slow, m.For/2)))}
	s.verdict, s.reasons = p.tolerates().Stage(&m)
	s.broken = p.broken(&s.figures)
	s.behind = behind(&s.Measured)
	return s
}

// measured tells what is evaluated: a stage by its samples, and how long slow responses
// take.
type measured struct {
	samples *results.Sample
	n       int
	slow    time.Duration
}

// evaluatedOnce is evaluate, and remembers. Each plan searches through the whole
// history, and most of its time would go into stages that it knows. A conclusion
// evaluates anew: marks may have been read since.
func (p *search) evaluatedOnce(m probe.Measured, slow time.Duration) step {
	if len(m.Samples) == 0 {
		return p.evaluate(m, slow)
	}
	key := measured{&m.Samples[0], len(m.Samples), slow}
	s, known := p.evaluated[key]
	if !known {
		s = p.evaluate(m, slow)
		if p.evaluated == nil {
			p.evaluated = map[measured]step{}
		}
		p.evaluated[key] = s
	}
	s.Measured = m
	return s
}

// tolerates is how much of the generator's own doing the question bears. Where no
// threshold is about response times, lag is not in what is concluded from.
func (p *search) tolerates() probe.Tolerance {
	if p.timed() {
		return probe.OfResponseTimes
	}
	return probe.OfSending
}

// broke says whether the step's rate was too high.
func (s *step) broke() bool { return s.behind || len(s.broken) > 0 }

func isTime(t results.Threshold) bool { return t.Unit() == "ms" }

func (p *search) broken(f *figures) (all []results.Threshold) {
	for _, t := range p.thresholds {
		if x, ok := f.measure(t); !ok || !t.Keeps(x) {
			all = append(all, t)
		}
	}
	return all
}

// unsure says whether a share of bad requests is so close to what a threshold allows
// that chance decides.
func (p *search) unsure(f *figures) bool {
	for _, t := range p.thresholds {
		bad, ok := p.shareOf(t)
		if !ok {
			continue
		}
		if n, _ := bad.all(f); n > 0 {
			if _, far := bad.off(f, 0); !far {
				return true
			}
		}
	}
	return false
}

func (p *search) merge(a, b step) step {
	f, g := &b.figures, &a.figures
	f.n, f.failed, f.good = f.n+g.n, f.failed+g.failed, f.good+g.good
	f.throttled, f.concurrent, f.seconds = f.throttled+g.throttled, f.concurrent+g.concurrent, f.seconds+g.seconds
	f.unavailable += g.unavailable
	for i := range f.batches {
		f.batches[i].merge(g.batches[i])
	}
	f.times = slices.Sorted(slices.Values(slices.Concat(f.times, g.times)))
	b.broken = p.broken(f)
	return b
}

func (p *search) figures(m probe.Measured, settle time.Duration) figures {
	f := figures{seconds: (m.For - settle).Seconds()}
	from, to := m.Started+settle, m.Started+m.For
	for i := range m.Samples {
		x := &m.Samples[i]
		o := x.Outcome()
		if end := x.Due + x.Response(); o == results.OK && end >= from && end < to {
			f.completed += 1 / f.seconds
		}
		if x.Due < from || o == results.OwnFault {
			continue
		}
		f.n++
		part := &f.batches[min(int(batches*(x.Due-from)/max(to-from, 1)), batches-1)]
		part.n++
		switch {
		case o == results.OK:
			f.good++
			f.times = append(f.times, probe.MS(x.Response()))
			part.good++
			p.count(part, probe.MS(x.Response()))
			continue
		case x.Mark.Fault == targets.FaultConcurrency:
			f.concurrent++
		case probe.Throttled(x):
			f.throttled++
			if x.Code == 503 {
				f.unavailable++
			}
		}
		f.failed++
		part.failed++
	}
	slices.Sort(f.times)
	f.stalled = stallsOf(&m, from, to)
	return f
}

// count counts which limits on a percentile a response time is over.
func (p *search) count(b *batch, ms float64) {
	if b.over == nil {
		b.over = make([]int, len(p.thresholds))
	}
	for i, t := range p.thresholds {
		if isTime(t) && ms >= t.Limit {
			b.over[i]++
		}
	}
}

func (f *figures) goodput() float64 { return float64(f.good) / max(f.seconds, 1e-3) }

func (f *figures) errorShare() float64 { return float64(f.failed) / float64(max(f.n, 1)) }

// percentile of the response times in milliseconds; 0 without any.
func (f *figures) percentile(q float64) float64 {
	if len(f.times) == 0 {
		return 0
	}
	return f.times[min(int(q*float64(len(f.times))), len(f.times)-1)]
}

func (f *figures) mean() (sum float64) {
	for _, t := range f.times {
		sum += t / float64(len(f.times))
	}
	return sum
}

// measurable says whether measure knows what the threshold limits.
func measurable(t results.Threshold) bool {
	return t.Timed() && t.Clock == results.Response || slices.Contains([]string{"error_share", "goodput", "rate"}, t.Metric)
}

// measure is the value that a threshold is about, in its unit.
func (f *figures) measure(t results.Threshold) (x float64, ok bool) {
	switch t.Metric {
	case "error_share":
		return f.errorShare(), f.n > 0
	case "goodput":
		return f.goodput(), f.n > 0
	case "rate":
		return float64(f.n) / f.seconds, f.n > 0
	case "mean":
		return f.mean(), f.good > 0
	case "max":
		return f.percentile(1), f.good > 0
	}
	return f.percentile(t.Quantile), f.good > 0
}
