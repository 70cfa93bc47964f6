package usageplan

import (
	"math"
)

// A bucket is a model of a token bucket with imperfect enforcement. A request takes
// a token if there is one. The throttle's clock is not the client's: it may see a
// request a little earlier or later (Jitter). A few requests that find no token pass
// anyway, without taking one (Leak), and a few that find one are throttled (Loss).
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
	Vague  bool // its time is unreliable, such as after a stall: it takes its token and is no evidence
}

const (
	// minSpread is the least uncertainty of a comparison with one token. It keeps the
	// likelihood of exact times smooth enough to maximise.
	minSpread  = 0.02
	maxLeaks   = 12   // more or fewer than the likeliest that are followed
	certain    = 12.0 // in units of the spread: there is no doubt beyond
	negligible = 1e-5 // weight below which a state is dropped
)

// A filter follows a bucket through decisions. How many of the passed requests
// leaked is hidden: each state is one such number, with the tokens left then and
// its weight.
type filter struct {
	tokens, weight [maxLeaks + 1]float64
	n              int
	spread         float64
	likelihood     float64 // its logarithm
}

// logLikelihood is how well m explains the decisions, which begin with a full
// bucket. It is exact for the model: a sum over all hidden states.
func (m *bucket) logLikelihood(all []decision, spread float64) float64 {
	f := filter{n: 1, spread: max(m.Jitter*m.Rate, spread, minSpread)}
	f.tokens[0], f.weight[0] = m.Burst, 1
	pass, lose, leak, keep := math.Log1p(-m.Loss), math.Log(m.Loss), math.Log(m.Leak), math.Log1p(-m.Leak)
	for i, d := range all {
		if i > 0 {
			f.refill(m, d.At-all[i-1].At)
		}
		above := (f.tokens[0] - 1) / f.spread
		switch {
		case d.Vague && d.Passed:
			f.takeAll()
		case d.Vague:
		case above > certain && d.Passed: // in every state: the first has the fewest tokens
			f.takeAll()
			f.likelihood += pass
		case above > certain:
			f.likelihood += lose
		case f.n == 1 && above < -certain && d.Passed:
			f.likelihood += leak
		case f.n == 1 && above < -certain:
			f.likelihood += keep
		case d.Passed:
			f.passed(m)
		default:
			f.throttled(m)
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

// chance is the probability that a request finds a token at a count of tokens.
func (f *filter) chance(tokens float64) float64 {
	z := (tokens - 1) / f.spread
	switch {
	case z > certain*3:
		return 1
	case z < -certain*3:
		return 0
	}
	return 1 / (1 + math.Exp(-z))
}

// passed splits each state: the request took a token, or leaked.
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

func (f *filter) throttled(m *bucket) {
	var tokens, weight [maxLeaks + 2]float64
	for i := range f.n {
		c := f.chance(f.tokens[i])
		weight[i] = f.weight[i] * (m.Loss*c + (1-m.Leak)*(1-c))
		tokens[i] = weight[i] * f.tokens[i]
	}
	f.settle(tokens[:f.n], weight[:f.n])
}

// settle replaces the states, whose tokens are still multiplied by their weights,
// and drops negligible ones at the edges.
func (f *filter) settle(tokens, weight []float64) {
	var sum float64
	for _, w := range weight {
		sum += w
	}
	if sum < 1e-300 { // impossible by the model
		f.likelihood -= 700
		return
	}
	f.likelihood += math.Log(sum)
	from, to := 0, len(weight)
	for to-from > 1 && (weight[from] < negligible*sum || weight[to-1] < negligible*sum || to-from > maxLeaks) {
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

// estimateBucket estimates from counts: between two throttled requests the bucket
// is as empty at the end as at the beginning, so what passed is what came back.
func estimateBucket(all []decision) (m bucket, ok bool) {
	passed := make([]int, len(all)+1)
	for i, d := range all {
		passed[i+1] = passed[i]
		if d.Passed {
			passed[i+1]++
		}
	}
	first, last := emptyFrom(all, passed), -1
	for i, d := range all {
		if from := max(i-20, 0); !d.Passed && i+1-from-(passed[i+1]-passed[from]) >= 3 {
			last = i
		}
	}
	if first < 0 || last <= first {
		return m, false
	}
	from, until := longestEmpty(all, first, last)
	if all[until].At <= all[from].At {
		return m, false
	}
	m = bucket{Jitter: 1e-3, Leak: 2e-3, Loss: 2e-3}
	m.Rate = max(float64(passed[until]-passed[from]), 0.5) / (all[until].At - all[from].At)
	m.Burst = 1 // the smallest that lets pass what did, from any moment on
	for i := range first {
		m.Burst = max(m.Burst, float64(passed[first]-passed[i])-m.Rate*(all[first].At-all[i].At))
	}
	return m, true
}

// emptyFrom is where the bucket is empty for the first time, -1 for never. A few
// throttled requests may be losses; half of a dozen in a row, or for a slight
// overload a fifth of many, are not.
func emptyFrom(all []decision, passed []int) int {
	for _, sign := range []struct{ window, refused int }{{12, 6}, {40, 7}} {
		for i := range all {
			j := i + sign.window
			if j <= len(all) && !all[i].Passed && sign.window-(passed[j]-passed[i]) >= sign.refused {
				return i
			}
		}
	}
	return -1
}

// longestEmpty is the longest stretch, from throttled to throttled request, without
// a pause in which the bucket could have filled.
func longestEmpty(all []decision, first, last int) (from, until int) {
	pause := 10 * (all[last].At - all[0].At) / float64(len(all))
	from, until = first, first
	for i, start := first+1, first; i <= last; i++ {
		if all[i].At-all[i-1].At > pause {
			for start = i; start < last && all[start].Passed; {
				start++
			}
		}
		if i > start && !all[i].Passed && all[i].At-all[start].At > all[until].At-all[from].At {
			from, until = start, i
		}
	}
	return from, until
}
