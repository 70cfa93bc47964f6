//go:build linux

package wire

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tollgate/scenarios/load"
)

// politeDials is how many connections are opened at a time beforehand: a burst
// of handshakes could overload a server.
const politeDials = 32

// prepare resolves the names of all targets and opens the connections that are
// asked for beforehand.
func (e *wireEngine) prepare() error {
	ctx := context.Background()
	var done sync.WaitGroup
	for _, p := range e.all() {
		done.Go(func() { p.resolve(ctx) }) // a name that is unknown is known to be so by its requests
	}
	done.Wait()
	n := e.job.Options.Connections
	if n == 0 {
		return nil
	}
	for _, p := range e.endpoints {
		loops, err := e.enough(p, 1)
		if err != nil {
			return err
		}
		failed, err := loops[0].prepare(p, n, e.now()+load.PrepareTimeout)
		if err != nil {
			return fmt.Errorf("target %q: %d of %d connections could not be opened beforehand: %w", e.job.Targets[p.number].Name, failed, n, err)
		}
	}
	return nil
}

// prepare opens n connections to an endpoint and says how many could not be, and
// why.
func (l *loop) prepare(p *endpoint, n int, until time.Duration) (failed int, err error) {
	l.begin(p, emptyQueue{})
	begun, before := 0, l.failures
	for len(l.pool.idle)+failed < n {
		for ; begun < n && l.pool.open-len(l.pool.idle) < politeDials; begun++ {
			l.dial(l.newConn(l.pool))
		}
		if l.now() >= until {
			l.abandon()
			return n - len(l.pool.idle), fmt.Errorf("not within %v", load.PrepareTimeout)
		}
		l.flush()
		if err := l.turn(max(until-l.now(), 0)); err != nil {
			return n, err
		}
		failed = l.failures - before
	}
	if failed > 0 {
		return failed, l.failure
	}
	return 0, nil
}

// deal shares the connections to an endpoint that are kept out among the loops
// that are to drive the next turn, when those are not the same as before.
func (e *wireEngine) deal(p *endpoint, loops []*loop) error {
	if p.loops == len(loops) {
		return nil
	}
	p.loops = len(loops)
	type kept struct {
		by   *loop
		conn *conn
	}
	var all []kept
	for _, l := range e.loops {
		if pool := l.pools[p]; pool != nil {
			for _, c := range pool.idle {
				all = append(all, kept{l, c})
			}
			pool.idle = pool.idle[:0]
		}
	}
	for i, k := range all {
		to := loops[i%len(loops)]
		if to == k.by {
			k.conn.pool.idle = append(k.conn.pool.idle, k.conn)
			continue
		}
		if err := errors.Join(k.by.poller.Remove(k.conn.fd), to.adopt(p, k.conn)); err != nil {
			return err
		}
		k.conn.fd = -1
		k.by.hangUp(k.conn)
	}
	return nil
}

func (l *loop) adopt(p *endpoint, from *conn) error {
	c := l.newConn(l.poolOf(p))
	c.fd, c.tls, c.served, c.since, c.state = from.fd, from.tls, from.served, from.since, idle
	c.carried, c.born, c.proven, c.jar, c.rest = from.carried, from.born, from.proven, from.jar, append(c.rest, from.rest...)
	if c.mux, from.mux = from.mux, nil; c.mux != nil {
		c.state, c.listed, c.mux.conn, c.mux.loop = shared, true, c, l
	}
	c.pool.idle = append(c.pool.idle, c)
	return l.poller.Add(c.fd, c.key())
}
