package doors

import "time"

// times is a heap of points in time, the earliest first. It is not that of
// container/heap, which would allocate for each of them.
type times []time.Time

// push adds one.
func (t *times) push(x time.Time) {
	h := append(*t, x)
	i := len(h) - 1
	for up := (i - 1) / 2; i > 0 && h[i].Before(h[up]); i, up = up, (up-1)/2 {
		h[i], h[up] = h[up], h[i]
	}
	*t = h
}

// pop takes out the earliest, which there must be.
func (t *times) pop() time.Time {
	h := *t
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h[child].Before(h[least]) {
				least = child
			}
		}
		if least == i {
			*t = h
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// dropUntil takes out those that are not after now.
func (t *times) dropUntil(now time.Time) {
	for len(*t) > 0 && !(*t)[0].After(now) {
		t.pop()
	}
}
