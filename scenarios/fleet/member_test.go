package fleet

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// began checks that all members began, and how far apart.
func began(t *testing.T, all []outcome, most time.Duration) {
	t.Helper()
	var first, last time.Time
	for i, o := range all {
		if o.err != nil {
			t.Fatalf("member %d: %v", i, o.err)
		}
		if first.IsZero() || o.began.Before(first) {
			first = o.began
		}
		if o.began.After(last) {
			last = o.began
		}
		if limit := 12 + ms(o.start.Trip); o.start.Clock.Uncertainty > limit {
			t.Errorf("member %d knows the clock to ±%.0f ms, want ±%.0f ms", i, o.start.Clock.Uncertainty, limit)
		}
	}
	if last.Sub(first) > most {
		t.Errorf("the members began within %v, want %v", last.Sub(first), most)
	}
}

func TestAFleetBeginsAtOneMoment(t *testing.T) {
	bubble(t, "clocks that agree", func(t *testing.T) {
		s := newMemory()
		all := runAll(t, member(s, 1), member(s, 2), member(s, 3), member(s, 4))
		began(t, all, 0)
		if off := all[0].start.Clock.Offset; off != 0 {
			t.Errorf("a clock that may be right is off by %v ms", off)
		}
		if at := all[0].start.At; at.Nanosecond() != int(time.Second/2) {
			t.Errorf("the start is at %v, want the middle of a second", at)
		}
	})
	bubble(t, "clocks 2 s off", func(t *testing.T) {
		s := newMemory()
		s.ahead = 300 * time.Millisecond
		all := runAll(t, member(s, 1), skewed(member(s, 2), 2*time.Second), skewed(member(s, 3), -2*time.Second), member(s, 4))
		began(t, all, 10*time.Millisecond)
		for i, want := range []float64{300, -1700, 2300, 300} {
			if got := all[i].start.Clock.Offset; got < want-5 || got > want+5 {
				t.Errorf("member %d: the store's clock is ahead by %v ms, want %v", i, got, want)
			}
		}
	})
	bubble(t, "a slow network", func(t *testing.T) {
		s := newMemory()
		s.trip, s.ahead = 80*time.Millisecond, time.Minute
		began(t, runAll(t, member(s, 1), member(s, 2), member(s, 3), member(s, 4)), 80*time.Millisecond)
	})
	bubble(t, "a file system with fine times", func(t *testing.T) {
		s := newMemory()
		s.step = 10 * time.Millisecond
		before := s.calls
		began(t, runAll(t, member(s, 1), member(s, 2), member(s, 3), member(s, 4)), 0)
		if n := s.calls - before; n > 250 {
			t.Errorf("%d calls of four members", n)
		}
	})
	bubble(t, "one is slow to come", func(t *testing.T) {
		s := newMemory()
		late := make(chan outcome)
		go func() {
			time.Sleep(50 * time.Second)
			late <- member(s, 4).run(t.Context())
		}()
		all := runAll(t, member(s, 1), member(s, 2), member(s, 3))
		began(t, append(all, <-late), 0)
	})
}

// refused checks that a member sent nothing, and why.
func refused(t *testing.T, o outcome, kind error, says string) {
	t.Helper()
	if !errors.Is(o.err, kind) || !o.began.IsZero() || !strings.Contains(o.err.Error(), says) {
		t.Errorf("began %v, %v; want %v: …%s…", o.began, o.err, kind, says)
	}
}

func TestAFleetThatIsNotWholeSendsNothing(t *testing.T) {
	bubble(t, "two never came", func(t *testing.T) {
		s := newMemory()
		for _, o := range runAll(t, member(s, 1), member(s, 3)) {
			refused(t, o, ErrBarrier, "shards 2, 4 never came")
		}
		for i := range 4 { // and those that come now do not start what the others gave up
			refused(t, member(s, i+1).run(t.Context()), ErrBarrier, "not all shards were ready within 1m0s")
		}
	})
	bubble(t, "one was killed before the start", func(t *testing.T) {
		s := newMemory()
		dead, kill := context.WithCancel(t.Context())
		go func() { _ = member(s, 2).run(dead) }()
		go func() { time.Sleep(15 * time.Second); kill() }()
		go func() { time.Sleep(45 * time.Second); _ = member(s, 4).run(t.Context()) }()
		refused(t, runAll(t, member(s, 1), member(s, 3))[0], ErrBarrier, "shard 2 came and left, or died")
		time.Sleep(2 * time.Minute)
	})
	bubble(t, "one was killed and came again", func(t *testing.T) {
		s := newMemory()
		dead, kill := context.WithCancel(t.Context())
		go func() { _ = member(s, 2).run(dead) }()
		time.Sleep(15 * time.Second)
		kill()
		began(t, runAll(t, member(s, 1), member(s, 2), member(s, 3), member(s, 4)), 0)
	})
	bubble(t, "one left", func(t *testing.T) {
		s := newMemory()
		gone, leave := context.WithCancel(t.Context())
		m := member(s, 2)
		go func() {
			time.Sleep(5 * time.Second)
			leave()
			_ = m.Leave(t.Context())
		}()
		_ = m.run(gone)
		for _, o := range runAll(t, member(s, 1), member(s, 3), member(s, 4)) {
			refused(t, o, ErrBarrier, "shard 2 came and left")
		}
	})
	bubble(t, "it was stopped before the start", func(t *testing.T) {
		s := newMemory()
		go func() { time.Sleep(10 * time.Second); _ = Stop(t.Context(), s, "r1", "interrupted") }()
		for _, o := range runAll(t, member(s, 1), member(s, 2)) {
			refused(t, o, ErrCancelled, "interrupted")
		}
	})
	bubble(t, "the store has no conditions", func(t *testing.T) {
		s := newMemory()
		s.blind = true
		refused(t, member(s, 1).run(t.Context()), ErrNoCondition, "mem lets several machines create one object")
	})
	bubble(t, "the store went away", func(t *testing.T) {
		s := newMemory()
		go func() { time.Sleep(10 * time.Second); s.setAway(true) }()
		refused(t, member(s, 1).run(t.Context()), ErrBarrier, "connection refused")
	})
}

