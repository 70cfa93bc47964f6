package simulate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"tollgate/results"
	"tollgate/targets"
)

// A Bucket is a token bucket with imperfect enforcement.
type Bucket struct {
	Rate, Burst float64
	Jitter      float64 // seconds, mean of an exponential, until a request arrives
	Leak, Loss  float64 // shares: passed without a token, rejected with one
	chance      *rand.Rand
	tokens      float64
	last        float64
}

// NewBucket is a full bucket.
func NewBucket(rate, burst, jitter, leak, loss float64, seed uint64) *Bucket {
	return &Bucket{Rate: rate, Burst: burst, Jitter: jitter, Leak: leak, Loss: loss, tokens: burst, chance: rand.New(rand.NewPCG(seed, 77))}
}

// Decide says which of the requests sent at these times, in seconds, pass. They
// take tokens in the order in which they arrive.
func (b *Bucket) Decide(sent []float64) []bool {
	arrives, order := make([]float64, len(sent)), make([]int, len(sent))
	for i, t := range sent {
		arrives[i], order[i] = t+b.Jitter*b.chance.ExpFloat64(), i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(arrives[i], arrives[j]) })
	passed := make([]bool, len(sent))
	for _, i := range order {
		b.tokens, b.last = math.Min(b.Burst, b.tokens+b.Rate*math.Max(arrives[i]-b.last, 0)), arrives[i]
		switch has := b.tokens >= 1; {
		case has && b.chance.Float64() >= b.Loss:
			b.tokens--
			passed[i] = true
		case !has && b.chance.Float64() < b.Leak:
			passed[i] = true
		}
	}
	return passed
}

// Respond throttles samples as a REST API does.
func (b *Bucket) Respond(samples []results.Sample) {
	sent := make([]float64, len(samples))
	for i := range samples {
		sent[i] = samples[i].Sent.Seconds()
	}
	for i, passed := range b.Decide(sent) {
		if !passed {
			samples[i].Code, samples[i].Mark.Fault = 429, targets.FaultThrottled
		}
	}
}
