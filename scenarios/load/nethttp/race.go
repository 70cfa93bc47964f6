package nethttp

import (
	"context"
	"net"
	"net/netip"
	"time"
	"tollgate/scenarios/load"
)

// A race opens one connection to a name with several addresses: further ones
// are tried beside an attempt that takes long, and the first to answer wins.
type race struct {
	dialer    *dialer
	addresses []netip.AddrPort
	tried     []netip.AddrPort
	pending   []attempt
	ended     chan attempt
}

// An attempt is one address that is tried.
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
			r.remove(a)
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

// start tries the next address, if there is one.
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
		a.conn, a.err = d.net.DialContext(ctx, network, to.String())
		r.ended <- a
	})
	return true
}

func (r *race) remove(a attempt) {
	for i := range r.pending {
		if r.pending[i].to == a.to {
			r.pending = append(r.pending[:i], r.pending[i+1:]...)
			return
		}
	}
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
