package session

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
)

// An idler is an engine that lets each turn pass.
type idler struct{ asked int }

func (*idler) Run(ctx context.Context, turn scenarios.Turn, _ time.Duration) error {
	rest(ctx, turn.For)
	return nil
}

func (i *idler) Health() results.Health {
	i.asked++
	return results.Health{Files: 10 + i.asked, FileLimit: 1024}
}

func (*idler) Close() error { return nil }

// The beginning of a run lies anywhere between two ticks of anything else: each
// second has its own report of health all the same.
func TestEverySecondOfARunHasItsHealth(t *testing.T) {
	for _, late := range []time.Duration{0, 370 * time.Millisecond, 999 * time.Millisecond} {
		t.Run("driven "+late.String()+" after the recorder began", func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			s := scenario(t, []string{"http://127.0.0.1:1", "http://127.0.0.1:2"}, "constant: {rate: 1/s, for: 10s}", "")
			plan, err := scenarios.NewPlan(s)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				c := &session{Config: Config{Scenario: s}, plan: plan, targets: s.Targets}
				doc := c.document(time.Now())
				recorder, err := results.Create(dir, doc, s.Source)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(late)
				d := &driver{session: c, recorder: recorder, epoch: doc.Started, stopping: c.newStopping(t.Context())}
				defer d.stopping.close()
				d.walkers = []*walker{{driver: d, sender: &sender{PlannedPopulation: &plan.Populations[0], targets: s.Targets}, engine: &idler{}}}
				if err := d.drive(); err != nil {
					t.Error(err)
				}
				if err := recorder.Close(results.Finished); err != nil {
					t.Error(err)
				}
			})
			run, err := results.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			for i, h := range run.Health {
				if h.Files != 11+i || h.FileLimit != 1024 {
					t.Errorf("health of second %d: %+v, want the report number %d", i, h, i+1)
				}
			}
			if len(run.Health) < 20 {
				t.Errorf("%d seconds, want at least 20", len(run.Health))
			}
		})
	}
}

func TestTheRunKeepsItsWarnings(t *testing.T) {
	s := scenario(t, []string{"http://127.0.0.1:1"}, "closed: {users: 1, for: 1s}", "")
	plan, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	c := &session{Config: Config{Scenario: s, Warnings: []error{errors.New("too fast for this machine")}}, plan: plan, targets: s.Targets}
	got := c.document(time.Now()).Warnings
	if len(got) != 1+len(plan.Warnings) || len(plan.Warnings) == 0 || got[len(got)-1] != "too fast for this machine" {
		t.Errorf("%q, want the plan's and ours", got)
	}
}
