package scenarios

import "time"

// A Constant arrives at one rate, evenly spaced.
type Constant struct{ Rate Rate }

// Schedule implements Shape: the i'th request is due at i/rate.
func (c Constant) Schedule(d time.Duration, _ uint64) Schedule {
	n := c.count(d, 0)
	return func(yield func(time.Duration) bool) {
		for i := range n {
			if !yield(c.Rate.Due(i)) {
				return
			}
		}
	}
}

func (c Constant) String() string { return "constant " + c.Rate.String() }

func (c Constant) count(d time.Duration, _ uint64) int64 { return c.Rate.Arrivals(d) }
func (c Constant) peak() float64                         { return c.Rate.PerSecond() }
