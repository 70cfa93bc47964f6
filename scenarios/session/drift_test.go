package session

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
)

func TestDriftIsLookedForInLongSteadyStages(t *testing.T) {
	rate := scenarios.Rounded(20)
	for _, row := range []struct {
		name  string
		stage scenarios.Stage
		found bool
	}{
		{"constant for long", scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Constant{Rate: rate}}, For: time.Minute}, true},
		{"random arrivals at one rate", scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Poisson{Rate: rate}}, For: time.Minute}, true},
		{"users, always as many", scenarios.Stage{Load: scenarios.Users{N: 3}, For: time.Minute}, true},
		{"constant and soon over", scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Constant{Rate: rate}}, For: 29 * time.Second}, false},
		{"a ramp", scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Ramp{From: rate, To: scenarios.Rounded(90)}}, For: time.Minute}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			run := steadyRun(1)
			run.Dir = t.TempDir()
			run.Findings = []results.Finding{{Probe: "cache", Target: "api", Verdict: results.Valid, Conclusion: "Hits."}}
			s := &session{plan: &scenarios.Plan{Stages: []scenarios.PlannedStage{{Stage: row.stage}}}}
			s.drift(run)
			kept, err := findingsIn(run.Dir)
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

func TestAPeakBetweenTwoOfTheSameIsASpike(t *testing.T) {
	constant := func(rate float64) scenarios.PlannedStage {
		return scenarios.PlannedStage{Stage: scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Constant{Rate: scenarios.Rounded(rate)}}, For: 5 * time.Second}}
	}
	burst := scenarios.PlannedStage{Stage: scenarios.Stage{Load: scenarios.Arrivals{Shape: scenarios.Burst{Requests: 80, At: scenarios.Rounded(40)}}, For: 3 * time.Second}}
	users := scenarios.PlannedStage{Stage: scenarios.Stage{Load: scenarios.Users{N: 3}, For: time.Second}}
	for _, row := range []struct {
		name   string
		stages []scenarios.PlannedStage
		want   bool
	}{
		{"a burst", []scenarios.PlannedStage{constant(20), burst, constant(20)}, true},
		{"twice the rate", []scenarios.PlannedStage{constant(20), constant(40), constant(20)}, true},
		{"less than twice", []scenarios.PlannedStage{constant(20), constant(39), constant(20)}, false},
		{"more afterwards", []scenarios.PlannedStage{constant(20), burst, constant(21)}, false},
		{"nothing afterwards", []scenarios.PlannedStage{constant(20), burst}, false},
		{"users, whose rate nobody knows", []scenarios.PlannedStage{users, burst, users}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &session{plan: &scenarios.Plan{Stages: row.stages}}
			if s.spike(0) || s.spike(1) != row.want || s.spike(len(row.stages)-1) {
				t.Errorf("a spike: %v, %v, %v; want only the second, %v", s.spike(0), s.spike(1), s.spike(len(row.stages)-1), row.want)
			}
		})
	}
}

func TestDriftThatCannotBeKeptIsAWarning(t *testing.T) {
	run := steadyRun(0)
	run.Dir = "no/such/folder"
	s := &session{plan: &scenarios.Plan{Stages: []scenarios.PlannedStage{{Stage: scenarios.Stage{Load: scenarios.Users{N: 1}, For: time.Hour}}}}}
	s.drift(run)
	if len(run.Findings) != 0 || len(run.Document.Warnings) != 1 || !strings.HasPrefix(run.Document.Warnings[0], "drift: ") {
		t.Errorf("findings %v, warnings %q", run.Findings, run.Document.Warnings)
	}
}

// steadyRun is a minute of 100 requests a second at one target, in twelve blocks,
// whose response times grow by a share from the first to the last.
func steadyRun(grow float64) *results.Run {
	run := &results.Run{
		Document: results.Document{
			State: results.Finished, Verdict: results.Valid, Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "api"}},
			Stages: []results.StageDoc{{Load: "constant 100/s", Seconds: 60, Blocks: 12, BlockS: 5}},
		},
		Series: map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{}, Sizes: map[results.SizeKey]*results.Sizes{},
	}
	for block := range 12 {
		h := results.New()
		for i := range 500 {
			h.Record(time.Duration(float64(10*time.Millisecond+time.Duration(i)*10*time.Microsecond) * (1 + grow*float64(block)/11)))
		}
		run.Series[results.Key{Block: uint32(block), Outcome: results.OK, Clock: results.Response}] = h
		for second := 5 * block; second < 5*block+5; second++ {
			s := results.Second{Second: second, Block: uint32(block), FirstDue: time.Duration(second) * time.Second, LastBegun: time.Duration(second+1) * time.Second}
			s.Ended[results.OK] = 100
			run.Seconds = append(run.Seconds, s)
		}
	}
	return run
}

// findingsIn reads the findings of a run directory.
func findingsIn(dir string) ([]results.Finding, error) {
	data, err := results.ReadFile(dir, results.FileFindings)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return results.ParseFindings(data)
}
