package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// WebFunctions are environments that serve several requests at a time each, as those of
// Lambda Web Functions do: a request goes to one that is ready and has the fewest, or waits
// for one that starts and has room; if there is none, one more starts. Ahead of need one
// starts while too few places are left.
type WebFunctions struct {
	Init, Sigma float64 // seconds, the median of a log-normal, and the sigma of its logarithm
	Idle        float64 // seconds
	Per, Most   int     // requests in an environment; environments, beyond which requests are refused
	Headroom    float64 // share of the places that are kept free, by environments that start ahead
	Nameless    bool    // responses do not say which one served them

	Waited  int       // requests for INIT
	Waits   []float64 // seconds, of the first request that waited for each environment
	Started int       // environments
	Ahead   int       // of these, before any request needed them

	Chance *rand.Rand
	all    []*shared
	last   *shared
}

// A shared environment.
type shared struct {
	name  string
	ready float64
	ends  []float64 // of its requests
	since float64
}

// NewWebFunctions are environments that are kept for a minute.
func NewWebFunctions(init, sigma float64, per int, seed uint64) *WebFunctions {
	return &WebFunctions{Init: init, Sigma: sigma, Idle: 60, Per: per, Most: math.MaxInt, Chance: rand.New(rand.NewPCG(seed, 103))}
}

// Serve implements Backend.
func (w *WebFunctions) Serve(at, base float64) (took float64, cold, ok bool) {
	w.settle(at)
	e := w.choose(at)
	if e == nil && len(w.all) >= w.Most {
		return 0, false, false
	}
	if e == nil {
		e = w.start(at)
	}
	wait := max(0, e.ready-at)
	e.ends = append(e.ends, at+wait+base)
	w.last = e
	if wait > 0 {
		if w.Waited++; len(e.ends) == 1 {
			w.Waits = append(w.Waits, wait)
		}
	}
	w.ahead(at)
	return wait + base, wait > 0, true
}

// Name names the environment that served last.
func (w *WebFunctions) Name() string {
	if w.Nameless || w.last == nil {
		return ""
	}
	return w.last.name
}

// Renew implements Backend.
func (w *WebFunctions) Renew() { w.all = nil }

func (w *WebFunctions) settle(at float64) {
	for _, e := range w.all {
		for _, end := range e.ends {
			if end <= at {
				e.since = max(e.since, end)
			}
		}
		e.ends = slices.DeleteFunc(e.ends, func(end float64) bool { return end <= at })
	}
	w.all = slices.DeleteFunc(w.all, func(e *shared) bool { return len(e.ends) == 0 && at-e.since >= w.Idle })
}

func (w *WebFunctions) choose(at float64) (best *shared) {
	rank := func(e *shared) float64 {
		if e.ready > at {
			return 1e9 + e.ready
		}
		return float64(len(e.ends))
	}
	for _, e := range w.all {
		if len(e.ends) < w.Per && (best == nil || rank(e) < rank(best)) {
			best = e
		}
	}
	return best
}

func (w *WebFunctions) start(at float64) *shared {
	w.Started++
	e := &shared{name: fmt.Sprint("e", w.Started), ready: at + w.Init*math.Exp(w.Sigma*w.Chance.NormFloat64())}
	e.since = e.ready
	w.all = append(w.all, e)
	return e
}

func (w *WebFunctions) ahead(at float64) {
	places, taken := w.Per*len(w.all), 0
	for _, e := range w.all {
		taken += len(e.ends)
	}
	if w.Headroom > 0 && float64(places-taken) < w.Headroom*float64(places) && len(w.all) < w.Most {
		w.start(at)
		w.Ahead++
	}
}
