package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// scenario is a scenario file against a server, with more lines at its end.
func scenario(t *testing.T, urls []string, load, more string, engines ...string) *scenarios.Scenario {
	t.Helper()
	var at []string
	for _, u := range urls {
		at = append(at, fmt.Sprintf("kind: rest-api, url: %q, region: us-east-1, api: a, stage: s, function: {name: f}", u))
	}
	return scenarioOf(t, at, load, more, engines...)
}

// scenarioOf does so with all keys of its targets.
func scenarioOf(t *testing.T, at []string, load, more string, engines ...string) *scenarios.Scenario {
	t.Helper()
	var b strings.Builder
	b.WriteString("name: probe\ntargets:\n")
	for i, keys := range at {
		fmt.Fprintf(&b, "  t%d: {%s}\n", i, keys)
	}
	fmt.Fprintf(&b, "requests:\n  - {name: get, method: GET, path: /x}\nload:\n  - %s\n%s\n", load, more)
	s, err := scenarios.Parse("probe.yaml", []byte(b.String()), func(string) (string, bool) { return "", false }, engines...)
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone // so that what is sent is the load
	return s
}

// server answers 200 and counts.
func server(t *testing.T, count *atomic.Int64) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		_, _ = w.Write([]byte("ok"))
	}))
	t.Cleanup(s.Close)
	return s
}

// observerFunc is an Observer.
type observerFunc func(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error)

func (f observerFunc) Observe(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
	return f(ctx, run, ts)
}

func sees(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
	o := &results.Observed{Settled: true}
	for _, t := range ts {
		o.Targets = append(o.Targets, results.ObservedDoc{Target: t.Name})
	}
	return o, ctx.Err()
}

const month = "pricing: {requests_per_month: 10M}"

func config(t *testing.T, s *scenarios.Scenario) Config {
	t.Helper()
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return Config{Scenario: s, Out: filepath.Join(t.TempDir(), "runs"), Tool: "test", Observer: observerFunc(sees), Book: book}
}

func TestRunTakesAScenarioFromPlanToBill(t *testing.T) {
	t.Parallel()
	var at0, at1 atomic.Int64
	s := scenario(t, []string{server(t, &at0).URL, server(t, &at1).URL}, "constant: {rate: 100/s, for: 1s}", month+"\nthresholds: [\"error_share < 1%\"]")
	c := config(t, s)
	var mu sync.Mutex
	steps := map[Step]bool{}
	var latest Progress // of the load
	c.Progress = func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		steps[p.Step] = true
		if p.Step == Loading {
			latest = p
		}
	}
	third := &third{}
	c.Outputs = []results.Output{third}
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	if third.ok != 200 || third.run != run {
		t.Errorf("a third output saw %d good requests, and was closed with %v", third.ok, third.run)
	}
	doc := run.Document
	if doc.State != results.Finished || at0.Load() != 100 || at1.Load() != 100 {
		t.Errorf("state %s, %d and %d requests served; want finished, 100 and 100", doc.State, at0.Load(), at1.Load())
	}
	for _, d := range doc.Targets {
		if d.Requests != 100 || d.Status["200"] != 100 || d.Observed == nil || d.Bill == nil || d.Bill.Month.String() == "$0.00" {
			t.Errorf("%s: %d requests, status %v, observed %v, bill %v", d.Name, d.Requests, d.Status, d.Observed, d.Bill)
		}
	}
	if doc.Engine.Name == "" || doc.Engine.Why == "" || doc.Generator.InFlight == 0 || doc.Generator.Opened == 0 {
		t.Errorf("engine %+v, generator %+v", doc.Engine, doc.Generator)
	}
	if len(doc.Thresholds) != 2 || !doc.Thresholds[0].Passed || !doc.Thresholds[1].Passed {
		t.Errorf("thresholds: %+v", doc.Thresholds)
	}
	for _, step := range []Step{Preparing, Loading, Concluding, Observing, Pricing} {
		if !steps[step] {
			t.Errorf("progress never told of %q", step)
		}
	}
	if latest.Planned != 200 || latest.Ended == 0 || latest.Ended > 200 || latest.Failed != 0 || latest.Where() == "" || latest.Under[0].Turn == 0 || latest.Dir != run.Dir {
		t.Errorf("progress of the load: %+v", latest)
	}
	for _, file := range []string{results.FileRun, results.FileScenario, results.FileLatency, results.FileSeconds, results.FileObserved, results.FileBills} {
		if _, err := os.Stat(filepath.Join(run.Dir, file)); err != nil {
			t.Error(err)
		}
	}
	again, err := results.Open(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.Document.Verdict != doc.Verdict || again.Document.Targets[1].Bill == nil || string(again.Scenario) != string(s.Source) {
		t.Errorf("what is on disk differs from what Run returned")
	}
}

