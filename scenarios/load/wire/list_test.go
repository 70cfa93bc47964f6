//go:build linux

package wire

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The deadlines are checked against a map that is searched from end to end.
func TestDeadlinesExpireInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d deadlines
		ends := map[*conn]time.Duration{}
		conns := make([]*conn, 8)
		for i := range conns {
			conns[i] = &conn{number: i}
		}
		now := time.Duration(0)
		pick := func(name string) *conn { return conns[rapid.IntRange(0, len(conns)-1).Draw(t, name)] }
		t.Repeat(map[string]func(*rapid.T){
			"start": func(t *rapid.T) {
				c := pick("conn")
				span := rapid.SampledFrom([]time.Duration{5, 10, 50}).Draw(t, "span")
				from := now - time.Duration(rapid.IntRange(0, 4).Draw(t, "earlier"))
				d.start(c, span, from)
				ends[c] = from + span
			},
			"stop": func(t *rapid.T) {
				c := pick("conn")
				c.remove(byClock)
				delete(ends, c)
			},
			"hand over": func(t *rapid.T) {
				from, to := pick("from"), pick("to")
				if from == to {
					return
				}
				d.hand(from, to)
				delete(ends, to)
				if end, ok := ends[from]; ok {
					ends[to] = end
					delete(ends, from)
				}
			},
			"wait": func(t *rapid.T) {
				now += time.Duration(rapid.IntRange(1, 20).Draw(t, "time"))
				for c := d.expired(now); c != nil; c = d.expired(now) {
					if end, ok := ends[c]; !ok || end > now {
						t.Fatalf("conn %d expired at %d, its end is %d (%v)", c.number, now, end, ok)
					}
					c.remove(byClock)
					delete(ends, c)
				}
			},
			"": func(t *rapid.T) {
				soonest := never
				for _, end := range ends {
					soonest = min(soonest, end)
				}
				if got := d.soonest(); got != soonest {
					t.Fatalf("the soonest end is %d, want %d", got, soonest)
				}
				for _, c := range conns {
					if _, ok := ends[c]; ok != (c.links[byClock].in != nil) {
						t.Fatalf("conn %d stands in a list: %v, want %v", c.number, !ok, ok)
					}
				}
			},
		})
	})
}
