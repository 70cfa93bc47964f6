package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Backend serves requests in the order in which they arrive. Base is how long the
// request's own work takes. Times are in seconds; ok is false where it is refused.
type Backend interface {
	Serve(at, base float64) (took float64, cold, ok bool)
	Renew() // all environments are replaced
}

// Lambda's scaling. Source: Lambda developer guide, "Lambda function scaling".
const (
	mostNew   = 1000.0 // environments at once
	newPerSec = 100.0  // that may start anew
)

// A Lambda runs each request in an environment of its own. A free environment is
// reused, the one that was used last first; if none is free a new one starts, which
// takes INIT before the request is served. An environment that was idle too long is
// gone.
type Lambda struct {
	Init      float64 // seconds, the median of a log-normal
	Sigma     float64 // of its logarithm
	Idle      float64 // seconds
	Proactive float64 // share of new environments that are ready before their request comes

	Chance *rand.Rand
	free   []float64 // when each environment is free or was last used
	tokens float64   // environments that may start; below mostNew by those taken
	filled float64
}

// NewLambda is a function whose environments are kept for idle seconds.
func NewLambda(init, sigma, idle float64, seed uint64) *Lambda {
	return &Lambda{Init: init, Sigma: sigma, Idle: idle, Chance: rand.New(rand.NewPCG(seed, 41)), tokens: mostNew}
}

// Serve implements Backend.
func (l *Lambda) Serve(at, base float64) (took float64, cold, ok bool) {
	l.free = slices.DeleteFunc(l.free, func(since float64) bool { return at-since >= l.Idle })
	last := -1
	for i, since := range l.free {
		if since <= at && (last < 0 || since > l.free[last]) {
			last = i
		}
	}
	if last >= 0 {
		l.free[last] = at + base
		return base, false, true
	}
	l.tokens = min(mostNew, l.tokens+newPerSec*(at-l.filled))
	l.filled = at
	if l.tokens < 1 {
		return 0, false, false
	}
	l.tokens--
	took = base
	if l.Chance.Float64() >= l.Proactive {
		cold = true
		took += l.Init * math.Exp(l.Sigma*l.Chance.NormFloat64())
	}
	l.free = append(l.free, at+took)
	return took, cold, true
}

// Renew implements Backend.
func (l *Lambda) Renew() { l.free = nil }

// An Endless serves any number of requests at once.
type Endless struct{}

// Serve implements Backend.
func (Endless) Serve(_, base float64) (float64, bool, bool) { return base, false, true }

// Renew implements Backend.
func (Endless) Renew() {}

// Workers serve one request each; further requests wait in the order of arrival.
type Workers struct{ free []float64 }

// NewWorkers are n workers.
func NewWorkers(n int) *Workers { return &Workers{make([]float64, n)} }

// Serve implements Backend.
func (w *Workers) Serve(at, base float64) (float64, bool, bool) {
	next := 0
	for i, free := range w.free {
		if free < w.free[next] {
			next = i
		}
	}
	w.free[next] = max(w.free[next], at) + base
	return w.free[next] - at, false, true
}

// Renew implements Backend.
func (*Workers) Renew() {}

// A Shared processor is slower in proportion to the requests that are under way when
// a request comes, beyond as many as it has cores.
type Shared struct {
	Cores int
	ends  []float64
}

// Serve implements Backend.
func (s *Shared) Serve(at, base float64) (float64, bool, bool) {
	s.ends = slices.DeleteFunc(s.ends, func(end float64) bool { return end <= at })
	took := base * max(1, float64(len(s.ends)+1)/float64(s.Cores))
	s.ends = append(s.ends, at+took)
	return took, false, true
}

// Renew implements Backend.
func (*Shared) Renew() {}

// A Cached response is kept for a while. The first request after that waits until it
// is fetched again, and so does every request that comes meanwhile.
type Cached struct {
	Kept, Fetch    float64 // seconds
	fetched, until float64
}

// Serve implements Backend.
func (c *Cached) Serve(at, base float64) (float64, bool, bool) {
	if at >= c.until {
		c.fetched, c.until = at+c.Fetch, at+c.Fetch+c.Kept
	}
	return base + max(c.fetched-at, 0), false, true
}

// Renew implements Backend.
func (*Cached) Renew() {}
