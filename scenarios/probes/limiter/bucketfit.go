package limiter

import (
	"cmp"
	"math"
	"slices"
)

// The evaluations of the likelihood: fewer where there are many decisions.
const (
	mostWork         = 5_000_000
	leastEvaluations = 300
	mostEvaluations  = 2000
)

// clockSlack is how far the client's clock may at least be from that of the node that
// counts, at either end of a series. No likelihood knows how it is distributed.
const clockSlack = 500e-6

// A bucketFit is the bucket that explains decisions best.
type bucketFit struct {
	best               spot
	rate, burst, other Interval
	counted            []bucket // nearest to the counts; none on a clear clock
}

// fitBucket finds the bucket behind the decisions.
func (s *seen) fitBucket() Fit {
	b := fitBucket(s.all, s.starts)
	s.bucket = b.best.bucket
	fit := Fit{
		Kind: TokenBucket, Rate: b.rate, Burst: b.burst, Other: b.other, Leak: b.best.Leak, Haze: b.best.Haze,
		height: b.best.height, parameters: 6, start: func() rule { return s.bucket.start() },
		clearer: func(haze float64) float64 {
			m := b.best.bucket
			m.Haze = haze
			return m.logPosterior(s.all) - b.best.height
		},
	}
	if len(b.counted) > 0 && fit.misfit(s.all) != "" {
		fit.recount(s, b.counted)
	}
	return fit
}

// recount takes a bucket that is near to the counts in place of one that misfits, if it
// does not: jitter turns so many decisions that the likelihood may be highest elsewhere.
func (f *Fit) recount(s *seen, counted []bucket) {
	for _, m := range counted {
		other := *f
		other.Leak, other.Haze, other.height = m.Leak, m.Haze, m.logPosterior(s.all)
		other.Rate.Value, other.Burst.Value = m.Rate, max(1, math.Round(m.Burst))
		other.start = func() rule { return m.start() }
		if other.misfit(s.all) == "" {
			*f, s.bucket = other, m
			return
		}
	}
}

// fitBucket finds the bucket behind decisions that begin with a full one.
func fitBucket(all []Decision, starts []bucket) bucketFit {
	n := min(max(mostWork/len(all), leastEvaluations), mostEvaluations)
	w := newWalk(all, starts[0].Rate, 1)
	var tops []spot
	for i, m := range starts {
		m.Leak, m.Loss = 2e-3, 1e-2
		floors := hazes
		if w.far = i == atRough; !w.far {
			floors = w.clearest(m)
		}
		m.Haze = floors[0]
		tops = append(tops, w.climb(m, n/2/len(starts)/len(floors), floors))
	}
	highest := func() spot {
		return slices.MaxFunc(tops, func(a, b spot) int { return cmp.Compare(a.height, b.height) })
	}
	w.far = false
	top := highest()
	for _, taken := range []float64{0, 1} {
		for _, more := range []float64{-1, 0, 1} {
			m := w.take(top.bucket, taken, top.Haze > hazy)
			m.Burst += more
			tops = append(tops, w.climb(m, n/6/6, hazes[len(hazes)-1:]))
		}
	}
	tops = append(tops, w.climb(highest().bucket, n/8, hazes[len(hazes)-1:]))
	tops = append(tops, w.neighbours(highest())...)
	top = highest()
	var sample []spot
	for _, s := range tops {
		if s.height > top.height-2*temper {
			sample = append(sample, w.sample(s, 2*moves, n/3/min(len(tops), 4))...)
			top = slices.MaxFunc([]spot{top, w.best}, func(a, b spot) int { return cmp.Compare(a.height, b.height) })
		}
	}
	sample = append(sample, tops...)
	sample = slices.DeleteFunc(sample, func(s spot) bool { return s.height < top.height-2*temper })
	if len(sample) < 2*moves {
		sample = w.sample(top, 2*moves, n/3)
	}
	return summary(w, top, sample, tops)
}

