package limiter

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// The order of two buckets: a request takes from both or none, or the one that comes
// first takes before the other refuses.
const (
	together = iota
	slowFirst
	fastFirst
)

// layers are two token buckets that a request must pass.
type layers struct {
	slow, fast             level
	slowBurst, fastBurst   float64
	order                  int
	haze, leak, loss       float64
	slowChance, fastChance float64
}

func (l *layers) chance(d *Decision) float64 {
	l.slowChance = sigmoid((l.slowBurst - 1 - l.slow.load(d, 0)) / l.haze)
	l.fastChance = sigmoid((l.fastBurst - 1 - l.fast.load(d, 0)) / l.haze)
	found := l.slowChance * l.fastChance
	return (1-l.loss)*found + l.leak*(1-found)
}

func (l *layers) see(d *Decision, passed bool) {
	slow, fast := l.slowChance, l.fastChance
	switch {
	case passed:
		l.slow.take(d, 1)
		l.fast.take(d, 1)
	case l.order == slowFirst:
		if slow*(1-fast) > 0.5*(1-slow*fast) {
			l.slow.take(d, 1)
		}
	case l.order == fastFirst:
		if fast*(1-slow) > 0.5*(1-slow*fast) {
			l.fast.take(d, 1)
		}
	}
}

// layersOf are the layers of logarithms of rates, bursts, haze, leak and loss.
func layersOf(x []float64, order int) *layers {
	return &layers{
		slow: level{rate: math.Exp(x[0])}, slowBurst: math.Exp(x[1]), fast: level{rate: math.Exp(x[2])}, fastBurst: math.Exp(x[3]),
		haze: math.Exp(x[4]), leak: math.Exp(x[5]), loss: math.Exp(x[6]), order: order,
	}
}

func boundLayers(floor float64) func(x []float64) {
	return func(x []float64) {
		x[1], x[3] = max(x[1], 0), max(x[3], 0)
		x[4] = min(max(x[4], math.Log(floor)), math.Log(0.5+0.03*math.Exp(x[3])))
		x[5], x[6] = min(max(x[5], math.Log(1e-4)), math.Log(mostLeak)), min(max(x[6], math.Log(1e-4)), math.Log(0.3))
	}
}

// fitLayers finds two token buckets. The one that explains most by itself is the slower
// one, or near it.
func fitLayers(s *seen, one bucket) Fit {
	h := &hill{chance: rand.New(rand.NewPCG(1, 13))}
	fit := Fit{Kind: TwoLimits, height: math.Inf(-1), parameters: 8}
	var top, scale []float64
	begin := []float64{0.03, 0.1, 0.2, 0.3, 0.5, 1, 1}
	for order := together; order <= fastFirst; order++ {
		h.height = func(x []float64) float64 { return logLikelihood(layersOf(x, order), s.all) + 0.5*(x[5]+x[6]) }
		h.bound = boundLayers(0.1)
		for _, x := range s.layersNear(one, h.height) {
			x, at := h.climb(x, begin, min(max(500_000/len(s.all), 40), 240))
			if at > fit.height {
				fit.height, top = at, x
				fit.start = func() rule { return layersOf(top, order) }
				fit.order = order
			}
		}
	}
	for range 7 {
		scale = append(scale, 0.01)
	}
	h.height = func(x []float64) float64 { return logLikelihood(layersOf(x, fit.order), s.all) + 0.5*(x[5]+x[6]) }
	sample := h.sample(top, scale, 28, min(max(700_000/len(s.all), 60), 300))
	column := func(i int) Interval {
		var values []float64
		for _, x := range sample {
			values = append(values, math.Exp(x[i]))
		}
		return interval(values)
	}
	fit.Rate, fit.Burst = column(0), whole(column(1))
	fit.Second = Layer{column(2), whole(column(3))}
	fit.Other, fit.Leak = column(6), math.Exp(top[5])
	return fit
}

// layersNear are second buckets beside one, of those that divide best what the slower
// one admits; and what the slower one is beside them.
func (s *seen) layersNear(one bucket, height func([]float64) float64) (best [][]float64) {
	type spot struct {
		x  []float64
		at float64
	}
	var all []spot
	for ratio := 1.15; ratio < 12; ratio *= 1.15 {
		slow, fast := level{rate: one.Rate}, level{rate: one.Rate * ratio}
		slowBurst, fastBurst := one.Burst, one.Burst
		for range 2 {
			fastBurst = bestBeside(fast, slow, slowBurst, s.coarse)
			slowBurst = bestBeside(slow, fast, fastBurst, s.coarse)
		}
		x := []float64{math.Log(slow.rate), math.Log(max(1, slowBurst)), math.Log(fast.rate), math.Log(max(1, fastBurst)), -1, -4, -4}
		all = append(all, spot{x, height(x)})
	}
	slices.SortFunc(all, func(a, b spot) int { return cmp.Compare(b.at, a.at) })
	for _, a := range all[:3] {
		best = append(best, a.x)
	}
	return best
}

// bestBeside is the best limit on a level among the decisions that another level
// admits.
func bestBeside(l, other level, burst float64, all []Decision) float64 {
	var admitted []Decision
	var loads recorded
	for i := range all {
		d := &all[i]
		load := l.load(d, 0)
		if other.load(d, 0) <= burst-1+0.5 {
			admitted, loads = append(admitted, *d), append(loads, load)
		}
		if d.Passed {
			l.take(d, 1)
			other.take(d, 1)
		}
	}
	return bestLimit(&loads, admitted).limit
}

// recorded are loads that are known already.
type recorded []float64

func (r *recorded) load(*Decision, float64) float64 { return (*r)[0] }
func (r *recorded) take(*Decision, float64)         { *r = (*r)[1:] }
func (r *recorded) refuse(*Decision)                { *r = (*r)[1:] }
