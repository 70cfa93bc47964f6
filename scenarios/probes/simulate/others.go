package simulate

import "math/rand/v2"

// A Concurrency is a limit on the requests that are served at the same time.
type Concurrency struct {
	Most int
	ends []float64
}

// Admit implements Limiter.
func (c *Concurrency) Admit(at, end float64) bool {
	busy := c.ends[:0]
	for _, e := range c.ends {
		if e > at {
			busy = append(busy, e)
		}
	}
	c.ends = busy
	if len(c.ends) >= c.Most {
		return false
	}
	c.ends = append(c.ends, end)
	return true
}

// A Late limiter learns a little late that a request has ended: when the loop of a proxy
// comes to it.
type Late struct {
	Limiter
	Mean   float64 // seconds, of an exponential
	Chance interface{ ExpFloat64() float64 }
}

// Admit implements Limiter.
func (l *Late) Admit(at, end float64) bool {
	return l.Limiter.Admit(at, end+l.Mean*l.Chance.ExpFloat64())
}

// A Random refuses a share of the requests by chance.
type Random struct {
	Share  float64 // 0: admits all; 1: refuses all
	Chance *rand.Rand
}

// NewRandom refuses so large a share.
func NewRandom(share float64, seed uint64) *Random {
	return &Random{Share: share, Chance: rand.New(rand.NewPCG(seed, 8))}
}

// Admit implements Limiter.
func (r *Random) Admit(float64, float64) bool { return r.Chance.Float64() >= r.Share }
