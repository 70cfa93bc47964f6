package simulate

import (
	"cmp"
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"time"

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

// decide says which of the requests sent at these times, in seconds, pass, and when they
// arrive. They take tokens in that order.
func (b *Bucket) decide(sent []float64) (passed []bool, arrives []float64) {
	arrives = make([]float64, len(sent))
	order := make([]int, len(sent))
	for i, t := range sent {
		arrives[i], order[i] = t+b.Jitter*b.chance.ExpFloat64(), i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(arrives[i], arrives[j]) })
	passed = make([]bool, len(sent))
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
	return passed, arrives
}

// Respond throttles samples as a REST API does.
func (b *Bucket) Respond(samples []results.Sample) {
	sent := make([]float64, len(samples))
	for i := range samples {
		sent[i] = samples[i].Sent.Seconds()
	}
	passed, arrives := b.decide(sent)
	for i := range samples {
		late := time.Duration((arrives[i] - sent[i]) * 1e9) // and so is the response
		samples[i].FirstByte, samples[i].Service = samples[i].FirstByte+late, samples[i].Service+late
		if !passed[i] {
			samples[i].Code, samples[i].Mark.Fault = 429, targets.FaultThrottled
		}
	}
}

// A Pool is a number of environments, each of which serves one request at a time
// for an exponential time. A request that finds none idle is rejected (M/M/n/n).
type Pool struct {
	Servers int
	Service float64 // seconds, mean
	Chance  *rand.Rand
	busy    ends
}

// ends is a heap of points in time.
type ends []float64

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i] < e[j] }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(float64)) }
func (e *ends) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}

// Respond serves or rejects samples.
func (p *Pool) Respond(samples []results.Sample) {
	for i := range samples {
		at := samples[i].Sent.Seconds()
		for len(p.busy) > 0 && p.busy[0] <= at {
			heap.Pop(&p.busy)
		}
		if len(p.busy) >= p.Servers {
			samples[i].Code, samples[i].Mark.Fault = 500, targets.FaultConcurrency
			continue
		}
		took := p.Service * p.Chance.ExpFloat64()
		heap.Push(&p.busy, at+took)
		samples[i].Service = time.Duration(took * 1e9)
	}
}

// erlangB is the share of requests that find all of n servers busy at an offered
// load (Erlang 1917), by the usual recursion.
func erlangB(load float64, n int) float64 {
	b := 1.0
	for i := 1; i <= n; i++ {
		b = load * b / (float64(i) + load*b)
	}
	return b
}

// ErlangRate is the arrival rate at which n servers reject a share of requests.
func ErlangRate(share, service float64, n int) float64 {
	low, high := 0.0, 10*float64(n)
	for range 60 {
		if mid := (low + high) / 2; erlangB(mid, n) < share {
			low = mid
		} else {
			high = mid
		}
	}
	return low / service
}
