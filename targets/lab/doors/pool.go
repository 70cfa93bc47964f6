package doors

import "time"

// A pool is a function's execution environments. It keeps no clock and no
// goroutine: an environment is a point in time, until which it is busy or
// since which it is idle. The caller guards it.
//
// Provisioned environments are there from the start and are never given up. An
// invocation goes to one of them where one is free, and spills over to the
// others, which come and go, where none is, or where more come a second than
// the provisioned ones take.
// Source: Lambda developer guide, "Configuring provisioned concurrency" and
// "Understanding concurrency": a function with 10 of them spills over from 10 at
// once or 100 a second on, whichever comes first.
type pool struct {
	limit       int           // environments that may be busy at once
	provisioned int           // of these
	allowance   *bucket       // of invocations for the provisioned ones; nil: no rate is too high
	idle        time.Duration // until an environment is given up
	reserved    times         // when each busy provisioned one will be free, the earliest first
	busy        times         // when each other busy one will be
	leaving     times         // when each busy one that was retired will be gone
	free        []time.Time   // since when each idle one has been, the longest first
}

// A placement is how a pool took an invocation.
type placement uint8

const (
	placedWarm        placement = iota // in an environment that had served before
	placedProvisioned                  // in one that was there from the start
	placedCold                         // in a new one
	notPlaced                          // the limit is reached
)

// place finds an environment for an invocation at now. Once the caller knows
// until when the invocation will run, it calls occupy.
func (p *pool) place(now time.Time) placement {
	p.settle(now)
	switch {
	case len(p.busy)+len(p.reserved)+len(p.leaving) >= p.limit:
		return notPlaced
	case len(p.reserved) < p.provisioned && (p.allowance == nil || p.allowance.take(now)):
		return placedProvisioned
	case len(p.free) > 0: // the most recently used one, so that the others can expire
		p.free = p.free[:len(p.free)-1]
		return placedWarm
	}
	return placedCold
}

// occupy makes the environment of the last placement busy.
func (p *pool) occupy(where placement, until time.Time) {
	if where == placedProvisioned {
		p.reserved.push(until)
		return
	}
	p.busy.push(until)
}

// settle moves environments that have become free, and gives up old ones.
func (p *pool) settle(now time.Time) {
	p.reserved.dropUntil(now)
	p.leaving.dropUntil(now)
	for len(p.busy) > 0 && !p.busy[0].After(now) {
		p.free = append(p.free, p.busy.pop())
	}
	expired := 0
	for expired < len(p.free) && now.Sub(p.free[expired]) >= p.idle {
		expired++
	}
	if expired > 0 {
		p.free = append(p.free[:0], p.free[expired:]...)
	}
}

// retire gives up every environment but the provisioned ones, which Lambda
// replaces before they are needed. Busy ones go when their invocations end.
func (p *pool) retire(now time.Time) {
	p.settle(now)
	p.free = nil
	for _, until := range p.busy {
		p.leaving.push(until)
	}
	p.busy = nil
}
