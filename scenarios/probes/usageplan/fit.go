package usageplan

import (
	"cmp"
	"math"
	"slices"
)

// A bucketFit is the bucket that explains a series of decisions best, with
// intervals by profile likelihood at 95 %.
type bucketFit struct {
	bucket
	RateLow, RateHigh   float64
	BurstLow, BurstHigh float64
}

// drop95 is half the 95 % quantile of chi-squared with one degree of freedom: values
// whose log-likelihood is lower by more lie outside of the interval (Wilks 1938).
const drop95 = 1.92073

// The bounds of the model.
const (
	leastShare  = 2e-4
	mostShare   = 0.10
	leastJitter = 2e-5 // seconds
	mostJitter  = 0.05
)

// A fitter maximises the likelihood of one series.
type fitter struct {
	all    []decision
	spread float64
	best   bucket
	value  float64 // its log-likelihood
	near   float64 // the whole number that the burst must be near; 0: any
}

// fitBucket fits a bucket to decisions, in order, that begin with a full one. It
// needs a few throttled requests; ok is false if there are none.
//
// The likelihood has many modes: a bucket that is larger by one and lost one request
// explains the decisions nearly as well. So it is maximised first with a spread that
// blurs single tokens, and then near each whole number of tokens: bursts are whole
// numbers.
func fitBucket(all []decision) (fit bucketFit, ok bool) {
	start, ok := estimateBucket(all)
	if !ok {
		return bucketFit{}, false
	}
	f := &fitter{all: all, best: start}
	for _, spread := range []float64{1, 0.3} {
		f.spread = spread
		f.value = f.best.logLikelihood(all, spread)
		f.maximise()
	}
	f.spread = minSpread
	if f.best.Jitter*f.best.Rate > oneMode {
		f.value = f.best.logLikelihood(all, f.spread)
		f.maximise()
		fit = f.interval([]*fitter{f})
		fit.BurstLow = math.Floor(f.bound(f.value, -1, byBurst))
		fit.BurstHigh = math.Ceil(f.bound(f.value, 1, byBurst))
		fit.Burst = math.Round(f.best.Burst)
	} else {
		modes := f.modes()
		for range 3 { // a better one may lead to others
			before := f.value
			if modes = append(modes, f.modes()...); f.value < before+0.1 {
				break
			}
		}
		fit = f.interval(modes)
	}
	return fit, true
}

// oneMode is the spread, in tokens, above which there is one wide mode.
const oneMode = 0.3

// interval covers the rates and bursts of all modes within drop95 of the best.
func (f *fitter) interval(modes []*fitter) bucketFit {
	fit := bucketFit{bucket: f.best, RateLow: f.best.Rate, RateHigh: f.best.Rate, BurstLow: f.near, BurstHigh: f.near}
	fit.Burst = f.near
	for _, h := range distinct(modes) {
		if f.value-h.value > drop95 {
			continue
		}
		fit.BurstLow, fit.BurstHigh = min(fit.BurstLow, h.near), max(fit.BurstHigh, h.near)
		fit.RateLow = min(fit.RateLow, h.bound(f.value, -1, byRate))
		fit.RateHigh = max(fit.RateHigh, h.bound(f.value, 1, byRate))
	}
	slack := fit.Rate * 2 * max(fit.Jitter, clockError) / (f.all[len(f.all)-1].At - f.all[0].At - f.emptied())
	fit.RateLow, fit.RateHigh = max(0, fit.RateLow-slack), fit.RateHigh+slack
	return fit
}

// distinct drops modes that are the same one reached from another side.
func distinct(modes []*fitter) (kept []*fitter) {
	slices.SortStableFunc(modes, func(a, b *fitter) int { return cmp.Compare(b.value, a.value) })
	for _, h := range modes {
		if !slices.ContainsFunc(kept, func(k *fitter) bool {
			return k.near == h.near && math.Abs(k.best.Rate/h.best.Rate-1) < 5e-4
		}) {
			kept = append(kept, h)
		}
	}
	return kept
}

// clockError is the least difference between the client's clock and the throttle's
// at either end of a series, which the likelihood does not model.
const clockError = 500e-6

