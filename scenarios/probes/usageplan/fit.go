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
	Refused             int // decisions that were refused
}

// drop95 is half the 95 % quantile of chi-squared with one degree of freedom:
// values whose likelihood is lower by more lie outside of the interval (Wilks 1938).
const drop95 = 1.92073

// The bounds of what the model allows for.
const (
	leastShare = 2e-4
	mostShare  = 0.10
	leastHaze  = 2e-5 // seconds
	mostHaze   = 0.05
)

// A fitter climbs the likelihood of one series.
type fitter struct {
	all   []decision
	floor float64
	best  bucket
	value float64 // its log-likelihood
	whole float64 // that the burst must be near; 0: anything
}

// fitBucket finds the bucket behind decisions, in order, that begin with a full
// one. It needs a few refusals; ok is false where there are none.
//
// The hill of the likelihood is many hills: a bucket that is larger by one and
// has lost one request explains nearly as much. So it is climbed from afar, on a
// clock too hazy to tell single tokens apart, and then each whole number of
// tokens nearby is tried by itself: bursts are whole numbers.
func fitBucket(all []decision) (fit bucketFit, ok bool) {
	start, refused, ok := estimateBucket(all)
	if !ok {
		return bucketFit{Refused: refused}, false
	}
	f := &fitter{all: all, best: start}
	for _, floor := range []float64{1, 0.3} {
		f.floor = floor
		f.value = f.best.logLikelihood(all, floor)
		f.climb()
	}
	f.floor = hazeFloor
	if f.best.Jitter*f.best.Rate > oneHill {
		f.value = f.best.logLikelihood(all, f.floor)
		f.climb()
		fit = f.interval([]*fitter{f})
		fit.BurstLow = math.Floor(f.end(f.value, -1, byBurst))
		fit.BurstHigh = math.Ceil(f.end(f.value, 1, byBurst))
		fit.Burst = math.Round(f.best.Burst)
	} else {
		hills := f.hills()
		for range 3 { // from a better hill others may be seen
			before := f.value
			if hills = append(hills, f.hills()...); f.value < before+0.1 {
				break
			}
		}
		fit = f.interval(hills)
	}
	fit.Refused = refused
	return fit, true
}

// oneHill is the haze, in tokens, from which there is one wide hill.
const oneHill = 0.3

// interval spans the rates and bursts of all hills that are high enough.
func (f *fitter) interval(hills []*fitter) bucketFit {
	fit := bucketFit{bucket: f.best, RateLow: f.best.Rate, RateHigh: f.best.Rate, BurstLow: f.whole, BurstHigh: f.whole}
	fit.Burst = f.whole
	for _, h := range distinct(hills) {
		if f.value-h.value > drop95 {
			continue
		}
		fit.BurstLow, fit.BurstHigh = min(fit.BurstLow, h.whole), max(fit.BurstHigh, h.whole)
		fit.RateLow = min(fit.RateLow, h.end(f.value, -1, byRate))
		fit.RateHigh = max(fit.RateHigh, h.end(f.value, 1, byRate))
	}
	slack := fit.Rate * 2 * max(fit.Jitter, clockSlack) / (f.all[len(f.all)-1].At - f.all[0].At - f.emptied())
	fit.RateLow, fit.RateHigh = max(0, fit.RateLow-slack), fit.RateHigh+slack
	return fit
}

// distinct are the highest of the hills that are the same one climbed from
// another side.
func distinct(hills []*fitter) (kept []*fitter) {
	slices.SortStableFunc(hills, func(a, b *fitter) int { return cmp.Compare(b.value, a.value) })
	for _, h := range hills {
		if !slices.ContainsFunc(kept, func(k *fitter) bool {
			return k.whole == h.whole && math.Abs(k.best.Rate/h.best.Rate-1) < 5e-4
		}) {
			kept = append(kept, h)
		}
	}
	return kept
}

