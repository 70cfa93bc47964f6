package results

import (
	"reflect"
	"testing"
	"time"
)

func TestTurnsSayWhatHappenedInThem(t *testing.T) {
	started := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	row := func(target uint16, block uint32, due time.Duration) Second {
		return Second{Target: target, Block: block, FirstDue: due}
	}
	run := &Run{
		Document:     Document{Started: started},
		Seconds:      []Second{row(0, 0, 9*time.Second/10), row(0, 0, 100*time.Millisecond), row(1, 0, 2*time.Second), row(1, 1, 4*time.Second), row(0, 1, 6*time.Second)},
		ProbeSeconds: []Second{row(0, 2, 9*time.Second), row(0, 2, 8*time.Second)},
	}
	turns := run.Turns()
	for _, row := range []struct {
		name  string
		after time.Duration
		want  Turn
		ok    bool
	}{
		{"before the first", 50 * time.Millisecond, Turn{}, false},
		{"as the first begins", 100 * time.Millisecond, Turn{0, 0}, true},
		{"as long as no other has begun", 1999 * time.Millisecond, Turn{0, 0}, true},
		{"at the other target", 2 * time.Second, Turn{1, 0}, true},
		{"at the same target, a block later", 5 * time.Second, Turn{1, 1}, true},
		{"in the last", 7 * time.Second, Turn{0, 1}, true},
		{"in a probe", 8 * time.Second, Turn{}, false},
		{"long after", time.Hour, Turn{}, false},
	} {
		if got, ok := turns.At(started.Add(row.after)); ok != row.ok || got != row.want {
			t.Errorf("%s: %+v, %v", row.name, got, ok)
		}
	}
	if _, ok := (&Run{}).Turns().At(started); ok {
		t.Error("a run without load has turns")
	}
}

func TestColdStartsAreThoseOfTheTarget(t *testing.T) {
	run := &Run{Document: Document{Targets: []TargetDoc{{Name: "a"}, {Name: "b"}}}}
	if got := run.ColdStarts(0); got != nil {
		t.Errorf("nobody observed: %+v", got)
	}
	want := []ColdBlock{{Block: 3, Invocations: 100, Cold: 2}}
	run.Observed = &Observed{Targets: []ObservedDoc{{Target: "a"}, {Target: "b", Blocks: want}}}
	if got := run.ColdStarts(1); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := append(run.ColdStarts(0), run.ColdStarts(2)...); got != nil {
		t.Errorf("of a target without a log, and of one that is none: %+v", got)
	}
}
