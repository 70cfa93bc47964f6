//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios"
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
	// ended notes that a request has ended.
	ended(now time.Duration, seq uint64)
	// over reports whether no more requests come and the turn's time is up; if only
	// the time is not, it says when it will be.
	over(now time.Duration) (over bool, until time.Duration)
}

type arrival struct {
	due   time.Duration
	seq   uint64
	block uint32
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
func (emptyQueue) ended(time.Duration, uint64)              {}
func (emptyQueue) over(time.Duration) (bool, time.Duration) { return false, never }

// noMore is the queue of a loop that only waits for what is in flight.
type noMore struct{ emptyQueue }

func (noMore) over(time.Duration) (bool, time.Duration) { return true, 0 }

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
}

// blocksAhead is how many blocks may lie ready for a loop.
const blocksAhead = 2

func newOpenQueue(start time.Duration, i, n int) *openQueue {
	return &openQueue{blocks: make(chan scenarios.Block, blocksAhead), start: start, i: i, n: n, at: i, until: start}
}

func (a *openQueue) next(time.Duration) (time.Duration, bool) {
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
	return arrival{due: a.start + a.block.Due[i], seq: a.block.FirstSeq + uint64(i), block: a.block.Number}, true
}

func (a *openQueue) ended(time.Duration, uint64) {}

func (a *openQueue) over(now time.Duration) (bool, time.Duration) {
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

	ready timers // when each user that waits sends its next request
	at    int    // in blocks
	sent  uint64 // of that block, by this loop
}

func newClosedQueue(users scenarios.Users, blocks []scenarios.Block, start time.Duration, seed uint64, i, n int) *closedQueue {
	end := blocks[len(blocks)-1]
	u := &closedQueue{
		blocks: blocks, start: start, think: users.Think, seed: seed, until: start + end.From + end.For, i: i, n: n,
		ready: make(timers, share(users.N, i, n)),
	}
	for k := range u.ready {
		u.ready[k] = start
	}
	return u
}

func (u *closedQueue) next(now time.Duration) (time.Duration, bool) {
	if len(u.ready) == 0 || now >= u.until || u.ready[0] >= u.until {
		return 0, false
	}
	return u.ready[0], true
}

// take numbers a request that is taken up now, in its block, so that every
// target is sent the same requests.
func (u *closedQueue) take(now time.Duration) arrival {
	u.ready.pop()
	for u.at+1 < len(u.blocks) && now-u.start >= u.blocks[u.at+1].From {
		u.at, u.sent = u.at+1, 0
	}
	b := &u.blocks[u.at]
	seq := b.FirstSeq + u.sent*uint64(u.n) + uint64(u.i)
	u.sent++
	return arrival{due: whenTaken, seq: seq, block: b.Number}
}

func (u *closedQueue) later(int) (arrival, bool) { return arrival{}, false }

func (u *closedQueue) ended(now time.Duration, seq uint64) {
	u.ready.push(now + u.think.After(u.seed, seq))
}

func (u *closedQueue) over(now time.Duration) (bool, time.Duration) { return now >= u.until, u.until }

// timers are a heap of times, the earliest first. A later time than all others is
// added without a move, as all are where users think equally long.
type timers []time.Duration

func (t *timers) push(at time.Duration) {
	h := append(*t, at)
	for i := len(h) - 1; i > 0 && at < h[(i-1)/2]; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], at
	}
	*t = h
}

func (t *timers) pop() {
	h := *t
	last := len(h) - 1
	at := h[last]
	h = h[:last]
	for i := 0; i < last; {
		child := 2*i + 1
		if child+1 < last && h[child+1] < h[child] {
			child++
		}
		if child >= last || at <= h[child] {
			h[i] = at
			break
		}
		h[i], i = h[child], child
	}
	*t = h
}
