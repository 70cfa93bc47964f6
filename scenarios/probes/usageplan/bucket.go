package usageplan

import "math"

// A bucket is a token bucket as best-effort enforcement shows it. Each
// request takes a token if there is one. The clock of whoever counts is not the
// client's: a request may be seen a little earlier or later (Jitter); of those
// that find no token a few pass all the same, without taking one (Leak), and of
// those that find one a few are refused (Loss).
type bucket struct {
	Rate   float64 // tokens a second
	Burst  float64 // tokens at most
	Jitter float64 // seconds, scale of a logistic distribution
	Leak   float64 // share
	Loss   float64 // share
}

// A decision is one request as the client saw it.
type decision struct {
	At     float64 // seconds
	Passed bool
	Vague  bool // the time is not to be relied upon, such as after a stall: it says nothing but takes its token
}

const (
	// hazeFloor is the least uncertainty of a comparison with one token: it keeps
	// the likelihood of exact times smooth enough to climb.
	hazeFloor = 0.02
	maxLeaks  = 12   // how many more or fewer leaks than likeliest are followed
	farAway   = 12.0 // in units of the haze: there is no doubt beyond
	faint     = 1e-5 // weight of a state that is followed no longer
)

// A filter follows a bucket through decisions. How many of those that passed
// have leaked is hidden; each of its states is one such number, with the tokens
// that would then be left and the weight of that.
type filter struct {
	tokens, weight [maxLeaks + 1]float64
	n              int
	haze           float64
	likelihood     float64 // its logarithm
}

// logLikelihood is how well m explains the decisions, which begin with a full
// bucket. It is exact for the model: a sum over all that may be hidden.
func (m *bucket) logLikelihood(all []decision, floor float64) float64 {
	f := filter{n: 1, haze: max(m.Jitter*m.Rate, floor, hazeFloor)}
	f.tokens[0], f.weight[0] = m.Burst, 1
	pass, refuse, leak, keep := math.Log1p(-m.Loss), math.Log(m.Loss), math.Log(m.Leak), math.Log1p(-m.Leak)
	for i, d := range all {
		if i > 0 {
			f.refill(m, d.At-all[i-1].At)
		}
		above := (f.tokens[0] - 1) / f.haze
		switch {
		case d.Vague && d.Passed:
			f.takeAll()
		case d.Vague:
		case above > farAway && d.Passed: // in every state: the first has the fewest tokens
			f.takeAll()
			f.likelihood += pass
		case above > farAway:
			f.likelihood += refuse
		case f.n == 1 && above < -farAway && d.Passed:
			f.likelihood += leak
		case f.n == 1 && above < -farAway:
			f.likelihood += keep
		case d.Passed:
			f.passed(m)
		default:
			f.refused(m)
		}
	}
	return f.likelihood
}

func (f *filter) refill(m *bucket, dt float64) {
	for i := range f.n {
		f.tokens[i] = min(m.Burst, f.tokens[i]+m.Rate*max(dt, 0))
	}
}

func (f *filter) takeAll() {
	for i := range f.n {
		f.tokens[i]--
	}
}

// chance is how likely a request finds a token where the count says so many.
func (f *filter) chance(tokens float64) float64 {
	z := (tokens - 1) / f.haze
	switch {
	case z > farAway*3:
		return 1
	case z < -farAway*3:
		return 0
	}
	return 1 / (1 + math.Exp(-z))
}

// passed splits each state: the request has taken a token, or has leaked.
func (f *filter) passed(m *bucket) {
	var tokens, weight [maxLeaks + 2]float64
	for i := range f.n {
		c := f.chance(f.tokens[i])
		took, leaked := f.weight[i]*(1-m.Loss)*c, f.weight[i]*m.Leak*(1-c)
		tokens[i] += took * (f.tokens[i] - 1)
		weight[i] += took
		tokens[i+1] += leaked * f.tokens[i]
		weight[i+1] += leaked
	}
	f.settle(tokens[:f.n+1], weight[:f.n+1])
}

func (f *filter) refused(m *bucket) {
	var tokens, weight [maxLeaks + 2]float64
	for i := range f.n {
		c := f.chance(f.tokens[i])
		weight[i] = f.weight[i] * (m.Loss*c + (1-m.Leak)*(1-c))
		tokens[i] = weight[i] * f.tokens[i]
	}
	f.settle(tokens[:f.n], weight[:f.n])
}

// settle takes over new states, whose tokens are still multiplied by their
// weights, and forgets faint ones at the edges.
func (f *filter) settle(tokens, weight []float64) {
	var sum float64
	for _, w := range weight {
		sum += w
	}
	if sum < 1e-300 { // nothing explains this: as bad as can be, and on
		f.likelihood -= 700
		return
	}
	f.likelihood += math.Log(sum)
	from, to := 0, len(weight)
	for to-from > 1 && (weight[from] < faint*sum || weight[to-1] < faint*sum || to-from > maxLeaks) {
		if weight[from] < weight[to-1] {
			from++
		} else {
			to--
		}
	}
	f.n = 0
	for i := from; i < to; i++ {
		if weight[i] > 0 {
			f.tokens[f.n], f.weight[f.n] = tokens[i]/weight[i], weight[i]/sum
		} else {
			f.tokens[f.n], f.weight[f.n] = f.tokens[max(f.n-1, 0)]+1, 0
		}
		f.n++
	}
}
