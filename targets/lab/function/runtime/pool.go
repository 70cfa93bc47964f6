package runtime

import (
	"slices"
	"time"
)

type place uint8

const (
	placeStarting place = iota // its slot is counted by the invocation that starts it
	placeBusy
	placeSoon // has answered and has not asked again
	placeIdle
	placeGone
)

// An invocation waits for an environment that has answered and not yet asked again:
// patience times a glance where another could be started, longPatience times where
// none may be. One long wait would end at once on a machine that was suspended
// meanwhile, function included; many short ones do not.
const (
	glance       = 25 * time.Millisecond
	patience     = 10
	longPatience = 80
)

// acquire finds an environment. Without one and without a refusal, the caller may
// start one, and gives its slot back where that fails.
func (f *Function) acquire(now time.Time) (*environment, Ending) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.takeIdle(); e != nil {
		return e, Returned
	}
	if f.soon > len(f.waiters) {
		if e := f.awaitSoon(); e != nil {
			return e, Returned
		}
	}
	switch {
	case f.closed:
		return nil, Closed
	case f.inUse >= f.config.Concurrency:
		return nil, AtLimit
	case f.config.Scale != nil && !f.config.Scale(now):
		return nil, AtScaling
	}
	f.inUse++
	return nil, Returned
}

// inUseNow is how many environments are in use.
func (f *Function) inUseNow() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inUse
}

func (f *Function) takeIdle() *environment {
	last := len(f.idle) - 1
	if last < 0 {
		return nil
	}
	e := f.idle[last]
	f.idle = f.idle[:last]
	e.place = placeBusy
	f.inUse++
	return e
}

// awaitSoon waits for an environment that is about to be idle. The lock is held
// on entry and on return, and not meanwhile.
func (f *Function) awaitSoon() *environment {
	limit := patience
	if f.inUse >= f.config.Concurrency {
		limit = longPatience
	}
	w := make(chan *environment, 1)
	f.waiters = append(f.waiters, w)
	f.mu.Unlock()
	e, came := patient(w, limit)
	f.mu.Lock()
	if !came {
		if i := slices.Index(f.waiters, w); i >= 0 {
			f.waiters = slices.Delete(f.waiters, i, i+1)
		} else {
			e = <-w // came meanwhile
		}
	}
	if e == nil {
		e = f.takeIdle()
	}
	return e
}

func patient(w <-chan *environment, glances int) (e *environment, came bool) {
	timer := time.NewTimer(glance)
	defer timer.Stop()
	for range glances {
		select {
		case e = <-w:
			return e, true
		case <-timer.C:
			timer.Reset(glance)
		}
	}
	return nil, false
}

func (f *Function) giveBack() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inUse--
}

func (f *Function) finishing(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.place == placeBusy {
		e.place = placeSoon
		f.soon++
	}
}

func (f *Function) freed(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.place != placeSoon {
		return
	}
	if e.renewal < f.renewals {
		f.remove(e)
		e.end()
		return
	}
	f.soon--
	if len(f.waiters) > 0 {
		e.place = placeBusy
		f.waiters[0] <- e
		f.waiters = slices.Delete(f.waiters, 0, 1)
		return
	}
	f.inUse--
	e.place = placeIdle
	f.idle = append(f.idle, e)
}

// expire gives up an environment, unless it is in use again.
func (f *Function) expire(e *environment) {
	f.mu.Lock()
	still := e.place == placeIdle
	if still {
		f.remove(e)
	}
	f.mu.Unlock()
	if still {
		e.end()
	}
}

// drop takes an environment out of the pool and ends it. It may be called again.
func (f *Function) drop(e *environment) {
	f.mu.Lock()
	f.remove(e)
	f.mu.Unlock()
	e.end()
}

func (f *Function) remove(e *environment) {
	switch e.place {
	case placeIdle:
		if i := slices.Index(f.idle, e); i >= 0 {
			f.idle = slices.Delete(f.idle, i, i+1)
		}
	case placeBusy:
		f.inUse--
	case placeSoon:
		f.inUse--
		f.soon--
		if len(f.waiters) > f.soon { // one waits in vain
			f.waiters[0] <- nil
			f.waiters = slices.Delete(f.waiters, 0, 1)
		}
	}
	e.place = placeGone
	delete(f.all, e)
}
