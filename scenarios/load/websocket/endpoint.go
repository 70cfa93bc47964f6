package websocket

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/values"
	"tollgate/targets"
	"tollgate/targets/websocket"
)

// An endpoint is one target, and the connections to it.
type endpoint struct {
	number    uint16
	engine    *engine
	target    *targets.Target
	messages  []load.Message
	handshake *load.Message
	names     *load.Resolver
	tunnel    *load.Tunnel   // nil: there is no proxy
	security  *load.Security // nil: without TLS
	turn      atomic.Uint32  // of the target's addresses
	opened    atomic.Uint64  // connections, of which each handshake has a number
	held      atomic.Bool    // it was noted that messages wait for the scenario's limit
	working   sync.WaitGroup // goroutines that hold connections
	receives  bool           // steps wait for messages that are no replies
	connects  bool           // each flow opens a connection of its own
	dropped   atomic.Bool    // it was noted that too many of these came
	plain     atomic.Bool    // it was noted that the server does not compress

	mu     sync.Mutex
	next   time.Time          // from when another connection may be opened
	open   map[*conn]struct{} // all connections
	users  map[uint32]*held
	shared []*held // of the open model
	turns  int     // of these

	counting sync.Mutex // of what follows; taken last, whatever else is held
	counts   results.SocketDoc
	shakes   *results.Histogram
}

func newEndpoint(e *engine, number int, messages []load.Message, handshake *load.Message) *endpoint {
	t := &e.job.Targets[number]
	p := &endpoint{
		number: uint16(number), engine: e, target: t, messages: messages, handshake: handshake,
		names: load.NewResolver(*t, &e.job, e.now), tunnel: load.NewTunnel(e.job.TLS, t), users: map[uint32]*held{},
		open: map[*conn]struct{}{}, counts: results.SocketDoc{Closed: map[string]int64{}, ClosedByServer: map[string]int64{}}, shakes: results.New(),
	}
	p.receives = slices.ContainsFunc(e.job.Requests, func(r scenarios.Request) bool { return r.Socket.Does == scenarios.Receives })
	if t.URL.Scheme == "https" {
		p.security = load.NewSecurity(e.job.TLS, *t)
	}
	p.connects = len(e.job.Flows) > 0 && !slices.ContainsFunc(e.job.Flows, func(f scenarios.PlannedFlow) bool { return !e.connects(&f) })
	return p
}

// A held place has one connection at a time, which is opened again when it ends.
type held struct {
	endpoint *endpoint
	keeps    bool // messages that are no replies, for steps that wait for them

	mu      sync.Mutex
	conn    *conn         // nil: none is open
	err     error         // why the latest attempt failed; nil: none did
	changed chan struct{} // closed when either changes
}

func (p *endpoint) newHeld(ofUser bool) *held {
	h := &held{endpoint: p, keeps: ofUser && p.receives, changed: make(chan struct{})}
	p.working.Go(h.keep)
	return h
}

func (h *held) set(c *conn, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conn, h.err = c, err
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *held) look() (c *conn, changed <-chan struct{}, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conn != nil && h.conn.ends() { // its reader will say so
		return nil, h.changed, nil
	}
	return h.conn, h.changed, h.err
}

