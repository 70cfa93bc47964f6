package limiter

import "math"

// A bucket is a token bucket as imperfect enforcement shows it. A request takes a
// token if there is one. The limiter has its own clock, and may be several nodes:
// how many tokens there are is certain to Haze only. Of the requests that find no
// token some pass all the same, without taking one (Leak), and of those that find
// one some are refused (Loss), whose token is gone (a share of them: Taken) or not.
type bucket struct {
	Rate, Burst             float64
	Haze, Leak, Loss, Taken float64
}

const (
	mostStates = 8
	faint      = 1e-4 // weight of a state that is followed no longer
)

// A filter follows a bucket through decisions. How many requests passed without a
// token, and how many took one although they were refused, is hidden: each state
// is one difference of the two, with the tokens that would be left, were there room for all that came
// back since the last one was taken, and its weight.
// The states are in the order of their tokens.
type filter struct {
	bucket
	tokens, weight [mostStates + 1]float64
	found          [mostStates + 1]float64 // the chance that a request finds a token
	n              int
	last           float64
	begun          bool
}

func (m bucket) start() *filter {
	f := &filter{bucket: m, n: 1}
	f.tokens[0], f.weight[0] = m.Burst, 1
	return f
}

func (f *filter) chance(d *Decision) float64 {
	f.refill(d.Sent)
	found := 0.0
	for i := range f.n {
		found += f.weight[i] * f.found[i]
	}
	return (1-f.Loss)*found + f.Leak*(1-found)
}

func (f *filter) refill(at float64) {
	if !f.begun {
		f.begun, f.last = true, at
	}
	more := f.Rate * max(at-f.last, 0)
	f.last = max(at, f.last)
	brim := f.Burst + 10*f.Haze
	for i := range f.n {
		f.tokens[i] = min(f.tokens[i]+more, brim)
		f.found[i] = sigmoid((f.tokens[i] - 1) / f.Haze)
	}
	for f.n > 1 && f.tokens[f.n-1]-f.tokens[f.n-2] < 1e-9 { // both are full
		f.n--
		f.weight[f.n-1] += f.weight[f.n]
		f.found[f.n-1] = f.found[f.n]
	}
}

// kept is how many of so many tokens a bucket has room for.
func (f *filter) kept(tokens float64) float64 {
	if f.Burst-tokens > 6*f.Haze {
		return tokens
	}
	return f.overflow(tokens)
}

// overflow is kept near a full bucket. It overflows by its own clock: on a hazy one,
// tokens are lost before it seems full.
func (f *filter) overflow(tokens float64) float64 {
	haze := f.Haze / 2 // of one clock: comparing two arrivals has that of both
	z := (f.Burst - tokens) / haze
	if z < -9 {
		return f.Burst
	}
	return f.Burst - haze*softplus(z)
}

// see splits each state: the request has taken a token, or not.
func (f *filter) see(d *Decision, passed bool) {
	if d.Vague {
		for i := range f.n {
			if passed {
				f.tokens[i] = f.kept(f.tokens[i]) - 1
			}
		}
		return
	}
	if f.n == 1 && f.certain(passed) {
		return
	}
	var tokens, weight [mostStates + 2]float64
	for i := range f.n {
		c := f.found[i]
		took, not := f.weight[i]*(1-f.Loss)*c, f.weight[i]*f.Leak*(1-c)
		if !passed {
			lost := f.weight[i] * f.Loss * c
			took, not = lost*f.Taken, lost*(1-f.Taken)+f.weight[i]*(1-f.Leak)*(1-c)
		}
		if took > 0 {
			tokens[i] += took * (f.kept(f.tokens[i]) - 1)
		}
		weight[i] += took
		tokens[i+1] += not * f.tokens[i]
		weight[i+1] += not
	}
	f.settle(tokens[:f.n+1], weight[:f.n+1])
}

// certain handles what leaves no doubt.
func (f *filter) certain(passed bool) bool {
	switch c := f.found[0]; {
	case passed && f.Leak*(1-c) < faint*c:
		f.tokens[0] = f.kept(f.tokens[0]) - 1
	case !passed && f.Taken*f.Loss*c < faint*(1-c):
	default:
		return false
	}
	return true
}

// settle takes over new states, whose tokens are still multiplied by their weights,
// and forgets faint ones at the edges.
func (f *filter) settle(tokens, weight []float64) {
	sum := 0.0
	for _, w := range weight {
		sum += w
	}
	if sum < 1e-300 { // nothing explains this: go on
		return
	}
	from, to := 0, len(weight)
	for to-from > 1 && (weight[from] < faint*sum || weight[to-1] < faint*sum || to-from > mostStates) {
		if weight[from] < weight[to-1] {
			from++
		} else {
			to--
		}
	}
	if f.Haze > hazy {
		f.merge(tokens, weight)
		return
	}
	f.n = 0
	for i := from; i < to; i++ {
		if weight[i] > 0 {
			f.tokens[f.n], f.weight[f.n] = tokens[i]/weight[i], weight[i]/sum
			f.n++
		}
	}
}

// hazy is the haze, in tokens, from which single ones are not distinguished.
const hazy = 0.25

// merge makes one state of all.
func (f *filter) merge(tokens, weight []float64) {
	var sum, mean float64
	for i := range tokens {
		sum, mean = sum+weight[i], mean+tokens[i]
	}
	f.n, f.tokens[0], f.weight[0] = 1, mean/sum, 1
}

// bound keeps m within what the rule allows for.
func (m *bucket) bound(floor float64) {
	m.Rate = min(max(m.Rate, 1e-3), 1e6)
	if m.Burst = min(max(m.Burst, 1), 1e7); m.Burst < nearlyOne {
		m.Burst = 1
	}
	m.Haze = min(max(m.Haze, floor), mostHaze(m.Rate, m.Burst))
	m.Leak = min(max(m.Leak, 1e-4), mostLeak)
	m.Loss = min(max(m.Loss, 1e-4), 0.6)
	m.Taken = min(max(m.Taken, 0), 1)
}

// nearlyOne is below which burst a bucket has one of a single token: there a slower bucket
// that holds a little more explains nearly as much, and bursts are whole.
const nearlyOne = 1.5

// mostHaze is 10 ms of the clock, and a twelfth of the burst: nodes that share a bucket
// run empty one after the other.
func mostHaze(rate, burst float64) float64 { return 0.1 + 0.01*rate + burst/12 }

// logPosterior adds a vague prior to the likelihood: Jeffreys' of the shares, and the
// haze by its order of magnitude.
func (m *bucket) logPosterior(all []Decision) float64 {
	return logLikelihood(m.start(), all) + 0.5*math.Log(m.Leak*m.Loss)
}
