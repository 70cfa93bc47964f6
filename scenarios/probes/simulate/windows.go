package simulate

import "math"

// A Fixed is a fixed window: so many requests in each period of the clock.
type Fixed struct {
	Length, Count float64
	Phase         float64 // seconds, of the first window
	window        float64
	admitted      float64
}

// Admit implements Limiter.
func (f *Fixed) Admit(at, _ float64) bool {
	if w := math.Floor((at - f.Phase) / f.Length); w != f.window {
		f.window, f.admitted = w, 0
	}
	if f.admitted >= f.Count {
		return false
	}
	f.admitted++
	return true
}

// A Started is a fixed window that begins with the first request after the last one
// ended, as a counter with an expiry does.
type Started struct {
	Length, Count   float64
	until, admitted float64
}

// Admit implements Limiter.
func (s *Started) Admit(at, _ float64) bool {
	if at >= s.until {
		s.until, s.admitted = at+s.Length, 0
	}
	if s.admitted >= s.Count {
		return false
	}
	s.admitted++
	return true
}

// A Sliding is a sliding window log: so many requests within any period before a
// request.
type Sliding struct {
	Length, Count float64
	Refused       bool // refused requests count too
	log           []float64
}

// Admit implements Limiter.
func (s *Sliding) Admit(at, _ float64) bool {
	for len(s.log) > 0 && s.log[0] <= at-s.Length {
		s.log = s.log[1:]
	}
	passes := float64(len(s.log)) < s.Count
	if passes || s.Refused {
		s.log = append(s.log, at)
	}
	return passes
}

// A Counter is a sliding window counter: the count of this period, and of the one
// before as far as it still lies within a period before the request.
type Counter struct {
	Length, Count float64
	Phase         float64
	Refused       bool // refused requests count too
	window        float64
	now, before   float64
	used          bool
}

// Admit implements Limiter.
func (c *Counter) Admit(at, _ float64) bool {
	w := math.Floor((at - c.Phase) / c.Length)
	if !c.used {
		c.used, c.window = true, w
	}
	switch {
	case w == c.window+1:
		c.window, c.before, c.now = w, c.now, 0
	case w > c.window:
		c.window, c.before, c.now = w, 0, 0
	}
	share := 1 - ((at-c.Phase)/c.Length - c.window)
	passes := c.now+c.before*share < c.Count
	if passes || c.Refused {
		c.now++
	}
	return passes
}

// A StickTable is HAProxy's http_req_rate: every request counts, refused ones
// included, and the periods begin with the first request after a long silence. A
// request is refused where the rate is above the limit.
// Source: HAProxy, freq_ctr.c (update_freq_ctr_period, freq_ctr_total).
type StickTable struct {
	Length, Count float64
	tick          float64
	now, before   float64
	used          bool
}

// Admit implements Limiter.
func (s *StickTable) Admit(at, _ float64) bool {
	if !s.used {
		s.used, s.tick = true, at
	}
	if at-s.tick >= s.Length {
		s.before, s.now, s.tick = s.now, 0, s.tick+s.Length
		if at-s.tick >= s.Length {
			s.before, s.tick = 0, at
		}
	}
	s.now++
	remains := math.Max(s.tick+s.Length-at, 0)
	return s.now+s.before*remains/s.Length <= s.Count
}