func TestNothingIsSentWhen(t *testing.T) {
	t.Parallel()
	broken := errors.New("no credentials: run aws sso login")
	rows := []struct {
		name   string
		change func(t *testing.T, c *Config)
		reason Reason
		says   string
	}{
		{"a target cannot be reached", func(_ *testing.T, c *Config) { c.Scenario.Targets[1].URL.Host = "127.0.0.1:1" }, CouldNot, `target "t1" cannot be reached at 127.0.0.1:1`},
		{"a signer has no credentials", func(_ *testing.T, c *Config) {
			c.Stamp = func(_ context.Context, t targets.Target) (targets.Stamp, error) {
				return targets.Stamp{}, map[string]error{"t1": broken}[t.Name]
			}
		}, CouldNot, `target "t1": no credentials: run aws sso login`},
		{"the output folder is a file", func(t *testing.T, c *Config) {
			c.Out = filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(c.Out, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, CouldNot, "cannot write results to"},
		{"there is no such engine", func(_ *testing.T, c *Config) { c.Scenario.Engine.Use = "warp" }, CouldNot, `there is no engine "warp"`},
		{"a secret cannot go into a header", func(_ *testing.T, c *Config) {
			c.Stamp = func(context.Context, targets.Target) (targets.Stamp, error) {
				return targets.Stamp{Sign: func(r *targets.Request) error {
					r.Header.Set("X-Api-Key", "hush\n")
					return nil
				}}, nil
			}
		}, CouldNot, "the value of header X-Api-Key holds a line break"},
		{"the lab does not start", func(_ *testing.T, c *Config) {
			c.Scenario.Targets[0].Lab = true
			c.Lab = func(context.Context, *scenarios.Scenario) (Lab, error) { return Lab{}, errors.New("no port") }
		}, CouldNot, "start the lab: no port"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var count atomic.Int64
			u := server(t, &count).URL
			c := config(t, scenario(t, []string{u, u}, "constant: {rate: 100/s, for: 1s}", ""))
			row.change(t, &c)
			run, err := Run(t.Context(), c)
			if run != nil || ReasonOf(err) != row.reason || !strings.Contains(fmt.Sprint(err), row.says) {
				t.Errorf("got run %v, reason %q, error %v; want no run, %q and an error that says %q", run, ReasonOf(err), err, row.reason, row.says)
			}
			if strings.Contains(fmt.Sprint(err), "hush") {
				t.Errorf("the error tells the secret: %v", err)
			}
			if count.Load() != 0 {
				t.Errorf("%d requests were sent", count.Load())
			}
			if left, _ := os.ReadDir(c.Out); len(left) > 0 {
				t.Errorf("%s was left in the output folder", left[0].Name())
			}
		})
	}
}

// A third output beside the run directory and the live view.
type third struct {
	ok  int64
	run *results.Run
}

func (o *third) Second(m *results.Moment) error {
	for _, row := range m.Rows() {
		o.ok += row.Ended[results.OK]
	}
	return nil
}

func (o *third) Close(run *results.Run) error {
	o.run = run
	return nil
}
