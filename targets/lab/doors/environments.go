package doors

import (
	"slices"
	"time"
)

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

	held         int // of the others, those that are busy until they are released
	heldReserved int // of the provisioned
	retirements  int
}

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
	switch {
	case e.occupied(now) >= e.limit:
		return notPlaced
	case len(e.reserved)+e.heldReserved < e.provisioned && (e.allowance == nil || e.allowance.take(now)):
		return placedProvisioned
	case len(e.free) > 0: // the most recently used one, so that the others can expire
		e.free = e.free[:len(e.free)-1]
		return placedWarm
	}
	return placedCold
}

// occupied is how many environments are busy.
func (e *environments) occupied(now time.Time) int {
	e.settle(now)
	return len(e.busy) + len(e.reserved) + len(e.leaving) + e.held + e.heldReserved
}

// occupy makes the environment of the last placement busy.
func (e *environments) occupy(where placement, until time.Time) {
	if where == placedProvisioned {
		e.reserved.push(until)
	} else {
		e.busy.push(until)
	}
}

// hold makes the environment of the last placement busy until release is called with
// what it returns: how long a real server takes is not known before.
func (e *environments) hold(where placement) holding {
	*e.heldOf(where)++
	return holding{where, e.retirements}
}

// A holding is an environment that is busy until it is released.
type holding struct {
	where       placement
	retirements int // before it
}

func (e *environments) heldOf(where placement) *int {
	if where == placedProvisioned {
		return &e.heldReserved
	}
	return &e.held
}

// release ends a holding. The environment is idle then, unless it is lost or was
// retired meanwhile.
func (e *environments) release(h holding, now time.Time, lost bool) {
	*e.heldOf(h.where)--
	if h.where != placedProvisioned && !lost && h.retirements == e.retirements {
		e.busy.push(now)
	}
}

func (e *environments) settle(now time.Time) {
	e.reserved.takeUntil(now)
	e.leaving.takeUntil(now)
	e.free = append(e.free, e.busy.takeUntil(now)...)
	for len(e.free) > 0 && now.Sub(e.free[0]) >= e.idle {
		e.free = e.free[1:]
	}
}

// retire gives up every environment but the provisioned ones, which Lambda
// replaces before they are needed. Busy ones go when their invocations end.
func (e *environments) retire(now time.Time) {
	e.settle(now)
	for _, until := range e.busy {
		e.leaving.push(until)
	}
	e.free, e.busy = nil, nil
	e.retirements++
}

// times are points in time, the earliest first. A list and not a heap: most of
// what is pushed belongs at the end.
type times []time.Time

func (t *times) push(x time.Time) {
	i, _ := slices.BinarySearchFunc(*t, x, time.Time.Compare)
	*t = slices.Insert(*t, i, x)
}

// takeUntil takes out those that are not after now. They are valid until the next
// push.
func (t *times) takeUntil(now time.Time) (passed times) {
	n := 0
	for n < len(*t) && !(*t)[n].After(now) {
		n++
	}
	passed, *t = (*t)[:n], (*t)[n:]
	return passed
}
