package nethttp

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tollgate/results"
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

func (a *arrivals) sign(turn scenarios.Turn, start time.Duration) {
	defer close(a.signed)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	d := a.engine.endpoints[turn.Target]
	for block := range turn.Blocks {
		for i, due := range block.Due {
			f := arrival{due: start + due, block: block.Number, seq: block.Seq(uint64(i))}
			if !sleepUntil(a.ctx, timer, a.engine, f.due-load.SignAhead) {
				return
			}
			if len(a.engine.job.Flows) > 0 {
				f.begin(&a.engine.job)
			} else {
				f.number = a.engine.job.Pick(f.seq)
			}
			a.engine.render(d, &f)
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

func (a *arrivals) follow(arrival, *results.Sample) (arrival, bool) { return arrival{}, false }

func (a *arrivals) drop(arrival) {}

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

// users are the requests of a turn in the closed model. Each of vegeta's
// workers is a user, and there are as many workers as users, never more:
// vegeta's attack loop offers work without pause, and a user takes it when it
// has finished thinking. A request is due when its user takes it up.
type users struct {
	ctx      context.Context
	engine   *vegetaEngine
	endpoint *endpoint
	think    scenarios.Distribution
	from     time.Duration // of the turn, on the run's clock
	until    time.Duration
	blocks   []scenarios.Block
	timer    *time.Timer

	mu    sync.Mutex
	sent  []uint64 // by block
	users []uint32 // that no worker is
}

func newUsers(ctx context.Context, e *vegetaEngine, turn scenarios.Turn, all scenarios.Users, start time.Duration) *users {
	u := &users{
		ctx: ctx, engine: e, endpoint: e.endpoints[turn.Target], think: all.Think, from: start,
		blocks: slices.Collect(turn.Blocks), timer: time.NewTimer(time.Hour),
	}
	u.sent = make([]uint64, len(u.blocks))
	for i := range all.N {
		u.users = append(u.users, uint32(all.N-1-i))
	}
	if n := len(u.blocks); n > 0 {
		u.until = start + u.blocks[n-1].From + u.blocks[n-1].For
	}
	return u
}

func (u *users) pace() bool {
	return sleepUntil(u.ctx, u.timer, u.engine, u.from) && u.engine.now() < u.until
}

// next signs first: what a user does before it asks is not the target's doing.
func (u *users) next() (arrival, bool) {
	now := u.engine.now()
	if u.ctx.Err() != nil || now >= u.until {
		return arrival{}, false
	}
	f := u.number(now - u.from)
	f.due = now
	if len(u.engine.job.Flows) > 0 {
		f.begin(&u.engine.job)
	} else {
		f.number = u.engine.job.Pick(f.seq)
	}
	u.engine.render(u.endpoint, &f)
	f.begun = u.engine.now()
	f.due = f.begun
	return f, true
}

func (u *users) drop(f arrival) {
	if f.walk != nil {
		u.engine.cut(u.endpoint, f.walk)
	}
	u.free(f)
}

// follow walks on to the next step of a flow, when that is due. It is rendered a little ahead.
func (u *users) follow(f arrival, s *results.Sample) (arrival, bool) {
	if f.walk == nil || !u.engine.moves(u.endpoint, &f, s) {
		return f, false
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	limit := u.until + u.engine.job.Grace
	due := min(f.walk.Due, limit)
	if sleepUntil(u.ctx, timer, u.engine, due-load.SignAhead) {
		f.step()
		u.engine.render(u.endpoint, &f)
	}
	if !sleepUntil(u.ctx, timer, u.engine, due) || u.engine.now() >= limit {
		u.engine.cut(u.endpoint, f.walk)
		return f, false
	}
	f.begun = u.engine.now()
	return f, true
}

// number numbers a request that is taken up at this time of the turn: in its
// block, so that every target is sent the same requests.
func (u *users) number(at time.Duration) arrival {
	i, found := slices.BinarySearchFunc(u.blocks, at, func(b scenarios.Block, at time.Duration) int { return cmp.Compare(b.From, at) })
	if !found {
		i = max(i-1, 0)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sent[i]++
	user := u.users[len(u.users)-1]
	u.users = u.users[:len(u.users)-1]
	return arrival{block: u.blocks[i].Number, seq: u.blocks[i].Seq(u.sent[i] - 1), user: user}
}

// rest is the time that a user thinks. It ends with the turn.
func (u *users) rest(f arrival) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	seq := f.seq
	if f.walk != nil {
		seq = f.walk.Sending.Iteration
	}
	sleepUntil(u.ctx, timer, u.engine, min(u.engine.now()+u.think.After(u.engine.job.Seed, seq), u.until))
	u.free(f)
}

// free lets another request be this user's.
func (u *users) free(f arrival) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.users = append(u.users, f.user)
}

func (u *users) wait() { u.timer.Stop() }
