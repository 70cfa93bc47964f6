package scenarios

import (
	"math/rand/v2"
	"time"
)

// A Poisson arrives at random with a mean rate, each request independent of
// the others, as requests of many independent users do. The number of arrivals
// is random too: its variance equals its mean.
type Poisson struct{ Rate Rate }

// Schedule implements Shape: the gaps are exponential, drawn from seed.
func (p Poisson) Schedule(d time.Duration, seed uint64) Schedule {
	if p.Rate.IsZero() {
		return func(func(time.Duration) bool) {}
	}
	gap := 1e9 / p.Rate.PerSecond()
	return func(yield func(time.Duration) bool) {
		chance := rand.New(rand.NewPCG(seed, 0))
		for at := chance.ExpFloat64() * gap; at < float64(d); at += chance.ExpFloat64() * gap {
			if !yield(time.Duration(at)) {
				return
			}
		}
	}
}

func (p Poisson) String() string { return "poisson " + p.Rate.String() }

// walkable is how many arrivals may be walked through to count them.
const walkable = 10_000_000

// count walks the schedule; of a schedule too long for that it is the mean,
// from which the true count is off by a few times its square root.
func (p Poisson) count(d time.Duration, seed uint64) (n int64) {
	if mean := p.Rate.Arrivals(d); mean > walkable {
		return mean
	}
	for range p.Schedule(d, seed) {
		n++
	}
	return n
}

func (p Poisson) peak() float64 { return p.Rate.PerSecond() }
