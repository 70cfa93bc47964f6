package engines

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A span is a stretch of a run's clock.
type span struct{ from, to time.Duration }

// Response times at a server that stands still for a while are those that the server
// itself saw, whatever the number of connections: they run from when a request was due
// by the schedule to when the server answered it. The server notes the time before it
// answers, so no load of the machine can make a response time shorter than that. Load
// can make it longer: the response waits for a processor.
func TestPercentilesOfAStalledServer(t *testing.T) {
	const gap, n = 10 * time.Millisecond, 100
	for _, row := range []struct {
		name        string
		connections int
		stalls      []span
	}{
		{"a freeze of 400 ms, as many connections as it takes", 0, []span{{300 * time.Millisecond, 700 * time.Millisecond}}},
		{"a freeze of 400 ms, four connections", 4, []span{{300 * time.Millisecond, 700 * time.Millisecond}}},
		{"150 ms now and then", 0, []span{{150 * time.Millisecond, 300 * time.Millisecond}, {600 * time.Millisecond, 750 * time.Millisecond}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				retried(t, func() string {
					s := newStalled(t, n, row.stalls, nil)
					s.job.Options.MaxConnections = row.connections
					engine := s.open(t, e)
					start := time.Since(s.job.Epoch) + 5*time.Millisecond
					stop := lateness(t)
					s.stall(func() {
						if err := engine.Run(t.Context(), every(gap, n), start); err != nil {
							t.Fatal(err)
						}
					})
					return s.compare(t, func(seq uint64) time.Duration { return start + time.Duration(seq)*gap }, stop())
				})
			})
		})
	}
}

// A stalled server notes when it answered each request, by the clock of the rig, and how
// long it took.
type stalled struct {
	*rig
	epoch          time.Time
	gate           *gate
	stalls         []span
	pause          func(request int) time.Duration // before it answers; may be nil
	answered, took []atomic.Int64
}

// newStalled makes requests that can be distinguished, one for each arrival.
func newStalled(t *testing.T, n int, stalls []span, pause func(int) time.Duration) *stalled {
	s := &stalled{epoch: time.Now(), gate: newGate(), stalls: stalls, pause: pause, answered: make([]atomic.Int64, n), took: make([]atomic.Int64, n)}
	s.rig = newRig(serve(t, s.serve).URL)
	s.job.Epoch = s.epoch
	s.job.Requests = make([]scenarios.Request, n)
	for i := range s.job.Requests {
		number := strconv.Itoa(i)
		s.job.Requests[i] = scenarios.Request{Name: number, Method: "GET", Path: "/" + number, Timeout: 10 * time.Second}
	}
	s.job.Pick = func(seq uint64) uint16 { return uint16(seq) }
	return s
}

func (s *stalled) serve(w http.ResponseWriter, r *http.Request) {
	began := time.Since(s.epoch)
	s.gate.ServeHTTP(w, r)
	i, err := strconv.Atoi(r.URL.Path[1:])
	if err != nil {
		return
	}
	if s.pause != nil {
		time.Sleep(s.pause(i)) // the service time under test
	}
	now := time.Since(s.epoch)
	s.answered[i].Store(int64(now))
	s.took[i].Store(int64(now - began))
	w.Header()["Date"] = nil
	_, _ = w.Write(make([]byte, 1000))
}

// stall makes the server stand still while requests are sent.
func (s *stalled) stall(send func()) {
	var all sync.WaitGroup
	start := time.Since(s.job.Epoch)
	all.Go(func() {
		for _, stall := range s.stalls {
			time.Sleep(start + stall.from - time.Since(s.job.Epoch)) // the stall under test
			s.gate.shut()
			time.Sleep(start + stall.to - time.Since(s.job.Epoch)) // its length
			s.gate.release()
		}
	})
	send()
	all.Wait()
}

// compare reports percentiles that are too high. Response times that are too short are
// wrong on any machine.
func (s *stalled) compare(t *testing.T, due func(seq uint64) time.Duration, lateness []time.Duration) (complaint string) {
	t.Helper()
	samples := s.sorted()
	if len(samples) != len(s.answered) {
		t.Fatalf("%d samples, want %d: none may be lost or invented", len(samples), len(s.answered))
	}
	var truth []time.Duration
	for _, x := range samples {
		want := time.Duration(s.answered[x.Request].Load()) - due(x.Seq)
		if x.Err != results.ErrNone || x.Response() < want {
			t.Fatalf("request %d: %v, response time %v, and the server answered %v after it was due", x.Seq, x.Err, x.Response(), want)
		}
		truth = append(truth, want)
	}
	slices.Sort(truth)
	measured := responses(samples)
	for _, q := range []float64{0.5, 0.75, 0.9, 0.95, 0.99, 1} {
		want, have, late := quantile(truth, q), quantile(measured, q), quantile(lateness, q)
		if have > want+late+20*time.Millisecond {
			return fmt.Sprintf("p%g is %v, and %v in truth (the machine adds %v)", 100*q, have, want, late)
		}
	}
	if shortest, longest := s.shortest(), truth[len(truth)-1]; longest < shortest {
		return fmt.Sprintf("no request met a stall: the longest took %v, want %v", longest, shortest)
	}
	return ""
}

// shortest is how long the longest response takes at least: requests are due more often
// than four times a stall.
func (s *stalled) shortest() time.Duration {
	var longest time.Duration
	for _, x := range s.stalls {
		longest = max(longest, x.to-x.from)
	}
	return longest * 3 / 4
}
