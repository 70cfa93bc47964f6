package websocket

import (
	"context"
	"math/rand/v2"
	"time"

	"tollgate/scenarios"
	"tollgate/targets/websocket"
)

// after is how long to wait before the n'th try, from 1. Half of it is random.
func after(b scenarios.Backoff, n int) time.Duration {
	wait := b.First
	for ; n > 1 && wait < b.Most; n-- {
		wait *= 2
	}
	wait = min(wait, b.Most)
	return wait/2 + rand.N(wait/2+1)
}

// maskKey makes up the key of a frame's mask. It only has to be hard to foresee for what
// could choose the bytes of a message (RFC 6455, section 10.3).
func maskKey() [4]byte {
	n := rand.Uint32()
	return [4]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// keepAll ends connections that have lived as long as the scenario says, or whose server
// takes nothing, and sends pings on those that rest, until ctx ends.
func (p *endpoint) keepAll(ctx context.Context) {
	s := p.engine.job.Options.Sockets
	every := time.Second
	for _, d := range []time.Duration{s.Lifetime, s.Ping} {
		if d > 0 {
			every = min(every, max(d/10, 10*time.Millisecond))
		}
	}
	for sleep(ctx, every) {
		p.keepUp(p.engine.now())
	}
}

// keepUp does so once.
func (p *endpoint) keepUp(now time.Duration) {
	s := p.engine.job.Options.Sockets
	for _, c := range p.all() {
		switch since := time.Duration(c.writes.Load()); {
		case since > 0 && now-since > writeTimeout:
			_ = c.net.SetWriteDeadline(time.Unix(1, 0)) // the write ends
		case s.Lifetime > 0 && c.lasts && now-c.opened >= s.Lifetime:
			c.leave(websocket.NormalClosure, false, nil)
		case s.Ping > 0 && now-time.Duration(c.active.Load()) >= s.Ping:
			c.ping()
		}
	}
}
