//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios/load"
)

// stepsAhead are steps of flows that are rendered while their users think: those that are
// due next, and no more at a time than there are texts. Their memory is used again.
type stepsAhead struct {
	waiting timers[stepAhead] // that may be rendered, by when they are due
	texts   [32]renderedText
	kept    [32]bool // which texts are of steps that have not been sent
	count   int      // of those
}

type stepAhead struct {
	walk *load.Walk
	seq  uint64 // that it is still at, unless the step was sent or cut off
}

// begin forgets the steps of the turn before.
func (s *stepsAhead) begin() {
	clear(s.waiting)
	s.waiting, s.kept, s.count = s.waiting[:0], [32]bool{}, 0
}

// wait notes that a walk's next step is due at its time.
func (s *stepsAhead) wait(w *load.Walk, now time.Duration) {
	s.drop(now)
	if w.Due > now {
		s.waiting.push(w.Due, stepAhead{w, w.Sending.Seq})
	}
}

// drop forgets the steps that are due already: they are sent without further ado.
func (s *stepsAhead) drop(now time.Duration) {
	for len(s.waiting) > 0 && s.waiting[0].at <= now {
		s.waiting.pop()
	}
}

// next is the step to render now, and the memory for it; nil: there is none.
func (s *stepsAhead) next(now time.Duration) (*load.Walk, *renderedText) {
	s.drop(now)
	for len(s.waiting) > 0 && s.count < len(s.texts) && s.waiting[0].at-now <= load.SignAhead {
		step := s.waiting.pop()
		if step.walk.Sending.Seq != step.seq {
			continue
		}
		for i := range s.kept {
			if !s.kept[i] {
				s.kept[i] = true
				s.count++
				return step.walk, &s.texts[i]
			}
		}
	}
	return nil, nil
}

// at is when the next step may be rendered, so that a loop that sleeps wakes up for it.
func (s *stepsAhead) at(now time.Duration) time.Duration {
	if len(s.waiting) == 0 || s.count == len(s.texts) {
		return never
	}
	if at := s.waiting[0].at - load.SignAhead; at > now {
		return at
	}
	return never
}

// find takes the text of a step that was rendered; nil: it was not.
func (s *stepsAhead) find(seq uint64) *renderedText {
	for i := range s.texts {
		if s.kept[i] && s.texts[i].seq == seq {
			s.kept[i] = false
			s.count--
			return &s.texts[i]
		}
	}
	return nil
}

// ahead renders a step whose user thinks, and reports whether there was one.
func (q *flowQueue) ahead(now time.Duration) bool {
	if q == nil {
		return false
	}
	w, t := q.loop.steps.next(now)
	if w == nil {
		return false
	}
	o := q.arrival(w)
	q.loop.renderInto(t, &o)
	return true
}

// rendersAt is when a step may be rendered; never where none waits for that.
func (q *flowQueue) rendersAt(now time.Duration) time.Duration {
	if q == nil {
		return never
	}
	return q.loop.steps.at(now)
}

// mayRender lets the next step of a walk be rendered before it is due, where it is another
// one at each sending.
func (q *flowQueue) mayRender(w *load.Walk, now time.Duration) {
	if q.loop.pool.endpoint.requests[w.Request()].text == nil {
		q.loop.steps.wait(w, now)
	}
}

// later is the first step of a flow that begins later.
func (q *flowQueue) later(k int) (arrival, bool) {
	o, ok := q.queue.later(k)
	if !ok {
		return arrival{}, false
	}
	q.sketch.Begin(&q.loop.engine.job, o.seq, o.user, o.block, o.due)
	return q.arrival(&q.sketch), true
}
