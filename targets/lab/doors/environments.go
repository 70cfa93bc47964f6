package doors

import "time"

// Environments are a function's execution environments. They keep no clock and no
// goroutine: an environment is a point in time, until which it is busy or
// since which it is idle. The caller locks them.
//
// Provisioned environments are there from the start and are never given up. An
// invocation goes to one of them where one is free, and spills over to the
// others, which come and go, where none is, or where more come a second than
// the provisioned ones take.
// Source: Lambda developer guide, "Configuring provisioned concurrency" and
// "Understanding concurrency": a function with 10 of them spills over from 10 at
// once or 100 a second on, whichever comes first.
type environments struct {
	limit       int           // environments that may be busy at once
	provisioned int           // of these
	allowance   *bucket       // of invocations for the provisioned ones; nil: no rate is too high
	idle        time.Duration // until an environment is given up
	reserved    times         // when each busy provisioned one will be free, the earliest first
	busy        times         // when each other busy one will be
	leaving     times         // when each busy one that was retired will be gone
	free        []time.Time   // since when each idle one has been, the longest first
}

// A placement is where an invocation ran.
type placement uint8

const (
	placedWarm        placement = iota // in an environment that had served before
	placedProvisioned                  // in one that was there from the start
	placedCold                         // in a new one
	notPlaced                          // the limit is reached
)

// place finds an environment for an invocation at now. Once the caller knows
// until when the invocation will run, it calls occupy.
func (e *environments) place(now time.Time) placement {
	e.settle(now)
	switch {
	case len(e.busy)+len(e.reserved)+len(e.leaving) >= e.limit:
		return notPlaced
	case len(e.reserved) < e.provisioned && (e.allowance == nil || e.allowance.take(now)):
		return placedProvisioned
	case len(e.free) > 0: // the most recently used one, so that the others can expire
		e.free = e.free[:len(e.free)-1]
		return placedWarm
	}
	return placedCold
}

// occupy makes the environment of the last placement busy.
func (e *environments) occupy(where placement, until time.Time) {
	if where == placedProvisioned {
		e.reserved.push(until)
		return
	}
	e.busy.push(until)
}

// settle moves environments that have become free, and gives up old ones.
func (e *environments) settle(now time.Time) {
	e.reserved.dropUntil(now)
	e.leaving.dropUntil(now)
	for len(e.busy) > 0 && !e.busy[0].After(now) {
		e.free = append(e.free, e.busy.pop())
	}
	expired := 0
	for expired < len(e.free) && now.Sub(e.free[expired]) >= e.idle {
		expired++
	}
	if expired > 0 {
		e.free = append(e.free[:0], e.free[expired:]...)
	}
}

// retire gives up every environment but the provisioned ones, which Lambda
// replaces before they are needed. Busy ones go when their invocations end.
func (e *environments) retire(now time.Time) {
	e.settle(now)
	e.free = nil
	for _, until := range e.busy {
		e.leaving.push(until)
	}
	e.busy = nil
}

// times is a heap of points in time, the earliest first. It is not that of
// container/heap, which would allocate for each of them.
type times []time.Time

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

func (t *times) dropUntil(now time.Time) {
	for len(*t) > 0 && !(*t)[0].After(now) {
		t.pop()
	}
}
