package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/store"
)

// members runs a scenario in shards, each as a session of its own.
func members(t *testing.T, at fleet.Store, n int, of func() *scenarios.Scenario, change func(i int, c *Config)) (runs []*results.Run, errs []error) {
	t.Helper()
	runs, errs = make([]*results.Run, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		s := of()
		s.Shard = scenarios.Shard{Index: i, Count: n}
		c := config(t, s)
		c.Member = &fleet.Member{Store: at, RunID: "night-1", Index: i + 1, Count: n, Host: fmt.Sprintf("pod-%d", i+1)}
		if change != nil {
			change(i, &c)
		}
		all.Go(func() { runs[i], errs[i] = Run(t.Context(), c) })
	}
	all.Wait()
	return runs, errs
}

func TestShardsSendTheRunTogetherAndOnce(t *testing.T) {
	t.Parallel()
	at, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var at0, at1 atomic.Int64
	urls := []string{server(t, &at0).URL, server(t, &at1).URL}
	of := func() *scenarios.Scenario {
		return scenario(t, urls, "constant: {rate: 50/s, for: 1s}", month+"\nthresholds: [\"error_share < 1%\", \"p(50) < 1us\"]")
	}
	runs, errs := members(t, at, 3, of, nil)
	for i, err := range errs {
		if ReasonOf(err) != "" && ReasonOf(err) != InvalidRun { // a busy machine
			t.Fatalf("shard %d: %v", i+1, err)
		}
		d := &runs[i].Document
		if len(d.Shards) != 1 || d.Result != results.Incomplete || d.Targets[0].Bill != nil || runs[i].Observed != nil || d.Stages[0].DueAll != 50 {
			t.Errorf("shard %d judged what only the whole run can be: %v, bill %v, %+v", i+1, d.Result, d.Targets[0].Bill, d.Shards)
		}
	}
	if at0.Load() != 50 || at1.Load() != 50 {
		t.Errorf("%d and %d requests were sent, want 50 and 50", at0.Load(), at1.Load())
	}

	found, err := fleet.Collect(t.Context(), at, "night-1", t.TempDir())
	if err != nil || len(found.Missing()) > 0 {
		t.Fatalf("%v, missing %v", err, found.Missing())
	}
	merged, err := results.MergeDirs(t.TempDir(), found.Whole()...)
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, of())
	merged, err = Conclude(t.Context(), merged.Dir, c)
	if err != nil {
		t.Fatal(err)
	}
	d := &merged.Document
	if d.Targets[0].Requests != 50 || d.Targets[1].Requests != 50 || d.Targets[0].Bill == nil || merged.Observed == nil || d.Result != results.Fail || len(d.Shards) != 3 {
		t.Errorf("%d and %d requests, bill %v, %v %q", d.Targets[0].Requests, d.Targets[1].Requests, d.Targets[0].Bill, d.Result, d.Failures)
	}

	// A shard that is started again sends nothing.
	again := config(t, of())
	again.Scenario.Shard = scenarios.Shard{Index: 1, Count: 3}
	again.Member = &fleet.Member{Store: at, RunID: "night-1", Index: 2, Count: 3}
	run, err := Run(t.Context(), again)
	if run != nil || ReasonOf(err) != Refused || !errors.Is(err, fleet.ErrClaimed) || at0.Load()+at1.Load() != 100 {
		t.Errorf("a shard that had been sent was sent again: %v, %v; %d requests", run, err, at0.Load()+at1.Load())
	}
}

func TestShardsStopTogether(t *testing.T) {
	t.Parallel()
	at, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int64
	url := server(t, &count).URL
	of := func() *scenarios.Scenario {
		return scenario(t, []string{url}, "constant: {rate: 10/s, for: 5m}", "")
	}
	var once sync.Once
	runs, errs := members(t, at, 2, of, func(i int, c *Config) {
		c.Progress = func(p Progress) {
			if i == 0 && p.Step == Loading && p.Ended > 0 {
				once.Do(func() {
					if err := fleet.Stop(context.WithoutCancel(t.Context()), at, "night-1", "a test asks for it"); err != nil {
						t.Error(err)
					}
				})
			}
		}
	})
	for i, err := range errs {
		if ReasonOf(err) != Interrupted || runs[i].Document.State != results.Interrupted {
			t.Errorf("shard %d: %v, %v", i+1, runs[i].Document.State, err)
		}
	}
	st, err := fleet.Survey(t.Context(), at, "night-1")
	if err != nil || st.Shards[0].Done() == nil || st.Shards[1].Done() == nil {
		t.Errorf("what was recorded until then is not in the store: %v", err)
	}
}

func TestARuleThatAbortsOneShardStopsTheOthers(t *testing.T) {
	t.Parallel()
	at, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var good, bad atomic.Int64
	urls := []string{server(t, &good).URL, absent(t, &bad).URL}
	of := func(i int) *scenarios.Scenario {
		return scenario(t, urls[i:i+1], "constant: {rate: 40/s, for: 5m}", "abort: error_share > 50% for 1s\n")
	}
	runs, errs := members(t, at, 2, func() *scenarios.Scenario { return of(0) }, func(i int, c *Config) {
		if i == 1 {
			shard := c.Scenario.Shard
			c.Scenario = of(1)
			c.Scenario.Shard = shard
		}
	})
	if runs[0] == nil || runs[0].Document.State != results.Interrupted || ReasonOf(errs[0]) != Interrupted {
		t.Errorf("the shard whose requests succeeded: %v", errs[0])
	}
	if runs[1] == nil || runs[1].Document.State != results.Aborted {
		t.Errorf("the shard whose requests failed: %v", errs[1])
	}
	st, err := fleet.Survey(t.Context(), at, "night-1")
	if err != nil || !strings.Contains(st.Stopped, "shard 2 of 2: error_share > 50% for 1s") || st.Shards[0].Done() == nil || st.Shards[1].Done() == nil {
		t.Errorf("%v; asked to stop because %q", err, st.Stopped)
	}
}

func TestATrialThatFailsCancelsTheRunOfAllShards(t *testing.T) {
	t.Parallel()
	at, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var good, bad atomic.Int64
	here := server(t, &good).URL
	elsewhere := answering(t, &bad, func(_ int64, w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) })
	_, errs := members(t, at, 2, func() *scenarios.Scenario { return tried(t, here) }, func(i int, c *Config) {
		if i == 1 {
			c.Scenario = tried(t, elsewhere)
		}
	})
	if ReasonOf(errs[1]) != Failed || ReasonOf(errs[0]) != Refused || !errors.Is(errs[0], fleet.ErrCancelled) || good.Load() != 1 || bad.Load() != 1 {
		t.Errorf("%v; %v; %d and %d requests, want the trial of each alone", errs[0], errs[1], good.Load(), bad.Load())
	}
}
