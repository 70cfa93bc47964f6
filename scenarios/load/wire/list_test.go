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
		ends := map[*deadline]time.Duration{}
		all := make([]*deadline, 8)
		for i := range all {
			all[i] = &deadline{}
		}
		now := time.Duration(0)
		pick := func(name string) *deadline { return all[rapid.IntRange(0, len(all)-1).Draw(t, name)] }
		t.Repeat(map[string]func(*rapid.T){
			"start": func(t *rapid.T) {
				one := pick("deadline")
				span := rapid.SampledFrom([]time.Duration{5, 10, 50}).Draw(t, "span")
				from := now - time.Duration(rapid.IntRange(0, 4).Draw(t, "earlier"))
				d.start(one, span, from)
				ends[one] = from + span
			},
			"stop": func(t *rapid.T) {
				one := pick("deadline")
				one.remove()
				delete(ends, one)
			},
			"wait": func(t *rapid.T) {
				now += time.Duration(rapid.IntRange(1, 20).Draw(t, "time"))
				for one := d.expired(now); one != nil; one = d.expired(now) {
					if end, ok := ends[one]; !ok || end > now {
						t.Fatalf("one passed at %d that was to end at %d (%v)", now, end, ok)
					}
					one.remove()
					delete(ends, one)
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
				for i, one := range all {
					if _, ok := ends[one]; ok != (one.in != nil) {
						t.Fatalf("number %d stands in a list: %v, want %v", i, !ok, ok)
					}
				}
			},
		})
	})
}
