//go:build linux

package wire

import (
	"testing"
	"time"
)

func TestGrowth(t *testing.T) {
	const us = time.Microsecond
	busy := func(g *sizing) { // connections fall free every 10 µs, the last one at 1 ms
		for at := 100 * us; at <= time.Millisecond; at += 10 * us {
			g.ended(at)
		}
	}
	rows := []struct {
		name       string
		before     func(*sizing)
		open       int
		handshakes int
		waited     time.Duration
		want       bool
	}{
		{name: "the first request has one at once", want: true},
		{name: "a request has one at once where none fall free", before: func(g *sizing) { g.ended(0) }, open: 5, want: true},
		{name: "a request waits a little where they fall free all the time", before: busy, open: 5, waited: 20 * us},
		{name: "but not for long", before: busy, open: 5, waited: patience, want: true},
		{name: "a pause follows a connection that was opened meanwhile", before: func(g *sizing) { busy(g); g.dialled(time.Millisecond, 30*us) }, open: 5, waited: patience},
		{name: "the loop looks at its sockets now and then", before: func(g *sizing) { g.left = 0 }},
		{name: "a loop that is behind with its own work opens none", before: func(g *sizing) { g.polled(3) }, waited: time.Second},
		{name: "a loop whose sockets are quiet opens some", before: func(g *sizing) { g.polled(0) }, waited: time.Second, want: true},
		{name: "the limit holds", before: func(g *sizing) { g.most = 5 }, open: 5, waited: time.Second},
		{name: "handshakes are not piled up", handshakes: maxHandshakes, waited: time.Second},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var g sizing
			g.begin(patience)
			if row.before != nil {
				row.before(&g)
			}
			now := time.Millisecond + 5*us
			if got := g.allows(row.open, row.handshakes, now, row.waited); got != row.want {
				t.Errorf("allows a connection: %v, want %v", got, row.want)
			}
			if !row.want && g.most == 0 && row.handshakes == 0 {
				at := max(g.next(row.open, 0, now, now-row.waited), now)
				if g.polled(0); !g.allows(row.open, 0, at, row.waited+at-now) {
					t.Errorf("still not at %v, when it should ask again", at)
				}
			}
		})
	}
}
