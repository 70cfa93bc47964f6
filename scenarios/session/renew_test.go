package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A fakeFunction serves, and has another environment after each change.
type fakeFunction struct {
	mu       sync.Mutex
	changes  int
	done     []string // what was done, in order
	trouble  error
	onChange func()
}

func (f *fakeFunction) note(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes++
	f.done = append(f.done, what)
	if f.onChange != nil {
		f.onChange()
	}
	return f.trouble
}

func (f *fakeFunction) Renew(_ context.Context, t targets.Target) error {
	return f.note("renew " + t.Function.Name)
}

func (f *fakeFunction) Restore(ctx context.Context, t targets.Target) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.note("restore " + t.Function.Name)
}

func (f *fakeFunction) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done = append(f.done, "request"); len(f.done) > 1 && f.done[len(f.done)-2] == "request" {
		f.done = f.done[:len(f.done)-1] // several requests are one
	}
	w.Header().Set("X-Instance-Id", fmt.Sprint(f.changes))
	w.Header().Set("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
	_, _ = w.Write([]byte("ok"))
}

// renewing is a session that renews f before each of up to two fan-outs.
func renewing(t *testing.T, f *fakeFunction, options string) Config {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	text := fmt.Sprintf("name: renewed\ntargets:\n  door: {kind: function-url, url: %q, region: us-east-1, function: {name: f}}\nrequests:\n  - {name: get, path: /}\nprobes:\n  - cold-start: {cold_starts: 4, fan_out: 2, warm_requests: 20, settle: 100ms, renew: true%s}\n", s.URL, options)
	parsed, err := scenarios.Parse("renewed.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return Config{Out: t.TempDir(), Renewer: f, Yes: true, Scenario: parsed}
}

func TestAFunctionIsRenewedBeforeEachFanOutAndTheRecordSaysSo(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ options, want, left string }{
		{"", "renew f, request, renew f, request, renew f, request, renew f, request", "left there"},
		{", restore: true", "renew f, request, renew f, request, renew f, request, renew f, request, restore f", "was removed in the end"},
	} {
		t.Run("options"+row.options, func(t *testing.T) {
			t.Parallel()
			f := &fakeFunction{}
			run, err := Run(t.Context(), renewing(t, f, row.options))
			if run == nil || len(run.Findings) != 1 {
				t.Fatalf("%v", err)
			}
			if got := strings.Join(f.done, ", "); got != row.want {
				t.Errorf("it came to %s, want %s", got, row.want)
			}
			if got := run.Findings[0]; !strings.Contains(strings.Join(got.Assumptions, "\n"), row.left) {
				t.Errorf("the finding assumes %q", got.Assumptions)
			}
			if !slices.ContainsFunc(run.Document.Warnings, func(w string) bool {
				return strings.Contains(w, `changes the configuration of function "f" up to 4 times: sets the variable TOLLGATE_RENEWED`)
			}) {
				t.Errorf("the record says %q", run.Document.Warnings)
			}
		})
	}
}

func TestAChangeIsRevertedEvenIfTheRunIsInterrupted(t *testing.T) {
	t.Parallel()
	f := &fakeFunction{}
	c := renewing(t, f, ", restore: true")
	ctx, cancel := context.WithCancel(t.Context())
	f.onChange = cancel
	run, err := Run(ctx, c)
	if ReasonOf(err) != Interrupted || run == nil || len(run.Findings) != 0 {
		t.Errorf("%v", err)
	}
	if last := f.done[len(f.done)-1]; last != "restore f" {
		t.Errorf("it ended with %s: %s", last, f.done)
	}
}

func TestAFunctionThatCannotBeRenewedEndsTheProbe(t *testing.T) {
	t.Parallel()
	f := &fakeFunction{trouble: errors.New("not allowed")}
	c := renewing(t, f, "")
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "TOLLGATE_RENEWED") || !strings.Contains(err.Error(), "not allowed") {
		t.Errorf("got %v", err)
	}
	c = renewing(t, f, "")
	c.Renewer = nil
	if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "this program cannot do that here") {
		t.Errorf("got %v", err)
	}
	c = renewing(t, f, "")
	c.Yes = false
	if _, err := Run(t.Context(), c); ReasonOf(err) != Refused || !strings.Contains(err.Error(), "confirm with --yes") {
		t.Errorf("got %v", err)
	}
}

func TestXRayIsReadForTheTracesThatResponsesName(t *testing.T) {
	t.Parallel()
	const id = "1-5759e988-bd862e3fe1be46a994272793"
	log := func(context.Context, targets.Target, time.Time, time.Time) ([]targets.Invocation, error) {
		return nil, nil
	}
	for name, row := range map[string]struct {
		answer error
		want   func(results.Finding) bool
	}{
		"and its traces are reported": {nil, func(f results.Finding) bool { return f.Values["traced"].Value > 0 }},
		"and its trouble is reported": {errors.New("no permission"), func(f results.Finding) bool {
			return slices.Contains(f.Assumptions, "X-Ray could not be read: no permission")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := renewing(t, &fakeFunction{}, "")
			c.Log = log
			asked := 0
			c.Traces = func(_ context.Context, target targets.Target, from, to time.Time, ids []string) ([]targets.Trace, error) {
				asked++
				if target.Function.Name != "f" || len(ids) == 0 || ids[0] != id || !from.Before(to) {
					t.Errorf("asked for %d traces of %s", len(ids), target.Function.Name)
				}
				return []targets.Trace{{ID: id}}, row.answer
			}
			run, err := Run(t.Context(), c)
			if run == nil || len(run.Findings) != 1 || asked != 1 || !row.want(run.Findings[0]) {
				t.Errorf("asked %d times, %v: %+v", asked, err, run.Findings)
			}
		})
	}
}

func TestAProbeGetsTheConfiguredLimits(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer s.Close()
	c := Config{Out: t.TempDir(), Scenario: scenario(t, []string{s.URL}, "constant: {rate: 5/s, for: 1s}", "probes:\n  - usage-plan: {expect: {rate: 5/s, burst: 2}}\n")}
	asked := ""
	c.Limits = func(_ context.Context, target targets.Target) (probe.Configuration, error) {
		asked += target.API + "/" + target.Stage
		return probe.Configuration{}, errors.New("no permission")
	}
	run, err := Run(t.Context(), c)
	if run == nil || len(run.Findings) != 1 || asked != "a/s" {
		t.Fatalf("asked of %q: %v", asked, err)
	}
	if f := run.Findings[0]; !slices.Contains(f.Assumptions, "the configuration of API Gateway could not be read: no permission") {
		t.Errorf("it assumes %q", f.Assumptions)
	}
}
