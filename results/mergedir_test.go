package results

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// shardOf records a run that begins after a while, with failures, and with
// samples and a finding of a probe.
func shardOf(t *testing.T, folder, id string, after time.Duration, seconds int, state State) string {
	t.Helper()
	dir := filepath.Join(folder, id)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(after)
		doc := document()
		doc.ID, doc.Probes = id, []string{"limits"}
		r, err := Create(dir, doc, []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		r.Watch(func() Health { return Health{InFlight: 1, CPU: 0.25} })
		sh := r.Shard()
		play(r, sh, seconds)
		probe := Sample{Target: 1, Request: 2, Code: 404, Excerpt: &Excerpt{Body: "no " + id}, Due: time.Since(r.epoch), Begun: time.Since(r.epoch), Sent: time.Since(r.epoch), Service: time.Millisecond}
		sh.Record(&probe)
		w, err := CreateSamples(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Stage(SampleStage{Probe: "limits", Target: "http", Stage: "all", StartedS: 1, Requests: []string{"health"}}, []Sample{{Seq: 7, Code: 404, Due: time.Second, Begun: time.Second, Sent: time.Second}}); err != nil {
			t.Fatal(err)
		}
		finding := Finding{Probe: "limits", Target: "http", Verdict: Valid, Conclusion: "of " + id}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := WriteFindings(dir, []Finding{finding}); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(state); err != nil {
			t.Fatal(err)
		}
	})
	return dir
}

// summary is what a run holds, apart from where it lies and how it is called.
func summary(r *Run) any {
	counts := map[Key]string{}
	for _, all := range []map[Key]*Histogram{r.Series, r.ProbeSeries} {
		for k, h := range all {
			text, _ := h.MarshalText()
			counts[k] = string(text)
		}
	}
	lags := map[Group]int64{}
	for k, h := range r.Lag {
		lags[k] = h.Count()
	}
	sizes := map[SizeKey][]int64{}
	for k, s := range r.Sizes {
		for v, n := range s.Buckets() {
			sizes[k] = append(sizes[k], v, n)
		}
	}
	return []any{counts, lags, sizes, r.Seconds, r.ProbeSeconds, r.Health, r.Failures, r.Findings, r.Document.Started.UnixNano(), r.Document.Merged}
}

func mergedDir(t *testing.T, dirs ...string) *Run {
	t.Helper()
	run, err := MergeDirs(filepath.Join(t.TempDir(), "merged"), dirs...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestAMergedDirectoryHoldsExactlyWhatItsPartsHold(t *testing.T) {
	folder := t.TempDir()
	a := shardOf(t, folder, "a", 0, 3, Finished)
	b := shardOf(t, folder, "b", 1300*time.Millisecond, 61, Finished) // it has a file of minutes
	c := shardOf(t, folder, "c", 700*time.Millisecond, 2, Interrupted)
	var parts []*Run
	for _, dir := range []string{a, b, c} {
		part, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	want, err := Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	all := mergedDir(t, a, b, c)
	if got, want := summary(all), summary(want); !reflect.DeepEqual(got, want) {
		t.Errorf("the directory holds\n%.2000v\nthe parts\n%.2000v", got, want)
	}
	if all.Document.State != Interrupted || all.Document.Targets[0].Requests == 0 || len(all.Document.Warnings) > 0 {
		t.Errorf("state %s, %d requests, warnings %q", all.Document.State, all.Document.Targets[0].Requests, all.Document.Warnings)
	}
	var stages []SampleStage
	if _, err := ReadSamples(all.Dir, func(s SampleStage, samples []Sample) error {
		stages = append(stages, s)
		if at := time.Duration(s.StartedS*1e9) - time.Second; len(samples) != 1 || samples[0].Due != time.Second+at {
			t.Errorf("stage at %v: %+v", at, samples)
		}
		return nil
	}); err != nil || len(stages) != 3 {
		t.Errorf("%d stages of samples, %v", len(stages), err)
	}
	for name, other := range map[string]*Run{
		"in another order": mergedDir(t, c, a, b), "in two steps": mergedDir(t, mergedDir(t, a, b).Dir, c), "in other steps": mergedDir(t, a, mergedDir(t, c, b).Dir),
	} {
		if other.Document.ID != all.Document.ID || !reflect.DeepEqual(summary(other), summary(all)) {
			t.Errorf("%s the run is another: %s, %s", name, other.Document.ID, all.Document.ID)
		}
		for _, file := range []string{FileSeconds, FileGenerator, FileFailures, FileFindings} {
			if x, y := text(t, all.Dir, file), text(t, other.Dir, file); x != y {
				t.Errorf("%s %s is another", name, file)
			}
		}
		for _, file := range []string{FileLatency, FileSizes} { // intervals of one moment have no order
			if x, y := slices.Sorted(strings.Lines(text(t, all.Dir, file))), slices.Sorted(strings.Lines(text(t, other.Dir, file))); !slices.Equal(x, y) {
				t.Errorf("%s %s is another", name, file)
			}
		}
	}
}

func text(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWhatCannotBeMergedLeavesNoDirectory(t *testing.T) {
	folder := t.TempDir()
	a, b := shardOf(t, folder, "a", 0, 1, Finished), shardOf(t, folder, "b", time.Second, 1, Finished)
	merged := mergedDir(t, a, b)
	out := filepath.Dir(merged.Dir)
	for name, row := range map[string]struct {
		dirs []string
		want string
	}{
		"the same run twice":             {[]string{a, a}, "a is named twice"},
		"a run and a merged run with it": {[]string{merged.Dir, a}, "a is named twice"},
		"no run":                         {[]string{a, t.TempDir()}, "is not a run directory"},
		"the same runs once more":        {[]string{b, a}, "is there already"},
	} {
		if _, err := MergeDirs(out, row.dirs...); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, row.want)
		}
	}
	if left, err := os.ReadDir(out); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
	if len(merged.Series) == 0 {
		t.Error("the merged run is empty")
	}
}
