//go:build probes

package probes_test

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// Live buckets from 5/s to 2,000/s, from half a second's worth to five, of which
// some refuse up to 2 % although there are tokens. The slow ones run side by
// side, the fast ones one after the other.
func TestUsagePlansOfTheLab(t *testing.T) {
	lanes := [][]planRow{
		{{5, 3, 0}},
		{{5, 25, 0}},
		{{10, 20, 0.02}},
		{{20, 100, 0.01}},
		{{50, 25, 0.02}},
		{{60, 120, 0}},
		{{100, 500, 0.02}, {200, 100, 0.01}},
		{{350, 350, 0.02}, {500, 250, 0}, {800, 800, 0.01}, {1000, 2000, 0}, {1500, 750, 0.02}, {2000, 1000, 0}},
	}
	var all sync.WaitGroup
	for _, lane := range lanes {
		all.Go(func() {
			for _, row := range lane {
				t.Run(fmt.Sprintf("%.0f per second, burst %.0f, noise %.2f", row.rate, row.burst, row.noise), row.recovered)
			}
		})
	}
	all.Wait()
}

type planRow struct{ rate, burst, noise float64 }

func (row planRow) recovered(t *testing.T) {
	tried(t, func() []error {
		c := lab.Config{
			Seed:     4,
			Function: lab.Function{Init: median(time.Millisecond, 0.1), Warm: median(time.Millisecond, 0.1)},
			Doors:    []lab.DoorConfig{{Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: lab.PerSecond(row.rate), Burst: int(row.burst)}}}},
		}
		if row.noise > 0 {
			c.Faults = []lab.Injection{{Fault: "throttle", Share: row.noise}}
		}
		_, doors := targettest.StartLab(t, c)
		f, err := concluded(t, doors[0], fmt.Sprintf("usage-plan: {expect: {rate: %g/s, burst: %g}}", row.rate, row.burst))
		if err != nil {
			return []error{err}
		}
		rate, burst := f.Values["rate"], f.Values["burst"]
		if f.Verdict == results.Invalid || rate.Low == nil {
			return []error{errors.New(f.Conclusion)}
		}
		t.Logf("rate %.5g [%.5g, %.5g], off by %+.2f %%; burst %.0f [%.0f, %.0f]; leak %.3f; %d requests in %.1f s, %s", rate.Value, *rate.Low, *rate.High,
			100*(rate.Value/row.rate-1), burst.Value, *burst.Low, *burst.High, f.Values["leak"].Value, f.Requests, f.Seconds, f.Verdict)
		var errs []error
		if math.Abs(rate.Value/row.rate-1) > 0.02 {
			errs = append(errs, fmt.Errorf("rate %.5g, want %.5g within 2 %%", rate.Value, row.rate))
		}
		if math.Abs(burst.Value-row.burst) > math.Max(1, 0.02*row.burst) {
			errs = append(errs, fmt.Errorf("burst %.0f, want %.0f within 2 %% or 1", burst.Value, row.burst))
		}
		return errs
	})
}
