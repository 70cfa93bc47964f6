package engines

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// generous is how much later than it should something may be on a machine that
// others use too. Nothing may ever be earlier.
const generous = 900 * time.Millisecond

// A stalled server must show in the response time of every request that was
// due during the stall, whether or not the generator could send it; the
// service time shows it only for the one request that was under way.
func TestAStallIsNotOmitted(t *testing.T) {
	const gap, n, stall = 10 * time.Millisecond, 110, 700 * time.Millisecond
	eachEngine(t, func(t *testing.T, e load.Kind) {
		g := newGate()
		r := newRig(serve(t, g.ServeHTTP).URL)
		r.job.Options.MaxConnections = 1
		engine := r.open(t, e)
		var from, to time.Duration
		var stalled sync.WaitGroup
		stalled.Go(func() {
			time.Sleep(200 * time.Millisecond) // the stall begins in the middle of the load
			from = time.Since(r.job.Epoch)
			g.shut()
			time.Sleep(stall) // the stall under test
			to = time.Since(r.job.Epoch)
			g.release()
		})
		r.run(t, engine, every(gap, n))
		stalled.Wait()
		s := r.sorted()
		if len(s) != n {
			t.Fatalf("%d samples, want %d: none may be lost or invented", len(s), n)
		}
		during, slow := 0, 0
		for _, s := range s {
			if s.Err != results.ErrNone {
				t.Errorf("request %d: %v", s.Seq, s.Err)
			}
			if s.Due > from+gap && s.Due < to-gap {
				during++
				truth := to - s.Due
				if off := s.Response() - truth; off < -gap || off > generous {
					t.Errorf("request %d was due %v before the stall's end and has a response time of %v", s.Seq, truth, s.Response())
				}
			}
			if s.Service > stall/2 {
				slow++
			}
		}
		if want := int(stall/gap) - 3; during < want {
			t.Errorf("%d requests were due during the stall, want at least %d", during, want)
		}
		if slow != 1 {
			t.Errorf("%d requests have a service time like the stall, want the one that was under way", slow)
		}
	})
}

func TestCancelAbandonsWhatIsUnderWay(t *testing.T) {
	rows := []struct {
		name string
		turn scenarios.Turn
	}{
		{"open model", every(time.Millisecond, 5000)},
		{"open model, far between", every(time.Minute, 3)},
		{"closed model", closed(4, time.Hour, 0)},
		{"closed model, thinking", closed(4, time.Hour, time.Hour)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				g := newGate()
				g.shut()
				server := serve(t, g.ServeHTTP)
				before := runtime.NumGoroutine()
				r := newRig(server.URL)
				engine, err := e.Open(r.job)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := cancelled(t)
				time.AfterFunc(100*time.Millisecond, cancel)
				if err := engine.Run(ctx, row.turn, time.Since(r.job.Epoch)); err != nil {
					t.Error(err)
				}
				if len(r.samples) == 0 {
					t.Error("nothing was recorded of what was under way")
				}
				for _, s := range r.samples {
					if s.Err != results.ErrCancelled || s.Outcome() != results.OwnFault {
						t.Errorf("request %d: %v, want cancelled", s.Seq, s.Err)
					}
				}
				if err := engine.Close(); err != nil {
					t.Error(err)
				}
				server.CloseClientConnections()
				settles(t, before)
			})
		})
	}
}

// settles fails the test unless the number of goroutines returns to what it was.
func settles(t *testing.T, before int) {
	t.Helper()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond) // polls: goroutines end without a signal
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

func TestACancelledContextSendsNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		var served atomic.Int64
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) { served.Add(1) }).URL)
		engine := r.open(t, e)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := engine.Run(ctx, every(time.Millisecond, 100), 0); err != nil {
			t.Error(err)
		}
		if served.Load() != 0 || len(r.samples) != 0 {
			t.Errorf("%d served, %d recorded", served.Load(), len(r.samples))
		}
	})
}

// closed returns a turn of the closed model in blocks of a tenth of its time.
func closed(users int, d, think time.Duration) scenarios.Turn {
	var blocks []scenarios.Block
	for i := range 10 {
		blocks = append(blocks, scenarios.Block{Number: uint32(i), From: d / 10 * time.Duration(i), For: d / 10, FirstSeq: uint64(i) << 32})
	}
	return scenarios.Turn{Load: scenarios.Users{N: users, Think: scenarios.Always(think)}, For: d, Blocks: slices.Values(blocks)}
}

func TestClosedModelHasAsManyRequestsUnderWayAsUsers(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		g := newGate()
		r := newRig(serve(t, g.ServeHTTP).URL)
		turn := closed(4, time.Second, 0)
		g.shut() // until all four are there
		var opens sync.WaitGroup
		defer opens.Wait()
		opens.Go(func() {
			for began := time.Now(); g.in.Load() < 4 && time.Since(began) < 5*time.Second; {
				time.Sleep(time.Millisecond) // polls until all users are waiting
			}
			g.release()
		})
		start := time.Since(r.job.Epoch) + 20*time.Millisecond
		if err := r.open(t, e).Run(t.Context(), turn, start); err != nil {
			t.Fatal(err)
		}
		if g.most.Load() != 4 {
			t.Errorf("%d requests at once, want 4", g.most.Load())
		}
		seqs, blocks := map[uint64]bool{}, map[uint32]bool{}
		for _, s := range r.samples {
			at := s.Begun - start
			if s.Due != s.Begun || at < 0 || at > turn.For+generous || s.Err != results.ErrNone {
				t.Errorf("request %d: due %v, begun %v after the start, %v", s.Seq, s.Due-start, at, s.Err)
			}
			if uint64(s.Block) != s.Seq>>32 || seqs[s.Seq] {
				t.Errorf("request %d has block %d, or came twice", s.Seq, s.Block)
			}
			seqs[s.Seq], blocks[s.Block] = true, true
		}
		for b := range blocks {
			if !seqs[uint64(b)<<32] {
				t.Errorf("block %d does not begin with its first request", b)
			}
		}
		if len(blocks) < 2 {
			t.Errorf("requests in %d of 10 blocks only", len(blocks))
		}
	})
}

