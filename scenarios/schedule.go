package scenarios

import (
	"iter"
	"time"
)

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

// A Shape is one way of arriving.
type Shape interface {
	// Schedule returns the due times in [0, d). Shapes with chance in them
	// draw it from seed alone.
	Schedule(d time.Duration, seed uint64) Schedule
	// String says it in words: "constant 500/s".
	String() string
}
