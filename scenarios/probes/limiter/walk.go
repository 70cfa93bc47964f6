package limiter

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A walk explores the posterior of a bucket. Its hill is many hills, since a bucket that
// is larger by one token and has lost one request explains nearly as much: so some
// steps go by whole tokens.
type walk struct {
	all       []Decision
	chance    *rand.Rand
	now, best spot
	floor     float64 // of the haze
	emptied   float64 // seconds until the bucket is empty first
	before    float64 // requests until then
	drained   float64 // requests until then since it was last full
	lost      float64 // of which were refused
	far       bool    // it begins far from the top
	span      float64 // seconds from then on
	scale     [moves]float64
	greedy    bool
}

// A spot is a bucket and how well it explains the decisions.
type spot struct {
	bucket
	height float64
}

// The kinds of steps.
const (
	moveRate = iota
	moveBurst
	moveSlide
	moveHaze
	moveLeak
	moveLoss
	moveTaken
	moveToken
	moves
)

// temper flattens the likelihood: decisions that follow each other share the lateness
// of one clock, and are not independent.
const temper = 3

// hazes are the floors of the haze from which the hill is climbed: on a clock too hazy
// to distinguish single tokens first.
var hazes = []float64{1, 0.2, 0.03, leastHaze}

const leastHaze = 2e-3

func newWalk(all []Decision, rate float64, seed uint64) *walk {
	w := &walk{all: all, chance: rand.New(rand.NewPCG(seed, 31)), floor: leastHaze}
	stretches := stretchesOf(all)
	if i := stretches.firstEmpty(); i >= 0 {
		w.before, w.emptied = float64(i), all[i].Sent-all[0].Sent
		full := stretches.full(rate, i)
		w.drained, w.lost = float64(i-full), float64(stretches.refusedIn(full, i))
	}
	w.span = max(all[len(all)-1].Sent-all[0].Sent-w.emptied, 1e-3)
	return w
}

func (w *walk) at(m bucket) spot {
	m.bound(w.floor)
	return spot{m, m.logPosterior(w.all)}
}

// begin goes to a spot, and sets the scales of the steps to what a good share of a
// token changes.
func (w *walk) begin(m bucket) {
	w.now = w.at(m)
	w.best = w.now
	tokens := max(w.floor, 0.3*w.now.Haze)
	w.scale = [moves]float64{
		moveRate:  max(tokens/(w.span*w.now.Rate), 1e-5),
		moveBurst: tokens,
		moveSlide: max(tokens/(max(w.emptied, 0.1)*w.now.Rate), 1e-5),
		moveHaze:  0.5, moveLeak: 1, moveLoss: 1, moveTaken: 1, moveToken: 1,
	}
}

// step tries a step of a kind, and adapts its scale.
func (w *walk) step(kind int) {
	m := w.now.bucket
	x := w.scale[kind] * w.chance.NormFloat64()
	switch kind {
	case moveRate:
		m.Rate *= math.Exp(x)
	case moveBurst:
		m.Burst += x
	case moveSlide:
		m.Rate *= math.Exp(x)
		m.Burst -= (m.Rate - w.now.Rate) * w.emptied
	case moveHaze:
		m.Haze *= math.Exp(x)
	case moveLeak: // both explain that requests pass while the bucket is empty
		if m.Leak *= math.Exp(x); w.chance.IntN(4) == 0 { // from a bound it finds back by itself seldom
			m.Leak = 1e-4 * math.Pow(mostLeak/1e-4, w.chance.Float64())
		}
		m.Rate *= 1 - 0.4*(m.Leak-w.now.Leak)
	case moveLoss:
		m.Loss *= math.Exp(x)
		if w.chance.IntN(2) == 0 {
			m.Rate *= 1 + m.Taken*(m.Loss-w.now.Loss)
		}
	case moveTaken: // by the arcsine law: most often it is one or the other
		m = w.take(m, (1+math.Sin(math.Pi*(w.chance.Float64()-0.5)))/2, w.chance.IntN(2) == 0)
	case moveToken:
		m.Burst += float64(w.chance.IntN(5) - 2)
		m.Rate += float64(w.chance.IntN(5)-2) / w.span
	}
	next := w.at(m)
	accept := next.height >= w.now.height || !w.greedy && w.chance.Float64() < math.Exp((next.height-w.now.height)/temper)
	if next.height > w.best.height {
		w.best = next
	}
	if accept {
		w.now = next
		w.scale[kind] *= 1.3
	} else {
		w.scale[kind] /= 1.12
	}
}

// take changes the share of the lost requests that took a token, and what that is
// weighed against: the burst, in whole tokens, and the rate as well if those are not
// distinguished.
func (w *walk) take(m bucket, taken float64, hazy bool) bucket {
	change := m.Loss * (taken - m.Taken)
	m.Burst += math.Round(change * w.before)
	if hazy {
		m.Rate *= 1 + change
	}
	m.Taken = taken
	return m
}

// clearest are the floors from the one on with which a bucket explains most.
func (w *walk) clearest(m bucket) []float64 {
	at, best := 0, math.Inf(-1)
	for i, floor := range hazes[:len(hazes)-1] {
		m.Haze, w.floor = floor, floor
		if s := w.at(m); s.height > best {
			at, best = i, s.height
		}
	}
	return hazes[at:]
}

// climb goes up from a bucket, on ever clearer clocks.
func (w *walk) climb(m bucket, steps int, floors []float64) spot {
	w.greedy = true
	for _, floor := range floors {
		w.floor = floor
		w.begin(m)
		if w.far && floor == hazes[0] {
			w.scale[moveRate], w.scale[moveSlide], w.scale[moveBurst] = 0.05, 0.05, 0.05*m.Burst
		}
		for j := range steps {
			w.step(j % moves)
		}
		m = w.best.bucket
	}
	return w.best
}

// sample walks about a spot, and returns where it was.
func (w *walk) sample(from spot, settle, steps int) (all []spot) {
	w.greedy, w.floor = false, leastHaze
	w.begin(from.bucket)
	for i := range settle + steps {
		w.step(i % moves)
		if i >= settle {
			all = append(all, w.now)
		}
	}
	return all
}

// interval is the middle of values of a sample, which are not independent: it is at
// least as wide as a normal distribution of that width would have it.
func interval(values []float64) Interval {
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 { return sorted[int(q*float64(len(sorted)-1)+0.5)] }
	mean, square := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		square += (v - mean) * (v - mean) / float64(len(values))
	}
	half := 2.2 * math.Sqrt(square)
	return Interval{at(0.5), min(at(0.02), mean-half), max(at(0.98), mean+half)}
}