func TestUsersThinkBetweenRequests(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		patient(t, 550*time.Millisecond, func(length time.Duration) string {
			const think = 100 * time.Millisecond
			r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
			r.run(t, r.open(t, e), closed(1, length, think))
			s, most := r.sorted(), int(length/think+1)
			if len(s) < 2 {
				return fmt.Sprintf("%d requests in %v", len(s), length)
			}
			if len(s) > most {
				t.Errorf("one user who thinks for %v sent %d requests in %v, want at most %d", think, len(s), length, most)
			}
			for i := range s[1:] {
				if gap := s[i+1].Begun - (s[i].Sent + s[i].Service); gap < think-time.Millisecond {
					t.Errorf("request %d came %v after the answer to the one before", s[i+1].Seq, gap)
				}
			}
			return ""
		})
	})
}

func TestSigningIsNeverLatency(t *testing.T) {
	t.Parallel()
	for _, model := range []string{"open", "closed"} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				patient(t, 200*time.Millisecond, func(length time.Duration) string { return signSlowly(t, e, model, length) })
			})
		})
	}
}

// signSlowly complains if nothing was sent, as on a machine that stops for the whole turn.
func signSlowly(t *testing.T, e load.Kind, model string, length time.Duration) (complaint string) {
	r := newRig(serve(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusForbidden)
		}
	}).URL)
	var mu sync.Mutex
	var signed []time.Duration
	r.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: func(req *targets.Request) error {
		time.Sleep(20 * time.Millisecond) // the slow signer under test
		req.Header.Set("Authorization", "proof")
		mu.Lock()
		defer mu.Unlock()
		signed = append(signed, time.Since(r.job.Epoch))
		return nil
	}}
	turn := every(50*time.Millisecond, 6)
	if model == "closed" {
		turn = closed(1, length, 0)
	}
	if err := r.open(t, e).Run(t.Context(), turn, time.Since(r.job.Epoch)+800*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	s := r.sorted()
	if len(s) == 0 || len(s) > len(signed) || model == "open" && len(s) != 6 {
		return fmt.Sprintf("%d samples, %d signed", len(s), len(signed))
	}
	for i, s := range s {
		if s.Code != 200 || signed[i] > s.Begun || s.Due < signed[i] {
			t.Errorf("request %d: code %d, signed at %v, due at %v, begun at %v", s.Seq, s.Code, signed[i], s.Due, s.Begun)
		}
	}
	return ""
}

func TestLateRequestsAreSkippedOnlyWhenAsked(t *testing.T) {
	for _, late := range []string{"", "send", "skip"} {
		t.Run("late "+late, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				const n = 100
				g := newGate()
				g.shut()
				r := newRig(serve(t, g.ServeHTTP).URL)
				r.job.Options.Late, r.job.Options.MaxInFlight = late, 1
				engine := r.open(t, e)
				time.AfterFunc(300*time.Millisecond, g.release)
				r.run(t, engine, every(5*time.Millisecond, n))
				h := engine.Health()
				if len(r.samples)+h.Skipped != n {
					t.Errorf("%d sent and %d skipped, want %d together", len(r.samples), h.Skipped, n)
				}
				if (h.Skipped > 20) != (late == "skip") || late != "skip" && h.Skipped > 0 {
					t.Errorf("%d skipped", h.Skipped)
				}
				if g.most.Load() > 1 {
					t.Errorf("%d at once, though one is the limit", g.most.Load())
				}
				var held time.Duration
				for _, s := range r.samples {
					held = max(held, s.Held)
				}
				if late != "skip" && held < 200*time.Millisecond {
					t.Errorf("requests were held for 300ms by the limit, and that is recorded as at most %v", held)
				}
			})
		})
	}
}

func TestHealthCountsSinceTheLastLook(t *testing.T) {
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL, "http://"+vacant(t))
		engine := r.open(t, e)
		r.run(t, engine, every(time.Millisecond, 50))
		h := engine.Health()
		if h.Opened == 0 || h.Failed != 0 || h.InFlight == 0 || h.LagMax < h.LagP99 || h.LagMax == 0 {
			t.Errorf("after 50 good requests: %+v", h)
		}
		bad := every(time.Millisecond, 10)
		bad.Target = 1
		r.run(t, engine, bad)
		h = engine.Health()
		if h.Failed < 1 {
			t.Errorf("after 10 requests to a port without a listener: %+v", h)
		}
		// A connection that net/http began to open for a request, which then found
		// another, may be there only now.
		deadline := time.Now().Add(10 * time.Second)
		for h = engine.Health(); h.Opened > 0 && time.Now().Before(deadline); h = engine.Health() {
			time.Sleep(time.Millisecond) // polls until the connection is there
		}
		if h.Opened != 0 || h.Failed != 0 || h.InFlight != 0 || h.LagMax != 0 {
			t.Errorf("after nothing: %+v", h)
		}
	})
}
