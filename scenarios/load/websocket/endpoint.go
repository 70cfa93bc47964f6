package websocket

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
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

	mu     sync.Mutex
	next   time.Time // from when another connection may be opened
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
		counts: results.SocketDoc{Closed: map[string]int64{}}, shakes: results.New(),
	}
	if t.URL.Scheme == "https" {
		p.security = load.NewSecurity(e.job.TLS, *t)
	}
	return p
}

// A held place has one connection at a time, which is opened again when it ends.
type held struct {
	endpoint *endpoint

	mu      sync.Mutex
	conn    *conn         // nil: none is open
	err     error         // why the latest attempt failed; nil: none did
	changed chan struct{} // closed when either changes
}

func (p *endpoint) newHeld() *held {
	h := &held{endpoint: p, changed: make(chan struct{})}
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
	failures := 0
	for try := 0; p.mayOpen(life); try++ {
		c, err := p.open(life)
		if life.Err() != nil {
			if c != nil {
				c.hangUp(websocket.NormalClosure)
			}
			return
		}
		h.set(c, err)
		if err != nil {
			failures++
			p.count(func(d *results.SocketDoc) { d.Failed++ })
		} else {
			failures = 0
			p.count(func(d *results.SocketDoc) {
				d.Opened++
				if try > 0 {
					d.Reopened++
				}
			})
			c.read()
			h.set(nil, nil)
		}
		if !sleep(life, after(p.engine.job.Options.Sockets.Reconnect, max(failures, 1))) {
			return
		}
	}
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

// hold opens the connections of the open model, and waits until each is open or failed. It
// fails if all did.
func (p *endpoint) hold(n int) error {
	p.mu.Lock()
	for range n {
		p.shared = append(p.shared, p.newHeld())
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
	if failed == n {
		return fmt.Errorf("target %q: no connection could be opened: %w", p.target.Name, why)
	}
	if failed > 0 {
		p.engine.job.AddNote(p.number, fmt.Sprintf("%d of %d connections could not be opened at first: %v", failed, n, why))
	}
	return nil
}

// ofUser is the connection of a user of the closed model.
func (p *endpoint) ofUser(number uint32) *held {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users[number] == nil {
		p.users[number] = p.newHeld()
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
		p.shared = append(p.shared, p.newHeld())
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

func (p *endpoint) each(do func(*conn)) {
	p.mu.Lock()
	all := slices.Clone(p.shared)
	for _, h := range p.users {
		all = append(all, h)
	}
	p.mu.Unlock()
	for _, h := range all {
		if c, _, _ := h.look(); c != nil {
			do(c)
		}
	}
}

// abandon ends the messages under way.
func (p *endpoint) abandon(why error) {
	p.each(func(c *conn) { c.failAll(why) })
}

// seen is what was counted so far.
func (p *endpoint) seen() results.SocketDoc {
	now := p.engine.now()
	var open int64
	var lived time.Duration
	p.each(func(c *conn) {
		open++
		lived += now - c.opened
	})
	p.counting.Lock()
	defer p.counting.Unlock()
	d := p.counts
	d.Closed = map[string]int64{}
	for code, n := range p.counts.Closed {
		d.Closed[code] = n
	}
	d.Open, d.ConnectedS = open, d.ConnectedS+lived.Seconds()
	d.Connect = results.SocketTimes(p.shakes)
	return d
}

func (p *endpoint) ended(c *conn, code int) {
	life := p.engine.now() - c.opened
	p.count(func(d *results.SocketDoc) {
		d.Closed[strconv.Itoa(code)]++
		d.ConnectedS += life.Seconds()
	})
}

func (p *endpoint) close() {
	p.each(func(c *conn) { c.hangUp(websocket.NormalClosure) })
	p.working.Wait()
	p.names.Close()
}
