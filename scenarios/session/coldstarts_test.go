package session

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes"
	"tollgate/targets"
)

func TestColdStartsAreReadFromTheLogsOfFunctions(t *testing.T) {
	started := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	run := &results.Run{
		Dir: t.TempDir(), Document: results.Document{Started: started, Seconds: 60},
		Observed: &results.Observed{Targets: []results.ObservedDoc{{Target: "rest"}, {Target: "http"}, {Target: "origin"}, {Target: "denied", Error: "no"}}},
	}
	named := func(name, function string) targets.Target {
		return targets.Target{Name: name, Function: targets.Function{Name: function}}
	}
	ts := []targets.Target{named("rest", "ml"), named("http", "secret"), named("origin", ""), named("denied", "ml")}
	log := func(_ context.Context, target targets.Target, from, to time.Time) (map[string]probes.Invocation, error) {
		if !from.Equal(started) || to.Sub(from) != 61*time.Second {
			t.Errorf("asked for %v to %v", from, to)
		}
		if target.Function.Name == "secret" {
			return nil, errors.New("access denied")
		}
		return map[string]probes.Invocation{
			"a": {Init: 300 * time.Millisecond}, "b": {}, "c": {Init: 100 * time.Millisecond}, "d": {Init: 200 * time.Millisecond},
		}, nil
	}
	if err := readLogs(t.Context(), log, run, ts); err != nil {
		t.Fatal(err)
	}
	rest, http := run.Observed.Targets[0].Checks, run.Observed.Targets[1].Checks
	if len(rest) != 3 || *rest[0].AWS != 3 || rest[0].Note != "of 4 invocations in the function's log (75 %)" || *rest[1].AWS != 200 || *rest[2].AWS != 300 {
		t.Errorf("rest: %+v", rest)
	}
	if len(http) != 1 || http[0].AWS != nil || !strings.Contains(http[0].Note, "access denied") {
		t.Errorf("http: %+v", http)
	}
	if n := len(run.Observed.Targets[2].Checks) + len(run.Observed.Targets[3].Checks); n != 0 {
		t.Errorf("%d rows of targets without a function, or that could not be observed", n)
	}
}

func TestALogWithoutInvocationsSaysNothing(t *testing.T) {
	if rows := coldStarts(0, nil); rows != nil {
		t.Errorf("got %+v", rows)
	}
}
