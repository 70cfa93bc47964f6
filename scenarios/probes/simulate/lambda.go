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

	Provisioned int     // environments that are always there, and are used first
	Reserved    int     // environments at most, beyond which requests are refused; 0: no limit
	Restored    float64 // share of new environments that are restored from a snapshot
	Restore     float64 // seconds that this takes
	Lifetimes   bool    // each environment is kept for a random time, exponential, of Idle on average
	Warming     int     // requests of each environment that its code takes longer for, until it is compiled
	Longer      float64 // by which the first of them takes longer, as a share

	Chance *rand.Rand
	all    []environment
	tokens float64 // environments that may start; below mostNew by those taken
	filled float64
}

// NewLambda is a function whose environments are kept for idle seconds.
func NewLambda(init, sigma, idle float64, seed uint64) *Lambda {
	return &Lambda{Init: init, Sigma: sigma, Idle: idle, Chance: rand.New(rand.NewPCG(seed, 41)), tokens: mostNew}
}

// An environment is free, or was last used, since a time.
type environment struct {
	since  float64
	kept   float64 // seconds that it may be idle
	served int
}

// Serve implements Backend.
func (l *Lambda) Serve(at, base float64) (took float64, cold, ok bool) {
	for len(l.all) < l.Provisioned {
		l.all = append(l.all, environment{kept: math.Inf(1)})
	}
	l.all = slices.DeleteFunc(l.all, func(e environment) bool { return at-e.since >= e.kept })
	last := -1
	for i, e := range l.all {
		if e.since <= at && (last < 0 || e.since > l.all[last].since) {
			last = i
		}
	}
	if last >= 0 {
		took = base * l.longer(l.all[last].served)
		l.use(&l.all[last], at+took)
		return took, false, true
	}
	l.tokens = min(mostNew, l.tokens+newPerSec*(at-l.filled))
	l.filled = at
	if l.tokens < 1 || l.Reserved > 0 && len(l.all) >= l.Reserved {
		return 0, false, false
	}
	l.tokens--
	took = base * l.longer(0)
	if l.Chance.Float64() >= l.Proactive {
		cold = true
		took += l.start()
	}
	l.all = append(l.all, environment{})
	l.use(&l.all[len(l.all)-1], at+took)
	return took, cold, true
}

// use keeps an environment that is free again.
func (l *Lambda) use(e *environment, since float64) {
	e.since, e.served = since, e.served+1
	if math.IsInf(e.kept, 1) {
		return
	}
	e.kept = l.Idle
	if l.Lifetimes {
		e.kept *= l.Chance.ExpFloat64()
	}
}

// start is how long a new environment takes.
func (l *Lambda) start() float64 {
	median := l.Init
	if l.Restored > 0 && l.Chance.Float64() < l.Restored {
		median = l.Restore
	}
	return median * math.Exp(l.Sigma*l.Chance.NormFloat64())
}

func (l *Lambda) longer(served int) float64 {
	return 1 + l.Longer*max(0, 1-float64(served)/float64(max(l.Warming, 1)))
}

// Renew implements Backend.
func (l *Lambda) Renew() { l.all = nil }

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
