package simulate

import "math"

// A Shedder sheds load when the processors are too busy. Their use is a moving average of
// the work of admitted requests. Above the mark it refuses everything (Gain 0), or, each
// period, refuses a share that grows by the gain times the excess.
type Shedder struct {
	Mark, Gain float64
	Work       float64 // seconds of all processors that a request takes
	Memory     float64 // seconds, of the moving average
	Period     float64 // seconds between changes of the share
	Chance     chance
	use, share float64
	last, next float64
}

// A chance is a source of random numbers from zero to one.
type chance interface{ Float64() float64 }

// Admit implements Limiter.
func (s *Shedder) Admit(at, _ float64) bool {
	s.use *= math.Exp(-math.Max(at-s.last, 0) / s.Memory)
	s.last = math.Max(at, s.last)
	for ; s.Gain > 0 && s.next <= at; s.next += s.Period {
		s.share = math.Min(math.Max(s.share+s.Gain*(s.use-s.Mark), 0), 0.95)
	}
	if s.Gain == 0 && s.use > s.Mark || s.Gain > 0 && s.Chance.Float64() < s.share {
		return false
	}
	s.use += s.Work / s.Memory
	return true
}

// An Early refuses at random before a leaky bucket is full: a share that grows from none
// at one level to all at another, as random early detection does (Floyd 1993).
type Early struct {
	Rate, From, To float64
	Chance         chance
	water, last    float64
}

// Admit implements Limiter.
func (e *Early) Admit(at, _ float64) bool {
	e.water = math.Max(e.water-e.Rate*math.Max(at-e.last, 0), 0)
	e.last = math.Max(at, e.last)
	if e.Chance.Float64() < (e.water-e.From)/(e.To-e.From) {
		return false
	}
	e.water++
	return true
}

// A Gradient is an adaptive limit on concurrency as Netflix's Gradient2 sets it. Requests
// take longer, the more are in flight above the workers. After each window of responses
// the limit becomes its product with the ratio of the long-term to the recent response
// time, and room for a queue.
// Source: Netflix, concurrency-limits, Gradient2Limit.
type Gradient struct {
	Workers   float64
	Service   float64 // seconds
	Limit     float64
	Smoothing float64
	ends      []float64
	long      float64
	recent    float64
	n         int
	took      float64
}

// Took implements Timed.
func (g *Gradient) Took() float64 { return g.took }

// Admit implements Limiter.
func (g *Gradient) Admit(at, _ float64) bool {
	busy := g.ends[:0]
	for _, e := range g.ends {
		if e > at {
			busy = append(busy, e)
		}
	}
	g.ends = busy
	inFlight := float64(len(g.ends))
	if inFlight >= math.Floor(g.Limit) {
		return false
	}
	took := g.Service * math.Max(1, (inFlight+1)/g.Workers)
	g.ends, g.took = append(g.ends, at+took), took
	g.learn(took, inFlight)
	return true
}

// learn changes the limit after a window of responses.
func (g *Gradient) learn(took, inFlight float64) {
	const window, tolerance, longWindow = 10, 1.5, 600
	g.recent += took / window
	if g.n++; g.n%window != 0 {
		return
	}
	if g.long == 0 {
		g.long = g.recent
	}
	g.long += (g.recent - g.long) * window / longWindow
	recent := g.recent
	if g.recent = 0; inFlight < g.Limit/2 {
		return // it is not the limit that bounds what is in flight
	}
	gradient := math.Min(math.Max(tolerance*g.long/recent, 0.5), 1)
	next := g.Limit*gradient + math.Sqrt(g.Limit)
	g.Limit = math.Min(math.Max(g.Limit*(1-g.Smoothing)+next*g.Smoothing, 2), 400)
}

// An Admission is Envoy's admission control: where too few of the recent requests succeed,
// it refuses a share of them, the more the fewer succeed. Requests succeed if what stands
// behind admits them.
// Source: Envoy, admission_control_filter: ((n - s/threshold)/(n+1))^(1/aggression).
type Admission struct {
	Behind                        Limiter
	Window, Threshold, Aggression float64
	Chance                        chance
	log                           []outcome
	succeeded                     int
}

type outcome struct {
	at   float64
	good bool
}

// Admit implements Limiter.
func (a *Admission) Admit(at, end float64) bool {
	for len(a.log) > 0 && a.log[0].at <= at-a.Window {
		if a.log[0].good {
			a.succeeded--
		}
		a.log = a.log[1:]
	}
	n := float64(len(a.log))
	if p := math.Pow(math.Max(n-float64(a.succeeded)/a.Threshold, 0)/(n+1), 1/a.Aggression); a.Chance.Float64() < math.Min(p, 0.8) {
		return false
	}
	good := a.Behind.Admit(at, end)
	if a.log = append(a.log, outcome{at, good}); good {
		a.succeeded++
	}
	return good
}
