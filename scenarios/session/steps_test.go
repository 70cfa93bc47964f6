package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

func TestAnInterruptedRunKeepsWhatItRecorded(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	s := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 200/s, for: 60s}", month)
	c := config(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for count.Load() < 240 && ctx.Err() == nil { // more than a second of them
			time.Sleep(10 * time.Millisecond) // polls: requests come as fast as the machine lets them
		}
		cancel()
	}()
	run, err := Run(ctx, c)
	if run == nil || ReasonOf(err) != Interrupted || !strings.Contains(err.Error(), run.Dir) {
		t.Fatalf("run %v, error %v; want the run, and an error that says it was interrupted and where it is", run, err)
	}
	doc := run.Document
	if doc.State != results.Interrupted || doc.Targets[0].Requests == 0 || doc.Targets[0].Bill == nil {
		t.Errorf("state %s, %d requests, bill %v", doc.State, doc.Targets[0].Requests, doc.Targets[0].Bill)
	}
	if ended := doc.Targets[0].Requests + doc.Targets[0].Errors["cancelled"]; ended < count.Load()-1 {
		t.Errorf("%d recorded of %d that were served", ended, count.Load())
	}
	if !slices.ContainsFunc(doc.Warnings, func(w string) bool { return strings.HasPrefix(w, "observe: left out") }) {
		t.Errorf("no warning says that nothing was observed: %q", doc.Warnings)
	}
}

func TestInterruptedBeforeTheLoad(t *testing.T) {
	var count atomic.Int64
	c := config(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 200/s, for: 60s}", ""))
	ctx, cancel := context.WithCancel(t.Context())
	c.Stamp = func(context.Context, targets.Target) (targets.Stamp, error) {
		cancel()
		return targets.Stamp{}, nil
	}
	if run, err := Run(ctx, c); run != nil || ReasonOf(err) != Interrupted || count.Load() != 0 {
		t.Errorf("run %v, error %v, %d requests", run, err, count.Load())
	}
}

func TestAFailedStepNeverLosesTheRun(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	s := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 50/s, for: 1s}", month)
	s.Pricing.Region = "mars-north-1"
	c := config(t, s)
	c.Observer = observerFunc(func(context.Context, *results.Run, []targets.Target) (*results.Observed, error) {
		return nil, errors.New("not authorized to perform cloudwatch:GetMetricData")
	})
	run, err := Run(t.Context(), c)
	if run == nil || ReasonOf(err) == CouldNot {
		t.Fatalf("run %v, error %v", run, err)
	}
	if doc := run.Document; doc.Targets[0].Requests != 50 || doc.Targets[0].Observed != nil || doc.Targets[0].Bill != nil {
		t.Errorf("%d requests, observed %v, bill %v", doc.Targets[0].Requests, doc.Targets[0].Observed, doc.Targets[0].Bill)
	}
	for _, step := range []string{"observe: not authorized", "price: "} {
		if !slices.ContainsFunc(run.Document.Warnings, func(w string) bool {
			return strings.HasPrefix(w, step) && strings.Contains(w, run.Dir)
		}) {
			t.Errorf("no warning %q with the way out in %q", step, run.Document.Warnings)
		}
	}

	// Repeated with what was missing, both steps succeed and their warnings go.
	c.Observer, c.Scenario = observerFunc(sees), nil
	run, err = Observe(t.Context(), run.Dir, c)
	if err != nil {
		t.Fatal(err)
	}
	if doc := run.Document; doc.Targets[0].Observed == nil || doc.Targets[0].Bill == nil || len(doc.Warnings) != 0 {
		t.Errorf("observed %v, bill %v, warnings %q", doc.Targets[0].Observed, doc.Targets[0].Bill, doc.Warnings)
	}
	if run, err = Price(run.Dir, c); err != nil || run.Document.Targets[0].Bill == nil || run.Observed == nil {
		t.Errorf("run %v, error %v", run, err)
	}
}

// startsLab is a Config's Lab: it serves the targets that stand in it.
func startsLab(t *testing.T, ended *atomic.Bool) func(context.Context, *scenarios.Scenario) (Lab, error) {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	return func(_ context.Context, sc *scenarios.Scenario) (Lab, error) {
		u, err := url.Parse(s.URL)
		ts := slices.Clone(sc.Targets)
		for i := range ts {
			if ts[i].Lab {
				ts[i].URL = u
			}
		}
		return Lab{Targets: ts, Close: func() error { ended.Store(true); return nil }}, err
	}
}

const inLab = `name: lab
targets:
  here: {kind: http-api, url: lab}
requests: [{name: get, method: GET, path: /x, expect: {status: 404}}]
load: [{constant: {rate: 50/s, for: %s}}]
pricing: {requests_per_month: 10M}
`

