package scenarios

import (
	"fmt"
	"time"
)

// A Burst is a number of requests at one rate, or all at once, and then quiet.
type Burst struct {
	Requests int64
	At       Rate // zero: all at once
}

// Schedule implements Shape.
func (b Burst) Schedule(d time.Duration, _ uint64) Schedule {
	at := b.At.Due
	if b.At.IsZero() {
		at = func(int64) time.Duration { return 0 }
	}
	return scheduled(b.count(d, 0), at)
}

// span is the time that the requests themselves take up, and a second at
// least, so that even a burst at once is a block.
func (b Burst) span() time.Duration {
	if b.At.IsZero() {
		return time.Second
	}
	return max(time.Second, b.At.Due(b.Requests))
}

func (b Burst) String() string {
	if b.At.IsZero() {
		return fmt.Sprintf("burst of %d at once", b.Requests)
	}
	return fmt.Sprintf("burst of %d at %v", b.Requests, b.At)
}

func (b Burst) count(d time.Duration, _ uint64) int64 {
	switch {
	case d <= 0:
		return 0
	case b.At.IsZero():
		return b.Requests
	}
	return min(b.Requests, b.At.Arrivals(d))
}

// peak of a burst at once is all of it in one second, since no rate is named.
func (b Burst) peak() float64 {
	if b.At.IsZero() {
		return float64(b.Requests)
	}
	return b.At.PerSecond()
}
