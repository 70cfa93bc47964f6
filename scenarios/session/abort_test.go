package session

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/check"
)

// absent answers 404 and counts.
func absent(t *testing.T, count *atomic.Int64) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAnAbortRuleEndsTheRunAndKeepsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	var good, bad atomic.Int64
	s := scenario(t, []string{server(t, &good).URL, absent(t, &bad).URL}, "constant: {rate: 50/s, for: 60s}", month+"\nabort: error_share > 50% for 1s\nblocks: 60\n")
	run, err := Run(t.Context(), config(t, s))
	if run == nil || ReasonOf(err) != Failed && ReasonOf(err) != InvalidRun { // on a busy machine
		t.Fatalf("run %v, error %v; want the run, and that it failed", run, err)
	}
	d := run.Document
	if !strings.Contains(strings.Join(d.Failures, "\n"), "error_share > 50% for 1s at t1") {
		t.Errorf("it failed because %q, want the rule and the target", d.Failures)
	}
	if d.State != results.Aborted || d.Result != results.Fail || d.Aborted == nil || d.Aborted.Target != "t1" || d.Seconds > 30 {
		t.Errorf("state %s, result %s, %+v after %.1f s", d.State, d.Result, d.Aborted, d.Seconds)
	}
	if n := d.Targets[1].Requests; n < 10 || n > 1500 || d.Targets[0].Bill == nil || d.Targets[0].Observed == nil {
		t.Errorf("%d requests at t1, bill %v, observed %v", n, d.Targets[0].Bill, d.Targets[0].Observed)
	}
	again, err := results.Open(run.Dir)
	if err != nil || again.Document.Result != results.Fail || again.Document.State != results.Aborted {
		t.Errorf("read again: %+v, %v", again, err)
	}
}

func TestAnExpectedResponseIsNoReasonToAbort(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	s := scenario(t, []string{absent(t, &count).URL}, "constant: {rate: 50/s, for: 3s}", "abort: error_share > 50% for 1s\n")
	s.Requests[0].Expect.Status = []check.Statuses{{From: 404, To: 404}}
	run, err := Run(t.Context(), config(t, s))
	if run == nil || run.Document.State != results.Finished || run.Document.Result != results.Pass || count.Load() < 150 {
		t.Errorf("run %v, error %v, %d requests", run, err, count.Load())
	}
}
