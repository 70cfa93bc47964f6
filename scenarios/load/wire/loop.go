//go:build linux

package wire

import (
	"context"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/wire/poll"
	"tollgate/scenarios/values"
)

// A loop is one event loop: a thread, its sockets and its part of the load.
// Between turns it only keeps its connections.
type loop struct {
	engine *wireEngine
	shard  load.Shard
	poller *poll.Poller
	events []poll.Event
	buffer []byte        // what was received last
	fed    time.Duration // when it was, over HTTP/1.1
	stops  bool          // responses may be ended as soon as they have enough events
	memo   http1.Memo    // of the heads of responses

	pools       map[*endpoint]*pool
	conns       []*conn          // by conn.number
	free        []int            // numbers of those that are gone
	more        []*conn          // that have more to read than was fair
	again       []*conn          // likewise, while they are read
	prefixes    map[int][][]byte // memory for the beginnings of bodies, by its size
	waiting     list[exchange]   // requests that wait for connections being opened
	spare       []*exchange      // that are under way no more
	orphans     int              // of those, how many wait for any connection
	dirty       []*conn          // for which something was collected that is to be sent
	flushing    []*conn          // likewise, while it is sent
	attempts    list[conn]       // connections being opened that have further addresses, the latest attempt last
	clocks      deadlines
	handshakes  int // in progress
	handshaking sync.WaitGroup
	handshaken  chan handshake
	sizing      sizing
	waits       waiting
	latest      time.Duration // the clock, when it was looked at last
	behind      bool          // a request is due and waits for a connection
	rendered    prerendered
	steps       stepsAhead
	lookups     context.Context // of the names of other hosts, during a turn
	sending     values.Sending  // of what is rendered ahead
	failure     error           // why a connection could not be opened, the latest time
	failures    int             // connections that could not be opened

	pool        *pool // of the turn's target
	users       bool  // the turn is one of users, in the closed model
	queue       queue
	flows       *flowQueue // the same, where it is one of flows
	inFlight    int
	maxInFlight int // 0: any number
	held        held
	skip        bool
	stop        atomic.Bool // abandon the turn
	ending      atomic.Bool // send nothing more
	allowance   load.Allowance

	evaluator *evaluator // nil: no outcome depends on a body
	firsts    *load.FirstFailures
	counters  load.Counters
}

const bufferSize = 64 << 10

func newLoop(e *wireEngine) (*loop, error) {
	p, err := poll.New()
	if err != nil {
		return nil, err
	}
	l := &loop{
		engine: e, shard: e.job.Shard(), poller: p, buffer: make([]byte, bufferSize),
		pools: make(map[*endpoint]*pool), prefixes: map[int][][]byte{}, skip: e.job.Options.Late == "skip",
		allowance: load.Allowance{Budget: e.job.Budget}, firsts: load.NewFirstFailures(), handshaken: make(chan handshake, maxHandshakes),
	}
	if e.readsBodies() {
		l.evaluator = newEvaluator(e.job.Shard())
	}
	return l, nil
}

func (l *loop) now() time.Duration { return l.engine.now() }

// look is now, and will do for what comes within a few microseconds.
func (l *loop) look() time.Duration {
	l.latest = l.now()
	return l.latest
}

// run drives this loop's part of a turn. Its thread is its own, and ends with
// it: no other goroutine needs timers that precise.
func (l *loop) run(ctx context.Context, p *endpoint, a queue) error {
	runtime.LockOSThread()
	if err := poll.Punctual(); err != nil {
		return err
	}
	l.begin(p, a)
	var endLookups context.CancelFunc
	l.lookups, endLookups = context.WithCancel(ctx)
	l.evaluator.start(l.firsts, l.flows)
	until, done := l.engine.job.Until(ctx)
	defer done()
	defer l.when(until, &l.ending)()
	defer l.when(ctx, &l.stop)()
	defer func() {
		endLookups()
		l.abandon()
		l.evaluator.stop()
		l.flows.close(l.now())
		l.allowance.Close()
	}()
	for !l.stop.Load() {
		if l.ending.Load() {
			l.queue.end(l.now())
		}
		now, pause, over := l.advance()
		if l.allowance.Empty {
			return load.ErrSpent
		}
		if over {
			return nil
		}
		if pause != 0 && l.ahead(now, pause) {
			pause = 0
		}
		if err := l.turn(pause); err != nil {
			return err
		}
	}
	return nil
}

