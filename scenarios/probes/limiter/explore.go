package limiter

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A hill is the likelihood of a rule over its parameters.
type hill struct {
	height func(x []float64) float64
	bound  func(x []float64)
	chance *rand.Rand
}

// climb goes up from x by steps of about these scales: in one direction after the
// other, and then on in the direction in which all of them led (Hooke and Jeeves 1961),
// for hills lie aslant.
func (h *hill) climb(x, scale []float64, steps int) (top []float64, height float64) {
	scale, top = slices.Clone(scale), slices.Clone(x)
	h.bound(top)
	height = h.height(top)
	before := slices.Clone(top)
	try := func(next []float64) bool {
		h.bound(next)
		at := h.height(next)
		if at > height {
			top, height = next, at
			return true
		}
		return false
	}
	for i := range steps {
		k := i % (len(x) + 1)
		next := slices.Clone(top)
		if k == len(x) {
			for j := range next {
				next[j] += top[j] - before[j]
			}
			before = slices.Clone(top)
			try(next)
			continue
		}
		next[k] += scale[k] * h.chance.NormFloat64()
		if try(next) {
			scale[k] *= 1.6
		} else {
			scale[k] /= 1.25
		}
	}
	return top, height
}

// sample walks about x by Metropolis' algorithm, and returns where it was. Some steps
// are as long as, and in the direction of, that between two places where it was
// (ter Braak 2006).
func (h *hill) sample(x, scale []float64, settle, steps int) (all [][]float64) {
	scale = slices.Clone(scale)
	height := h.height(x)
	var history [][]float64
	for i := range settle + steps {
		k := i % len(x)
		next := slices.Clone(x)
		jump := len(history) > 2*len(x) && h.chance.Float64() < 0.4
		if jump {
			a, b := history[h.chance.IntN(len(history))], history[h.chance.IntN(len(history))]
			for j := range next {
				next[j] += 0.9 * (a[j] - b[j])
			}
		} else {
			next[k] += scale[k] * h.chance.NormFloat64()
		}
		h.bound(next)
		at := h.height(next)
		accept := at >= height || h.chance.Float64() < math.Exp((at-height)/temper)
		if accept {
			x, height = next, at
		}
		switch {
		case jump:
		case accept:
			scale[k] *= 1.3
		default:
			scale[k] /= 1.12
		}
		if history = append(history, x); i >= settle {
			all = append(all, x)
		}
	}
	return all
}
