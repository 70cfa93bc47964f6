package engines

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A target that stalls while a limit of the scenario is reached makes requests
// wait: that is in their response times, and no lag of the generator.
func TestWaitingForALimitIsNotTheGeneratorsLag(t *testing.T) {
	t.Parallel()
	const stall, gap, n = 300 * time.Millisecond, 2 * time.Millisecond, 200
	for _, row := range []struct {
		name    string
		options scenarios.Engine
		says    string
	}{
		{"connections", scenarios.Engine{MaxConnections: 4}, "the target filled the 4 connections that the scenario allows"},
		{"requests in flight", scenarios.Engine{MaxInFlight: 4}, "the target filled the 4 requests in flight that the scenario allows"},
		{"no limit", scenarios.Engine{}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				retried(t, func() string {
					g := newGate()
					g.shut()
					r := newRig(serve(t, g.ServeHTTP).URL)
					r.job.Options = row.options
					var mu sync.Mutex
					var notes []string
					r.job.Note = func(_ uint16, words string) {
						mu.Lock()
						defer mu.Unlock()
						notes = append(notes, words)
					}
					engine := r.open(t, e)
					time.AfterFunc(stall, g.release)
					r.run(t, engine, every(gap, n))
					var lag, held, longest time.Duration
					for _, s := range r.sorted() {
						if s.Err != results.ErrNone || s.Held < 0 || s.Lag() < 0 {
							t.Errorf("request %d: %v, held for %v of %v", s.Seq, s.Err, s.Held, s.Begun-s.Due)
						}
						lag, held, longest = max(lag, s.Lag()), max(held, s.Held), max(longest, s.Response())
					}
					h := engine.Health()
					wants := row.says != ""
					switch {
					case wants && (lag > stall/6 || h.LagMax > stall/6):
						return fmt.Sprintf("lag of %v, %v in the health", lag, h.LagMax)
					case (held > stall*3/4) != wants, longest < stall*3/4:
						return fmt.Sprintf("held for %v, the longest response took %v", held, longest)
					case wants && (len(notes) != 1 || !strings.Contains(notes[0], row.says)), !wants && len(notes) > 0:
						return fmt.Sprintf("notes %q, want %q", notes, row.says)
					}
					return ""
				})
			})
		})
	}
}
