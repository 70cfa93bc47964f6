package limiter

import (
	"math"
	"slices"
)

// A meter is what a limiter keeps of the requests, and compares with its limit. None
// of it is hidden: it follows from the decisions that were seen.
type meter interface {
	// load is how much of the limit is used when a request arrives so many seconds
	// later than it was sent.
	load(d *Decision, later float64) float64
	// take counts a request: a part of one where that is uncertain.
	take(d *Decision, part float64)
	// refuse is told of a refused request.
	refuse(d *Decision)
}

// A fixed is a window of the clock.
type fixed struct {
	length, phase float64
	window        float64
	now, before   float64
}

func (f *fixed) at(t float64) float64 { return math.Floor((t - f.phase) / f.length) }

func (f *fixed) load(d *Decision, later float64) float64 {
	switch w := f.at(d.Sent + later); {
	case w == f.window:
		return f.now
	case w < f.window:
		return f.before
	}
	return 0
}

func (f *fixed) take(d *Decision, part float64) {
	f.turn(d)
	f.now += part
}

func (f *fixed) refuse(d *Decision) { f.turn(d) }

func (f *fixed) turn(d *Decision) {
	if w := f.at(d.Sent); w > f.window {
		f.window, f.before, f.now = w, f.now, 0
	}
}

// A started is a window that begins with the first request after the last one ended.
type started struct {
	length     float64
	until, now float64
}

func (s *started) load(d *Decision, later float64) float64 {
	if d.Sent+later >= s.until {
		return 0
	}
	return s.now
}

func (s *started) take(d *Decision, part float64) {
	if d.Sent >= s.until {
		s.until, s.now = d.Sent+s.length, 0
	}
	s.now += part
}

func (*started) refuse(*Decision) {}

// A sliding is a window before each request: its log.
type sliding struct {
	length  float64
	refused bool // refused requests count too
	times   []float64
	parts   []float64
	sum     float64 // from head on
	head    int
}

func (s *sliding) load(d *Decision, later float64) float64 {
	for s.head < len(s.times) && s.times[s.head] <= d.Sent-s.length {
		s.sum -= s.parts[s.head]
		s.head++
	}
	sum, from := s.sum, d.Sent+later-s.length
	for i := s.head; i < len(s.times) && s.times[i] <= from; i++ {
		sum -= s.parts[i]
	}
	for i := s.head - 1; i >= 0 && s.times[i] > from; i-- {
		sum += s.parts[i]
	}
	return sum
}

func (s *sliding) take(d *Decision, part float64) {
	s.times, s.parts, s.sum = append(s.times, d.Sent), append(s.parts, part), s.sum+part
}

func (s *sliding) refuse(d *Decision) {
	if s.refused {
		s.take(d, 1)
	}
}

// A counter estimates a sliding window from the counts of this period and of the one
// before. Its periods are those of the clock, or begin with the first request after a
// silence (restarts).
type counter struct {
	length, phase float64
	refused       bool
	restarts      bool
	window        float64
	now, before   float64
	begun         bool
}

func (c *counter) load(d *Decision, later float64) float64 {
	c.turn(d.Sent)
	x := (d.Sent+later-c.phase)/c.length - c.window
	return c.now + c.before*min(max(1-x, 0), 1)
}

func (c *counter) turn(at float64) {
	w := math.Floor((at - c.phase) / c.length)
	switch {
	case !c.begun:
		c.begun, c.window = true, w
	case w == c.window+1:
		c.window, c.before, c.now = w, c.now, 0
		return
	case w > c.window:
		c.before, c.now = 0, 0
	default:
		return
	}
	if c.window = w; c.restarts {
		c.phase, c.window = at, 0
	}
}

func (c *counter) take(_ *Decision, part float64) { c.now += part }

func (c *counter) refuse(*Decision) {
	if c.refused {
		c.now++
	}
}

// An inFlight is how many admitted requests are served.
type inFlight struct {
	early float64   // seconds by which a request ends before its response has come, if that is no large part of it
	done  []float64 // when they end, in order
}

