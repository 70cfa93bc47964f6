package limiter

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A pair is two limits that a request must pass. It takes from both or none, or first
// takes from the one that comes first (the eager one) and then is refused by the other.
type pair struct {
	of               [2]meter
	limit            [2]float64 // the load from which it refuses
	eager            int        // the limit that comes first, or none
	haze, leak, loss float64
	ok               [2]float64 // the chances that each admits the request
}

// none is the eager limit of two that decide together.
const none = -1

func (p *pair) chance(d *Decision) float64 {
	for i, m := range p.of {
		p.ok[i] = sigmoid((p.limit[i] - m.load(d, 0)) / p.haze)
	}
	found := p.ok[0] * p.ok[1]
	return (1-p.loss)*found + p.leak*(1-found)
}

func (p *pair) see(d *Decision, passed bool) {
	for i, m := range p.of {
		switch {
		case passed:
			m.take(d, 1)
		case i == p.eager && p.ok[i]*(1-p.ok[1-i]) > 0.5*(1-p.ok[0]*p.ok[1]):
			m.take(d, 1)
		default:
			m.refuse(d)
		}
	}
}

// The parameters of a pair beyond the shapes of its limits.
const (
	pairLimits = iota // two
	_
	pairHaze
	pairLeak
	pairLoss
	pairParameters
)

// A pairing is the kinds of two limits, with shapes to begin from.
type pairing struct {
	of     [2]*family
	shape  [2][]float64
	limit  [2]float64
	eager  int
	errors int // of the decisions that they explain least
}

// start is where a climb begins, with the scales of its steps.
func (p *pairing) start() (x, scale []float64) {
	for i, f := range p.of {
		x, scale = append(x, p.shape[i]...), append(scale, f.scales(p.shape[i])...)
	}
	for i := range p.of {
		scale = append(scale, max(0.3, 0.01*p.limit[i]))
	}
	return append(x, p.limit[0], p.limit[1], math.Log(0.3), math.Log(1e-2), math.Log(1e-2)), append(scale, 0.5, 1, 1)
}

func (p *pairing) rule(x []float64) rule {
	a, n := len(p.shape[0]), len(x)-pairParameters
	return &pair{
		of:    [2]meter{p.of[0].meter(x[:a]), p.of[1].meter(x[a:n])},
		limit: [2]float64{x[n+pairLimits], x[n+pairLimits+1]}, eager: p.eager,
		haze: math.Exp(x[n+pairHaze]), leak: math.Exp(x[n+pairLeak]), loss: math.Exp(x[n+pairLoss]),
	}
}

// bound keeps parameters within what the rule allows for.
func (p *pairing) bound(x []float64) {
	a, n := len(p.shape[0]), len(x)-pairParameters
	within := func(i int, low, high float64) { x[i] = min(max(x[i], low), high) }
	x[0], x[a] = max(x[0], 0), max(x[a], 0)
	within(n+pairLimits, 0, 1e7)
	within(n+pairLimits+1, 0, 1e7)
	within(n+pairHaze, math.Log(0.08), math.Log(0.5+0.02*min(x[n+pairLimits], x[n+pairLimits+1])))
	within(n+pairLeak, math.Log(1e-4), math.Log(mostLeak))
	within(n+pairLoss, math.Log(1e-4), math.Log(0.3))
}

// fitPairs finds the two limits that together explain the decisions best.
func fitPairs(s *seen) (fits []Fit) {
	steps := min(max(700_000/len(s.all), 60), 300)
	all := s.climbPairings(steps)
	if len(all) == 0 {
		return nil
	}
	best := slices.MaxFunc(all, func(a, b climbed) int { return cmp.Compare(a.height, b.height) })
	of, top := best.of, best.top
	fit := Fit{Kind: TwoLimits, height: best.height, parameters: len(top), start: func() rule { return of.rule(top) }}
	for i := range best.scale {
		best.scale[i] /= 4
	}
	h := &hill{chance: rand.New(rand.NewPCG(1, 13)), bound: of.bound, height: s.pairHeight(of)}
	of.describe(&fit, h.sample(top, best.scale, 4*len(top), steps), s.span)
	return []Fit{fit}
}

const mostClimbs = 5

// A climbed is how well a pairing explains the decisions at its best.
type climbed struct {
	of         *pairing
	top, scale []float64
	height     float64
}

func (s *seen) climbPairings(steps int) []climbed {
	pairings := s.pairings()
	tops := make([]climbed, len(pairings))
	each(len(pairings), 13, func(i int, chance *rand.Rand) {
		p := &pairings[i]
		x, scale := p.start()
		h := &hill{chance: chance, bound: p.bound, height: s.pairHeight(p)}
		top, height := h.climb(x, scale, steps)
		for range mostClimbs { // on, as long as it goes up
			next, at := h.climb(top, scale, steps)
			rose := at - height
			if top, height = next, at; rose < margin {
				break
			}
		}
		tops[i] = climbed{p, top, scale, height}
	})
	return tops
}

func (s *seen) pairHeight(p *pairing) func(x []float64) float64 {
	return func(x []float64) float64 {
		n := len(x) - pairParameters
		return logLikelihood(p.rule(x), s.all) + 0.5*(x[n+pairLeak]+x[n+pairLoss])
	}
}

// A Part is one of two limits: a bucket, a window, or one on concurrency.
type Part struct {
	Kind          Kind
	Rate, Burst   Interval
	Length, Count Interval
}

// faint says that a limit could as well be another one.
func (p *Part) faint() bool {
	return p.Rate.High > 2*p.Rate.Low || p.Length.High > 1.5*p.Length.Low
}

// describe takes the intervals of both limits from a sample: a bucket first, and of two
// the slower one.
func (p *pairing) describe(f *Fit, sample [][]float64, span float64) {
	column := func(i int, of func(float64) float64) Interval {
		values := make([]float64, len(sample))
		for k, x := range sample {
			values[k] = of(x[i])
		}
		return interval(values)
	}
	plus := func(y float64) func(float64) float64 { return func(x float64) float64 { return x + y } }
	n, from := len(sample[0])-pairParameters, 0
	for i, of := range p.of {
		part, limit := &f.Parts[i], n+pairLimits+i
		switch part.Kind = of.kind; of.kind {
		case TokenBucket:
			part.Rate, part.Burst = column(from, plus(0)), wider(whole(column(limit, plus(1))), 1)
			slack := 0.002*part.Rate.Value + 1/span // a token is whole
			part.Rate.Low, part.Rate.High = part.Rate.Low-slack, part.Rate.High+slack
			if p.eager == i { // what the other one refused took a token, or not: that is not seen each time
				part.Burst = wider(part.Burst, 0.12*part.Burst.Value)
			}
		case Concurrency:
			part.Count = whole(column(limit, plus(0.5)))
		default:
			part.Length, part.Count = column(from, plus(0)), whole(column(limit, plus(0.5)))
			part.Length.Low, part.Length.High = part.Length.Low-2*clockSlack, part.Length.High+2*clockSlack
		}
		from += len(p.shape[i])
	}
	if a, b := &f.Parts[0], &f.Parts[1]; b.Kind == TokenBucket && (a.Kind != TokenBucket || a.Rate.Value > b.Rate.Value) {
		*a, *b = *b, *a
	}
	f.Leak, f.Other = column(n+pairLeak, math.Exp).Value, column(n+pairLoss, math.Exp)
}

func wider(i Interval, by float64) Interval {
	return Interval{i.Value, max(1, math.Floor(i.Low-by)), math.Ceil(i.High + by)}
}