func TestTheLabLastsAsLongAsTheRun(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		interrupt time.Duration
		length    string
	}{{"to its end", time.Hour, "1s"}, {"interrupted", time.Second, "60s"}} {
		t.Run(row.name, func(t *testing.T) {
			s, err := scenarios.Parse("lab.yaml", fmt.Appendf(nil, inLab, row.length), os.LookupEnv)
			if err != nil {
				t.Fatal(err)
			}
			s.Trial = scenarios.TrialNone // nothing here serves what it asks for
			c := config(t, s)
			var ended, observed atomic.Bool
			c.Lab = startsLab(t, &ended)
			c.Observer = observerFunc(func(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
				observed.Store(!ended.Load() && ctx.Err() == nil)
				return sees(ctx, run, ts)
			})
			ctx, cancel := context.WithTimeout(t.Context(), row.interrupt)
			defer cancel()
			run, err := Run(ctx, c)
			if run == nil || run.Document.Targets[0].Requests == 0 {
				t.Fatalf("run %v, error %v", run, err)
			}
			if !observed.Load() || !ended.Load() {
				t.Errorf("observed while the lab lived: %v; lab ended: %v", observed.Load(), ended.Load())
			}
			_, err = Observe(t.Context(), run.Dir, c)
			if ReasonOf(err) != CouldNot || !strings.Contains(fmt.Sprint(err), "here stood in the lab, which ended with the run") {
				t.Errorf("observing it again: %v", err)
			}
			if priced, err := Price(run.Dir, c); err != nil || priced.Document.Targets[0].Bill == nil || priced.Document.Targets[0].Observed == nil {
				t.Errorf("pricing it again: %v, error %v", priced, err)
			}
		})
	}
}

func TestRecordedDirectoriesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	c := config(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 50/s, for: 1s}", ""))
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	if _, err := Price(run.Dir, c); ReasonOf(err) != BadInput || !strings.Contains(err.Error(), "requests_per_month") {
		t.Errorf("pricing a run whose scenario has no pricing: %v", err)
	}
	if _, err := Price(t.TempDir(), c); ReasonOf(err) != CouldNot || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("pricing an empty folder: %v", err)
	}
	file := filepath.Join(run.Dir, results.FileScenario)
	if err := os.WriteFile(file, []byte(strings.Replace(string(run.Scenario), "t0:", "other:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Observe(t.Context(), run.Dir, c); err == nil {
		t.Error("observed a run whose scenario somebody changed")
	}
}

func TestInterruptedWhileObserving(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	c := config(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 50/s, for: 1s}", month))
	ctx, cancel := context.WithCancel(t.Context())
	c.Observer = observerFunc(func(ctx context.Context, _ *results.Run, _ []targets.Target) (*results.Observed, error) {
		cancel()
		return nil, ctx.Err()
	})
	run, err := Run(ctx, c)
	if run == nil || run.Document.State != results.Finished || run.Document.Targets[0].Bill == nil {
		t.Fatalf("run %+v, error %v", run, err)
	}
	if r := ReasonOf(err); r != Interrupted && r != InvalidRun {
		t.Errorf("error %v", err)
	}
}

func TestVerdict(t *testing.T) {
	rows := []struct {
		name   string
		doc    results.Document
		reason Reason
		says   string
	}{
		{"a valid run with its thresholds kept is no failure", results.Document{State: results.Finished, Verdict: results.Valid, Result: results.Pass}, "", ""},
		{"a suspect run is no failure", results.Document{State: results.Finished, Verdict: results.Suspect, Result: results.Pass}, "", ""},
		{"a failed threshold", results.Document{State: results.Finished, Verdict: results.Valid, Result: results.Fail, Failures: []string{"threshold p(99) < 250ms at rest", "http: not one of 5 requests succeeded"}}, Failed, "the run failed: threshold p(99) < 250ms at rest; http: not one of 5 requests succeeded"},
		{"many failed thresholds", results.Document{State: results.Finished, Verdict: results.Valid, Result: results.Fail, Failures: strings.Split("abcdefg", "")}, Failed, "the run failed: a; b; c; d; e; and 2 more"},
		{"a run that a rule aborted", results.Document{State: results.Aborted, Verdict: results.Valid, Result: results.Fail, Failures: []string{"aborted"}}, Failed, "the run failed: aborted"},
		{"an invalid run that a rule aborted", results.Document{State: results.Aborted, Verdict: results.Invalid, Reasons: []string{"lag"}, Result: results.Fail}, InvalidRun, "the run is invalid: lag"},
		{"an invalid run that failed", results.Document{State: results.Finished, Verdict: results.Invalid, Reasons: []string{"lag"}, Result: results.Fail}, InvalidRun, "the run is invalid: lag"},
		{"an interrupted run that failed", results.Document{State: results.Interrupted, Verdict: results.Valid, Result: results.Fail}, Interrupted, "interrupted after"},
		{"an interrupted run says so first", results.Document{State: results.Interrupted, Verdict: results.Invalid, Seconds: 3}, Interrupted, "interrupted after 3.0 s"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := Verdict(&results.Run{Dir: "dir", Document: row.doc})
			if ReasonOf(err) != row.reason || err != nil && !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %q: %v", ReasonOf(err), err)
			}
		})
	}
}