func (f *inFlight) load(d *Decision, later float64) float64 {
	if later == 0 {
		f.forget(d.Sent - 2*mostClock)
	}
	ended, _ := slices.BinarySearch(f.done, math.Nextafter(d.Sent+later, math.Inf(1)))
	return float64(len(f.done) - ended)
}

// forget leaves out those that ended before a time.
func (f *inFlight) forget(before float64) {
	n := 0
	for n < len(f.done) && f.done[n] <= before {
		n++
	}
	f.done = f.done[n:]
}

func (f *inFlight) take(d *Decision, part float64) {
	if !d.Passed || part < 0.5 {
		return
	}
	end := d.Done - min(f.early, 0.3*(d.Done-d.Sent))
	at := len(f.done)
	for at > 0 && f.done[at-1] > end { // most end in the order in which they began
		at--
	}
	f.done = slices.Insert(f.done, at, end)
}

func (*inFlight) refuse(*Decision) {}

// A level is the water in a leaky bucket. Requests that are refused flow in too, up
// to a level, or only those that are refused below one.
type level struct {
	rate    float64
	charges bool
	most    float64 // the level that refused requests reach at most
	takes   float64 // the level below which refused requests flow in
	water   float64
	last    float64
	begun   bool
}

func (l *level) load(d *Decision, later float64) float64 {
	if !l.begun {
		l.begun, l.last = true, d.Sent
	}
	return max(l.water-l.rate*max(d.Sent+later-l.last, 0), 0)
}

func (l *level) take(d *Decision, part float64) {
	l.water = l.load(d, 0) + part
	l.last = max(d.Sent, l.last)
}

func (l *level) refuse(d *Decision) {
	if l.takes > 0 && l.load(d, 0) < l.takes {
		l.take(d, 1)
	}
	if l.charges {
		water := min(l.load(d, 0)+1, max(l.most, l.load(d, 0)))
		l.water, l.last = water, max(d.Sent, l.last)
	}
}

// A rounded is the water in a bucket of whole tokens: with each request, what came back
// since the last refill is rounded down, and the rest is forgotten.
type rounded struct {
	rate, water float64
	last        float64
	begun       bool
}

func (r *rounded) load(d *Decision, later float64) float64 {
	if !r.begun {
		r.begun, r.last = true, d.Sent
	}
	return max(r.water-math.Floor(r.rate*max(d.Sent+later-r.last, 0)), 0)
}

func (r *rounded) take(d *Decision, part float64) {
	r.refuse(d)
	r.water += part
}

func (r *rounded) refuse(d *Decision) {
	if r.rate*(d.Sent-r.last) >= 1 {
		r.water, r.last = r.load(d, 0), d.Sent
	}
}

// A fading is a count of requests of which each weighs less, the longer ago it was: a
// moving average of their rate, times its memory.
type fading struct {
	memory, sum float64
	last        float64
}

func (f *fading) load(d *Decision, later float64) float64 {
	return f.sum * math.Exp(-max(d.Sent+later-f.last, 0)/f.memory)
}

func (f *fading) take(d *Decision, part float64) {
	f.sum, f.last = f.load(d, 0)+part, max(d.Sent, f.last)
}

func (*fading) refuse(*Decision) {}

// A refilled is the water in a bucket that drains by so much at a time, at the ends of
// intervals.
type refilled struct {
	length, phase, each float64
	water, last         float64
	begun               bool
}

func (r *refilled) load(d *Decision, later float64) float64 {
	w := math.Floor((d.Sent + later - r.phase) / r.length)
	if !r.begun {
		r.begun, r.last = true, w
	}
	return max(r.water-r.each*max(w-r.last, 0), 0)
}

func (r *refilled) take(d *Decision, part float64) {
	r.water = r.load(d, 0) + part
	r.last = max(r.last, math.Floor((d.Sent-r.phase)/r.length))
}

func (*refilled) refuse(*Decision) {}
