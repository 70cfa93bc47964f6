//go:build linux

package wire

import "time"

// timers are a heap of what is to happen at some time, the earliest first. What comes
// later than all others is added without a move, as all do where users think equally long.
type timers[T any] []timer[T]

type timer[T any] struct {
	at time.Duration
	of T
}

func (t *timers[T]) push(at time.Duration, of T) {
	h := append(*t, timer[T]{at, of})
	for i := len(h) - 1; i > 0 && at < h[(i-1)/2].at; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
	*t = h
}

// pop removes the earliest.
func (t *timers[T]) pop() T {
	h := *t
	first, last := h[0].of, len(h)-1
	moved := h[last]
	h[last] = timer[T]{}
	h = h[:last]
	for i := 0; i < last; {
		child := 2*i + 1
		if child+1 < last && h[child+1].at < h[child].at {
			child++
		}
		if child >= last || moved.at <= h[child].at {
			h[i] = moved
			break
		}
		h[i], i = h[child], child
	}
	*t = h
	return first
}
