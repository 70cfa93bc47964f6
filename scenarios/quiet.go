package scenarios

import "time"

// A Quiet is no arrivals at all: what a probe plans while something fills up,
// or goes cold.
type Quiet struct{}

// Schedule implements Shape.
func (Quiet) Schedule(time.Duration, uint64) Schedule {
	return func(func(time.Duration) bool) {}
}

func (Quiet) String() string { return "quiet" }

func (Quiet) count(time.Duration, uint64) int64 { return 0 }
func (Quiet) peak() float64                     { return 0 }
