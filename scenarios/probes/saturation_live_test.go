//go:build probes

package probes_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// A throttled door carries the rate of its bucket. A function with so many
// environments carries what Erlang's formula says of it: who finds all of them
// busy is turned away, whatever the distribution of the time that they take
// (Erlang 1917; Sevastyanov 1957 for any distribution). A hundred environments and
// a limit of 5 % are what 20 s of search can find to 3 %: of 150 simulated
// searches 9 missed by more. Ten environments would take minutes, as their share
// of errors grows more slowly with the rate, and has fewer requests to show it.
func TestSaturationOfTheLab(t *testing.T) {
	const environments, service, share = 100, 120 * time.Millisecond, 0.05
	limit := environments
	for _, row := range []struct {
		name, probe, gave string
		config            lab.Config
		want              float64
	}{
		{"a bucket", "saturation: {from: 100/s, to: 1200/s, for: 1s, settle: 250ms, arrivals: constant}", "throttled", lab.Config{
			Doors: []lab.DoorConfig{{Kind: "http-api", Throttle: &lab.Throttle{Rate: 300, Burst: 60}}},
		}, 300},
		{"a limit on concurrency", "saturation: {from: 650/s, to: 1200/s, for: 1200ms, settle: 240ms, precision: 4%, thresholds: [error_share < 5%]}", "concurrency", lab.Config{
			Function: lab.Function{Init: median(time.Millisecond, 0), Warm: median(service, 0), Concurrency: &limit},
			Doors:    []lab.DoorConfig{{Kind: "function-url"}},
		}, simulate.ErlangRate(share, service.Seconds(), environments)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			tried(t, func() []error {
				row.config.Seed = 4
				_, doors := targettest.StartLab(t, row.config)
				f, err := concluded(t, doors[0], row.probe)
				if err != nil {
					return []error{err}
				}
				v := f.Values["highest_rate"]
				t.Logf("%.5g of %.5g, off by %+.2f %%; %.1f s, %s: %s %q", v.Value, row.want, 100*(v.Value/row.want-1), f.Seconds, f.Verdict, f.Conclusion, f.Reasons)
				if f.Verdict == results.Invalid {
					return []error{errCorrupted}
				}
				if math.Abs(v.Value/row.want-1) > 0.03 || !strings.Contains(f.Conclusion, row.gave) {
					return []error{fmt.Errorf("%.5g, want %.5g within 3 %%, and %q: %v", v.Value, row.want, row.gave, f.Tables)}
				}
				return nil
			})
		})
	}
}
