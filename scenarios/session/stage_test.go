package session

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
	"tollgate/targets/lab"
	"tollgate/targets/lab/doors"
	"tollgate/targets/targettest"
)

// counting is an engine that notes what the lab had counted when a turn was over.
type counting struct {
	load.Engine
	truth func() doors.DoorTruth
	after []doors.DoorTruth
}

func (c *counting) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	err := c.Engine.Run(ctx, turn, start)
	c.after = append(c.after, c.truth())
	return err
}

func truthOf(t *testing.T, l *lab.Lab) doors.DoorTruth {
	t.Helper()
	r, err := http.Get(l.TruthURL())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var truth doors.Truth
	if err := json.NewDecoder(r.Body).Decode(&truth); err != nil {
		t.Fatal(err)
	}
	return truth.Doors[0]
}

// The lab counts what its front door refused. A throttle that only the spike exceeds
// shows whether each stage has its own requests, and no other's.
func TestFiguresByStageAreTheLabsTruth(t *testing.T) {
	t.Parallel()
	l, at := targettest.StartLab(t, lab.Config{Doors: []lab.DoorConfig{{
		Name: "rest", Kind: "rest-api", Throttle: &doors.Throttle{Rate: 100, Burst: 20},
	}}})
	s := scenario(t, []string{"http://127.0.0.1:1"}, "- {name: ramp, ramp: {from: 10/s, to: 70/s, for: 1s}}\n  - {name: spike, constant: {rate: 400/s, for: 500ms}}\n  - {name: recovery, constant: {rate: 40/s, for: 1s}}"[2:], "warm_up: 500ms\nthresholds: ['@ramp: share(429) <= 0', '@spike: share(429) > 10%']")
	s.Targets[0].URL, s.Requests[0].Path = at[0].URL, "/"
	c := config(t, s)
	var e *counting
	wrapped := engines.All[0]
	open := wrapped.Open
	wrapped.Open = func(j load.Job) (load.Engine, error) {
		inner, err := open(j)
		e = &counting{Engine: inner, truth: func() doors.DoorTruth { return truthOf(t, l) }}
		return e, err
	}
	c.Engines = engines.Table{wrapped}
	run, err := Run(t.Context(), c)
	if run == nil || e == nil {
		t.Fatal(err)
	}
	d := run.Document
	if len(e.after) != 4 || len(d.Targets[0].ByStage) != 4 {
		t.Fatalf("%d turns, figures of %d stages, want 4 of each", len(e.after), len(d.Targets[0].ByStage))
	}
	var before doors.DoorTruth
	var sum int64
	for i, name := range d.StageNames() {
		f, after := d.Targets[0].ByStage[name], e.after[i]
		requests, throttled := after.Requests-before.Requests, after.Status["429"]-before.Status["429"]
		if f.Requests != requests || f.Status["429"] != throttled || f.Failed != throttled || f.Outcomes[results.Throttled.String()].Count != throttled {
			t.Errorf("stage %s: %d requests and %d throttled, in truth %d and %d", name, f.Requests, f.Status["429"], requests, throttled)
		}
		if spiked := throttled > 0; spiked != (name == "spike") {
			t.Errorf("stage %s: the lab throttled %d", name, throttled)
		}
		if !d.Stages[i].WarmUp {
			sum += f.Requests
		}
		before = after
	}
	if d.Targets[0].Requests != sum || before.Requests != sum+d.Targets[0].ByStage["warm-up"].Requests {
		t.Errorf("%d requests in all, want the %d of the stages without the warm-up; the lab counted %d", d.Targets[0].Requests, sum, before.Requests)
	}
	for _, r := range d.Thresholds {
		if !r.Passed {
			t.Errorf("%s at stage %s: %v %s", r.Threshold, r.Stage, r.Measured, r.Why)
		}
	}
}