// when sets a flag and wakes the loop once ctx is done. What it returns ends that: no
// wake-up may come after the poller is closed.
func (l *loop) when(ctx context.Context, flag *atomic.Bool) (end func()) {
	rung := make(chan struct{})
	ignore := context.AfterFunc(ctx, func() {
		flag.Store(true)
		l.poller.Wake()
		close(rung)
	})
	if ctx.Err() != nil { // that function may not have run yet
		flag.Store(true)
	}
	return func() {
		if !ignore() {
			<-rung
		}
	}
}

func (l *loop) begin(p *endpoint, a queue) {
	l.pool, l.queue = l.poolOf(p), a
	for _, of := range l.pools {
		of.asking = false
	}
	l.stop.Store(false)
	l.ending.Store(false)
	l.rendered.count = 0
	l.steps.begin()
	l.held = held{}
	wait, starts := patience, a
	if pages, asks := a.(*pageQueue); asks {
		starts = pages.queue
	}
	if l.flows, _ = starts.(*flowQueue); l.flows != nil {
		starts = l.flows.queue
	}
	if _, l.users = starts.(*closedQueue); l.users {
		wait = 0
	}
	l.sizing.begin(wait)
	_, open := starts.(*openQueue)
	l.waits.begin(l.look(), open)
}

// turn waits for something to happen, for no longer than a pause, and deals
// with all that has happened.
func (l *loop) turn(pause time.Duration) error {
	waited, err := l.wait(pause)
	if err != nil {
		return err
	}
	if l.held.since != 0 {
		l.held.waited += waited
	}
	l.sizing.polled(len(l.events))
	for _, e := range l.events {
		if c := l.conns[uint32(e.Key)]; c.generation == uint32(e.Key>>32) {
			l.happened(c, e.Flags)
		}
	}
	l.more, l.again = l.again[:0], l.more
	for _, c := range l.again {
		if c.unsent && c.state == busy {
			c.unsent = false
			l.push(c.exchange)
		}
		if !c.unread {
			continue
		}
		c.unread = false
		switch c.state {
		case busy:
			l.receive(c)
		case shared:
			l.hear(c)
		}
	}
	l.collect()
	now := l.latest
	if l.flows != nil {
		now = l.now()
	}
	l.flows.collect(now)
	l.staggered(now)
	for d := l.clocks.expired(now); d != nil; d = l.clocks.expired(now) {
		l.expire(d, now)
	}
	return nil
}

// advance sends what is due and returns how long there is nothing to do from now on. Both
// go by the same look at the clock: what becomes due between two looks would be taken for
// a request that waits for a connection, and the loop would sleep until something else
// happens.
func (l *loop) advance() (now, pause time.Duration, over bool) {
	now = l.dispatch(l.latest)
	l.flush()
	pause, over = l.pause(now)
	return now, pause, over
}

// dispatch sends what is due, and returns when it looked last. It need not look at the
// clock where nothing is left to be sent.
func (l *loop) dispatch(now time.Duration) time.Duration {
	if l.orphans > 0 {
		l.foster(l.now())
	}
	for {
		due, ok := l.queue.next(now)
		if ok {
			now = l.look()
			due, ok = l.queue.next(now)
		}
		if !ok || due > now {
			l.held.since = 0
			return now
		}
		if !l.sendNext(now, due) {
			return now
		}
	}
}

// sendNext sends the request that was due at a time, and reports whether others may follow.
func (l *loop) sendNext(now, due time.Duration) bool {
	if l.maxInFlight > 0 && l.inFlight >= l.maxInFlight {
		l.held.hold(now)
		return false
	}
	if l.skip && now-due > load.LateAfter && l.queue.skip(now) {
		l.counters.Skipped.Add(1)
		return true
	}
	if !l.allowance.Affords(l.pool.endpoint.number) {
		return false
	}
	if l.leaves(now) {
		if x := l.load(now, nil); x != nil {
			l.sendElsewhere(x, now)
		}
		return true
	}
	c := l.idleConn(l.pool, now)
	var other *conn
	if c == nil {
		other = l.pool.sharable()
	}
	if c == nil && other == nil && !l.sizing.allows(l.pool.open, l.handshakes, now, now-due) {
		if l.sizing.full(l.pool.open) {
			l.held.hold(now)
		} else {
			l.held.since = 0
		}
		return false
	}
	l.sendOn(l.load(now, c), c, other, now)
	return true
}

