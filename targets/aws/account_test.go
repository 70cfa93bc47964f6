package aws

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// world is a lab with one door of each kind and the account behind it.
func world(t *testing.T, c lab.Config) (*lab.Lab, []targets.Target) {
	t.Helper()
	tiny := &lab.LogNormal{Median: lab.Duration(time.Millisecond)}
	c.Function = lab.Function{Init: &lab.LogNormal{Median: lab.Duration(20 * time.Millisecond)}, Warm: tiny, LogFormat: c.Function.LogFormat, Tracing: c.Function.Tracing}
	return targettest.StartLab(t, c)
}

func opened(t *testing.T, of targets.Target) *Account {
	t.Helper()
	a, err := Open(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// send sends n requests one after the other.
func send(t *testing.T, to targets.Target, n int) {
	t.Helper()
	for range n {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to.URL.String()+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Api-Key", to.Auth.APIKey.Reveal())
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Body.Close(); err != nil || got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", to.Name, got.StatusCode, err)
		}
	}
}

func minuteAround() (from, to time.Time) {
	return time.Now().Add(-time.Minute), time.Now().Add(time.Minute)
}

func TestReportsOfEveryFunctionInBothFormats(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			_, ts := world(t, lab.Config{Function: lab.Function{LogFormat: format}})
			for _, target := range ts {
				a := opened(t, target)
				from, to := minuteAround()
				if none, err := a.Reports(t.Context(), target, from, to); err != nil || len(none) != 0 {
					t.Fatalf("%s: %v, %v before any request", target.Name, none, err)
				}
				send(t, target, 5)
				reports, err := a.Reports(t.Context(), target, from, to)
				if err != nil || len(reports) != 5 {
					t.Fatalf("%s: %d reports, %v", target.Name, len(reports), err)
				}
				for i, r := range reports {
					if (r.Init > 0) != (i == 0) || i == 0 && r.Init != 20*time.Millisecond || r.Duration != time.Millisecond {
						t.Errorf("%s: report %d is %+v", target.Name, i, r)
					}
					if want := r.Duration + r.Init; r.Billed != want || r.At.Before(from) || r.At.After(to) || len(r.RequestID) != 36 {
						t.Errorf("%s: report %d is %+v, want %v billed", target.Name, i, r, want)
					}
				}
			}
		})
	}
}

func TestARenewedFunctionStartsCold(t *testing.T) {
	l, ts := world(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "http-api"}}})
	a, target := opened(t, ts[0]), ts[0]
	before, err := a.configuration(t.Context(), target)
	if err != nil || *before.FunctionName != target.Function.Name {
		t.Fatalf("%+v, %v", before, err)
	}
	for i, change := range []func(context.Context, targets.Target) error{a.Renew, a.Restore, a.Renew} {
		send(t, target, 2)
		if err := change(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		send(t, target, 1)
		if got := l.Truth().Doors[0].ColdStarts; got != int64(i+2) {
			t.Errorf("%d cold starts after change %d", got, i+1)
		}
	}
	if after, err := a.configuration(t.Context(), target); err != nil || *after.RevisionId == *before.RevisionId {
		t.Errorf("%+v, %v", after, err)
	}
}

func TestPlansAndStages(t *testing.T) {
	_, ts := world(t, lab.Config{Doors: []lab.DoorConfig{
		{
			Kind: "rest-api", Throttle: &lab.Throttle{Rate: 50, Burst: 20}, Cache: &lab.Cache{TTL: lab.Duration(time.Minute)},
			UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 10.5, Burst: 7}, Methods: map[string]lab.Throttle{"/predict/POST": {Rate: 3, Burst: 2}}},
		},
		{Kind: "rest-api", Name: "plain"},
		{Kind: "http-api"},
	}})
	a := opened(t, ts[0])
	plans, err := a.Plans(t.Context(), ts[0])
	if err != nil || len(plans) != 1 {
		t.Fatalf("%v, %v", plans, err)
	}
	if p := plans[0]; *p.Throttle != (Limit{10.5, 7}) || p.Methods["/predict/POST"] != (Limit{3, 2}) {
		t.Errorf("the plan is %+v %+v", p, p.Throttle)
	}
	stage, err := a.Stage(t.Context(), ts[0])
	if err != nil || stage.Limits["*/*"] != (Limit{50, 20}) || stage.Name != "prod" {
		t.Errorf("the stage is %+v, %v", stage, err)
	}
	if plans, err := a.Plans(t.Context(), ts[1]); err != nil || len(plans) != 0 {
		t.Errorf("an API without a plan has %v, %v", plans, err)
	}
	if stage, err := a.Stage(t.Context(), ts[1]); err != nil || len(stage.Limits) != 0 {
		t.Errorf("an API without limits has %+v, %v", stage, err)
	}
	for what, target := range map[string]targets.Target{
		"no REST API":            ts[2],
		`no REST API called "x"`: {Name: "t", Kind: &targets.RESTAPI, API: "x", Stage: "prod"},
		"give it api:":           {Name: "t", Kind: &targets.RESTAPI},
	} {
		if _, err := a.Stage(t.Context(), target); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %s", err, what)
		}
	}
}

func TestErrorsHaveAWayOutAndKeepTheirCause(t *testing.T) {
	_, ts := world(t, lab.Config{})
	wrong := ts[0]
	wrong.Keys = targets.Keys{ID: targets.LabKeys.ID, Secret: targets.NewSecret("hunter2")}
	_, err := opened(t, wrong).configuration(t.Context(), wrong)
	var api smithy.APIError
	if !errors.As(err, &api) || !strings.Contains(err.Error(), "does not accept the AWS credentials") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	unknown := ts[0]
	unknown.Function.Name = "unknown"
	if _, err := opened(t, unknown).configuration(t.Context(), unknown); err == nil || !strings.Contains(err.Error(), "Function not found") {
		t.Errorf("got %v", err)
	}
	nameless := ts[0]
	nameless.Function.Name = ""
	if err := opened(t, nameless).Renew(t.Context(), nameless); err == nil || !strings.Contains(err.Error(), "which function") {
		t.Errorf("got %v", err)
	}
}