// neighbours are the best buckets of each whole number of tokens more and fewer than
// one, which took more or fewer of those for the requests that were refused all the
// same.
func (w *walk) neighbours(of spot) (all []spot) {
	lost := of.Loss * w.before
	steps := min(max(mostWork/6/len(w.all)/8, 12), 60)
	for _, side := range []float64{-1, 1} {
		from, missed := of, 0
		for k := 0; k < 16 && missed < 2 && from.Burst+side >= 1; k++ {
			m := from.bucket
			m.Burst += side
			m.Taken = min(max(m.Taken+side/max(lost, 1), 0), 1)
			from = w.climb(m, steps, hazes[len(hazes)-1:])
			if all = append(all, from); from.height < of.height-3*temper {
				missed++
			} else {
				missed = 0
			}
		}
	}
	return all
}

// findStarts finds buckets to begin from: the ones that divide what passed from what was
// refused with the fewest errors, whether refused requests take tokens or not, and the
// one by counts. One that holds little is full again before the next request takes from
// it, and lets pass less than its rate.
func (s *seen) findStarts() {
	r := s.rough
	free := s.dividing(r.Rate, 0)
	s.starts = []bucket{free, atRough: {Rate: r.Rate, Burst: r.Burst, Taken: 0.5}}
	taking := free
	for range 2 {
		taking = s.dividing(taking.Rate, max(1, taking.Burst-3))
	}
	s.starts = append(s.starts, taking)
	s.errors = min(bestLimit(&level{rate: free.Rate}, s.coarse).errors, bestLimit(&level{rate: taking.Rate, takes: max(1, taking.Burst-3)}, s.coarse).errors)
	if t, ok := tallyOf(s.all); ok {
		if clockSlack*r.Rate >= tooHazy {
			at := t.better(t.of(bucket{Rate: r.Rate, Burst: max(1, math.Round(r.Burst))}))
			s.starts = append(s.starts, bucket{Rate: at.Rate, Burst: at.Burst})
		}
		if r.Burst <= mostFew {
			s.starts = append(s.starts, s.ofFew(&t))
		}
	}
	if gaps := gapsOf(s.all); r.Burst <= 12 && len(gaps) > 4 {
		s.starts = append(s.starts, bucket{Rate: 1 / gaps[len(gaps)/20], Burst: 1}, bucket{Rate: r.Rate * 1.2, Burst: max(1, r.Burst-1)})
	}
}

// mostFew is up to which burst all smaller ones are tried: where requests are lost now and
// then, counts do not tell a few tokens from one.
const mostFew = 8

// ofFew is the likeliest bucket of a few tokens, of the rates that counts give.
func (s *seen) ofFew(t *tally) (best bucket) {
	highest := math.Inf(-1)
	for burst := 1.0; burst <= mostFew; burst++ {
		m := t.of(bucket{Rate: s.rough.Rate, Burst: burst}).bucket
		m.Haze, m.Leak, m.Loss, m.Taken = 0.1, 2e-3, 1e-2, 0.5
		if m.bound(leastHaze); m.logPosterior(s.all) > highest {
			highest, best = m.logPosterior(s.all), m
		}
	}
	return best
}

// atRough is which of the starts is the bucket by counts.
const atRough = 1

// dividing is the bucket near a rate that divides what passed from what was refused with
// the fewest errors. Refused requests take a token below a level of water. The search
// narrows about the best rate, whose burst follows from it.
func (s *seen) dividing(rate, takes float64) (best bucket) {
	errors := len(s.all) + 1
	const points = 12 // to either side
	for width := 1.6; width > 2e-5; width /= 5 {
		middle := rate
		first, last := 0.0, 0.0
		for k := -points; k <= points; k++ {
			r := middle * math.Exp(width*float64(k)/points)
			at := bestLimit(&level{rate: r, takes: takes}, s.all)
			switch {
			case at.errors < errors:
				errors, first, last = at.errors, r, r
				best = bucket{Rate: r, Burst: max(1, at.limit+0.5)}
			case at.errors == errors:
				last = r
			}
		}
		if first > 0 && last > first {
			rate = (first + last) / 2
			best.Rate, best.Burst = rate, max(1, bestLimit(&level{rate: rate, takes: takes}, s.all).limit+0.5)
		} else {
			rate = best.Rate
		}
	}
	if takes > 0 {
		best.Taken = 1
	}
	return best
}

