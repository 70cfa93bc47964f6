package compare

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// A stretch is some blocks of a spike's run: how long each response takes, and how
// many of a hundred fail.
type stretch struct {
	blocks int
	took   time.Duration
	failed int
}

// spiked is a run of three stages whose blocks last for a second.
func spiked(stages ...[]stretch) *results.Run {
	run := &results.Run{
		Document: results.Document{State: results.Finished, Verdict: results.Valid, Targets: []results.TargetDoc{{Name: "api"}}, Requests: []string{"get"}},
		Series:   map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{},
	}
	var block uint32
	for _, stage := range stages {
		doc := results.StageDoc{Load: "constant 100/s", BlockS: 1}
		for _, s := range stage {
			for range s.blocks {
				good := results.New()
				for i := range 100 - s.failed {
					good.Record(s.took + time.Duration(i%10)*s.took/100)
				}
				run.Series[results.Key{Block: block, Outcome: results.OK, Clock: results.Response}] = good
				second := results.Second{Second: int(block), Block: block, Failed: int64(s.failed), FirstDue: time.Duration(block) * time.Second}
				second.Ended[results.OK], second.Ended[results.ServerError] = good.Count(), int64(s.failed)
				run.Seconds = append(run.Seconds, second)
				block++
				doc.Blocks++
			}
		}
		doc.Seconds = float64(doc.Blocks)
		run.Document.Stages = append(run.Document.Stages, doc)
	}
	return run
}

func TestTheRecoveryFromASpike(t *testing.T) {
	const usual, slow = 10 * time.Millisecond, 50 * time.Millisecond
	calm, peak := []stretch{{5, usual, 0}}, []stretch{{1, slow, 10}}
	rows := []struct {
		name  string
		run   *results.Run
		says  []string
		value string
		want  float64
	}{
		{"nothing is left", spiked(calm, peak, calm), []string{"p50 was 52.0 ms, ×5 of before", "10.0 % of requests failed, 0 % before", "it recovered within 1s"}, "recovery", 0},
		{"two slow seconds are left", spiked(calm, peak, []stretch{{2, slow, 0}, {4, usual, 0}}), []string{"it recovered after 1s to 2s"}, "recovery", 2},
		{"a second of errors is left", spiked(calm, peak, []stretch{{1, usual, 3}, {4, usual, 0}}), []string{"it recovered after 0s to 1s"}, "recovery", 1},
		{"nothing is answered for three seconds", spiked(calm, peak, []stretch{{3, usual, 100}, {2, usual, 0}}), []string{"it recovered after 2s to 3s"}, "recovery", 3},
		{"a slow second later on is another matter", spiked(calm, peak, []stretch{{2, usual, 0}, {1, slow, 0}, {2, usual, 0}}), []string{"it recovered within 1s"}, "recovery", 0},
		{"it never recovers", spiked(calm, peak, []stretch{{5, slow, 0}}), []string{"it did not recover in the 5s"}, "recovery_at_least", 5},
		{"a difference of 4 % is none", spiked(calm, peak, []stretch{{5, usual * 104 / 100, 0}}), []string{"it recovered within 1s"}, "recovery", 0},
		{"the first block does not count as before", spiked([]stretch{{1, slow, 0}, {4, usual, 0}}, peak, []stretch{{1, slow, 0}, {4, usual, 0}}), []string{"it recovered after 0s to 1s"}, "recovery", 1},
		{"all of the spike fails", spiked(calm, []stretch{{1, slow, 100}}, calm), []string{"too few good responses for a median", "100 % of requests failed"}, "recovery", 0},
		{"too few blocks", spiked([]stretch{{3, usual, 0}}, peak, calm), []string{"Cannot tell", "2 whole blocks after the first"}, "", 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			all := Spikes(row.run, func(stage int) bool { return stage == 1 })
			if len(all) != 1 {
				t.Fatalf("%d findings", len(all))
			}
			f := all[0]
			for _, want := range row.says {
				if !strings.Contains(f.Conclusion, want) {
					t.Errorf("%s\nwant %q in it", f.Conclusion, want)
				}
			}
			if v, there := f.Values[row.value]; there != (row.value != "") || v.Value != row.want {
				t.Errorf("%s is %v, want %v", row.value, v.Value, row.want)
			}
			dir := t.TempDir()
			if err := results.WriteFindings(dir, all); err != nil {
				t.Fatal(err)
			}
			back, err := findingsIn(dir)
			if err != nil {
				t.Fatal(err)
			}
			valid(t, results.FindingsSchema(), results.Findings{Version: results.FindingsVersion, Findings: back})
		})
	}
}

func TestAnInvalidRunTellsNothingOfItsSpike(t *testing.T) {
	calm := []stretch{{5, time.Millisecond, 0}}
	run := spiked(calm, calm, calm)
	run.Document.Verdict = results.Invalid
	if all := Spikes(run, always); len(all) != 1 || all[0].Verdict != results.Invalid || len(all[0].Values) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestASpikeThatTheGeneratorWasLateInIsSuspect(t *testing.T) {
	calm := []stretch{{5, 10 * time.Millisecond, 0}}
	run := spiked(calm, []stretch{{5, 50 * time.Millisecond, 0}}, calm)
	lateFrom(run, 5, 6, 7, 8, 9)
	f := Spikes(run, func(stage int) bool { return stage == 1 })[0]
	if f.Verdict != results.Suspect || len(f.Reasons) != 1 || !strings.Contains(f.Reasons[0], "20.0 ms behind its schedule at p99 in the spike, where the response time was 54.") {
		t.Errorf("%s for %q", f.Verdict, f.Reasons)
	}
}

func TestAmongSeveralTargetsNothingIsASpike(t *testing.T) {
	calm := []stretch{{5, time.Millisecond, 0}}
	run := spiked(calm, calm, calm)
	run.Document.Targets = append(run.Document.Targets, results.TargetDoc{Name: "other"})
	if all := Spikes(run, always); all != nil {
		t.Errorf("%+v", all)
	}
}