// clockSlack is how far the client's clock may at least be from that of whoever
// counts, at either end of a series. No likelihood knows how it is distributed.
const clockSlack = 500e-6

// hills are the best buckets of every whole number of tokens that may be the
// answer, and for each the best near rates that differ by a token or two over
// the whole series. The best of all is f's.
func (f *fitter) hills() (all []*fitter) {
	centre := math.Round(f.best.Burst)
	f.best.Burst, f.whole = max(1, centre), max(1, centre)
	f.value = f.best.logLikelihood(f.all, f.floor)
	span := f.all[len(f.all)-1].At - f.all[0].At
	begin := f.best
	f.visit(&all, begin, f.whole, span)
	for _, side := range []float64{-1, 1} {
		missed := 0
		for k := 1.0; missed < 3 && centre+side*k >= 1; k++ {
			if best := f.visit(&all, begin, centre+side*k, span); f.value-best > 4*drop95 {
				missed++
			} else {
				missed = 0
			}
		}
	}
	return all
}

// visit climbs the hills of one whole number of tokens, and returns the height
// of the highest.
func (f *fitter) visit(all *[]*fitter, begin bucket, burst, span float64) float64 {
	best := math.Inf(-1)
	for _, shift := range []float64{0, begin.Burst - burst, 1, -1} {
		h := &fitter{all: f.all, floor: f.floor, best: begin}
		h.best.Burst, h.whole = burst, burst
		h.best.Rate = max(h.best.Rate+shift/span, h.best.Rate/2)
		step := 0.3 / span / h.best.Rate
		h.value = h.best.logLikelihood(h.all, h.floor)
		h.refine(step)
		*all = append(*all, h)
		best = max(best, h.value)
		if h.value > f.value {
			f.best, f.value, f.whole = h.best, h.value, h.whole
		}
	}
	return best
}

// end is how far a parameter can be moved from this hill, down or up, until the
// likelihood is too low against the best of all. It may drop twice as far as
// independent decisions would have it: those that follow each other share the
// lateness of one clock.
func (f *fitter) end(top, side float64, which int) float64 {
	m, of := f.best, f.dimensions()[which].of
	at := *of(&m)
	worth := func(x float64) bool { return x > 0 && top-f.held(&m, which, x) <= 2*drop95 }
	inside, step := at, 1e-5*at
	for range 40 {
		if !worth(at + side*step) {
			break
		}
		inside, step = at+side*step, step*1.8
	}
	outside := at + side*step
	for range 5 {
		if x := (inside + outside) / 2; worth(x) {
			inside = x
		} else {
			outside = x
		}
	}
	return max(outside, 0)
}

// held is the likelihood with one parameter at x, and the other, and what
// leaks, at their best. M is where they were best before, and are now.
func (f *fitter) held(m *bucket, which int, x float64) float64 {
	g := &fitter{all: f.all, floor: f.floor, best: *m, whole: f.whole}
	ds := g.dimensions()
	*ds[which].of(&g.best) = x
	g.value = g.best.logLikelihood(g.all, g.floor)
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

// bound keeps m within what the model allows for.
func (m *bucket) bound() {
	within := func(x *float64, least, most float64) { *x = min(max(*x, least), most) }
	within(&m.Rate, 1e-3, 1e6)
	within(&m.Burst, 1, 1e7)
	within(&m.Leak, leastShare, mostShare)
	within(&m.Loss, leastShare, mostShare)
	within(&m.Jitter, leastHaze, mostHaze)
}

// overloadOf is by how much, and for how many seconds, a bucket of that rate is
// overloaded to measure it. Where tokens come back one by one to the eye, more
// requests tell more exactly when; where they do not, a slight overload keeps
// apart what is refilled and what leaks, which grows with the overload.
func overloadOf(rate float64) (times, seconds float64) {
	if rate < 60 {
		return 3, min(max(2, 40/rate), 12)
	}
	return 1.25, min(max(2, 400/rate), 4)
}