// gapsOf are the times between requests that passed one after the other while others
// were refused, in order of length.
func gapsOf(all []Decision) (gaps []float64) {
	last := -1
	for i := range all {
		if !all[i].Passed {
			continue
		}
		if last >= 0 && i > last+1 {
			gaps = append(gaps, all[i].Sent-all[last].Sent)
		}
		last = i
	}
	slices.Sort(gaps)
	return gaps
}

func summary(w *walk, top spot, sample, tops []spot) bucketFit {
	var rates, bursts, others []float64
	for _, m := range sample {
		rates, bursts, others = append(rates, m.Rate), append(bursts, m.Burst), append(others, m.Loss)
	}
	fit := bucketFit{best: top, rate: interval(rates), burst: interval(bursts), other: interval(others)}
	for _, m := range tops { // found by short ascents: their tops may be higher
		if m.height > top.height-10 {
			fit.burst.Low, fit.burst.High = min(fit.burst.Low, m.Burst), max(fit.burst.High, m.Burst)
			fit.rate.Low, fit.rate.High = min(fit.rate.Low, m.Rate), max(fit.rate.High, m.Rate)
		}
	}
	slack := (2*max(clockSlack*top.Rate, top.Haze) + 0.3) / w.span // a token is whole
	small := top.Haze / top.Burst                                  // requests that overtake each other, and tokens that a small bucket has no room for, on a hazy clock
	slack += fit.rate.Value * (0.008*min(1, 3*top.Haze) + 0.1*small + 2*max(0, small-0.1))
	loss := max(top.Loss, fit.other.Value)
	slack += 1.5 * math.Sqrt(loss*w.span*top.Rate) / w.span // how many of those took a token varies
	lost := max(loss*w.drained, w.lost)                     // took a token all, or none
	vary := top.Haze + 1.5*math.Sqrt(lost)
	fit.burst.Low, fit.burst.High = fit.burst.Low-vary-top.Taken*lost, fit.burst.High+vary+(1-top.Taken)*lost
	if top.Haze > 1 { // several nodes: what they refuse with tokens left elsewhere is not lost
		slack += fit.rate.Value*max(fit.other.Value, 0) + 2*top.Haze/w.span
		fit.burst.Low, fit.burst.High = fit.burst.Low-top.Haze, fit.burst.High+top.Haze
	}
	fit.rate.Low, fit.rate.High = fit.rate.Low-slack, fit.rate.High+slack
	fit.burst = whole(fit.burst)
	return fit.countedToo(w)
}

// whole is an interval of whole numbers, from 1.
func whole(i Interval) Interval {
	value := max(1, math.Round(i.Value))
	return Interval{value, max(1, min(value, math.Ceil(i.Low-0.35))), max(value, math.Floor(i.High+0.35))}
}

// countedToo widens the intervals of a bucket that is not certain to single tokens to what
// counts allow for: how decisions that jitter turns follow each other is not in its
// likelihood. Where it contradicts the counts, these alone are right.
func (b bucketFit) countedToo(w *walk) bucketFit {
	t, ok := tallyOf(w.all)
	m := b.best.bucket
	small := m.Burst <= smallBurst
	if hazy := max(m.Haze, clockSlack*m.Rate); !ok || hazy < tooHazy && !(small && hazy >= blurry) {
		return b
	}
	m.Loss = b.other.Value
	near, rate, burst, loss := t.bound(m)
	for _, m := range near {
		m.bound(leastHaze)
		b.counted = append(b.counted, m)
	}
	vary := 2 * math.Sqrt(m.Loss*w.drained) // how many were lost until it was empty varies
	burst.Low, burst.High = max(1, burst.Low-math.Round(vary)), burst.High+math.Round(vary)
	b.burst = b.burst.with(burst)
	if small && m.Haze > hazy {
		b.rate, b.other = rate, loss // single decisions say next to nothing
		return b
	}
	b.rate = b.rate.with(rate)
	return b
}

// blurry is the haze, in tokens, from which a bucket that holds next to nothing is bounded
// by counts too.
const blurry = 0.05

// with is an interval that holds another one too, or that one if they have nothing in
// common.
func (i Interval) with(other Interval) Interval {
	if i.Low > other.High || other.Low > i.High {
		return other
	}
	low, high := min(i.Low, other.Low), max(i.High, other.High)
	if i.Value < other.Low || i.Value > other.High {
		i.Value = other.Value
	}
	return Interval{i.Value, low, high}
}
