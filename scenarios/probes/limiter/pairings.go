package limiter

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// A bound is a limit that may be one of two: hardly a request passes above it.
type bound struct {
	of       *family
	shape    []float64
	eager    bool // requests that the other limit refuses take from it
	limit    float64
	passed   int   // above the limit
	explains marks // refusals above the limit
}

// marks are a set of decisions, by number.
type marks []uint64

func (m marks) count() (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// with counts what is in either, and what the smaller part adds.
func (m marks) with(other marks) (either, adds int) {
	mine, others := 0, 0
	for i, w := range m {
		either += bits.OnesCount64(w | other[i])
		mine += bits.OnesCount64(w &^ other[i])
		others += bits.OnesCount64(other[i] &^ w)
	}
	return either, min(mine, others)
}

// leastAdded is how many refusals one of two limits explains that the other does not.
const leastAdded = 10

// pairings are the pairs of limits that explain most refusals, of different kinds:
// neither is ever exceeded, and each refusal is by one of them.
func (s *seen) pairings() (best []pairing) {
	bounds := s.bounds()
	_, refused := counts(s.coarse)
	var all []pairing
	for i := range bounds {
		for j := range i {
			a, b := &bounds[i], &bounds[j]
			either, adds := a.explains.with(b.explains)
			if a.eager && b.eager || adds < leastAdded {
				continue
			}
			p := pairing{of: [2]*family{a.of, b.of}, shape: [2][]float64{a.shape, b.shape}, limit: [2]float64{a.limit, b.limit}, eager: none}
			p.errors = refused - either + a.passed + b.passed
			if a.eager {
				p.eager = 0
			} else if b.eager {
				p.eager = 1
			}
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, byErrors)
	best = oneOfEach(all, pairsRefined)
	for round, n := range []int{pairsRefined, pairsTried, pairsTried} { // those of most promise on
		best = best[:min(len(best), n)]
		each(len(best), uint64(16+100*round), func(i int, chance *rand.Rand) { best[i].refine(s.coarse, chance) })
		slices.SortStableFunc(best, byErrors)
	}
	return best[:min(len(best), pairsTried)]
}

// pairsRefined is how many pairings are refined, and pairsTried how many of those are
// climbed from.
const (
	pairsRefined = 12
	pairsTried   = 3
)

func byErrors(a, b pairing) int { return cmp.Compare(a.errors, b.errors) }

// oneOfEach are the first pairings of each two kinds and order.
func oneOfEach(all []pairing, most int) (some []pairing) {
	type kinds struct {
		of    [2]*family
		eager int
	}
	tried := map[kinds]bool{}
	for _, p := range all {
		k := kinds{p.of, p.eager}
		if !tried[k] && len(some) < most {
			some = append(some, p)
		}
		tried[k] = true
	}
	return some
}

// count counts the decisions that the two limits would take otherwise.
func (p *pairing) count(all []Decision) (errors int) {
	a, b := p.of[0].meter(p.shape[0]), p.of[1].meter(p.shape[1])
	for i := range all {
		d := &all[i]
		okA, okB := a.load(d, 0) < p.limit[0], b.load(d, 0) < p.limit[1]
		if (okA && okB) != d.Passed {
			errors++
		}
		if d.Passed || p.eager == 0 && okA && !okB {
			a.take(d, 1)
		} else {
			a.refuse(d)
		}
		if d.Passed || p.eager == 1 && okB && !okA {
			b.take(d, 1)
		} else {
			b.refuse(d)
		}
	}
	return errors
}

// refine moves shapes and limits to where fewer decisions are errors.
func (p *pairing) refine(all []Decision, chance *rand.Rand) {
	p.errors = p.count(all)
	x, scale := p.start()
	n := len(x) - pairParameters
	for i := range 240 {
		k := i % (n + 2)
		next := slices.Clone(x)
		next[k] = max(next[k]+2*scale[k]*chance.NormFloat64(), 0)
		if i/(n+2)%2 == 1 { // a faster limit that holds less explains as much: both at once
			other := n
			if k >= len(p.shape[0]) && k != n {
				other = n + 1
			}
			if k >= n {
				other = (k - n) * len(p.shape[0])
			}
			next[other] = max(next[other]+2*scale[other]*chance.NormFloat64(), 0)
		}
		trial := *p
		trial.shape = [2][]float64{next[:len(p.shape[0])], next[len(p.shape[0]):n]}
		trial.limit = [2]float64{next[n], next[n+1]}
		if trial.errors = trial.count(all); trial.errors <= p.errors {
			if trial.errors < p.errors {
				scale[k] *= 1.3
			}
			*p, x = trial, next
		} else {
			scale[k] /= 1.08
		}
	}
}

// pairFamilies are the kinds of limits that stand behind each other.
func pairFamilies() []*family {
	all := []*family{{
		kind: TokenBucket, starts: passing, scales: func(x []float64) []float64 { return []float64{0.02 * x[0]} },
		meter: func(x []float64) meter { return &level{rate: x[0]} },
	}}
	kinds := map[Kind]bool{}
	for _, f := range families() {
		switch f.kind {
		case FixedWindow, SlidingWindow, Concurrency:
			if kinds[f.kind] && f.kind == SlidingWindow { // not the one that counts refused requests
				continue
			}
			kinds[f.kind] = true
			all = append(all, &f)
		}
	}
	return all
}

// passing are rates at which one of two buckets may let requests pass: all, and more
// finely those at which they passed for a while, and in the long run.
func passing(s *seen) (all [][]float64) {
	fine := func(rate, step float64, steps int) {
		for k := -steps; k <= steps; k++ {
			all = append(all, []float64{rate * (1 + step*float64(k))})
		}
	}
	all = s.rates(1.08)
	for _, rate := range densest(localRates(s.coarse), 0.04, 4) {
		fine(math.Exp(rate+0.02), 0.002, 25)
	}
	if s.bucket.Rate > 0 {
		fine(s.bucket.Rate, 3e-4, 10)
	}
	return all
}

// localRates are the logarithms of the rates at which requests passed while others were
// refused, in order.
func localRates(all []Decision) (rates []float64) {
	const window, some = 80, 10
	passed := stretchesOf(all).passed
	for i := 0; i+window < len(all); i += some {
		n := passed[i+window] - passed[i]
		if n >= some && window-n >= some {
			rates = append(rates, math.Log(float64(n)/(all[i+window].Sent-all[i].Sent)))
		}
	}
	slices.Sort(rates)
	return rates
}

// bounds are the limits of all shapes, and the same with requests that take from them
// though the other one refuses, as far as they explain enough.
func (s *seen) bounds() []bound {
	of := pairFamilies()
	found := make([][]bound, len(of))
	each(len(of), 17, func(i int, _ *rand.Rand) { found[i] = s.boundsOf(of[i]) })
	return slices.Concat(found...)
}

func (s *seen) boundsOf(f *family) (all []bound) {
	starts := f.starts(s)
	if f.kind == FixedWindow && len(starts) > 0 && len(starts[0]) == 2 {
		starts = s.inPhase()
	}
	for _, shape := range starts {
		b := bound{of: f, shape: shape}
		if b.find(s.coarse); b.explains.count() < leastAdded {
			continue
		}
		all = append(all, b)
		if f.kind != Concurrency && b.becomesEager(s.coarse) {
			all = append(all, b)
		}
	}
	return all
}

// becomesEager finds the limit where requests that the other one refuses take from it:
// the lowest above which hardly a request passes. False if there is none.
func (b *bound) becomesEager(all []Decision) bool {
	most := 4*b.limit + 10
	low, high := b.limit, most
	b.eager = true
	for high-low > 0.1 {
		middle := (low + high) / 2
		if loads := b.loads(all, middle); above(loads, all, middle+1.2) > b.passed {
			low = middle
		} else {
			high = middle
		}
	}
	b.limit = high
	b.explain(b.loads(all, high), all)
	return high < most && b.explains.count() >= leastAdded
}

// above counts the requests that passed above a limit.
func above(loads []float64, all []Decision, limit float64) (n int) {
	for i, x := range loads {
		if all[i].Passed && x > limit {
			n++
		}
	}
	return n
}

// mostAbove is the share of the requests that may pass above a limit, by the lateness of
// clocks.
const mostAbove = 0.004

// find finds the limit above which hardly a request passed, and what it explains.
func (b *bound) find(all []Decision) {
	loads := b.loads(all, 0)
	var passed []float64
	for i, x := range loads {
		if all[i].Passed {
			passed = append(passed, x)
		}
	}
	slices.Sort(passed)
	b.passed = int(mostAbove * float64(len(passed)))
	b.limit = passed[len(passed)-1-b.passed] + 0.1
	b.explain(loads, all)
}

// loads are how much was used when each request came, where refused ones take below a
// level.
func (b *bound) loads(all []Decision, takes float64) []float64 {
	m, loads := b.of.meter(b.shape), make([]float64, len(all))
	for i := range all {
		d := &all[i]
		loads[i] = m.load(d, 0)
		if d.Passed || loads[i] < takes {
			m.take(d, 1)
		} else {
			m.refuse(d)
		}
	}
	return loads
}

// explain marks the refusals above the limit.
func (b *bound) explain(loads []float64, all []Decision) {
	b.explains = make(marks, (len(all)+63)/64)
	for i, x := range loads {
		if !all[i].Passed && x > b.limit {
			b.explains[i/64] |= 1 << (i % 64)
		}
	}
}

// inPhase are windows of the clock that begin when requests passed again.
func (s *seen) inPhase() (all [][]float64) {
	reopened := reopenings(s.coarse)
	for _, length := range s.periods() {
		var phases []float64
		for _, t := range reopened {
			phases = append(phases, math.Mod(t-1e-4, length))
		}
		slices.Sort(phases)
		for _, at := range densest(phases, 0.02*length, 2) {
			all = append(all, []float64{length, at})
		}
	}
	return all
}

// reopenings are when requests passed after some refusals.
func reopenings(all []Decision) (times []float64) {
	for i := 3; i < len(all); i++ {
		if all[i].Passed && !all[i-1].Passed && !all[i-2].Passed && !all[i-3].Passed {
			times = append(times, all[i].Sent)
		}
	}
	return times
}

// densest are the first of the values that most others follow within a width: so many.
func densest(sorted []float64, width float64, most int) (at []float64) {
	type place struct {
		at float64
		n  int
	}
	var places []place
	for i, x := range sorted {
		j, _ := slices.BinarySearch(sorted, x+width)
		places = append(places, place{x, j - i})
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(b.n, a.n) })
	for _, p := range places {
		if len(at) < most && !slices.ContainsFunc(at, func(x float64) bool { return math.Abs(x-p.at) < width }) {
			at = append(at, p.at)
		}
	}
	return at
}
