package scenarios

import (
	"iter"
	"time"

	"tollgate/pricing/document"
)

// A Rate is an exact arrival rate, see package document.
type Rate = document.Rate

// ParseRate reads a rate such as "200/s", "10k/m" or "0.5/s".
func ParseRate(text string) (r Rate, err error) {
	err = r.UnmarshalText([]byte(text))
	return r, err
}

// MaxRate is the highest arrival rate of a stage, in requests per second.
const MaxRate = document.MaxRate

// PerSecond is the rate of n requests per second.
func PerSecond(n int64) Rate { return document.PerSecond(n) }

// Rounded is the rate of x requests per second, to a millionth of a request.
func Rounded(x float64) Rate { return document.Rounded(x) }

// A Schedule says when each request is due, in order, from the start of its
// stage. It may be ranged over any number of times, with the same result.
type Schedule iter.Seq[time.Duration]

// Shard returns every n'th request of s beginning with the i'th, so that the
// n shards together are s: that is all sharding is.
func (s Schedule) Shard(i, n int) Schedule {
	return func(yield func(time.Duration) bool) {
		k := 0
		for due := range s {
			if k%n == i && !yield(due) {
				return
			}
			k++
		}
	}
}

// scheduled is n requests, of which at says when each is due.
func scheduled(n int64, at func(i int64) time.Duration) Schedule {
	return func(yield func(time.Duration) bool) {
		for i := range n {
			if !yield(at(i)) {
				return
			}
		}
	}
}

// A Shape is one way of arriving.
type Shape interface {
	// Schedule returns the due times in [0, d). Shapes with chance in them
	// draw it from seed alone.
	Schedule(d time.Duration, seed uint64) Schedule
	// String says it in words: "constant 500/s".
	String() string
}

// count is how many requests shape has due in [0, d): by arithmetic where the
// shape can, else by walking its schedule.
func count(shape Shape, d time.Duration, seed uint64) (n int64) {
	if c, ok := shape.(interface {
		count(time.Duration, uint64) int64
	}); ok {
		return c.count(d, seed)
	}
	for range shape.Schedule(d, seed) {
		n++
	}
	return n
}

// peak is the highest arrival rate of shape, in requests per second; of a
// shape that does not say, the highest that is allowed.
func peak(shape Shape) float64 {
	if p, ok := shape.(interface{ peak() float64 }); ok {
		return p.peak()
	}
	return MaxRate
}

// A Constant arrives at one rate, evenly spaced.
type Constant struct{ Rate Rate }

// Schedule implements Shape: the i'th request is due at i/rate.
func (c Constant) Schedule(d time.Duration, _ uint64) Schedule {
	return scheduled(c.count(d, 0), c.Rate.Due)
}

func (c Constant) String() string { return "constant " + c.Rate.String() }

func (c Constant) count(d time.Duration, _ uint64) int64 { return c.Rate.Arrivals(d) }
func (c Constant) peak() float64                         { return c.Rate.PerSecond() }

// A Quiet is no arrivals at all: what a probe plans while something fills up,
// or goes cold.
type Quiet struct{}

// Schedule implements Shape.
func (Quiet) Schedule(time.Duration, uint64) Schedule {
	return scheduled(0, nil)
}

func (Quiet) String() string { return "quiet" }

func (Quiet) count(time.Duration, uint64) int64 { return 0 }
func (Quiet) peak() float64                     { return 0 }
