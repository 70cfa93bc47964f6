package websocket

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A running turn sends its messages.
type running struct {
	endpoint *endpoint
	turn     scenarios.Turn
	start    time.Duration
	ctx      context.Context // abandons everything
	until    context.Context // nothing more is sent
	slots    chan struct{}   // of max_in_flight; nil: no limit
	all      sync.WaitGroup  // messages, and users
	spent    atomic.Bool
	limit    time.Duration // until which steps of flows are sent
}

// arrivals sends each message when it is due.
func (r *running) arrivals() {
	e := r.endpoint.engine
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for block := range r.turn.Blocks {
		for i, due := range block.Due {
			x := r.exchange(&load.Walk{}, r.start+due, block.Number, block.Seq(uint64(i)), 0)
			if !r.sleep(timer, x.sample.Due-load.SignAhead) {
				return
			}
			x.render()
			if !r.sleep(timer, x.sample.Due) || !r.enter(x) {
				return
			}
			x.sample.Begun = e.now()
			if e.job.Options.Late == "skip" && x.sample.Lag() > load.LateAfter {
				e.counters.Skipped.Add(1)
				r.leave(x)
				continue
			}
			if !r.pays(x) {
				return
			}
			r.all.Go(func() { r.run(x, &seat{endpoint: r.endpoint}) })
		}
	}
}

// enter waits until another message may be under way; false: nothing more is sent.
func (r *running) enter(x *exchange) bool {
	if !r.counts(x) {
		return true
	}
	e := r.endpoint.engine
	from := e.now()
	select {
	case r.slots <- struct{}{}:
		if x.sample.Held = e.now() - from; x.sample.Held > load.HeldTolerance && !r.endpoint.held.Swap(true) {
			e.job.NoteHeld(r.endpoint.number, x.sample.Held)
		}
		return true
	case <-r.until.Done():
		return false
	}
}

func (r *running) leave(x *exchange) {
	if r.counts(x) {
		<-r.slots
	}
}

// counts says whether a step counts against the limit on messages under way: one that waits
// for a message sends nothing.
func (r *running) counts(x *exchange) bool {
	return r.slots != nil && x.step.Does != scenarios.Receives && x.step.Does != scenarios.AwaitsClosure
}

// pays charges a message that is taken up; false: the turn is over.
func (r *running) pays(x *exchange) bool {
	e := r.endpoint.engine
	if e.job.RanOut(x.unsent) {
		return false
	}
	if !e.shared.Pay(r.endpoint.number, x.sample.Request) {
		r.spent.Store(true)
		return false
	}
	e.counters.Taken(x.sample.Lag())
	return true
}

// exchange is the first that a number stands for: a message, or the first step of a flow.
func (r *running) exchange(w *load.Walk, due time.Duration, block uint32, seq uint64, user uint32) *exchange {
	e := r.endpoint.engine
	if len(e.job.Flows) > 0 {
		w.Begin(&e.job, seq, user, block, due)
		return r.step(w)
	}
	x := r.newExchange(results.Sample{Request: e.job.Pick(seq), Block: block, Seq: seq, Due: due})
	x.sending = e.job.Sending(seq, due)
	x.sending.User = e.job.Part.User(user)
	return x
}

func (r *running) newExchange(s results.Sample) *exchange {
	s.Target = r.endpoint.number
	return &exchange{
		endpoint: r.endpoint, done: make(chan struct{}), sample: s,
		message: &r.endpoint.messages[s.Request], step: r.endpoint.engine.job.Requests[s.Request].Socket,
	}
}

// sleep waits for a time on the run's clock; false: nothing more is to be sent.
func (r *running) sleep(timer *time.Timer, at time.Duration) bool {
	wait := at - r.endpoint.engine.now()
	if wait <= 0 {
		return r.until.Err() == nil
	}
	timer.Reset(wait)
	select {
	case <-timer.C:
		return true
	case <-r.until.Done():
		return false
	}
}

// users are the closed model: each sends a message, waits for its reply, and thinks.
func (r *running) users(l scenarios.Users) {
	blocks := slices.Collect(r.turn.Blocks)
	if len(blocks) == 0 {
		return
	}
	last := blocks[len(blocks)-1]
	n := &numbering{blocks: blocks, sent: make([]uint64, len(blocks)), end: r.start + last.From + last.For}
	for i := range l.N {
		r.all.Go(func() { r.user(uint32(i), l, n) })
	}
}

// A numbering numbers the messages of users in their block, so that every target is sent
// the same ones.
type numbering struct {
	blocks []scenarios.Block
	end    time.Duration

	mu   sync.Mutex
	sent []uint64 // by block
}

func (n *numbering) next(at time.Duration) (block uint32, seq uint64) {
	i, found := slices.BinarySearchFunc(n.blocks, at, func(b scenarios.Block, at time.Duration) int { return cmp.Compare(b.From, at) })
	if !found {
		i = max(i-1, 0)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent[i]++
	return n.blocks[i].Number, n.blocks[i].Seq(n.sent[i] - 1)
}

func (r *running) user(number uint32, l scenarios.Users, n *numbering) {
	e := r.endpoint.engine
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	if !r.sleep(timer, r.start) {
		return
	}
	at, walk, failures := &seat{endpoint: r.endpoint}, &load.Walk{}, 0
	if !r.endpoint.connects {
		at.own = r.endpoint.ofUser(number)
	}
	for e.now() < n.end && r.until.Err() == nil {
		x, ok := r.ofUser(walk, number, at, n)
		if !ok {
			return
		}
		seq := x.sample.Seq
		if x.walk != nil {
			seq = walk.Sending.Iteration
		}
		pause := l.Think.After(e.job.Seed, seq)
		if failures++; r.run(x, at) {
			failures = 0
		} else {
			pause = max(pause, after(e.job.Options.Sockets.Reconnect, failures))
		}
		if !r.sleep(timer, min(e.now()+pause, n.end)) {
			return
		}
	}
}

// ofUser is what a user sends next, begun and paid for; false: nothing.
func (r *running) ofUser(w *load.Walk, number uint32, at *seat, n *numbering) (*exchange, bool) {
	e := r.endpoint.engine
	if at.own != nil {
		if err := at.own.ready(r.until); err != nil && r.until.Err() != nil {
			return nil, false
		}
	}
	now := e.now()
	if now >= n.end {
		return nil, false
	}
	block, seq := n.next(now - r.start)
	x := r.exchange(w, now, block, seq, number)
	x.render()
	if !r.enter(x) {
		return nil, false
	}
	x.sample.Begun = e.now()
	x.sample.Due, x.sample.Held = x.sample.Begun, 0
	if !r.pays(x) {
		r.leave(x)
		return nil, false
	}
	return x, true
}
