package engines

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// turnsToStop are turns that would go on for long.
var turnsToStop = []struct {
	name string
	turn func() scenarios.Turn
}{
	{"open model", func() scenarios.Turn { return every(time.Millisecond, 5000) }},
	{"open model, far between", func() scenarios.Turn { return every(time.Minute, 3) }},
	{"closed model", func() scenarios.Turn { return closed(4, time.Hour, 0) }},
	{"closed model, thinking", func() scenarios.Turn { return closed(4, time.Hour, time.Hour) }},
}

// stoppable is a rig that can be stopped, at a server that does not answer yet.
func stoppable(t *testing.T) (r *rig, g *gate, stop func()) {
	g = newGate()
	g.shut()
	r = newRig(serve(t, g.ServeHTTP).URL)
	r.job.Stop, stop = stopping(t)
	return r, g, stop
}

func TestAStoppedTurnSendsNothingMoreAndWaitsForWhatIsInFlight(t *testing.T) {
	for _, row := range turnsToStop {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r, g, stopNow := stoppable(t)
				engine := r.open(t, e)
				var stopped atomic.Int64
				time.AfterFunc(100*time.Millisecond, func() {
					stopped.Store(int64(time.Since(r.job.Epoch)))
					stopNow()
					time.AfterFunc(150*time.Millisecond, g.release)
				})
				if err := engine.Run(t.Context(), row.turn(), time.Since(r.job.Epoch)); err != nil {
					t.Error(err)
				}
				if len(r.samples) == 0 {
					t.Error("nothing was recorded of what was in flight")
				}
				for _, s := range r.samples {
					if s.Err != results.ErrNone {
						t.Errorf("request %d: %v, want its response", s.Seq, s.Err)
					}
					if late := s.Begun - time.Duration(stopped.Load()); late > 50*time.Millisecond {
						t.Errorf("request %d was sent %v after the stop", s.Seq, late)
					}
				}
				before := len(r.samples)
				if err := engine.Run(t.Context(), row.turn(), time.Since(r.job.Epoch)); err != nil || len(r.samples) != before {
					t.Errorf("a turn after the stop sent %d requests: %v", len(r.samples)-before, err)
				}
			})
		})
	}
}

func TestAStoppedTurnCanStillBeAbandoned(t *testing.T) {
	for _, row := range turnsToStop {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r, g, stopNow := stoppable(t)
				ctx, abandon := context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, stopNow)
				time.AfterFunc(200*time.Millisecond, abandon)
				if err := r.open(t, e).Run(ctx, row.turn(), time.Since(r.job.Epoch)); err != nil {
					t.Error(err)
				}
				g.release()
				if len(r.samples) == 0 {
					t.Error("nothing was recorded of what was in flight")
				}
				for _, s := range r.samples {
					if s.Err != results.ErrCancelled {
						t.Errorf("request %d: %v, want cancelled", s.Seq, s.Err)
					}
				}
			})
		})
	}
}
