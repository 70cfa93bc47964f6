//go:build probes

package probes_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// doorOf starts a lab of one door.
func doorOf(t *testing.T, c lab.Config) (targets.Target, *lab.Lab) {
	t.Helper()
	l, err := lab.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	target, err := l.Doors()[0].Target()
	if err != nil {
		t.Fatal(err)
	}
	return target, l
}

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
			Doors:    []lab.DoorConfig{{Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: row.rate, Burst: int(row.burst)}}}},
		}
		if row.noise > 0 {
			c.Faults = []lab.Injection{{Fault: "throttle", Share: row.noise}}
		}
		target, _ := doorOf(t, c)
		f, err := concluded(t, target, fmt.Sprintf("usage-plan: {expect: {rate: %g/s, burst: %g}}", row.rate, row.burst))
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
		if math.Abs(rate.Value/row.rate-1) > 0.01 {
			errs = append(errs, fmt.Errorf("rate %.5g, want %.5g within 1 %%", rate.Value, row.rate))
		}
		if math.Abs(burst.Value-row.burst) > math.Max(1, 0.02*row.burst) {
			errs = append(errs, fmt.Errorf("burst %.0f, want %.0f within 2 %% or 1", burst.Value, row.burst))
		}
		return errs
	})
}

// A throttled door: the highest rate is that of the bucket.
func TestSaturationOfTheLab(t *testing.T) {
	for _, row := range []struct {
		name, probe, gave string
		config            lab.Config
		want              float64
	}{
		{"a bucket", "saturation: {from: 100/s, to: 1200/s, for: 1s, settle: 250ms, arrivals: constant}", "throttled", lab.Config{
			Doors: []lab.DoorConfig{{Kind: "http-api", Throttle: &lab.Throttle{Rate: 300, Burst: 60}}},
		}, 300},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			tried(t, func() []error {
				row.config.Seed = 4
				target, _ := doorOf(t, row.config)
				f, err := concluded(t, target, row.probe)
				if err != nil {
					return []error{err}
				}
				v := f.Values["highest_rate"]
				t.Logf("%.5g of %.5g, off by %+.2f %%; %.1f s, %s: %s %q", v.Value, row.want, 100*(v.Value/row.want-1), f.Seconds, f.Verdict, f.Conclusion, f.Reasons)
				if math.Abs(v.Value/row.want-1) > 0.03 || !strings.Contains(f.Conclusion, row.gave) {
					return []error{fmt.Errorf("%.5g, want %.5g within 3 %%, and %q: %v", v.Value, row.want, row.gave, f.Tables)}
				}
				return nil
			})
		})
	}
}
