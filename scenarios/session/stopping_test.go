package session

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
)

// slow answers after a while, or when its client leaves.
func slow(t *testing.T, after time.Duration, asked, answered *atomic.Int64) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-time.After(after):
			answered.Add(1)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Requests in flight when a run is interrupted have a grace period: they are the slowest.
func TestAnInterruptedRunWaitsForRequestsInFlight(t *testing.T) {
	for _, row := range []struct {
		name      string
		load      string
		takes     time.Duration // a response
		more      string
		hurry     bool
		cancelled bool
	}{
		{"in the open model", "constant: {rate: 100/s, for: 60s}", 400 * time.Millisecond, "graceful_stop: 1m", false, false},
		{"in the closed model", "closed: {users: 10, for: 60s}", 400 * time.Millisecond, "graceful_stop: 1m", false, false},
		{"but not beyond the grace period", "constant: {rate: 100/s, for: 60s}", time.Minute, "graceful_stop: 100ms", false, true},
		{"but not after the second interruption", "constant: {rate: 100/s, for: 60s}", time.Minute, "graceful_stop: 1h", true, true},
		{"unless it has no grace period", "closed: {users: 10, for: 60s}", time.Minute, "graceful_stop: 0s", false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var asked, answered atomic.Int64
			c := config(t, scenario(t, []string{slow(t, row.takes, &asked, &answered)}, row.load, row.more))
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			now, hurry := context.WithCancel(t.Context())
			defer hurry()
			c.Now = now
			go func() {
				for asked.Load() < 10 && ctx.Err() == nil {
					time.Sleep(10 * time.Millisecond) // polls: requests come as fast as the machine lets them
				}
				interrupt()
				if row.hurry {
					time.AfterFunc(200*time.Millisecond, hurry)
				}
			}()
			began := time.Now()
			run, err := Run(ctx, c)
			if run == nil || ReasonOf(err) != Interrupted {
				t.Fatalf("run %v, error %v; want the run, and that it was interrupted", run, err)
			}
			d := run.Document
			f := d.Targets[0]
			if n := f.Errors[results.ErrCancelled.String()]; (n > 0) != row.cancelled {
				t.Errorf("%d requests were abandoned", n)
			}
			if !row.cancelled && (f.Requests == 0 || f.Outcomes[results.OK.String()].Count != f.Requests || f.Requests != answered.Load()) {
				t.Errorf("%d requests, %v, and the server answered %d", f.Requests, f.Outcomes, answered.Load())
			}
			if d.State != results.Interrupted || d.Stopped <= 0 || d.Stopped > d.Seconds {
				t.Errorf("state %s, stopped after %g of %g s", d.State, d.Stopped, d.Seconds)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestAnAbortedRunWaitsForRequestsInFlight(t *testing.T) {
	t.Parallel()
	var served, asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%2 == 0 { // half of the requests fail at once, the others take long
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		time.Sleep(600 * time.Millisecond) // a response that is under way when the run is stopped
		served.Add(1)
	}))
	defer s.Close()
	run, err := Run(t.Context(), config(t, scenario(t, []string{s.URL}, "constant: {rate: 50/s, for: 60s}", "abort: error_share > 20% for 1s")))
	if run == nil {
		t.Fatal(err)
	}
	d := run.Document
	if f := d.Targets[0]; d.State != results.Aborted || f.Errors["cancelled"] != 0 || f.Status["200"] != served.Load() || d.Stopped <= 0 {
		t.Errorf("state %s, stopped after %g s, %v, %v; the server answered %d", d.State, d.Stopped, f.Status, f.Errors, served.Load())
	}
}

// A load that ends as planned waits for every response: to cut off the slowest would
// make a target look faster than it is.
func TestAPlannedEndNeedsNoGracePeriod(t *testing.T) {
	t.Parallel()
	var asked, answered atomic.Int64
	run, err := Run(t.Context(), config(t, scenario(t, []string{slow(t, 800*time.Millisecond, &asked, &answered)}, "constant: {rate: 20/s, for: 1s}", "graceful_stop: 0s")))
	if run == nil {
		t.Fatal(err)
	}
	if f := run.Document.Targets[0]; f.Requests != 20 || f.Outcomes["ok"].Count != 20 || answered.Load() != 20 || run.Document.Stopped != 0 {
		t.Errorf("%d requests, %v, stopped after %g s", f.Requests, f.Outcomes, run.Document.Stopped)
	}
}
