//go:build linux

package wire

import (
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A queue says what one loop has to send during a turn, and when. All times
// are on the run's clock.
type queue interface {
	// next returns when the next request is due; ok is false when none is
	// known yet, or no more come.
	next(now time.Duration) (due time.Duration, ok bool)
	// take removes the request that next spoke of. It is called when that is due.
	take(now time.Duration) arrival
	// later returns the k'th request after those that were taken, if it is known.
	later(k int) (arrival, bool)
	// skip leaves out the request that next spoke of, if it may be left out.
	skip(now time.Duration) bool
	// ended notes that a request has ended, and how.
	ended(now time.Duration, o arrival, s *results.Sample)
	// end leaves out all requests that were not taken yet.
	end(now time.Duration)
	// over reports whether no more requests come and the turn's time is up; if only
	// the time is not, it says when it will be.
	over(now time.Duration) (over bool, until time.Duration)
}

type arrival struct {
	due   time.Duration
	seq   uint64
	user  uint32 // closed model: from 0
	block uint32
	walk  *load.Walk // that it is a step of; nil: it stands alone
	asked asked
}

// whenTaken is the due time of requests that are due whenever they are taken up.
const whenTaken = time.Duration(-1 << 63)

// never is later than any time of a run.
const never = time.Duration(1<<63 - 1)

// emptyQueue is the queue of a loop that only opens connections.
type emptyQueue struct{}

func (emptyQueue) next(time.Duration) (time.Duration, bool) { return 0, false }
func (emptyQueue) take(time.Duration) arrival               { return arrival{} }
func (emptyQueue) later(int) (arrival, bool)                { return arrival{}, false }
func (emptyQueue) skip(time.Duration) bool                  { return false }
func (emptyQueue) end(time.Duration)                        {}
func (emptyQueue) over(time.Duration) (bool, time.Duration) { return false, never }

func (emptyQueue) ended(time.Duration, arrival, *results.Sample) {}

// openQueue is every n'th request of a turn in the open model. Blocks arrive
// while the turn goes on.
type openQueue struct {
	blocks chan scenarios.Block
	start  time.Duration
	i, n   int

	block scenarios.Block
	at    int // in block.Due
	last  bool
	until time.Duration
	done  bool // nothing more is to be sent
}

// blocksAhead is how many blocks may lie ready for a loop.
const blocksAhead = 2

func newOpenQueue(start time.Duration, i, n int) *openQueue {
	return &openQueue{blocks: make(chan scenarios.Block, blocksAhead), start: start, i: i, n: n, at: i, until: start}
}

func (a *openQueue) next(time.Duration) (time.Duration, bool) {
	if a.done {
		return 0, false
	}
	for a.at >= len(a.block.Due) {
		select {
		case b, ok := <-a.blocks:
			if !ok {
				a.last = true
				return 0, false
			}
			a.at -= len(a.block.Due)
			a.block = b
			a.until = max(a.until, a.start+b.From+b.For)
		default:
			return 0, false
		}
	}
	return a.start + a.block.Due[a.at], true
}

func (a *openQueue) take(time.Duration) arrival {
	o, _ := a.later(0)
	a.at += a.n
	return o
}

// later does not look beyond the block.
func (a *openQueue) later(k int) (arrival, bool) {
	i := a.at + k*a.n
	if i >= len(a.block.Due) {
		return arrival{}, false
	}
	return arrival{due: a.start + a.block.Due[i], seq: a.block.Seq(uint64(i)), block: a.block.Number}, true
}

func (a *openQueue) skip(now time.Duration) bool {
	a.take(now)
	return true
}

func (a *openQueue) ended(time.Duration, arrival, *results.Sample) {}

func (a *openQueue) end(time.Duration) { a.done = true }

func (a *openQueue) over(now time.Duration) (bool, time.Duration) {
	if a.done {
		return true, 0
	}
	if _, more := a.next(now); more || !a.last {
		return false, never
	}
	return now >= a.until, a.until
}

// closedQueue is every n'th user of a turn in the closed model.
type closedQueue struct {
	blocks []scenarios.Block
	start  time.Duration
	think  scenarios.Distribution
	seed   uint64
	until  time.Duration
	i, n   int

	ready timers[uint32] // when each user that waits sends its next request
	at    int            // in blocks
	sent  uint64         // of that block, by this loop
	done  bool           // nothing more is to be sent
}

func newClosedQueue(users scenarios.Users, blocks []scenarios.Block, start time.Duration, seed uint64, i, n int) *closedQueue {
	end := blocks[len(blocks)-1]
	u := &closedQueue{
		blocks: blocks, start: start, think: users.Think, seed: seed, until: start + end.From + end.For, i: i, n: n,
		ready: make(timers[uint32], share(users.N, i, n)),
	}
	first := users.N * i / n
	for k := range u.ready {
		u.ready[k] = timer[uint32]{start, uint32(first + k)}
	}
	return u
}

func (u *closedQueue) next(now time.Duration) (time.Duration, bool) {
	if u.done || len(u.ready) == 0 || now >= u.until || u.ready[0].at >= u.until {
		return 0, false
	}
	return u.ready[0].at, true
}

// take numbers a request that is taken up now, in its block, so that every
// target is sent the same requests.
func (u *closedQueue) take(now time.Duration) arrival {
	user := u.ready.pop()
	for u.at+1 < len(u.blocks) && now-u.start >= u.blocks[u.at+1].From {
		u.at, u.sent = u.at+1, 0
	}
	b := &u.blocks[u.at]
	seq := b.Seq(u.sent*uint64(u.n) + uint64(u.i))
	u.sent++
	return arrival{due: whenTaken, seq: seq, user: user, block: b.Number}
}

func (u *closedQueue) later(int) (arrival, bool) { return arrival{}, false }

// skip leaves nothing out: a user without a request would be lost to the load.
func (u *closedQueue) skip(time.Duration) bool { return false }

func (u *closedQueue) ended(now time.Duration, o arrival, _ *results.Sample) {
	u.ready.push(now+u.think.After(u.seed, o.seq), o.user)
}

func (u *closedQueue) end(time.Duration) { u.done = true }

func (u *closedQueue) over(now time.Duration) (bool, time.Duration) {
	return u.done || now >= u.until, u.until
}
