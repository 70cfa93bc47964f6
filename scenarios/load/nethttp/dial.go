package nethttp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A dialer opens the connections of one target and times each part of that.
type dialer struct {
	clock    func() time.Duration
	counters *counters
	ends     context.Context // of the engine: ends dials for which no request waits
	socket   string          // the path of a unix socket that is connected to; "": by IP
	patience time.Duration   // with a connection being opened, its handshake included
	names    *load.Resolver
	turn     atomic.Uint32 // of the target's addresses
	note     func(words string)
	reuse    scenarios.Reuse
	tunnel   *load.Tunnel   // nil: there is no proxy
	tls      *load.Security // nil: without
	prior    bool           // without TLS the target speaks HTTP/2
	opening  sync.WaitGroup

	mu     sync.Mutex
	spares []*timedConn // opened, not yet used
}

// shakingHands is the key under which the context of a request holds whether
// the TCP connection that was opened for it is there.
type shakingHands struct{}

// A dialError says during which phase a connection could not be had.
type dialError struct {
	during load.Phase
	err    error
}

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// dial is the http.Transport's way to a connection: one opened beforehand, or
// a new one.
func (d *dialer) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	for m := d.takeSpare(); m != nil; m = d.takeSpare() {
		if d.clock()-m.since < load.IdleLimit {
			return m, nil
		}
		_ = m.Close()
	}
	m, err := d.open(ctx, network, false)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// spare keeps a connection for a request to come.
func (d *dialer) spare(m *timedConn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spares = append(d.spares, m)
}

// takeSpare returns a connection that nothing was sent on yet, nil if there is none.
func (d *dialer) takeSpare() *timedConn {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.spares) == 0 {
		return nil
	}
	m := d.spares[0]
	d.spares = d.spares[1:]
	return m
}

// open opens a connection, to which HTTP/2 is offered as the scenario says, or not at all.
func (d *dialer) open(ctx context.Context, network string, http2 bool) (*timedConn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	defer context.AfterFunc(d.ends, cancel)()
	m, err := d.connect(ctx, network)
	if err == nil && d.tls != nil {
		if shaking, ok := ctx.Value(shakingHands{}).(*atomic.Bool); ok {
			shaking.Store(true)
		}
		if err = d.secure(ctx, m, http2); err != nil {
			_ = m.Close()
		}
	}
	if err != nil {
		d.counters.Failed.Add(1)
		return nil, err
	}
	d.counters.Opened.Add(1)
	m.since = d.clock()
	return m, nil
}

func (d *dialer) secure(ctx context.Context, m *timedConn, http2 bool) error {
	config := d.tls.Config
	if !http2 {
		config = d.tls.OnlyHTTP1()
	}
	state, err := m.secure(ctx, config)
	if err != nil || !http2 {
		return err
	}
	if m.http2, err = d.tls.Agreed(state); err != nil {
		return &dialError{load.WhileSecuring, err}
	}
	return nil
}

func (d *dialer) connect(ctx context.Context, network string) (*timedConn, error) {
	a := d.names.Answer()
	dns := a.AskedOnce()
	if len(a.Addresses) == 0 {
		return nil, &dialError{load.WhileDialling, a.Unknown}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := d.clock()
	r := race{dialer: d, addresses: a.Addresses, ended: make(chan attempt, len(a.Addresses))}
	conn, err := r.run(ctx, network)
	if err != nil {
		return nil, &dialError{load.OpeningPhase(err, d.tls != nil && d.tunnel == nil), d.tunnel.Failed(err)}
	}
	on, err := d.tunnel.ThroughWithin(ctx, conn)
	if err != nil {
		_ = conn.Close()
		return nil, &dialError{load.WhileDialling, err}
	}
	conn = on
	m := newTimedConn(conn, d)
	m.dns, m.tcp = dns, d.clock()-began
	return m, nil
}

// prepare opens n connections beforehand, and hands each to keep.
func (d *dialer) prepare(ctx context.Context, t targets.Target, n int, http2 bool, keep func(*timedConn) error) error {
	failures := make(chan error, n)
	slots := make(chan struct{}, 32) // a burst of handshakes could overload a server
	for range n {
		slots <- struct{}{}
		d.opening.Go(func() {
			defer func() { <-slots }()
			m, err := d.open(ctx, "tcp", http2)
			if err == nil {
				m.dns, m.tcp, m.tls = 0, 0, 0 // no request waits for it
				err = keep(m)
			}
			if err != nil {
				failures <- err
			}
		})
	}
	d.opening.Wait()
	select {
	case err := <-failures:
		return fmt.Errorf("target %q: %d of %d connections could not be opened beforehand: %w", t.Name, len(failures)+1, n, err)
	default:
		return nil
	}
}

func (d *dialer) close() {
	for m := d.takeSpare(); m != nil; m = d.takeSpare() {
		_ = m.Close()
	}
}

// A race opens one connection to a name with several addresses: further ones
// are tried while an attempt takes long, and the first to connect wins.
type race struct {
	dialer    *dialer
	addresses []netip.AddrPort
	tried     []netip.AddrPort
	pending   []attempt
	ended     chan attempt
}

type attempt struct {
	to    netip.AddrPort
	began time.Duration
	conn  net.Conn
	err   error
}

// run returns the connection that was open first. When ctx ends, so do the others.
func (r *race) run(ctx context.Context, network string) (net.Conn, error) {
	r.start(ctx, network)
	timer := time.NewTimer(load.AttemptDelay)
	defer timer.Stop()
	for {
		select {
		case a := <-r.ended:
			r.pending = slices.DeleteFunc(r.pending, func(p attempt) bool { return p.to == a.to })
			if a.err == nil {
				r.won(a)
				return a.conn, nil
			}
			if !r.start(ctx, network) && len(r.pending) == 0 {
				return nil, a.err
			}
		case <-timer.C:
			r.start(ctx, network)
		}
		timer.Reset(load.AttemptDelay)
	}
}

func (r *race) start(ctx context.Context, network string) bool {
	d := r.dialer
	now := d.clock()
	to, ok := d.names.Routes.Next(r.addresses, int(d.turn.Add(1)-1), now, r.tried)
	if !ok || ctx.Err() != nil && len(r.tried) > 0 {
		return false
	}
	r.tried = append(r.tried, to)
	a := attempt{to: to, began: now}
	r.pending = append(r.pending, a)
	d.opening.Go(func() {
		a.conn, a.err = d.attempt(ctx, network, to)
		r.ended <- a
	})
	return true
}

// attempt connects to one of the target's addresses.
func (d *dialer) attempt(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	from := d.names.Source.Dialer(to.Addr())
	if d.socket == "" {
		return from.DialContext(ctx, network, to.String())
	}
	conn, err := from.DialContext(ctx, "unix", d.socket)
	return conn, load.UnixFailure(err)
}

// won remembers which addresses were slower than the winner although they were
// tried before, and ends what is still under way.
func (r *race) won(a attempt) {
	d := r.dialer
	d.names.Routes.MarkAlive(a.to)
	for _, p := range r.pending {
		if p.began < a.began && d.names.Routes.MarkDead(p.to, d.clock()) {
			d.note(load.Unanswered(p.to, a.to))
		}
	}
	if left := len(r.pending); left > 0 {
		d.opening.Go(func() {
			for range left {
				if a := <-r.ended; a.conn != nil {
					_ = a.conn.Close()
				}
			}
		})
	}
}
