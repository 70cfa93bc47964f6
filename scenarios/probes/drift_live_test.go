//go:build probes

package probes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// Half a millisecond more with every second that passes is found, and a door that
// stays as it is stays unremarked.
func TestDriftOfTheLab(t *testing.T) {
	t.Parallel()
	const seconds = 30
	var creeping []lab.Injection
	for i := range seconds {
		creeping = append(creeping, lab.Injection{Fault: "latency", Start: lab.Duration(time.Duration(i) * time.Second), By: lab.Duration(500 * time.Microsecond)})
	}
	for _, row := range []struct {
		name   string
		faults []lab.Injection
		worse  bool
	}{{"answers that take ever longer", creeping, true}, {"answers that stay as they are", nil, false}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			tried(t, func() []error {
				_, doors := targettest.StartLab(t, lab.Config{
					Seed: 4, Function: lab.Function{Init: median(time.Millisecond, 0.1), Warm: median(20*time.Millisecond, 0.1)},
					Doors: []lab.DoorConfig{{Kind: "function-url"}}, Faults: row.faults,
				})
				text := fmt.Sprintf("name: live\ntargets:\n  door: {kind: function-url, url: %q, region: us-east-1}\nrequests:\n  - {name: health, path: /}\nload:\n  - constant: {rate: 60/s, for: %ds}\nblocks: %d\n", doors[0].URL, seconds, seconds)
				s, err := scenarios.Parse("live.yaml", []byte(text), func(string) (string, bool) { return "", false })
				if err != nil {
					t.Fatal(err)
				}
				run, err := session.Run(t.Context(), session.Config{Scenario: s, Out: t.TempDir()})
				if run == nil || len(run.Findings) != 1 {
					t.Fatalf("no finding: %v", err)
				}
				f := run.Findings[0]
				t.Log(f.Conclusion)
				if f.Verdict == results.Invalid {
					return []error{errCorrupted}
				}
				if said := strings.Contains(f.Conclusion, "Worse in p50"); f.Probe != compare.ProbeDrift || said != row.worse {
					return []error{fmt.Errorf("%s: %s", f.Verdict, f.Conclusion)}
				}
				return nil
			})
		})
	}
}
