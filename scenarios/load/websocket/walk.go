package websocket

import (
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// run does what was begun, and where that is the first step of a flow, what follows. It
// says whether all went well.
func (r *running) run(x *exchange, at *seat) bool {
	if x.walk == nil {
		defer r.leave(x)
		x.run(r.ctx, at)
		return x.sample.Err == results.ErrNone
	}
	at.stays, at.conn, at.connects = true, nil, r.endpoint.engine.connects(x.walk.Flow)
	defer at.leave()
	return r.walk(x, at)
}

// step is the step at hand of a walk.
func (r *running) step(w *load.Walk) *exchange {
	x := r.newExchange(results.Sample{Request: w.Request(), Block: w.Block, Seq: w.Sending.Seq, Due: w.Due})
	x.walk, x.sending = w, w.SendingAt(&r.endpoint.engine.job, w.Due)
	return x
}

// walk sees a flow to its end, of which the first step was begun.
func (r *running) walk(x *exchange, at *seat) bool {
	w, job := x.walk, &r.endpoint.engine.job
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		w.Begun(&x.sample)
		x.run(r.ctx, at)
		r.leave(x)
		s := &x.sample
		switch end := load.EndOf(s); {
		case s.Outcome() != results.OK:
			r.walked(w, end, s, s.Err == results.ErrCancelled)
			return false
		case !w.Next(job, end):
			r.walked(w, end, nil, false)
			return true
		}
		if x = r.next(w, timer); x == nil {
			r.walked(w, r.endpoint.engine.now(), nil, true)
			return true // it was not the target's doing
		}
	}
}

// next begins the next step of a walk; nil: nothing more is sent.
func (r *running) next(w *load.Walk, timer *time.Timer) *exchange {
	e := r.endpoint.engine
	x := r.step(w)
	due := min(w.Due, r.limit)
	if !r.sleep(timer, due-load.SignAhead) {
		return nil
	}
	x.render()
	if !r.sleep(timer, due) || e.now() >= r.limit || !r.enter(x) {
		return nil
	}
	x.sample.Begun = e.now()
	if !r.pays(x) {
		r.leave(x)
		return nil
	}
	return x
}

// walked records a walk that has ended.
func (r *running) walked(w *load.Walk, at time.Duration, failed *results.Sample, cut bool) {
	e := r.endpoint.engine
	s := w.Ended(&e.job, at, failed, cut)
	s.Target = r.endpoint.number
	e.shared.Record(s)
}
