package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

func TestColdStartsAreReadFromTheLogsOfFunctions(t *testing.T) {
	started := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	run := &results.Run{
		Dir: t.TempDir(), Document: results.Document{Started: started, Seconds: 60, Trial: []results.Trial{{Target: "tried", Status: 200}}},
		Observed: &results.Observed{Targets: []results.ObservedDoc{{Target: "rest"}, {Target: "http"}, {Target: "origin"}, {Target: "denied", Error: "no"}, {Target: "tried"}}},
	}
	named := func(name, function string) targets.Target {
		return targets.Target{Name: name, Function: targets.Function{Name: function}}
	}
	ts := []targets.Target{named("rest", "ml"), named("http", "secret"), named("origin", ""), named("denied", "ml"), named("tried", "ml")}
	log := func(_ context.Context, target targets.Target, from, to time.Time) ([]targets.Invocation, error) {
		if !from.Equal(started) || to.Sub(from) != 61*time.Second {
			t.Errorf("asked for %v to %v", from, to)
		}
		if target.Function.Name == "secret" {
			return nil, errors.New("access denied")
		}
		return []targets.Invocation{{Init: 300 * time.Millisecond}, {}, {Init: 100 * time.Millisecond}, {Init: 200 * time.Millisecond}}, nil
	}
	if err := readLogs(t.Context(), log, run, ts); err != nil {
		t.Fatal(err)
	}
	rest, http := run.Observed.Targets[0].Checks, run.Observed.Targets[1].Checks
	if len(rest) != 3 || *rest[0].AWS != 3 || rest[0].Note != "of 4 invocations in the function's log (75 %)" || *rest[1].AWS != 200 || *rest[2].AWS != 300 {
		t.Errorf("rest: %+v", rest)
	}
	if tried := run.Observed.Targets[4].Checks; !strings.Contains(tried[0].Note, "75 %); the trial before the load, which is not counted") {
		t.Errorf("%q does not say that a trial may have had the first cold start", tried[0].Note)
	}
	if len(http) != 1 || http[0].AWS != nil || !strings.Contains(http[0].Note, "access denied") {
		t.Errorf("http: %+v", http)
	}
	if n := len(run.Observed.Targets[2].Checks) + len(run.Observed.Targets[3].Checks); n != 0 {
		t.Errorf("%d rows of targets without a function, or that could not be observed", n)
	}
}

// turned is a run of two targets that take two turns each, of a second, and then
// a probe.
func turned(t *testing.T) *results.Run {
	row := func(target uint16, block uint32, due time.Duration) results.Second {
		return results.Second{Target: target, Block: block, FirstDue: due}
	}
	return &results.Run{
		Dir:          t.TempDir(),
		Document:     results.Document{Started: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Seconds: 5, Targets: []results.TargetDoc{{Name: "rest"}, {Name: "http"}}},
		Seconds:      []results.Second{row(0, 0, 0), row(1, 0, time.Second), row(1, 1, 2*time.Second), row(0, 1, 3*time.Second)},
		ProbeSeconds: []results.Second{row(0, 2, 4*time.Second)},
		Observed:     &results.Observed{Targets: []results.ObservedDoc{{Target: "rest"}, {Target: "http"}}},
	}
}

// logged reads a log whose invocations end so many milliseconds after the run
// began, every other one of them cold.
func logged(run *results.Run, after ...int) FunctionLog {
	var log []targets.Invocation
	for i, ms := range after {
		log = append(log, targets.Invocation{At: run.Document.Started.Add(time.Duration(ms) * time.Millisecond), Init: time.Duration(i%2) * 100 * time.Millisecond})
	}
	return func(context.Context, targets.Target, time.Time, time.Time) ([]targets.Invocation, error) {
		return log, nil
	}
}

func TestInvocationsBelongToTheBlockInWhichTheyEnded(t *testing.T) {
	for name, ts := range map[string][]targets.Target{
		"of one name":                      {{Name: "rest", Function: targets.Function{Name: "ml"}}, {Name: "http", Function: targets.Function{Name: "ml"}}},
		"of an alias and of a version":     {{Name: "rest", Function: targets.Function{Name: "ml:live"}}, {Name: "http", Function: targets.Function{Name: "ml:2"}}},
		"of an ARN, and of a route's name": {{Name: "rest", Function: targets.Function{Name: "arn:aws:lambda:us-east-1:123456789012:function:ml"}}, {Name: "http", Function: targets.Function{Name: "ml:2"}, Functions: []targets.RouteFunction{{Route: "GET /a", Function: targets.Function{Name: "other"}}}}},
	} {
		t.Run(name, func(t *testing.T) { invocationsBelong(t, ts) })
	}
}

