package simulate

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// A Limiter decides about requests, in the order in which they arrive. An admitted
// request is served until its end; a refused one is answered at once. Times are in
// seconds.
type Limiter interface {
	Admit(at, end float64) bool
}

// A Timed limiter says how many seconds the request takes that it admitted last.
type Timed interface{ Took() float64 }

// A Front is a limiter with the path to it: requests arrive a little after they were
// sent, other clients use the limiter too, some requests are refused by something
// else, and some responses are lost.
type Front struct {
	Limiter Limiter
	Service float64 // seconds that an admitted request takes; 0: 5 ms
	Spread  float64 // share by which service times vary, uniformly
	Jitter  float64 // seconds, mean of an exponential, until a request arrives

	RefusedAfter  float64 // share of the admitted requests that are refused all the same
	RefusedBefore float64 // share of all requests that are refused before the limiter sees them
	Lost          float64 // share of the responses that never come
	Others        float64 // other clients' requests per second

	Chance *rand.Rand
	other  float64 // when the next of the others arrives
}

// NewFront is a front without noise.
func NewFront(l Limiter, seed uint64) *Front {
	return &Front{Limiter: l, Chance: rand.New(rand.NewPCG(seed, 99))}
}

// Respond throttles samples as a REST API does, in the order in which they arrive.
func (f *Front) Respond(samples []results.Sample) {
	arrives, order := make([]float64, len(samples)), make([]int, len(samples))
	for i := range samples {
		arrives[i], order[i] = samples[i].Sent.Seconds()+f.Jitter*f.Chance.ExpFloat64(), i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(arrives[i], arrives[j]) })
	for _, i := range order {
		f.decide(&samples[i], arrives[i])
	}
}

func (f *Front) decide(s *results.Sample, at float64) {
	f.passOthers(at)
	took := f.service()
	passed := f.Chance.Float64() >= f.RefusedBefore && f.Limiter.Admit(at, at+took) && f.Chance.Float64() >= f.RefusedAfter
	if slow, is := f.Limiter.(Timed); is {
		took = slow.Took()
	}
	if !passed {
		took = 1e-3
		s.Code, s.Mark.Fault = 429, targets.FaultThrottled
	}
	s.Service = time.Duration((at - s.Sent.Seconds() + took) * 1e9)
	s.FirstByte = s.Service
	if f.Chance.Float64() < f.Lost {
		s.Code, s.Mark.Fault, s.Err = 0, "", results.ErrReset
	}
}

// passOthers lets the requests of other clients arrive that come before.
func (f *Front) passOthers(at float64) {
	if f.Others <= 0 {
		return
	}
	for f.other < at {
		f.Limiter.Admit(f.other, f.other+f.service())
		f.other += f.Chance.ExpFloat64() / f.Others
	}
}

func (f *Front) service() float64 {
	service := f.Service
	if service == 0 {
		service = 0.005
	}
	return service * (1 + f.Spread*(2*f.Chance.Float64()-1))
}
