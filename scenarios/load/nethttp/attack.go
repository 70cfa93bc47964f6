package nethttp

import (
	"context"
	"errors"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A source says when the next request of a turn is to be taken up, and which
// one it is.
type source interface {
	// pace blocks until the next request is due; false: there is none, or the
	// turn was cancelled.
	pace() bool
	// next returns the request that a call of pace announced; ok is false if
	// it is not to be sent after all.
	next() (f arrival, ok bool)
	// follow is called when a request has ended. It returns the next one of the same
	// user, when that is due; ok is false if its worker is not to send one.
	follow(f arrival, s *results.Sample) (next arrival, ok bool)
	// drop is called when a request is not to be sent after all.
	drop(f arrival)
	// rest is called when a worker has sent its last request, before it is free.
	rest(f arrival)
	// wait returns when the source has stopped all it started.
	wait()
}

type arrival struct {
	due     time.Duration
	begun   time.Duration
	held    time.Duration // by another engine, whose walk it is a step of
	block   uint32
	seq     uint64
	number  uint16 // of the scenario's request
	user    uint32 // closed model
	sending values.Sending
	walk    *load.Walk // that it is a step of; nil: it stands alone
	request *targets.Request
	err     error           // of rendering
	asks    *load.Preflight // that is sent first; nil: none
	first   *targets.Request
}

// A pacer is a source as vegeta's attack loop asks it. It waits by itself and
// has vegeta not wait: vegeta's own wait is a sleep that nothing ends.
type pacer struct{ source }

// Pace implements vegeta.Pacer.
func (p pacer) Pace(time.Duration, uint64) (time.Duration, bool) { return 0, !p.pace() }

// Rate implements vegeta.Pacer; an attack never calls it.
func (p pacer) Rate(time.Duration) float64 { return 0 }

// tick is vegeta's Targeter. It runs inside vegeta's latency clock and cannot
// fail without vegeta making up a result, so it does nothing: what is sent is
// decided in roundTripper.
func tick(t *vegeta.Target) error {
	t.Method, t.URL = http.MethodGet, "http://tick.invalid/"
	return nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// roundTripper is the http.RoundTripper that vegeta's workers call. Each call is one
// request from being taken up to being recorded.
type roundTripper struct {
	ctx      context.Context // of the turn
	until    context.Context // while requests may be sent
	cancel   context.CancelCauseFunc
	engine   *vegetaEngine
	endpoint *endpoint
	source   source
	skip     bool   // policy "late: skip"
	most     uint64 // in flight
}

// RoundTrip implements http.RoundTripper. Vegeta learns nothing from its answer.
func (t *roundTripper) RoundTrip(*http.Request) (*http.Response, error) {
	f, ok := t.source.next()
	for ok {
		t.asksFirst(&f)
		if !t.may(f) {
			t.source.drop(f)
			break
		}
		s := t.send(f)
		last := f
		if f, ok = t.source.follow(f, s); !ok {
			t.source.rest(last)
		}
	}
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}, nil
}

// may reports whether a request is to be sent now.
func (t *roundTripper) may(f arrival) bool {
	switch {
	case t.until.Err() != nil || t.engine.job.RanOut(f.err):
		return false
	case f.asks != nil && !t.engine.shared.Pay(t.endpoint.number, f.asks.Number) || !t.engine.shared.Pay(t.endpoint.number, f.number):
		t.cancel(errors.Join(load.ErrSpent, context.Canceled)) // net/http passes the cause to the requests in flight
		return false
	}
	return true
}

// send sends a request and records it. It returns nil for one that was left out.
func (t *roundTripper) send(f arrival) *results.Sample {
	counters := t.engine.counters
	if t.skip && f.begun-f.due > load.LateAfter && (f.walk == nil || f.walk.AtStart()) {
		counters.Skipped.Add(1)
		return nil
	}
	held := counters.taken(f.due+f.held, f.begun, t.most)
	if held > load.HeldTolerance && !t.endpoint.held.Swap(true) {
		t.engine.job.NoteHeld(t.endpoint.number, held)
	}
	defer func() { counters.ended(t.engine.now()) }()
	s := &results.Sample{
		Target: t.endpoint.number, Request: f.number, Block: f.block, Seq: f.seq,
		Due: f.due, Begun: f.begun, Held: max(held, f.held), Sent: f.begun,
	}
	t.engine.renew(t.endpoint, &f)
	if f.asks != nil {
		if ended := t.ask(f, *s); ended != nil {
			return ended
		}
	}
	if f.walk != nil {
		f.walk.Begun(s)
	}
	if to, err := t.reach(&f); err != nil {
		load.Failed(s, err, load.WhileSigning)
		if t.engine.firsts.Take(s) {
			s.Excerpt = load.FailureExcerpt(err, load.WhileSigning, 0, 0, t.endpoint.messages[f.number].Mask(t.endpoint.messages[f.number].Secrets(&f.sending)...))
		}
	} else {
		x := t.exchange(&f, s)
		x.endpoint = to
		x.walk = f.walk
		x.run(t.ctx, &t.endpoint.messages[f.number], &f)
		t.sent(&x)
	}
	t.engine.shared.Record(s)
	return s
}
