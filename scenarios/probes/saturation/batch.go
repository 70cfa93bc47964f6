package saturation

import (
	"maps"
	"math"
	"slices"
	"time"

	"tollgate/results"
)

// A batch is a part of a step. Errors come in clusters, so a step is not as good as
// so many single requests.
type batch struct {
	n, failed, good int
	over            []int // of the good: over the limit of each threshold; nil: none was good
}

func (b *batch) merge(o batch) {
	b.n, b.failed, b.good = b.n+o.n, b.failed+o.failed, b.good+o.good
	if b.over = slices.Clone(b.over); b.over == nil && o.over != nil { // other copies of the step keep theirs
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

// clusters is by how much the variance of the bad requests of a step exceeds that of
// single ones. Errors come in clusters: twice that is taken for them. How long
// responses take together, the parts of the step show.
func (b badShare) clusters(f *figures) (factor float64) {
	factor = 2
	if b.failures {
		return factor
	}
	n, bad := b.all(f)
	share := (bad + b.allowed) / (n + 1)
	squares, parts := 0.0, 0.0
	for i := range f.batches {
		if m, k := b.of(&f.batches[i]); m > 0 {
			squares += (k - m*share) * (k - m*share) / (m * share * (1 - share))
			parts++
		}
	}
	return max(factor, squares/max(parts-1, 1))
}

// sides are the highest rate at which fewer requests were bad than is allowed by more
// than chance, and the lowest above it at which more were; 0: there is none. Steps at the
// same rate are taken together. The limit is that on response times.
func (b badShare) sides(t *state, limit time.Duration) (held, broken float64) {
	together := map[float64]*figures{}
	for i := range t.steps {
		s := &t.steps[i]
		if s.verdict != results.Valid || !s.drained(t) && s.broke() {
			continue
		}
		f := together[s.rate]
		if f == nil {
			f = &figures{}
			together[s.rate] = f
		}
		for j := range f.batches {
			f.batches[j].merge(s.figures.batches[j])
		}
	}
	rates, least := slices.Sorted(maps.Keys(together)), b.stalling(t, limit)
	for _, rate := range rates {
		if off, far := b.off(together[rate], least); far && off < 0 {
			held = rate
		}
	}
	for _, rate := range rates {
		if off, far := b.off(together[rate], least); rate > held && far && off > 0 {
			return held, rate
		}
	}
	return held, 0
}

// stalling is the largest clusters factor of any step where the target at times stood
// still for longer than a response may take: a step without a stall does not show how they
// come. Where half of the requests are bad, the queue makes them so.
func (b badShare) stalling(t *state, limit time.Duration) (factor float64) {
	if len(t.stalls.seen) == 0 || slices.Max(t.stalls.seen) < limit.Seconds() {
		return 0
	}
	for i := range t.steps {
		f := &t.steps[i].figures
		if n, bad := b.all(f); bad < n/2 {
			factor = max(factor, b.clusters(f))
		}
	}
	return factor
}

// off is by how much the share of bad requests is above what is allowed, and whether
// that is more than chance, where bad requests come in clusters of at least a size.
func (b badShare) off(f *figures, least float64) (by float64, far bool) {
	n, bad := b.all(f)
	if n == 0 {
		return 0, false
	}
	by = bad/n - b.allowed
	return by, math.Abs(by) >= 2*math.Sqrt(max(b.clusters(f), least)*b.allowed*(1-b.allowed)/n)
}

// clustering is the mean of the clusters of the steps near the bracket.
func (b badShare) clustering(t *state) float64 {
	sum, n := 0.0, 0.0
	for i := range t.steps {
		if s := &t.steps[i]; s.verdict == results.Valid && s.rate > t.low/2 && s.rate < 2*t.high {
			sum, n = sum+b.clusters(&s.figures), n+1
		}
	}
	return max(sum/max(n, 1), 2)
}

// all counts those of a step.
func (b badShare) all(f *figures) (n, bad float64) {
	for i := range f.batches {
		m, k := b.of(&f.batches[i])
		n, bad = n+m, bad+k
	}
	return n, bad
}
