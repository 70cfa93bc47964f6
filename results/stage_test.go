package results

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// staged is a document of three stages of one block each, of which play fills each
// with 200 requests at each target.
func staged() Document {
	doc := document()
	doc.Stages = []StageDoc{
		{Name: "warm-up", WarmUp: true, Load: "constant 100/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 200},
		{Name: "ramp", Load: "ramp 1/s to 199/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 200},
		{Name: "3", Load: "constant 100/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 200},
	}
	return doc
}

func TestStagesAreResultsOfTheirOwn(t *testing.T) {
	doc := staged()
	doc.Thresholds = Pending([]Threshold{
		threshold(t, "rest@ramp: requests >= 200"), threshold(t, "rest/health@3: requests >= 100"), threshold(t, "@3: goodput > 90/s"),
		threshold(t, "rest: requests <= 400"), threshold(t, "rest@ramp: max < 11ms"), threshold(t, "@peak: max < 1s"),
	})
	run, err := Open(recordedAs(t, doc, 12, Finished))
	if err != nil {
		t.Fatal(err)
	}
	got := Summarise(run)
	for _, target := range got.Targets {
		if names := slices.Sorted(maps.Keys(target.ByStage)); !slices.Equal(names, []string{"3", "ramp", "warm-up"}) {
			t.Fatalf("%s has figures of the stages %q", target.Name, names)
		}
		for name, f := range target.ByStage {
			if f.Requests != 200 || f.Outcomes[OK.String()].Count != 196 || f.Status["429"] != 4 || f.Latency["service"].N != 196 || f.Rate < 98 || f.Rate > 103 {
				t.Errorf("%s in stage %s: %d requests at %g/s, %v", target.Name, name, f.Requests, f.Rate, f.Status)
			}
		}
		if f := target.Figures; f.Requests != 400 || f.Status["429"] != 8 || f.Rate < 98 || f.Rate > 103 {
			t.Errorf("%s: %d requests at %g/s, want the 400 of the two measured stages", target.Name, f.Requests, f.Rate)
		}
	}
	if f := got.Targets[0].ByStage["warm-up"]; f.Opened != 1 || got.Targets[0].Opened != 0 {
		t.Errorf("the warm-up opened %d connections, and the measured stages %d", f.Opened, got.Targets[0].Opened)
	}
	var failed []string
	for _, r := range got.Thresholds {
		if !r.Passed {
			failed = append(failed, r.Target+" "+r.Threshold+" "+r.Stage)
		}
	}
	if want := []string{"rest rest@ramp: max < 11ms ramp", "rest @peak: max < 1s peak", "http @peak: max < 1s peak"}; !slices.Equal(failed, want) {
		t.Errorf("failed: %q, want %q", failed, want)
	}
	if !strings.Contains(strings.Join(got.Failures, "\n"), "threshold rest@ramp: max < 11ms at rest@ramp (measured ") {
		t.Errorf("%q", got.Failures)
	}
	if data, err := json.Marshal(got); err != nil || validate(t, data) != nil {
		t.Errorf("%v, %v", err, validate(t, data))
	}
}

func TestTheWarmUpIsInNothingButItsOwnFigures(t *testing.T) {
	with, err := Open(recordedAs(t, staged(), 12, Finished))
	if err != nil {
		t.Fatal(err)
	}
	if with.WarmUp == nil || len(with.Seconds) == 0 || len(with.Sent()) != len(with.Seconds)+len(with.WarmUp.Seconds) {
		t.Fatalf("%d seconds of load and %d in all", len(with.Seconds), len(with.Sent()))
	}
	for k := range with.Series {
		if k.Block == 0 {
			t.Fatalf("%+v is among the series of the load", k)
		}
	}
	month := Traffic(with, 0, targets.Target{Name: "rest", Kind: &targets.RESTAPI}, Month{})
	if n := month.Requests.Quantity; n.Cmp(pricing.Whole(400)) != 0 {
		t.Errorf("the month is made of %v requests, want 400", n)
	}
	if n := month.Connections.Quantity; n.Cmp(pricing.Whole(1)) != 0 {
		t.Errorf("the month is made of %v connections, want the one that the warm-up opened and the load used", n)
	}
	if _, ok := with.ByBlock()[Turn{0, 0}]; ok {
		t.Error("a block of the warm-up is compared")
	}
	with.Health[0].Skipped = 1000
	if doc := Summarise(with); doc.Verdict != Valid {
		t.Errorf("a disturbance in the warm-up made the run %s: %q", doc.Verdict, doc.Reasons)
	}
	with.Health[len(with.Health)-1].Skipped = 1000
	if doc := Summarise(with); doc.Verdict == Valid {
		t.Error("a disturbance in a measured stage left the run valid")
	}
}

func TestARunThatEndsInItsWarmUpSaysSo(t *testing.T) {
	run, err := Open(recordedAs(t, staged(), 4, Aborted))
	if err != nil {
		t.Fatal(err)
	}
	run.Document.Aborted = &Abort{Rule: "error_share > 1% for 1s", Target: "rest", Why: "measured 2%", At: 2}
	doc := Summarise(run)
	if doc.Verdict != Suspect || !strings.Contains(strings.Join(doc.Reasons, "\n"), "rest: the run ended in its warm-up, so there is nothing to measure") {
		t.Errorf("%s: %q", doc.Verdict, doc.Reasons)
	}
	if doc.Result != Fail || len(doc.Failures) != 1 || doc.Targets[0].ByStage["warm-up"].Requests != 200 || len(doc.Targets[0].ByStage) != 1 {
		t.Errorf("%s, %q, %+v", doc.Result, doc.Failures, doc.Targets[0].ByStage)
	}
}

func TestWhatCloudWatchCountedOfTheWarmUpIsNotBilled(t *testing.T) {
	run, err := Open(recordedAs(t, staged(), 12, Finished))
	if err != nil {
		t.Fatal(err)
	}
	began := run.Document.Started
	minute := func(n int, average float64) ObservedPoint {
		return ObservedPoint{At: began.Add(time.Duration(n-1)*time.Minute + time.Second), Values: map[string]float64{"Average": average, "SampleCount": 400}}
	}
	run.Observed = &Observed{Targets: []ObservedDoc{{Target: "rest", Metrics: []ObservedMetric{
		{Role: string(targets.RoleInvocations), Total: map[string]float64{"Sum": 588}},
		{Role: string(targets.RoleDuration), Total: map[string]float64{"Average": 1}, Points: []ObservedPoint{minute(0, 900), minute(1, 10)}},
	}}}}
	month := Traffic(run, 0, targets.Target{Name: "rest", Kind: &targets.RESTAPI, Function: targets.Function{Name: "ml", MemoryMB: 512}}, Month{})
	if month.Invocations.Basis != pricing.Reported || month.Invocations.Quantity.Cmp(pricing.Whole(392)) != 0 {
		t.Errorf("%v invocations, %s: want the 392 of 588 that the warm-up did not make", month.Invocations.Quantity, month.Invocations.Basis)
	}
	for _, b := range month.Duration.Buckets {
		if b.Value > 20_000 {
			t.Errorf("the month has invocations of %d µs, which only the warm-up's minute had", b.Value)
		}
	}
}

func TestRunsBeforeStagesGetTheirFigures(t *testing.T) {
	for name, stages := range map[string][]StageDoc{
		"of several stages": {{Load: "constant 100/s", Seconds: 1, Blocks: 1, BlockS: 1}, {Load: "constant 100/s", Seconds: 2, Blocks: 2, BlockS: 1}},
		"of one":            {{Load: "constant 100/s", Seconds: 3, Blocks: 3, BlockS: 1}},
	} {
		doc := document()
		doc.Stages = stages
		dir := recordedAs(t, doc, 12, Finished)
		run, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		now := Summarise(run)
		old := now
		old.Targets = slices.Clone(now.Targets)
		for i := range old.Targets {
			old.Targets[i].ByStage = nil
		}
		if err := WriteDocument(dir, old); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(filepath.Join(dir, FileRun)); err != nil || strings.Contains(string(data), "by_stage") {
			t.Fatalf("%v: %s", err, data)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := range now.Targets {
			if got, want := again.Document.Targets[i].ByStage, now.Targets[i].ByStage; len(got) != len(stages) || !reflect.DeepEqual(got, want) {
				t.Errorf("a run %s: %+v, want %+v", name, got, want)
			}
		}
	}
}

func TestAMergedRunKeepsItsWarmUpApart(t *testing.T) {
	var dirs []string
	for range 2 {
		doc := staged()
		dirs = append(dirs, recordedAs(t, doc, 12, Finished))
	}
	rename := func(dir, id string) string {
		run, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		doc := Summarise(run)
		doc.ID = id
		if err := WriteDocument(dir, doc); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	m, err := MergeDirs(t.TempDir(), rename(dirs[0], "a"), rename(dirs[1], "b"))
	if err != nil {
		t.Fatal(err)
	}
	if f := m.Document.Targets[0]; f.Requests != 800 || f.ByStage["warm-up"].Requests != 400 || f.ByStage["ramp"].Requests != 400 {
		t.Errorf("%d requests, %d of the warm-up, %d of the ramp", f.Requests, f.ByStage["warm-up"].Requests, f.ByStage["ramp"].Requests)
	}
}

func TestATimeOfStoppingBeforeTheRunIsRefused(t *testing.T) {
	doc := staged()
	doc.Stopped = -5
	if err := doc.check(); err == nil || !strings.Contains(err.Error(), "stopped_s: -5 is not a length of time") {
		t.Errorf("%v", err)
	}
}

func TestStagesThatNoScenarioHasAreRefused(t *testing.T) {
	doc := staged()
	doc.Stages[1].Name = "3"
	if err := doc.check(); err == nil || !strings.Contains(err.Error(), `stage "3" is there twice`) {
		t.Errorf("%v", err)
	}
}
