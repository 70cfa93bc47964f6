package nethttp

import (
	"context"
	"sync"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// arrivals are the requests of a turn in the open model. One goroutine signs
// them, a little ahead of time; vegeta's attack loop lets them go when they
// are due; its workers take them up.
type arrivals struct {
	ctx    context.Context
	engine *vegetaEngine
	signed chan arrival // in the order of their due times
	due    chan arrival // announced to vegeta and not yet taken up
	timer  *time.Timer
	done   sync.WaitGroup
}

// signedAhead is how many requests may lie signed; ticksAhead how many may be
// on their way from the attack loop to a worker.
const (
	signedAhead = 256
	ticksAhead  = 1024
)

func newArrivals(ctx context.Context, e *vegetaEngine, turn scenarios.Turn, start time.Duration) *arrivals {
	a := &arrivals{
		ctx: ctx, engine: e,
		signed: make(chan arrival, signedAhead), due: make(chan arrival, ticksAhead),
		timer: time.NewTimer(time.Hour),
	}
	a.done.Go(func() { a.sign(turn, start) })
	return a
}

// sign makes the requests of the turn ready, no more than signAhead early.
func (a *arrivals) sign(turn scenarios.Turn, start time.Duration) {
	defer close(a.signed)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	d := a.engine.endpoints[turn.Target]
	for block := range turn.Blocks {
		for i, due := range block.Due {
			f := arrival{due: start + due, block: block.Number, seq: block.FirstSeq + uint64(i)}
			f.number = a.engine.job.Pick(f.seq)
			if !sleepUntil(a.ctx, timer, a.engine, f.due-load.SignAhead) {
				return
			}
			f.request, f.err = d.messages[f.number].Render(f.seq)
			select {
			case a.signed <- f:
			case <-a.ctx.Done():
				return
			}
		}
	}
}

func (a *arrivals) pace() bool {
	select {
	case f, ok := <-a.signed:
		if !ok || !sleepUntil(a.ctx, a.timer, a.engine, f.due) {
			return false
		}
		a.due <- f // never blocks for long: each one announced before is taken by a worker
		return true
	case <-a.ctx.Done():
		return false
	}
}

func (a *arrivals) next() (arrival, bool) {
	f := <-a.due
	f.begun = a.engine.now()
	return f, true
}

func (a *arrivals) rest(arrival) {}

func (a *arrivals) wait() {
	a.timer.Stop()
	a.done.Wait()
}

// sleepUntil waits for a time on the run's clock; false: ctx ended first.
func sleepUntil(ctx context.Context, timer *time.Timer, e *vegetaEngine, at time.Duration) bool {
	wait := at - e.now()
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer.Reset(wait)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
