package simulate

import "math"

// A GCRA is the generic cell rate algorithm: it keeps the time at which the next request
// is due, and refuses those that come earlier than that by more than a tolerance.
// Source: ITU-T I.371, annex A.
type GCRA struct {
	Interval, Tolerance float64
	due                 float64
}

// Admit implements Limiter.
func (g *GCRA) Admit(at, _ float64) bool {
	due := math.Max(g.due, at)
	if due-at > g.Tolerance {
		return false
	}
	g.due = due + g.Interval
	return true
}

// A Waiting is a leaky bucket of which requests wait for their turn, so that they leave it
// evenly spaced. One that finds it full is refused.
type Waiting struct {
	Rate, Burst float64
	Work        float64 // seconds after that
	next, took  float64
}

// Admit implements Limiter.
func (w *Waiting) Admit(at, _ float64) bool {
	turn := math.Max(w.next, at)
	if (turn-at)*w.Rate > w.Burst {
		return false
	}
	w.next, w.took = turn+1/w.Rate, turn-at+w.Work
	return true
}

// Took implements Timed.
func (w *Waiting) Took() float64 { return w.took }

// A Warming is Guava's SmoothWarmingUp, asked by tryAcquire without waiting: permits are
// stored while it is idle, and the more of them there are, the longer the time to the next
// request: up to thrice as long.
// Source: Guava, SmoothRateLimiter.
type Warming struct {
	Rate, Warmup      float64
	stored, next      float64
	threshold, stores float64
	slope             float64
	used              bool
}

// Admit implements Limiter.
func (w *Warming) Admit(at, _ float64) bool {
	const cold = 3
	interval := 1 / w.Rate
	if !w.used {
		w.used = true
		w.threshold = 0.5 * w.Warmup / interval
		w.stores = w.threshold + 2*w.Warmup/(interval+cold*interval)
		w.slope = (cold*interval - interval) / (w.stores - w.threshold)
		w.stored = w.stores
	}
	if at > w.next {
		w.stored = math.Min(w.stores, w.stored+(at-w.next)*w.stores/w.Warmup)
		w.next = at
	}
	if w.next > at {
		return false
	}
	spend := math.Min(1, w.stored)
	wait := (1 - spend) * interval
	if above := math.Min(math.Max(w.stored-w.threshold, 0), spend); above > 0 {
		top := w.stored - w.threshold
		wait += above * (2*interval + w.slope*(2*top-above)) / 2
		spend -= above
		wait += spend * interval
		w.stored -= above + spend
	} else {
		wait += spend * interval
		w.stored -= spend
	}
	w.next += wait
	return true
}

// A Delayed is a sliding window log of which a replica is asked that learns of requests
// only some time later.
type Delayed struct {
	Length, Count, Lag float64
	log                []float64
}

// Admit implements Limiter.
func (d *Delayed) Admit(at, _ float64) bool {
	for len(d.log) > 0 && d.log[0] <= at-d.Length {
		d.log = d.log[1:]
	}
	known := len(d.log)
	for known > 0 && d.log[known-1] > at-d.Lag {
		known--
	}
	if float64(known) >= d.Count {
		return false
	}
	d.log = append(d.log, at)
	return true
}

// A Quota admits so many requests, and then none: its period is far longer than a probe.
type Quota struct{ Left int }

// Admit implements Limiter.
func (q *Quota) Admit(float64, float64) bool {
	q.Left--
	return q.Left >= 0
}

// Connections is a limiter for each connection of a client that uses the connection that
// became idle last, and opens another one where none is idle.
type Connections struct {
	New  func() Limiter
	all  []Limiter
	ends []float64
	Used int // of them that answered more than a tenth of the requests of the busiest
	n    []int
}

// Admit implements Limiter.
func (c *Connections) Admit(at, end float64) bool {
	best := -1
	for i, e := range c.ends {
		if e <= at && (best < 0 || e > c.ends[best]) {
			best = i
		}
	}
	if best < 0 {
		best = len(c.all)
		c.all, c.ends, c.n = append(c.all, c.New()), append(c.ends, 0), append(c.n, 0)
	}
	passes := c.all[best].Admit(at, end)
	if c.ends[best] = at + 1e-3; passes {
		c.ends[best] = end
	}
	c.n[best]++
	c.count()
	return passes
}

func (c *Connections) count() {
	most := 0
	for _, n := range c.n {
		most = max(most, n)
	}
	c.Used = 0
	for _, n := range c.n {
		if 10*n > most {
			c.Used++
		}
	}
}

// A Swinging is a limiter that another client uses too, at a rate that swings between none
// and twice its mean: in waves, or by turns.
type Swinging struct {
	Limiter
	Mean, Period float64
	Turns        bool
	Chance       interface{ ExpFloat64() float64 }
	Accept       chance
	next         float64
}

// Admit implements Limiter.
func (s *Swinging) Admit(at, end float64) bool {
	for s.next < at {
		swing := 1 + math.Sin(2*math.Pi*s.next/s.Period)
		if s.Turns {
			swing = 2 * math.Mod(math.Floor(2*s.next/s.Period), 2)
		}
		if s.Accept.Float64() < swing/2 {
			s.Limiter.Admit(s.next, s.next+0.005)
		}
		s.next += s.Chance.ExpFloat64() / (2 * s.Mean)
	}
	return s.Limiter.Admit(at, end)
}

// A Ban refuses everything for some seconds after a client has exceeded a limit.
type Ban struct {
	Limiter
	For   float64 // seconds
	until float64
}

// Admit implements Limiter.
func (b *Ban) Admit(at, end float64) bool {
	if at < b.until {
		return false
	}
	if b.Limiter.Admit(at, end) {
		return true
	}
	b.until = at + b.For
	return false
}

// A Whole is a token bucket that counts whole tokens: what came back since the last refill
// is rounded down, and the rest is forgotten.
type Whole struct {
	Rate, Burst  float64
	tokens, last float64
	used         bool
}

// Admit implements Limiter.
func (w *Whole) Admit(at, _ float64) bool {
	if !w.used {
		w.used, w.tokens, w.last = true, w.Burst, at
	}
	if more := math.Floor((at - w.last) * w.Rate); more > 0 {
		w.tokens, w.last = math.Min(w.Burst, w.tokens+more), at
	}
	if w.tokens < 1 {
		return false
	}
	w.tokens--
	return true
}

// A Costly is a token bucket of which a request takes from one token to most, by chance.
type Costly struct {
	Tokens
	Most   float64
	Chance chance
}

// Admit implements Limiter.
func (c *Costly) Admit(at, _ float64) bool {
	c.refill(at)
	cost := 1 + math.Floor(c.Most*c.Chance.Float64())
	if c.tokens < cost {
		return false
	}
	c.tokens -= cost
	return true
}

// A Breathing is a token bucket whose rate rises and falls by a share.
type Breathing struct {
	Tokens
	Mean, Share, Period float64
}

// Admit implements Limiter.
func (b *Breathing) Admit(at, end float64) bool {
	b.Rate = b.Mean * (1 + b.Share*math.Sin(2*math.Pi*at/b.Period))
	return b.Tokens.Admit(at, end)
}

// A Smoothed refuses while a moving average of the rate of admitted requests is above a
// limit.
type Smoothed struct {
	Rate, Memory  float64
	average, last float64
}

// Admit implements Limiter.
func (s *Smoothed) Admit(at, _ float64) bool {
	s.average *= math.Exp(-math.Max(at-s.last, 0) / s.Memory)
	if s.last = math.Max(at, s.last); s.average >= s.Rate {
		return false
	}
	s.average += 1 / s.Memory
	return true
}
