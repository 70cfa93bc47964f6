package nethttp

import (
	"context"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A failure is what a request's failure on a connection of HTTP/2 means for sending it
// once more. The rules are those of package wire.
type failure uint8

const (
	final   failure = iota
	behind          // the connection ended behind other requests, and the server has not seen this one
	refused         // by the server, unseen
	stale           // the connection was at its end, and the request may be repeated
)

// failure says what the end of a use means.
func (r *ride) failure(err error, repeatable bool) failure {
	switch load.Classify(err, load.WhileExchanging) {
	case results.ErrTimeout, results.ErrCancelled, results.ErrGenerator:
		return final
	}
	m := r.conn
	m.mu.Lock()
	defer m.mu.Unlock()
	t := r.seen
	switch {
	case t == nil && m.farewell == nil && !r.reused:
		return final
	case m.farewell != nil && m.last > 0 && (t == nil || t.unseen && t.failed == m.farewell):
		return behind
	case t == nil || t.unseen: // where nothing was sent, nothing can happen twice
		return refused
	case r.reused && t.cut && !t.read && repeatable:
		return stale
	}
	return final
}

// repeats are those of one request.
type repeats struct {
	refused int
	stale   bool
}

// again reports whether a request is sent once more. It returns when that is to be.
func (r *repeats) again(ctx context.Context, f failure) bool {
	switch f {
	case behind:
		return true
	case stale:
		first := !r.stale
		r.stale = true
		return first
	case refused:
		if r.refused++; r.refused > load.MostRefusals {
			return false
		}
		return pause(ctx, load.RefusalPause(r.refused-1))
	}
	return false
}

// pause waits, unless the context ends before that; false: it has ended.
func pause(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
