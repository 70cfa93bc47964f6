package nethttp

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// step makes an arrival the request at hand of its walk.
func (f *arrival) step() { f.number, f.seq = f.walk.Request(), f.walk.Sending.Seq }

// moves moves a walk on from a request that has ended, and reports whether it sends
// another one. A walk that has ended is recorded. One whose first request was left out as late never began.
func (e *vegetaEngine) moves(d *endpoint, f *arrival, s *results.Sample) bool {
	if s == nil {
		return false
	}
	var failed *results.Sample
	if s.Outcome() == results.OK {
		if f.walk.Next(&e.job, load.EndOf(s)) {
			return true
		}
	} else {
		failed = s
	}
	e.ended(d, f.walk, load.EndOf(s), failed, s.Err == results.ErrCancelled)
	return false
}

// cut records a walk that is not walked to its end, if it has begun.
func (e *vegetaEngine) cut(d *endpoint, w *load.Walk) {
	if w.HasBegun() {
		e.ended(d, w, e.now(), nil, true)
	}
}

func (e *vegetaEngine) ended(d *endpoint, w *load.Walk, at time.Duration, failed *results.Sample, cut bool) {
	s := w.Ended(&e.job, at, failed, cut)
	s.Target = d.number
	e.record(s)
}

// flowArrivals are the flows of a turn in the open model, with the steps that follow. A
// worker sends one step and is free while its user thinks: a limit on requests in flight
// does not count users who think.
type flowArrivals struct {
	*arrivals
	endpoint *endpoint
	until    time.Duration // steps are sent

	start *arrival // that is due next, if it is known
	begun bool     // all flows

	mu     sync.Mutex
	steps  []*load.Walk // that wait, the earliest first
	active int          // walks that have not ended
	moved  chan struct{}
}

func newFlowArrivals(a *arrivals, turn scenarios.Turn, start time.Duration) *flowArrivals {
	e := a.engine
	return &flowArrivals{arrivals: a, endpoint: e.endpoints[turn.Target], until: start + turn.For + e.job.Grace, moved: make(chan struct{}, 1)}
}

// pace implements source.
func (a *flowArrivals) pace() bool {
	for {
		at, known := a.soonest()
		switch now := a.engine.now(); {
		case a.over(now):
			a.cutWaiting()
			return false
		case known && at <= now:
			a.due <- a.takeNext(now)
			return true
		case known:
			a.timer.Reset(min(at, a.until) - now)
		default:
			a.timer.Reset(max(a.until-now, 0))
		}
		if !a.await() {
			a.cutWaiting()
			return false
		}
	}
}

// await returns when something may be due; false: the turn was stopped.
func (a *flowArrivals) await() bool {
	signed := a.signed
	if a.start != nil || a.begun {
		signed = nil
	}
	select {
	case f, ok := <-signed:
		if a.begun = !ok; ok {
			a.start = &f
		}
	case <-a.moved:
	case <-a.timer.C:
	case <-a.ctx.Done():
		return false
	}
	return true
}

// soonest is when the next flow or step is due that is known.
func (a *flowArrivals) soonest() (at time.Duration, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.steps) > 0 {
		at, known = a.steps[0].Due, true
	}
	if a.start != nil && (!known || a.start.due < at) {
		at, known = a.start.due, true
	}
	return at, known
}

// over reports whether nothing more is to be sent.
func (a *flowArrivals) over(now time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.begun && (a.active == 0 || now >= a.until)
}

// takeNext is what is due.
func (a *flowArrivals) takeNext(now time.Duration) arrival {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.steps) > 0 && (a.start == nil || a.steps[0].Due <= a.start.due) {
		w := a.steps[0]
		a.steps = slices.Delete(a.steps, 0, 1)
		return arrival{due: w.Due, block: w.Block, walk: w}
	}
	f := *a.start
	a.start = nil
	a.active++
	f.walk = &load.Walk{}
	f.walk.Begin(&a.engine.job, f.seq, 0, f.block, f.due)
	return f
}

func (a *flowArrivals) next() (arrival, bool) {
	f := <-a.due
	f.step()
	a.engine.render(a.endpoint, &f)
	f.begun = a.engine.now()
	return f, true
}

// follow implements source: the next step waits for pace.
func (a *flowArrivals) follow(f arrival, s *results.Sample) (arrival, bool) {
	more := a.engine.moves(a.endpoint, &f, s)
	if more && a.ctx.Err() != nil {
		more = false
		a.engine.cut(a.endpoint, f.walk)
	}
	a.mu.Lock()
	if more {
		i, _ := slices.BinarySearchFunc(a.steps, f.walk.Due, func(w *load.Walk, due time.Duration) int { return cmp.Compare(w.Due, due) })
		a.steps = slices.Insert(a.steps, i, f.walk)
	} else {
		a.active--
	}
	a.mu.Unlock()
	select {
	case a.moved <- struct{}{}:
	default:
	}
	return f, false
}

func (a *flowArrivals) drop(f arrival) {
	a.engine.cut(a.endpoint, f.walk)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.active--
}

// cutWaiting ends the walks whose next step is not sent any more.
func (a *flowArrivals) cutWaiting() {
	a.mu.Lock()
	all := a.steps
	a.steps, a.active = nil, a.active-len(all)
	a.mu.Unlock()
	for _, w := range all {
		a.engine.cut(a.endpoint, w)
	}
}

// wait implements source. Steps that were moved on after the last pace are cut off.
func (a *flowArrivals) wait() {
	a.cutWaiting()
	a.arrivals.wait()
}
