package timer

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitersWakeInOrderAndOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Portable()
		defer w.Close()
		begun := time.Now()
		delays := []time.Duration{5 * time.Millisecond, time.Second, 0, -time.Second, 3 * time.Microsecond, 5 * time.Millisecond}
		woke := make([]time.Duration, len(delays))
		var all sync.WaitGroup
		for i, d := range delays {
			all.Go(func() {
				if err := w.Wait(t.Context(), begun.Add(d)); err != nil {
					t.Errorf("wait %v: %v", d, err)
				}
				woke[i] = time.Since(begun)
			})
		}
		all.Wait()
		for i, d := range delays {
			if want := max(d, 0); woke[i] != want {
				t.Errorf("a wait of %v took %v", d, woke[i])
			}
		}
	})
}

func TestAnEarlierWaiterMovesTheAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Portable()
		defer w.Close()
		begun := time.Now()
		late := make(chan time.Duration, 1)
		go func() {
			_ = w.Wait(context.Background(), begun.Add(time.Hour))
			late <- time.Since(begun)
		}()
		synctest.Wait()
		if err := w.Wait(t.Context(), begun.Add(time.Millisecond)); err != nil || time.Since(begun) != time.Millisecond {
			t.Errorf("the earlier waiter woke after %v (%v)", time.Since(begun), err)
		}
		if got := <-late; got != time.Hour {
			t.Errorf("the later waiter woke after %v", got)
		}
	})
}

func TestAWaiterThatGivesUpLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := Portable()
		defer w.Close()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.Wait(ctx, time.Now().Add(time.Hour)) }()
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if len(w.queue) != 0 {
			t.Errorf("%d waiters are still queued", len(w.queue))
		}
	})
}

func TestClosingEndsEveryWait(t *testing.T) {
	for name, w := range timers(t) {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error)
			go func() { ended <- w.Wait(context.Background(), time.Now().Add(time.Hour)) }()
			for queued := 0; queued == 0; {
				w.mu.Lock()
				queued = len(w.queue)
				w.mu.Unlock()
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			if err := <-ended; !errors.Is(err, ErrClosed) {
				t.Errorf("got %v", err)
			}
			if err := w.Wait(context.Background(), time.Now().Add(time.Hour)); !errors.Is(err, ErrClosed) {
				t.Errorf("a wait on a closed timer: %v", err)
			}
			if err := w.Close(); err != nil {
				t.Errorf("closing twice: %v", err)
			}
		})
	}
}

func TestNoWaiterWakesEarlyOrIsForgotten(t *testing.T) {
	for name, w := range timers(t) {
		t.Run(name, func(t *testing.T) {
			defer w.Close()
			var all sync.WaitGroup
			for range 500 {
				all.Go(func() {
					until := time.Now().Add(time.Duration(rand.IntN(int(20 * time.Millisecond))))
					if err := w.Wait(context.Background(), until); err != nil {
						t.Error(err)
					}
					if early := time.Until(until); early > 0 {
						t.Errorf("woke %v early", early)
					}
				})
			}
			all.Wait()
		})
	}
}

// TestShortWaitsInARowAllEnd has a timer with one waiter at a time, so that nobody
// else's alarm makes up for one that was missed.
func TestShortWaitsInARowAllEnd(t *testing.T) {
	for name, w := range timers(t) {
		t.Run(name, func(t *testing.T) {
			defer w.Close()
			ctx, giveUp := context.WithTimeout(t.Context(), time.Minute)
			defer giveUp()
			for range 300 {
				if err := w.Wait(ctx, time.Now().Add(time.Duration(rand.IntN(40_000)))); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func timers(t *testing.T) map[string]*Timer {
	t.Helper()
	return map[string]*Timer{"the system's": New(), "portable": Portable()}
}

// BenchmarkLateness reports how late waits of 1 to 10 ms end, 1,000 a second.
func BenchmarkLateness(b *testing.B) {
	for _, name := range []string{"system", "portable"} {
		b.Run(name, func(b *testing.B) {
			w := Portable()
			if name == "system" {
				w = New()
			}
			defer w.Close()
			late := make([]time.Duration, b.N)
			var all sync.WaitGroup
			begun := time.Now()
			for i := range b.N {
				_ = w.Wait(b.Context(), begun.Add(time.Duration(i)*time.Millisecond))
				all.Go(func() {
					until := time.Now().Add(time.Millisecond + time.Duration(rand.IntN(9e6)))
					_ = w.Wait(b.Context(), until)
					late[i] = time.Since(until)
				})
			}
			all.Wait()
			slices.Sort(late)
			b.ReportMetric(float64(late[b.N/2].Microseconds()), "p50-µs-late")
			b.ReportMetric(float64(late[b.N*99/100].Microseconds()), "p99-µs-late")
		})
	}
}