// sendOn sends a request on a connection that is free, or on another one that is about to
// be open for several, or opens one.
func (l *loop) sendOn(x *exchange, free, other *conn, now time.Duration) {
	switch {
	case x == nil: // it was not rendered
		l.unused(free)
	case x.pool != l.pool:
		l.unused(free)
		l.sendElsewhere(x, now)
	case free != nil:
		l.assign(free, x, x.sample.Sent)
	case other != nil:
		l.ride(other, x)
	default:
		l.open(x)
	}
}

// pause is how long there is nothing to do unless something happens, -1 for
// ever. The turn is over when nothing is left of it.
func (l *loop) pause(now time.Duration) (d time.Duration, over bool) {
	if len(l.more) > 0 || len(l.dirty) > 0 {
		return 0, false
	}
	wake := min(l.clocks.soonest(), l.nextAttempt(), l.flows.rendersAt(now))
	due, ok := l.queue.next(now)
	l.behind = ok && due <= now
	switch {
	case !ok && l.inFlight == 0:
		over, until := l.queue.over(now)
		if over {
			return 0, true
		}
		wake = min(wake, until)
	case !ok || l.maxInFlight > 0 && l.inFlight >= l.maxInFlight:
	case due > now:
		wake = min(wake, due)
	default:
		wake = min(wake, l.sizing.next(l.pool.open, l.handshakes, now, due))
	}
	return max(wake-now, 0), false
}

func (l *loop) happened(c *conn, flags uint32) {
	if c.tls != nil && c.state != securing && c.state != abandoned {
		c.tls.drained = false
	}
	if c.tls != nil && flags&poll.HungUp != 0 {
		c.tls.ended = true
	}
	arrived := flags&(poll.Readable|poll.HungUp) != 0
	switch c.state {
	case gone:
	case dialling:
		l.connected(c, flags)
	case securing, abandoned:
		c.tls.notify()
	case idle:
		if arrived {
			l.disturbed(c)
		}
	case busy:
		if x := c.exchange; flags&poll.Writable != 0 && (x.off < x.upTo || x.body.left() || !c.flushed()) {
			l.push(x)
		}
		if arrived && c.state == busy {
			c.hungUp = flags&poll.HungUp != 0
			l.receive(c)
		}
	case shared:
		if flags&poll.Writable != 0 && c.backlog() > 0 {
			l.dirtied(c)
		}
		if arrived {
			c.hungUp = flags&poll.HungUp != 0
			l.hear(c)
		}
	}
}

// disturbed looks at what an idle connection has to say: nothing that matters,
// as TLS tickets, or its end. Bytes that answer no request end it too.
func (l *loop) disturbed(c *conn) {
	if l.quiet(c) {
		return
	}
	c.pool.idle = slices.DeleteFunc(c.pool.idle, func(o *conn) bool { return o == c })
	l.hangUp(c)
}

func (l *loop) expire(d *deadline, now time.Duration) {
	switch x := d.exchange; {
	case x == nil:
		l.dialFailed(d.conn, os.ErrDeadlineExceeded, load.WhileDialling)
	case x.pausing && now-x.sample.Begun < x.request.Timeout:
		l.resume(x)
	case x.holdsBack() && x.carried() && now-x.sample.Begun < x.request.Timeout:
		l.proceed(x) // the server has had long enough to say "100 Continue"
	default:
		l.lose(x, now, os.ErrDeadlineExceeded, x.phase())
	}
}

// abandon ends what is still under way. That is no request unless the turn was
// cancelled.
func (l *loop) abandon() {
	now := l.now()
	for n := l.waiting.first; n != nil; n = l.waiting.first {
		l.lose(n.of, now, context.Canceled, n.of.phase())
	}
	for _, c := range l.conns {
		for c.state == shared && len(c.mux.Streams()) > 0 {
			l.lose(c.mux.Streams()[0].Owner.(*exchange), now, context.Canceled, load.WhileExchanging)
		}
		switch {
		case c.exchange != nil:
			l.lose(c.exchange, now, context.Canceled, c.phase())
		case c.state == dialling || c.state == securing:
			l.hangUp(c)
		}
	}
	l.flush()
	for l.handshakes > 0 { // these no longer wait for the network
		time.Sleep(100 * time.Microsecond)
		l.collect()
	}
	l.handshaking.Wait()
}

func (l *loop) close() error {
	for _, c := range l.conns {
		if c.state != gone {
			l.hangUp(c)
		}
	}
	return l.poller.Close()
}