func TestOneMemberRunsAShard(t *testing.T) {
	bubble(t, "two of one index", func(t *testing.T) {
		s := newMemory()
		all := runAll(t, member(s, 1), member(s, 2), member(s, 2), member(s, 3), member(s, 4))
		if all[1].err == nil {
			all[1], all[2] = all[2], all[1]
		}
		refused(t, all[1], ErrClaimed, "host-2 (attempt ")
		began(t, append(all[:1], all[2:]...), 0)
	})
	bubble(t, "a retry after the start", func(t *testing.T) {
		s := newMemory()
		began(t, runAll(t, member(s, 1), member(s, 2), member(s, 3), member(s, 4)), 0)
		refused(t, member(s, 2).run(t.Context()), ErrClaimed, "a shard that is tried again after the start sends nothing")
		other := member(s, 2)
		other.Inputs.Scenario = "d2"
		other.Inputs.Seed = "8"
		refused(t, other.run(t.Context()), ErrOther, "with another scenario, another seed (7 there)")
		other = member(s, 2)
		other.Count = 8
		refused(t, other.run(t.Context()), ErrOther, "number of shards (4 there)")
	})
	bubble(t, "one that died between the decision and its claim, and came again", func(t *testing.T) {
		s := newMemory()
		dead, kill := context.WithCancel(t.Context())
		m := member(s, 4)
		go func() { _, _ = m.Join(dead); kill() }()
		all := runAll(t, member(s, 1), member(s, 2), member(s, 3))
		began(t, all, 0)
		refused(t, member(s, 4).run(t.Context()), ErrLate, "the run started")
	})
	bubble(t, "one whose process stood still over the start", func(t *testing.T) {
		s := newMemory()
		m := member(s, 4)
		slow := make(chan outcome)
		go func() {
			_, _ = m.Join(t.Context())
			time.Sleep(30 * time.Second)
			start, err := m.Claim(t.Context())
			o := outcome{start: start, err: err}
			if err == nil {
				o.began = time.Now()
			}
			slow <- o
		}()
		began(t, runAll(t, member(s, 1), member(s, 2), member(s, 3)), 0)
		refused(t, <-slow, ErrLate, "after the start")
	})
	bubble(t, "the store goes away for two seconds at the start", func(t *testing.T) {
		s := newMemory()
		members := []*Member{member(s, 1), member(s, 2), member(s, 3), member(s, 4)}
		go func() {
			for {
				time.Sleep(100 * time.Millisecond)
				s.mu.Lock()
				decided := s.bodies["r1/start.json"] != nil
				s.mu.Unlock()
				if decided {
					break
				}
			}
			time.Sleep(1500 * time.Millisecond)
			s.setAway(true)
			time.Sleep(4 * time.Second)
			s.setAway(false)
		}()
		all := runAll(t, members...)
		began(t, all, 10*time.Second)
		for _, o := range all {
			if o.start.Late < 100*time.Millisecond {
				t.Errorf("it was late by %v", o.start.Late)
			}
		}
	})
}

func TestAMemberSaysWhatIsWrongWithItself(t *testing.T) {
	for want, m := range map[string]*Member{
		"shard 0 of 4: the index is counted from 1":      {Index: 0, Count: 4, RunID: "r"},
		"shard 5 of 4: the index":                        {Index: 5, Count: 4, RunID: "r"},
		`run id "../x": want 1 to 52 lower-case letters`: {Index: 1, Count: 4, RunID: "../x"},
		"shards: 10001, and a run has 1 to 10000":        {Index: 1, Count: 10001, RunID: "r"},
	} {
		if _, err := m.Join(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAMemberIsAskedToStop(t *testing.T) {
	bubble(t, "during the load", func(t *testing.T) {
		s := newMemory()
		members := []*Member{member(s, 1), member(s, 2), member(s, 3), member(s, 4)}
		began(t, runAll(t, members...), 0)
		go func() { time.Sleep(time.Minute); _ = Stop(t.Context(), s, "r1", "Ctrl-C") }()
		at := time.Now()
		if why := members[0].Stopped(t.Context()); why != "Ctrl-C" || time.Since(at) > time.Minute+3*time.Second {
			t.Errorf("%q after %v", why, time.Since(at))
		}
	})
}

func TestAStartThatIsFarAheadIsRefused(t *testing.T) {
	bubble(t, "in the year 9999", func(t *testing.T) {
		s := newMemory()
		o := objects{s, member(s, 1).RunID}
		if _, err := o.create(t.Context(), keyStart, beginning{Version: version, At: time.Date(9999, 11, 30, 0, 0, 0, 0, time.UTC), Attempt: "x"}); err != nil {
			t.Fatal(err)
		}
		if _, err := o.create(t.Context(), keyFleet, Fleet{Version: version, Count: member(s, 1).Count, Inputs: member(s, 1).Inputs}); err != nil {
			t.Fatal(err)
		}
		if _, err := member(s, 1).Join(t.Context()); !errors.Is(err, ErrOther) || !strings.Contains(err.Error(), "more than a day from now") {
			t.Errorf("a member: %v", err)
		}
		if _, err := Survey(t.Context(), s, o.id); err == nil || !strings.Contains(err.Error(), "9999-11-30T00:00:00Z, which is more than a day from now") {
			t.Errorf("its status: %v", err)
		}
	})
}
