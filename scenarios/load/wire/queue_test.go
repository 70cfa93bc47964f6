//go:build linux

package wire

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/scenarios"
)

// However many loops there are, each request of a turn is sent by one of them,
// with its own number and due time, in order.
func TestLoopsShareArrivalsOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "loops")
		var blocks []scenarios.Block
		var want []arrival
		at, seq := time.Duration(0), uint64(100)
		for i := range rapid.IntRange(0, 6).Draw(t, "blocks") {
			b := scenarios.Block{Number: uint32(i), From: at, For: 10, FirstSeq: seq}
			for range rapid.IntRange(0, 12).Draw(t, "due") {
				b.Due = append(b.Due, at)
				want = append(want, arrival{due: 1000 + at, seq: seq, block: b.Number})
				seq++
			}
			at += 10
			blocks = append(blocks, b)
		}
		var got []arrival
		for i := range n {
			a := newOpenQueue(1000, i, n)
			a.blocks = make(chan scenarios.Block, len(blocks))
			for _, b := range blocks {
				a.blocks <- b
			}
			close(a.blocks)
			for {
				due, ok := a.next(0)
				if !ok {
					break
				}
				o := a.take(0)
				if o.due != due {
					t.Fatalf("announced %d, took %d", due, o.due)
				}
				got = append(got, o)
			}
			if over, until := a.over(1000 + at); !over || until != 1000+at {
				t.Fatalf("over %v until %d, want true and %d", over, until, 1000+at)
			}
		}
		slices.SortFunc(got, func(a, b arrival) int { return int(a.seq) - int(b.seq) })
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestAQueueIsNotOverWhileBlocksMayCome(t *testing.T) {
	a := newOpenQueue(0, 0, 1)
	if _, ok := a.next(0); ok {
		t.Error("a request is known before the first block")
	}
	if over, _ := a.over(never - 1); over {
		t.Error("over before the first block")
	}
	close(a.blocks)
	if over, _ := a.over(0); !over {
		t.Error("not over without a block")
	}
}

func TestUsersAreNumberedByBlock(t *testing.T) {
	blocks := []scenarios.Block{{Number: 4, For: 10, FirstSeq: 1 << 32}, {Number: 5, From: 10, For: 10, FirstSeq: 2 << 32}}
	var got []uint64
	users := map[uint32]int{}
	for i := range 2 {
		u := newClosedQueue(scenarios.Users{N: 3, Think: scenarios.Always(4)}, blocks, 100, 0, i, 2)
		for _, now := range []time.Duration{100, 105, 112} {
			if due, ok := u.next(now); !ok || due > now {
				t.Fatalf("loop %d has no user at %d (%d, %v)", i, now, due, ok)
			}
			o := u.take(now)
			if want := uint32(4 + (now-100)/10); o.block != want || o.due != whenTaken {
				t.Errorf("at %d: %+v, want block %d", now, o, want)
			}
			got = append(got, o.seq)
			users[o.user]++
			u.ended(now, o, nil)
		}
		if _, ok := u.next(120); ok {
			t.Error("a user asks after the end")
		}
	}
	slices.Sort(got)
	if len(slices.Compact(got)) != 6 || got[0] != 1<<32 || got[5] < 2<<32 {
		t.Errorf("numbers %v", got)
	}
	if len(users) > 3 || users[0] == 0 || users[1]+users[2] == 0 {
		t.Errorf("users %v, want those of three", users)
	}
}

func TestUsersComeBackInTheOrderOfTheirThinkTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h timers[int64]
		all := rapid.SliceOf(rapid.Int64Range(0, 50)).Draw(t, "times")
		for _, at := range all {
			h.push(time.Duration(at), at)
		}
		slices.Sort(all)
		for i, want := range all {
			if h[0].at != time.Duration(want) || h.pop() != want {
				t.Fatalf("number %d does not come at %d", i, want)
			}
		}
		if len(h) != 0 {
			t.Fatalf("%d are left", len(h))
		}
	})
}
