package session

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/results/compare/simulate"
	"tollgate/scenarios"
)

func TestDriftIsLookedForInLongSteadyStages(t *testing.T) {
	rate := scenarios.Rounded(20)
	for _, row := range []struct {
		name  string
		stage scenarios.Stage
		found bool
	}{
		{"constant for long", scenarios.Stage{Shape: scenarios.Constant{Rate: rate}, For: time.Minute}, true},
		{"random arrivals at one rate", scenarios.Stage{Shape: scenarios.Poisson{Rate: rate}, For: time.Minute}, true},
		{"users, always as many", scenarios.Stage{Users: 3, For: time.Minute}, true},
		{"constant and soon over", scenarios.Stage{Shape: scenarios.Constant{Rate: rate}, For: 29 * time.Second}, false},
		{"a ramp", scenarios.Stage{Shape: scenarios.Ramp{From: rate, To: scenarios.Rounded(90)}, For: time.Minute}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			run := simulate.Soak{World: simulate.Lab(), Blocks: 12, Seconds: 5, Rate: 20, Creep: 1}.Run(rand.New(rand.NewPCG(1, 1)))
			run.Dir = t.TempDir()
			run.Findings = []results.Finding{{Probe: "cache", Target: "api", Verdict: results.Valid, Conclusion: "Hits."}}
			s := &session{plan: &scenarios.Plan{Stages: []scenarios.PlannedStage{{Stage: row.stage}}}}
			s.drift(run)
			kept, err := results.ReadFindings(run.Dir)
			if err != nil {
				t.Fatal(err)
			}
			if !row.found {
				if len(kept) != 0 || len(run.Findings) != 1 {
					t.Errorf("findings %v", kept)
				}
				return
			}
			if len(kept) != 2 || len(run.Findings) != 2 || kept[0].Probe != compare.ProbeDrift || kept[1].Probe != "cache" || !strings.HasPrefix(kept[0].Conclusion, "Worse in p50") {
				t.Errorf("findings %v", kept)
			}
		})
	}
}

func TestDriftThatCannotBeKeptIsAWarning(t *testing.T) {
	run := simulate.Soak{World: simulate.Lab(), Blocks: 12, Seconds: 5, Rate: 20}.Run(rand.New(rand.NewPCG(1, 1)))
	run.Dir = "no/such/folder"
	s := &session{plan: &scenarios.Plan{Stages: []scenarios.PlannedStage{{Stage: scenarios.Stage{Users: 1, For: time.Hour}}}}}
	s.drift(run)
	if len(run.Findings) != 0 || len(run.Document.Warnings) != 1 || !strings.HasPrefix(run.Document.Warnings[0], "drift: ") {
		t.Errorf("findings %v, warnings %q", run.Findings, run.Document.Warnings)
	}
}
