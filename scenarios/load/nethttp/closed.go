package nethttp

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tollgate/scenarios"
)

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

	mu   sync.Mutex
	sent []uint64 // by block
}

func newUsers(ctx context.Context, e *vegetaEngine, turn scenarios.Turn, think scenarios.Distribution, start time.Duration) *users {
	u := &users{
		ctx: ctx, engine: e, endpoint: e.endpoints[turn.Target], think: think, from: start,
		blocks: slices.Collect(turn.Blocks), timer: time.NewTimer(time.Hour),
	}
	u.sent = make([]uint64, len(u.blocks))
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
	f.number = u.engine.job.Pick(f.seq)
	f.request, f.err = u.endpoint.messages[f.number].Render(f.seq)
	f.begun = u.engine.now()
	f.due = f.begun
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
	return arrival{block: u.blocks[i].Number, seq: u.blocks[i].FirstSeq + u.sent[i] - 1}
}

// rest is the time that a user thinks. It ends with the turn.
func (u *users) rest(f arrival) {
	wait := min(u.think.After(u.engine.job.Seed, f.seq), u.until-u.engine.now())
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-u.ctx.Done():
	}
}

func (u *users) wait() { u.timer.Stop() }
