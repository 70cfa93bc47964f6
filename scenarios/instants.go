package scenarios

import (
	"fmt"
	"slices"
	"time"
)

// An Instants is arrivals at stated points in time: what a probe plans that
// wants to know what happened to be true at certain ages of something.
type Instants struct {
	At   []time.Duration // in order, from the start of the stage; shared, not to be changed
	What string          // in words: "ages from 1s to 4s"
}

// Schedule implements Shape. What is due at d or later is not sent.
func (i Instants) Schedule(d time.Duration, _ uint64) Schedule {
	at := i.At[:i.count(d, 0)]
	return func(yield func(time.Duration) bool) {
		for _, due := range at {
			if !yield(due) {
				return
			}
		}
	}
}

func (i Instants) String() string { return fmt.Sprintf("%d requests at %s", len(i.At), i.What) }

func (i Instants) count(d time.Duration, _ uint64) int64 {
	n, _ := slices.BinarySearch(i.At, d)
	return int64(n)
}

// peak is how many arrive in the busiest second, wherever it begins.
func (i Instants) peak() float64 { return Replay{Arrivals: i.At}.peak() }
