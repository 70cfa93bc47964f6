package saturation

import "tollgate/results"

// A batch is a part of a step. Errors come in clusters, so a step is not as good as
// so many single requests.
type batch struct {
	n, failed, good int
	over            []int // of the good: over the limit of each threshold; nil: none was good
}

func (b *batch) merge(o batch) {
	b.n, b.failed, b.good = b.n+o.n, b.failed+o.failed, b.good+o.good
	if b.over == nil {
		b.over = make([]int, len(o.over))
	}
	for i, k := range o.over {
		b.over[i] += k
	}
}

const batches = 8

func (f *figures) shares() (all []float64) {
	for _, b := range f.batches {
		if b.n > 0 {
			all = append(all, float64(b.failed)/float64(b.n))
		}
	}
	return all
}

// A bad share is what a threshold allows of the requests: failures of all, or
// responses over a limit of the good ones.
type badShare struct {
	threshold int
	allowed   float64
	failures  bool
}

// binding is the threshold that broke at the lowest rate, as a share of bad requests;
// false if it is none, as a mean.
func (p *search) binding(t *state) (b badShare, ok bool) {
	lowest := 0.0
	for _, s := range t.steps {
		if s.verdict != results.Valid || len(s.broken) == 0 || lowest > 0 && s.rate >= lowest {
			continue
		}
		lowest = s.rate
		b, ok = p.shareOf(s.broken[0])
	}
	return b, ok
}

func (p *search) shareOf(x results.Threshold) (badShare, bool) {
	for i, t := range p.thresholds {
		switch {
		case t.Text != x.Text:
		case t.Metric == "error_share" && t.Limit > 0 && t.Limit < 1:
			return badShare{threshold: i, allowed: t.Limit, failures: true}, true
		case isTime(t) && t.Quantile > 0 && t.Quantile < 1:
			return badShare{threshold: i, allowed: 1 - t.Quantile}, true
		}
	}
	return badShare{}, false
}

// of counts the requests of a batch, and the bad ones.
func (b badShare) of(x *batch) (n, bad float64) {
	switch {
	case b.failures:
		return float64(x.n), float64(x.failed)
	case x.over == nil:
		return float64(x.good), 0
	}
	return float64(x.good), float64(x.over[b.threshold])
}

// all counts those of a step.
func (b badShare) all(f *figures) (n, bad float64) {
	for i := range f.batches {
		m, k := b.of(&f.batches[i])
		n, bad = n+m, bad+k
	}
	return n, bad
}
