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

// begin makes an arrival the first request of a walk.
func (f *arrival) begin(j *load.Job) {
	f.walk = &load.Walk{}
	f.walk.Begin(j, f.seq, f.user, f.block, f.due)
	f.step()
}

// step makes an arrival the request at hand of its walk.
func (f *arrival) step() { f.number, f.seq, f.due = f.walk.Request(), f.walk.Sending.Seq, f.walk.Due }

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
	e.shared.Record(s)
}

// flowArrivals are the flows of a turn in the open model, with the steps that follow. A
// worker sends one step and is free while its user thinks: a limit on requests in flight
// does not count users who think. A step is rendered when it is a second ahead or less.
type flowArrivals struct {
	*arrivals
	endpoint *endpoint
	until    time.Duration // steps are sent

	start *arrival // that is due next, if it is known
	begun bool     // all flows

	mu     sync.Mutex
	steps  []arrival // that wait, rendered, the earliest first
	active int       // walks that have not ended
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
		at, known = a.steps[0].due, true
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
	if len(a.steps) > 0 && (a.start == nil || a.steps[0].due <= a.start.due) {
		f := a.steps[0]
		a.steps = slices.Delete(a.steps, 0, 1)
		return f
	}
	f := *a.start
	a.start = nil
	a.active++
	return f
}

// follow implements source: the next step waits for pace, but first for the time to render
// it, for which no worker waits.
func (a *flowArrivals) follow(f arrival, s *results.Sample) (arrival, bool) {
	more := a.engine.moves(a.endpoint, &f, s)
	if early := f.walk.Due - load.SignAhead; more && early > a.engine.now() {
		a.done.Go(func() {
			timer := time.NewTimer(time.Hour)
			defer timer.Stop()
			a.moveOn(f, sleepUntil(a.ctx, timer, a.engine, min(early, a.until)) && early < a.until)
		})
		return f, false
	}
	switch {
	case !more:
		a.ended()
	default:
		a.moveOn(f, a.ctx.Err() == nil)
	}
	return f, false
}

// moveOn renders the next step of a walk, or cuts the walk off.
func (a *flowArrivals) moveOn(f arrival, sends bool) {
	if !sends {
		a.engine.cut(a.endpoint, f.walk)
		a.ended()
		return
	}
	f.step()
	a.engine.render(a.endpoint, &f)
	a.mu.Lock()
	i, _ := slices.BinarySearchFunc(a.steps, f.due, func(o arrival, due time.Duration) int { return cmp.Compare(o.due, due) })
	a.steps = slices.Insert(a.steps, i, f)
	a.mu.Unlock()
	a.signal()
}

// ended counts a walk that has ended.
func (a *flowArrivals) ended() {
	a.mu.Lock()
	a.active--
	a.mu.Unlock()
	a.signal()
}

func (a *flowArrivals) signal() {
	select {
	case a.moved <- struct{}{}:
	default:
	}
}

func (a *flowArrivals) drop(f arrival) {
	a.engine.cut(a.endpoint, f.walk)
	a.ended()
}

// cutWaiting ends the walks whose next step is not sent any more.
func (a *flowArrivals) cutWaiting() {
	a.mu.Lock()
	all := a.steps
	a.steps, a.active = nil, a.active-len(all)
	a.mu.Unlock()
	for _, f := range all {
		a.engine.cut(a.endpoint, f.walk)
	}
}

// wait implements source. Steps that were moved on after the last pace are cut off.
func (a *flowArrivals) wait() {
	a.arrivals.wait()
	a.cutWaiting()
}