// invocationsBelong assigns the invocations of two targets' function to blocks.
func invocationsBelong(t *testing.T, ts []targets.Target) {
	run := turned(t)
	log := logged(run, 100, 200, 300, 1100, 1200, 2100, 3100, 3200, 4100, 4200)
	if err := readLogs(t.Context(), log, run, ts); err != nil {
		t.Fatal(err)
	}
	for target, want := range [][]results.ColdBlock{
		{{Block: 0, Invocations: 3, Cold: 1}, {Block: 1, Invocations: 2, Cold: 1}},
		{{Block: 0, Invocations: 2, Cold: 1}, {Block: 1, Invocations: 1, Cold: 1}},
	} {
		if got := run.ColdStarts(uint16(target)); !slices.Equal(got, want) {
			t.Errorf("target %d: %+v, want %+v", target, got, want)
		}
	}
	if rows := run.Observed.Targets[1].Checks; len(rows) != 3 || *rows[0].AWS != 2 || !strings.HasPrefix(rows[0].Note, "of 3 invocations") {
		t.Errorf("http: %+v", rows)
	}
}

func TestALogWithAWrongClockIsNotAssignedToBlocks(t *testing.T) {
	ts := []targets.Target{{Name: "rest", Function: targets.Function{Name: "ml"}}, {Name: "http", Function: targets.Function{Name: "other"}}}
	for _, row := range []struct {
		name   string
		after  []int
		blocks int
		note   string
		opened int64 // connections of WebSocket
	}{
		{"all in its turns", []int{100, 200, 3100, 3200}, 2, "of 4 invocations in the function's log (50 %)", 0},
		{"handshakes in the turns of others", []int{1100, 1200, 100, 200, 3100, 3200}, 2, "of 4 invocations in the function's log (50 %)", 1},
		{"more than handshakes", []int{1100, 1200, 1300, 1400, 100, 200}, 0, "of 6 invocations in the function's log (50 %); not assigned to blocks, since 2 of them ended", 1},
		{"a second late", []int{1100, 1200, 4100, 4200, 100}, 0, "of 3 invocations in the function's log (33.3 %); not assigned to blocks, since 2 of them ended", 0},
	} {
		run := turned(t)
		if row.opened > 0 {
			run.Document.Targets[0].Sockets = &results.SocketDoc{Opened: row.opened}
		}
		if err := readLogs(t.Context(), logged(run, row.after...), run, ts[:1]); err != nil {
			t.Fatal(err)
		}
		got := run.Observed.Targets[0]
		if len(got.Blocks) != row.blocks || len(got.Checks) == 0 || !strings.HasPrefix(got.Checks[0].Note, row.note) {
			t.Errorf("%s: %+v", row.name, got)
		}
	}
}

// What a target's messages without a reply left to do is not said to be others' without a doubt.
func TestMessagesWithoutReplyMayBeWorkedOnLater(t *testing.T) {
	run := turned(t)
	run.Document.Targets[0].Sockets, run.Document.Requests, run.Document.SocketSteps = &results.SocketDoc{Opened: 1}, []string{"say"}, map[string]string{"say": results.StepPosts}
	ts := []targets.Target{{Name: "rest", Function: targets.Function{Name: "ml"}}}
	if err := readLogs(t.Context(), logged(run, 1100, 1200, 1300, 1400, 100, 200), run, ts); err != nil {
		t.Fatal(err)
	}
	if note := run.Observed.Targets[0].Checks[0].Note; !strings.Contains(note, "2 of them ended in the turns of other targets: messages of this run without a reply may have been worked on after their turn") {
		t.Error(note)
	}
}

func TestALogWithoutInvocationsHasNoRows(t *testing.T) {
	if rows := coldStarts(loggedLoad{}, ""); rows != nil {
		t.Errorf("got %+v", rows)
	}
}
