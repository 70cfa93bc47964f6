package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Others are other clients of the same backend, who come at random times.
type Others struct {
	Backend
	Rate   float64 // requests per second
	Work   float64 // seconds of each
	Chance *rand.Rand
	next   float64
}

// Serve implements Backend.
func (o *Others) Serve(at, base float64) (took float64, cold, ok bool) {
	for o.next < at {
		o.Backend.Serve(o.next, o.Work)
		o.next += o.Chance.ExpFloat64() / o.Rate
	}
	return o.Backend.Serve(at, base)
}

// A Crowd of requests under way makes each take longer, as where environments share a
// database.
type Crowd struct {
	Backend
	Share float64 // by which each request under way makes another take longer
	ends  []float64
}

// Serve implements Backend.
func (c *Crowd) Serve(at, base float64) (took float64, cold, ok bool) {
	c.ends = slices.DeleteFunc(c.ends, func(end float64) bool { return end <= at })
	took, cold, ok = c.Backend.Serve(at, base*(1+c.Share*float64(len(c.ends))))
	c.ends = append(c.ends, at+took)
	return took, cold, ok
}

// Paused stands still for a while, every so often, as in a garbage collection: what is
// under way then takes so much longer. Times in seconds.
type Paused struct {
	Backend
	Every, For float64
}

// Serve implements Backend.
func (p *Paused) Serve(at, base float64) (took float64, cold, ok bool) {
	took, cold, ok = p.Backend.Serve(at, base)
	first := math.Floor(at/p.Every) * p.Every
	for pause := first; pause < at+took; pause += p.Every {
		took += max(0, pause+p.For-max(at, pause))
	}
	return took, cold, ok
}

// Instances serve several requests at once each, as of Cloud Run or of managed instances.
// A request goes to the instance with the fewest that has room, also while that one is
// starting; without one another is started. Those that come before theirs is ready are cold.
type Instances struct {
	Each       int     // requests at once
	Most       int     // instances; further requests wait for the first response
	Init, Idle float64 // seconds
	Sigma      float64 // of INIT's logarithm
	Chance     *rand.Rand
	all        []*instance
}

type instance struct {
	ready float64 // when it is started
	ends  []float64
	last  float64
}

// Serve implements Backend.
func (s *Instances) Serve(at, base float64) (took float64, cold, ok bool) {
	s.all = slices.DeleteFunc(s.all, func(i *instance) bool { return at-i.last >= s.Idle })
	var best *instance
	for _, i := range s.all {
		i.ends = slices.DeleteFunc(i.ends, func(end float64) bool { return end <= at })
		if best == nil || len(i.ends) < len(best.ends) {
			best = i
		}
	}
	begin := at
	switch {
	case (best == nil || len(best.ends) >= s.Each) && len(s.all) < s.Most:
		best = &instance{ready: at + s.Init*math.Exp(s.Sigma*s.Chance.NormFloat64())}
		s.all = append(s.all, best)
	case len(best.ends) >= s.Each:
		ends := slices.Sorted(slices.Values(best.ends))
		begin = ends[len(ends)-s.Each]
	}
	cold = best.ready > at
	took = max(begin, best.ready) - at + base
	best.ends, best.last = append(best.ends, at+took), max(best.last, at+took)
	return took, cold, true
}

// Renew implements Backend.
func (s *Instances) Renew() { s.all = nil }