// modes are the best buckets for each plausible whole number of tokens, and for each
// the best near rates that differ by a token or two over the series. f becomes the
// best of all.
func (f *fitter) modes() (all []*fitter) {
	centre := math.Round(f.best.Burst)
	f.best.Burst, f.near = max(1, centre), max(1, centre)
	f.value = f.best.logLikelihood(f.all, f.spread)
	span := f.all[len(f.all)-1].At - f.all[0].At
	begin := f.best
	f.ascend(&all, begin, f.near, span)
	for _, side := range []float64{-1, 1} {
		missed := 0
		for k := 1.0; missed < 3 && centre+side*k >= 1; k++ {
			if best := f.ascend(&all, begin, centre+side*k, span); f.value-best > 4*drop95 {
				missed++
			} else {
				missed = 0
			}
		}
	}
	return all
}

// ascend maximises near one whole number of tokens from several rates, and returns
// the best log-likelihood.
func (f *fitter) ascend(all *[]*fitter, begin bucket, burst, span float64) float64 {
	best := math.Inf(-1)
	for _, shift := range []float64{0, begin.Burst - burst, 1, -1} {
		h := &fitter{all: f.all, spread: f.spread, best: begin}
		h.best.Burst, h.near = burst, burst
		h.best.Rate = max(h.best.Rate+shift/span, h.best.Rate/2)
		step := 0.3 / span / h.best.Rate
		h.value = h.best.logLikelihood(h.all, h.spread)
		h.refine(step)
		*all = append(*all, h)
		best = max(best, h.value)
		if h.value > f.value {
			f.best, f.value, f.near = h.best, h.value, h.near
		}
	}
	return best
}

// bound is how far a parameter can be moved from this mode, down or up, until the
// likelihood is too low against the best of all. It may drop twice as far as for
// independent decisions, since consecutive ones share the lateness of one clock.
func (f *fitter) bound(top, side float64, which int) float64 {
	m, of := f.best, f.dimensions()[which].of
	at := *of(&m)
	likely := func(x float64) bool { return x > 0 && top-f.profile(&m, which, x) <= 2*drop95 }
	inside, step := at, 1e-5*at
	for range 40 {
		if !likely(at + side*step) {
			break
		}
		inside, step = at+side*step, step*1.8
	}
	outside := at + side*step
	for range 5 {
		if x := (inside + outside) / 2; likely(x) {
			inside = x
		} else {
			outside = x
		}
	}
	return max(outside, 0)
}

// profile is the likelihood with one parameter at x, and the other and the leak at
// their best. M is where they were best before, and is updated.
func (f *fitter) profile(m *bucket, which int, x float64) float64 {
	g := &fitter{all: f.all, spread: f.spread, best: *m, near: f.near}
	ds := g.dimensions()
	*ds[which].of(&g.best) = x
	g.value = g.best.logLikelihood(g.all, g.spread)
	free := []dimension{ds[1-which], ds[2]}
	free[0].step, free[1].step = max(0.05, m.Jitter*m.Rate/4), 0.4
	if which == byBurst {
		free[0].step = 1e-3
	}
	for range 6 {
		for i := range free {
			if d := &free[i]; g.try(d, d.step) || g.try(d, -d.step) {
				d.step *= 1.5
			} else {
				d.step /= 2.5
			}
		}
	}
	*m = g.best
	return g.value
}

func (m *bucket) clamp() {
	within := func(x *float64, least, most float64) { *x = min(max(*x, least), most) }
	within(&m.Rate, 1e-3, 1e6)
	within(&m.Burst, 1, 1e7)
	within(&m.Leak, leastShare, mostShare)
	within(&m.Loss, leastShare, mostShare)
	within(&m.Jitter, leastJitter, mostJitter)
}

// overloadOf is by how much, and for how many seconds, a bucket of that rate is
// overloaded to measure it. If single tokens can be seen to come back, more requests
// show more exactly when. If not, a slight overload separates what is refilled from
// what leaks, which grows with the overload.
func overloadOf(rate float64) (times, seconds float64) {
	if rate < 60 {
		return 3, min(max(2, 40/rate), 12)
	}
	return 1.25, min(max(2, 400/rate), 4)
}
