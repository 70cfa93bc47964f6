//go:build linux

package wire

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/targets"
)

// A response is a complete one, whose outcome is to be found out.
type response struct {
	sample  *results.Sample
	request *encodedRequest
	fields  *http1.Capture
	prefix  []byte        // of its body
	noted   *http1.Noted  // nil: it is not wanted for an excerpt
	sent    *exchange     // nil: secrets has what is needed of it
	secrets []string      // in what was sent
	walk    *load.Walk    // that it is a step of; nil: it stands alone
	events  *check.Events // that it was read as; nil: it was not
}

// conclude fills in the outcome, and shows a response that is the first of its kind to
// fail.
func (r *response) conclude(firsts *load.FirstFailures) {
	if err := r.request.Decode(r.sample, r.encoding(), r.prefix); err != nil {
		if firsts.Take(r.sample) {
			r.sample.Excerpt = load.FailureExcerpt(err, load.WhileExchanging, 0, r.sample.In, r.mask())
		}
		return
	}
	var evaluated *check.Response
	if r.request.Checks || r.request.Extracts {
		evaluated = r.received()
	}
	failure := r.request.Evaluate(r.sample, evaluated)
	if r.walk != nil && r.sample.Outcome() == results.OK {
		failure = r.walk.Leave(r.sample, evaluated)
	}
	if !firsts.Take(r.sample) {
		return
	}
	var noted http1.Noted
	if r.noted != nil {
		noted = *r.noted
	}
	r.sample.Excerpt = r.request.Excerpt(r.walk, r.received(), noted, failure, r.mask())
}

// received is the response as checks read it.
func (r *response) received() *check.Response {
	return &check.Response{Status: r.sample.Code, Header: r.fields.Values, Body: r.prefix, Size: r.sample.Body, Events: r.events}
}

// encoding is the content coding of the body, where it is decoded.
func (r *response) encoding() string {
	if !r.request.Decodes {
		return ""
	}
	return strings.Join(r.fields.Values(coding.Header), ", ")
}

// mask knows the secrets in what was sent.
func (r *response) mask() *targets.Mask {
	if r.sent != nil {
		return r.sent.mask()
	}
	return r.request.Mask(r.secrets...)
}

// An evaluator evaluates responses for a loop on a goroutine of its own, and records
// them: to decode a large body and search it takes up to milliseconds, in which the
// loop would be late for its other connections.
type evaluator struct {
	shard   load.Shard
	waiting chan *response
	spare   chan []byte  // memory of bodies, to be used again
	kept    atomic.Int64 // bytes of the bodies that wait
	done    sync.WaitGroup
}

const (
	// evaluatorFrom is the size from which a body is evaluated by the evaluator. A smaller
	// one takes tens of microseconds at most.
	evaluatorFrom = 1 << 10

	// maxWaiting bounds the bodies that are kept for the evaluator. Where it cannot
	// keep up, the loop evaluates by itself; if that makes it late, its lag says so.
	maxWaiting = 128
)

func newEvaluator(shard load.Shard) *evaluator {
	return &evaluator{shard: shard, spare: make(chan []byte, maxWaiting)}
}

// start begins a turn.
func (e *evaluator) start(firsts *load.FirstFailures, flows *flowQueue) {
	if e == nil {
		return
	}
	e.waiting = make(chan *response, maxWaiting)
	e.done.Go(func() {
		for r := range e.waiting {
			r.conclude(firsts)
			e.shard.Record(r.sample)
			if r.walk != nil {
				flows.evaluatedLater(r.walk, r.sample)
			}
			e.kept.Add(-int64(len(r.prefix)))
			if cap(r.prefix) != check.Window {
				continue
			}
			select {
			case e.spare <- r.prefix[:0]:
			default:
			}
		}
	})
}

// stop returns when each response has been recorded.
func (e *evaluator) stop() {
	if e != nil {
		close(e.waiting)
		e.done.Wait()
	}
}

// take takes over a response and its body, unless it is evaluated at once as well.
func (e *evaluator) take(r *response) bool {
	if e == nil || len(r.prefix) < evaluatorFrom || !r.takesTime() || len(e.waiting) == maxWaiting || e.kept.Load() > load.MaxKept {
		return false
	}
	e.kept.Add(int64(len(r.prefix)))
	own := *r
	sample := *r.sample
	own.sample, own.fields, own.sent = &sample, r.fields.Clone(), nil
	if r.noted != nil {
		own.noted = &http1.Noted{Names: slices.Clone(r.noted.Names), Coding: r.noted.Coding}
		own.secrets = r.sent.secrets()
	}
	e.waiting <- &own // there is room: no other goroutine sends
	return true
}

// takesTime reports whether the body is read to find out the outcome.
func (r *response) takesTime() bool {
	return r.encoding() != "" || r.request.ReadsBody() && r.request.Expect.Accepts(r.sample.Code)
}

// reuse returns memory for the beginning of a body, nil if there is none.
func (e *evaluator) reuse() []byte {
	if e == nil {
		return nil
	}
	select {
	case b := <-e.spare:
		return b
	default:
		return nil
	}
}

// complete records a complete response, or leaves that to the evaluator.
func (l *loop) complete(x *exchange, now time.Duration) {
	x.measure(now)
	l.keepCookies(x, now)
	seen := x.request.FinishEvents(&x.sample, x.events)
	r := response{events: seen, sample: &x.sample, request: x.request, fields: &x.capture, prefix: x.kept.Prefix, noted: x.kept.Noted, sent: x, walk: x.arrival.walk}
	if x.arrival.asked.first {
		r.walk = nil // the step is still to come
	}
	later := l.evaluator.take(&r)
	if later {
		x.kept.Prefix = nil
	} else {
		r.conclude(l.firsts)
		l.keepAllowed(x, now)
		l.shard.Record(&x.sample)
	}
	l.ended(x, now, !later)
}
