//go:build linux

package wire

import (
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A flowQueue has users walk through flows: another queue says when each begins. A step is
// due when the one before it has ended and its user has thought. Flows that are under way
// when the turn's time is up have the scenario's grace to end.
//
// Steps are rendered while their users think, if the loop has time for it then, and else as
// they are sent; the first ones as requests that stand alone are.
type flowQueue struct {
	queue  // of the beginnings
	loop   *loop
	steps  timers[*load.Walk] // that wait until they are due
	active map[*load.Walk]struct{}
	spare  []*load.Walk
	sketch load.Walk // of one that begins later
	ending bool      // no further step is sent

	elsewhere bool // some steps go to other hosts

	mu        sync.Mutex // guards what the evaluator hands over
	evaluated []ended
}

// An ended is a step whose response was evaluated off the loop.
type ended struct {
	walk   *load.Walk
	sample *results.Sample
}

func newFlowQueue(starts queue, l *loop) *flowQueue {
	return &flowQueue{queue: starts, loop: l, active: map[*load.Walk]struct{}{}, elsewhere: slices.ContainsFunc(l.engine.job.Requests, func(r scenarios.Request) bool { return r.Elsewhere() })}
}

// flowing is a queue of requests, or of flows that begin when it says, and of the preflights
// at an endpoint.
func (l *loop) flowing(starts queue, p *endpoint) queue {
	if len(l.engine.job.Flows) > 0 {
		starts = newFlowQueue(starts, l)
	}
	if p.asksFirst() {
		return &pageQueue{queue: starts, loop: l}
	}
	return starts
}

func (q *flowQueue) next(now time.Duration) (due time.Duration, ok bool) {
	due, ok = q.queue.next(now)
	if len(q.steps) == 0 {
		return due, ok
	}
	limit := q.limit(now)
	if now >= limit {
		q.cutWaiting(now)
		return due, ok
	}
	if at := min(q.steps[0].at, limit); !ok || at < due {
		return at, true
	}
	return due, ok
}

// limit is until when steps are sent.
func (q *flowQueue) limit(now time.Duration) time.Duration {
	if q.ending {
		return now
	}
	if _, until := q.queue.over(now); until != never {
		return until + q.loop.engine.job.Grace
	}
	return never
}

// stepFirst reports whether a step is due before the next flow begins.
func (q *flowQueue) stepFirst(now time.Duration) bool {
	if len(q.steps) == 0 {
		return false
	}
	due, ok := q.queue.next(now)
	return !ok || q.steps[0].at < due
}

func (q *flowQueue) take(now time.Duration) arrival {
	if q.stepFirst(now) {
		return q.arrival(q.steps.pop())
	}
	o := q.queue.take(now)
	w := q.newWalk()
	w.Begin(&q.loop.engine.job, o.seq, o.user, o.block, o.due)
	q.active[w] = struct{}{}
	return q.arrival(w)
}

func (q *flowQueue) newWalk() *load.Walk {
	if n := len(q.spare); n > 0 {
		w := q.spare[n-1]
		q.spare = q.spare[:n-1]
		return w
	}
	return &load.Walk{}
}

func (q *flowQueue) arrival(w *load.Walk) arrival {
	return arrival{due: w.Due, seq: w.Sending.Seq, user: w.User, block: w.Block, walk: w}
}

// skip leaves out beginnings only: without one of its steps a flow would be another.
func (q *flowQueue) skip(now time.Duration) bool { return !q.stepFirst(now) && q.queue.skip(now) }

// ended moves a walk on to its next step, unless its response is still being evaluated.
func (q *flowQueue) ended(now time.Duration, o arrival, s *results.Sample) {
	w, end := o.walk, load.EndOf(s)
	switch {
	case s.Err == results.ErrCancelled:
		q.finish(now, w, w.Ended(&q.loop.engine.job, end, nil, true))
		return
	case s.Outcome() != results.OK:
		q.finish(now, w, w.Ended(&q.loop.engine.job, end, s, false))
		return
	}
	switch {
	case !w.Next(&q.loop.engine.job, end):
		q.finish(now, w, w.Ended(&q.loop.engine.job, end, nil, false))
	case now >= q.limit(now):
		q.finish(now, w, w.Ended(&q.loop.engine.job, end, nil, true))
	default:
		q.steps.push(w.Due, w)
		q.mayRender(w, now)
	}
}

// finish records a walk that has ended, and lets its user begin another.
func (q *flowQueue) finish(now time.Duration, w *load.Walk, s *results.Sample) {
	if s.Target = q.loop.pool.endpoint.number; w.HasBegun() {
		q.loop.shard.Record(s)
	}
	delete(q.active, w)
	q.spare = append(q.spare, w)
	q.queue.ended(now, arrival{seq: w.Sending.Iteration, user: w.User, block: w.Block}, s)
}

// drop cuts off a walk whose next request is not sent; a nil one is none.
func (q *flowQueue) drop(now time.Duration, w *load.Walk) {
	if w != nil {
		q.finish(now, w, w.Ended(&q.loop.engine.job, now, nil, true))
	}
}

// evaluatedLater takes a step whose response was evaluated, from another goroutine.
func (q *flowQueue) evaluatedLater(w *load.Walk, s *results.Sample) {
	q.mu.Lock()
	q.evaluated = append(q.evaluated, ended{w, s})
	q.mu.Unlock()
	q.loop.poller.Wake()
}

// collect moves the walks on whose responses were evaluated meanwhile.
func (q *flowQueue) collect(now time.Duration) {
	if q == nil {
		return
	}
	q.mu.Lock()
	all := q.evaluated
	q.evaluated = nil
	q.mu.Unlock()
	for _, e := range all {
		q.ended(now, arrival{walk: e.walk}, e.sample)
	}
}

func (q *flowQueue) end(now time.Duration) {
	q.queue.end(now)
	q.ending = true
	q.cutWaiting(now)
}

// cutWaiting ends the walks whose next step is not sent any more.
func (q *flowQueue) cutWaiting(now time.Duration) {
	for len(q.steps) > 0 {
		w := q.steps.pop()
		q.finish(now, w, w.Ended(&q.loop.engine.job, now, nil, true))
	}
}

// close records the walks of a turn that was abandoned as cut off.
func (q *flowQueue) close(now time.Duration) {
	if q == nil {
		return
	}
	q.collect(now)
	q.cutWaiting(now)
	for w := range q.active {
		q.finish(now, w, w.Ended(&q.loop.engine.job, now, nil, true))
	}
}

func (q *flowQueue) over(now time.Duration) (bool, time.Duration) {
	if len(q.active) > 0 {
		return false, never
	}
	return q.queue.over(now)
}