// ready waits until a connection is open, or could not be opened.
func (h *held) ready(ctx context.Context) error {
	for {
		c, changed, err := h.look()
		if c != nil || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// keep opens a connection, reads it to its end and opens another one, as long as the
// engine is open.
func (h *held) keep() {
	p := h.endpoint
	life := p.engine.life
	failures, again := 0, false
	for p.mayOpen(life) {
		var c *conn
		var err error
		apart(func() {
			c, err = p.openOwn(life, &results.Sample{}, func(c *conn) { c.lasts, c.keeps = true, h.keeps })
		})
		if err != nil {
			failures++
			h.set(nil, err)
		} else {
			if failures = 0; again {
				p.count(func(d *results.SocketDoc) { d.Reopened++ })
			}
			again = true
			if h.set(c, nil); life.Err() != nil {
				c.leave(websocket.NormalClosure, true, nil)
			}
			c.read()
			h.set(nil, nil)
		}
		if !sleep(life, after(p.engine.job.Options.Sockets.Reconnect, max(failures, 1))) {
			return
		}
	}
}

// apart does what needs a large stack on one that ends with it. A goroutine keeps the stack
// that it once needed, and thousands of them read.
func apart(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

// openOwn opens a connection as the scenario's section websocket says (see shakeHands).
func (p *endpoint) openOwn(ctx context.Context, s *results.Sample, set func(*conn)) (*conn, error) {
	sending := p.engine.job.Sending(p.opened.Add(1)-1, p.engine.now())
	request, err := p.handshake.Render(&sending)
	if err != nil {
		return nil, &openingError{load.WhileSigning, err}
	}
	most := openTimeout(p.engine.job)
	within, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	c, _, err := p.shakeHands(within, request, s, set)
	if late := within.Err() != nil && ctx.Err() == nil; err != nil && late {
		err = lateOpening(err, most)
	}
	return c, p.masked(err, request, &sending)
}

// lateOpening is why a connection was not open in time: a refusal says so itself.
func lateOpening(err error, most time.Duration) error {
	if _, refused := errors.AsType[*refusal](err); refused {
		return err
	}
	during, _ := phaseOf(err)
	return &openingError{during, lateError(most)}
}

// A lateError is a connection that was not open within so long.
type lateError time.Duration

func (e lateError) Error() string {
	return fmt.Sprintf("the connection was not open within %v", time.Duration(e))
}
func (lateError) Unwrap() error { return context.DeadlineExceeded }

// masked is the error of a handshake without what is secret of it.
func (p *endpoint) masked(err error, request *targets.Request, sending *values.Sending) error {
	if err == nil {
		return nil
	}
	header := request.Header.Clone()
	secrets := func() []string {
		return append(p.handshake.Secrets(sending), targets.HeaderSecrets(header)...)
	}
	if refused, is := errors.AsType[*refusal](err); is {
		refused.secrets = secrets()
		return refused
	}
	during, why := phaseOf(err)
	return &openingError{during, &masked{why, func() *targets.Mask { return p.handshake.Mask(secrets()...) }}}
}

// mayOpen waits until another connection may be opened at the scenario's rate.
func (p *endpoint) mayOpen(ctx context.Context) bool {
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.engine.job.Options.Sockets.Ramp.Due(1))
	p.mu.Unlock()
	return sleep(ctx, at.Sub(now))
}

// hold opens the connections of the open model, and waits until each is open or failed.
func (p *endpoint) hold(n int) {
	p.mu.Lock()
	for range n {
		p.shared = append(p.shared, p.newHeld(false))
	}
	all := slices.Clone(p.shared)
	p.mu.Unlock()
	failed := 0
	var why error
	for _, h := range all {
		if err := h.ready(p.engine.life); err != nil {
			failed++
			why = err
		}
	}
	switch {
	case failed == n:
		p.engine.job.AddNote(p.number, fmt.Sprintf("no connection could be opened before the load: %v", why))
	case failed > 0:
		p.engine.job.AddNote(p.number, fmt.Sprintf("%d of %d connections could not be opened at first: %v", failed, n, why))
	}
}

// ofUser is the connection of a user of the closed model.
func (p *endpoint) ofUser(number uint32) *held {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users[number] == nil {
		p.users[number] = p.newHeld(true)
	}
	return p.users[number]
}

// take returns an open connection: that of a user, or of those that are shared the next one
// that is open. It waits for one while none is, unless the latest attempt failed.
func (p *endpoint) take(ctx context.Context, own *held) (*conn, error) {
	for own == nil {
		c, first := p.takeShared()
		if c != nil {
			return c, nil
		}
		own = first
	}
	for {
		c, changed, err := own.look()
		if c != nil || err != nil {
			return c, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// takeShared is the next open connection; if there is none, the place to wait for.
func (p *endpoint) takeShared() (*conn, *held) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.shared) == 0 {
		p.shared = append(p.shared, p.newHeld(false))
	}
	first := p.shared[p.turns%len(p.shared)]
	for range p.shared {
		h := p.shared[p.turns%len(p.shared)]
		p.turns++
		if c, _, _ := h.look(); c != nil {
			return c, nil
		}
	}
	return nil, first
}

func (p *endpoint) count(change func(*results.SocketDoc)) {
	p.counting.Lock()
	defer p.counting.Unlock()
	change(&p.counts)
}

// all are the open connections.
func (p *endpoint) all() []*conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.open))
}

// abandon ends the messages under way.
func (p *endpoint) abandon(why error) {
	for _, c := range p.all() {
		c.failAll(why)
	}
}

// droppedPush notes that steps that wait for messages may have missed one.
func (p *endpoint) droppedPush() {
	if !p.dropped.Swap(true) {
		p.engine.job.AddNote(p.number, fmt.Sprintf("more than %d messages, or 1 MiB of them, came over one connection that no step had waited for: the earliest were dropped, and no later step can receive them", mostPushes))
	}
}

// connected is for how long all connections together have been open by a time.
func (p *endpoint) connected(at time.Duration) (seconds float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counting.Lock()
	defer p.counting.Unlock()
	return p.lived(at)
}

// lived is that, for a caller that holds both locks.
func (p *endpoint) lived(at time.Duration) float64 {
	all := p.counts.ConnectedS
	for c := range p.open {
		all += (at - c.opened).Seconds()
	}
	return all
}

// seen is what was counted so far.
func (p *endpoint) seen() results.SocketDoc {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counting.Lock()
	defer p.counting.Unlock()
	d := p.counts
	d.Closed, d.ClosedByServer = maps.Clone(d.Closed), maps.Clone(d.ClosedByServer)
	d.Open, d.ConnectedS = int64(len(p.open)), p.lived(p.engine.now())
	d.Connect = results.SocketTimes(p.shakes)
	return d
}

// ended counts a connection that has ended. Both locks are held, so that it is always
// either open or counted.
func (p *endpoint) ended(c *conn, code int, byServer bool) {
	life := p.engine.now() - c.opened
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
	p.count(func(d *results.SocketDoc) {
		d.Closed[strconv.Itoa(code)]++
		if byServer {
			d.ClosedByServer[strconv.Itoa(code)]++
		}
		d.ConnectedS += life.Seconds()
	})
}

// close ends all connections. A server that does not close its end, too, is waited for a
// second.
func (p *endpoint) close() {
	var leaving sync.WaitGroup
	for _, c := range p.all() {
		leaving.Go(func() { c.leave(websocket.NormalClosure, true, nil) })
	}
	patience := time.AfterFunc(closeTimeout, func() {
		for _, c := range p.all() {
			_ = c.net.Close() // its reader sees that
		}
	})
	leaving.Wait()
	p.working.Wait()
	patience.Stop()
	p.names.Close()
}
