package simulate

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"time"

	"tollgate/results"
)

// A Server has workers that serve one request at a time each, in the order in which
// requests arrive. It is written from that description: a simulation of events,
// without a formula of queueing theory.
type Server struct {
	Workers int
	Service func(at float64) float64 // seconds of work of a request that arrives then
	Queue   int                      // requests that may wait; Unbounded: all
	Refuse  int                      // status code of a request that finds the queue full; 0: 503

	// The whole server stands still for a while, every so often, as for a garbage
	// collection. Times in seconds, of the first: when it begins.
	PauseEvery, PauseFor, PauseFirst float64

	free    ends // when each worker is free
	waiting ends // when each of those that wait begins
}

// Unbounded is the length of a queue that takes every request.
const Unbounded = math.MaxInt

// Respond serves or refuses samples.
func (s *Server) Respond(samples []results.Sample) {
	for len(s.free) < s.Workers {
		heap.Push(&s.free, 0.0)
	}
	for i := range samples {
		s.respond(&samples[i])
	}
}

func (s *Server) respond(x *results.Sample) {
	at := x.Sent.Seconds()
	for len(s.waiting) > 0 && s.waiting[0] <= at {
		heap.Pop(&s.waiting)
	}
	begin := max(at, s.free[0])
	if begin > at && len(s.waiting) >= s.Queue {
		if x.Code = s.Refuse; x.Code == 0 {
			x.Code = 503
		}
		x.Service = time.Millisecond
		x.FirstByte = x.Service
		return
	}
	if begin > at {
		heap.Push(&s.waiting, begin)
	}
	end := s.worked(begin, s.Service(at))
	s.free[0] = end
	heap.Fix(&s.free, 0)
	x.Service = time.Duration((end - at) * 1e9)
	x.FirstByte = x.Service
}

// worked is when work that begins at a time is done: nothing is done in a pause.
func (s *Server) worked(at, work float64) float64 {
	if s.PauseEvery <= 0 {
		return at + work
	}
	for {
		n := math.Floor((at - s.PauseFirst) / s.PauseEvery)
		if pause := s.PauseFirst + n*s.PauseEvery; at < pause+s.PauseFor && n >= 0 {
			at = pause + s.PauseFor
		}
		next := s.PauseFirst + math.Max(n+1, 0)*s.PauseEvery
		if at+work <= next {
			return at + work
		}
		work -= next - at
		at = next + rounding
	}
}

// rounding is added to a time that must lie in the next period.
const rounding = 1e-9

// Constant is work that is always the same.
func Constant(seconds float64) func(float64) float64 { return func(float64) float64 { return seconds } }

// LogNormal is work with a mean and the standard deviation of its logarithm.
func LogNormal(mean, sigma float64, chance *rand.Rand) func(float64) float64 {
	return func(float64) float64 { return mean * math.Exp(sigma*chance.NormFloat64()-sigma*sigma/2) }
}

// From is work that changes at a time.
func From(at float64, before, then func(float64) float64) func(float64) float64 {
	return func(now float64) float64 {
		if now < at {
			return before(now)
		}
		return then(now)
	}
}

// Drifting is work that takes a share more for each second since the start.
func Drifting(seconds, share float64) func(float64) float64 {
	return func(at float64) float64 { return seconds * (1 + share*at) }
}

// A Preempted generator shares its processor with other programs: for a slice of
// time it runs, for others it does not, and what was due then is sent late.
type Preempted struct {
	Slice  float64 // seconds
	Share  float64 // of the slices in which it does not run
	From   float64 // seconds, when the other programs begin
	Chance *rand.Rand
}

// Delay sends samples late, before a target answers them.
func (p *Preempted) Delay(samples []results.Sample) {
	slice, runs := -1.0, true
	next := 0.0
	for i := range samples {
		at := max(samples[i].Due.Seconds(), next)
		for {
			if now := math.Floor(at / p.Slice); now != slice {
				slice, runs = now, at < p.From || p.Chance.Float64() >= p.Share
			}
			if runs {
				break
			}
			at = (slice+1)*p.Slice + rounding
		}
		next = at
		samples[i].Begun = time.Duration(at * 1e9)
		samples[i].Sent = samples[i].Begun
	}
}

// Behind makes a responder of a limiter before a server: what the limiter refuses
// does not reach it.
func Behind(l Limiter, s *Server) func([]results.Sample) {
	return func(samples []results.Sample) {
		for i := range samples {
			x := samples[i : i+1]
			if at := x[0].Sent.Seconds(); l.Admit(at, at) {
				s.Respond(x)
				continue
			}
			x[0].Code, x[0].Service, x[0].FirstByte = 429, time.Millisecond, time.Millisecond
		}
	}
}
