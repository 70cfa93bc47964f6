package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

var began = time.Date(2026, 11, 1, 2, 0, 0, 0, time.UTC)

// made makes a run directory as a session leaves it, n days after the first, and
// lets it look untouched for a while.
func made(t testing.TB, folder, scenario string, n int, tags results.Tags) string {
	t.Helper()
	started := began.AddDate(0, 0, n)
	doc := results.Document{
		Version: results.Version, ID: fmt.Sprintf("%s-%s-%06d", started.Format("20060102T150405Z"), scenario, n),
		Scenario: scenario, Digest: strings.Repeat("0", 64), State: results.Running, Started: started, Tags: tags,
		Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "rest", Kind: "rest-api"}, {Name: "http", Kind: "http-api"}},
		Stages: []results.StageDoc{{Load: "constant 100/s", Seconds: 1, Blocks: 1, BlockS: 1, Due: 100}},
	}
	dir := filepath.Join(folder, doc.ID)
	r, err := results.Create(dir, doc, []byte("name: "+scenario+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	shard := r.Shard()
	for i := range 200 {
		shard.Record(&results.Sample{
			Target: uint16(i % 2), Seq: uint64(i), Due: time.Duration(i) * time.Millisecond, Begun: time.Duration(i) * time.Millisecond,
			Sent: time.Duration(i) * time.Millisecond, FirstByte: 9 * time.Millisecond, Service: time.Duration(10+n%3) * time.Millisecond, Code: 200, In: 100, Out: 50,
		})
	}
	if err := r.Close(results.Finished); err != nil {
		t.Fatal(err)
	}
	conclude(t, dir)
	return dir
}

// conclude sums a run up, as valid: the clock of these runs is made up.
func conclude(t testing.TB, dir string) {
	t.Helper()
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	doc := results.Summarise(run)
	doc.Verdict, doc.Reasons = results.Valid, nil
	if err := results.WriteDocument(dir, doc); err != nil {
		t.Fatal(err)
	}
	rested(t, dir)
}

// rested makes a directory look as if nothing had happened in it for an hour.
func rested(t testing.TB, dir string) {
	t.Helper()
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := info.ModTime().Add(-time.Hour)
	if err := os.Chtimes(dir, at, at); err != nil {
		t.Fatal(err)
	}
}

// cacheOf is where tests keep the index of a folder.
func cacheOf(folder string) string { return folder + "-cache" }

// indexFile is the file of the index of a folder.
func indexFile(t testing.TB, folder string) string {
	t.Helper()
	file, err := fileOf(folder, cacheOf(folder))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// opened is the index of a folder, refreshed.
func opened(t testing.TB, folder string) *Index {
	t.Helper()
	x, err := Open(t.Context(), folder, cacheOf(folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	refreshed(t, x)
	return x
}

func refreshed(t testing.TB, x *Index) {
	t.Helper()
	if problems, err := x.Refresh(t.Context()); err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
}

// found are the names of the runs that a filter finds, shortened to their days.
func found(t testing.TB, x *Index, f Filter) string {
	t.Helper()
	entries, err := x.Find(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, e := range entries {
		days = append(days, e.Started.Format("2"))
	}
	return strings.Join(days, " ")
}

// nightly is a folder with n runs, a run each.
func nightly(t *testing.T, n int) string {
	t.Helper()
	folder := t.TempDir()
	for i := range n {
		made(t, folder, "api", i, nil)
	}
	return folder
}

func TestRunsAreFound(t *testing.T) {
	folder := t.TempDir()
	made(t, folder, "api", 0, results.Tags{"commit": "aaa111", "branch": "main"})
	made(t, folder, "api", 1, results.Tags{"commit": "aab222", "branch": "main"})
	made(t, folder, "chat", 2, results.Tags{"commit": "ccc333", "branch": "it's; DROP TABLE runs"})
	x := opened(t, folder)
	for _, row := range []struct {
		name   string
		filter Filter
		want   string
	}{
		{"all of them, newest first", Filter{}, "3 2 1"},
		{"by scenario", Filter{Scenario: "api"}, "2 1"},
		{"by target", Filter{Target: "http"}, "3 2 1"},
		{"by a target that none has", Filter{Target: "alb"}, ""},
		{"by verdict", Filter{Verdict: "invalid"}, ""},
		{"by the beginning of a commit", Filter{Tags: map[string]string{"commit": "aa"}}, "2 1"},
		{"by a whole tag only", Filter{Tags: map[string]string{"branch": "mai"}}, ""},
		{"by several at once", Filter{Scenario: "api", Tags: map[string]string{"branch": "main", "commit": "aab222"}}, "2"},
		{"by a tag that looks like a command", Filter{Tags: map[string]string{"branch": "it's; DROP TABLE runs"}}, "3"},
		{"since a time", Filter{Since: began.AddDate(0, 0, 1)}, "3 2"},
		{"before a time", Filter{Before: began.AddDate(0, 0, 1)}, "1"},
		{"the newest few", Filter{Limit: 2}, "3 2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := found(t, x, row.filter); got != row.want {
				t.Errorf("found %q, want %q", got, row.want)
			}
		})
	}
	runs, err := x.Runs(t.Context(), "api", ForGate)
	if err != nil || len(runs) != 2 || !runs[0].Started.Before(runs[1].Started) {
		t.Fatalf("runs %+v, %v; want two, oldest first", runs, err)
	}
	if v, ok := runs[1].Value("rest", compare.P50); !ok || v.N != 100 || v.Value < 10 {
		t.Errorf("p50 of the second run: %+v, %v", v, ok)
	}
}

func TestTheIndexFollowsTheDirectories(t *testing.T) {
	folder := t.TempDir()
	first := made(t, folder, "api", 0, nil)
	x := opened(t, folder)
	second := made(t, folder, "api", 1, nil)
	refreshed(t, x)
	if got := found(t, x, Filter{}); got != "2 1" {
		t.Errorf("after a new run: %q", got)
	}
	if err := (&compare.Decision{Version: compare.Version, Outcome: compare.Regression}).Write(second); err != nil {
		t.Fatal(err)
	}
	refreshed(t, x)
	if got := found(t, x, Filter{Gate: "regression"}); got != "2" {
		t.Errorf("after an alarm: %q", got)
	}
	if err := os.RemoveAll(first); err != nil {
		t.Fatal(err)
	}
	refreshed(t, x)
	if got := found(t, x, Filter{}); got != "2" {
		t.Errorf("after a run was deleted: %q", got)
	}
	moved := folder + "-moved"
	if err := errors.Join(x.Close(), os.Rename(folder, moved)); err != nil {
		t.Fatal(err)
	}
	e, err := opened(t, moved).Entry(t.Context(), filepath.Base(second))
	if err != nil || e.Dir != filepath.Join(moved, filepath.Base(second)) {
		t.Errorf("after the folder moved: %+v, %v", e, err)
	}
}

func TestADamagedDirectoryIsReportedAndTheOthersAreRead(t *testing.T) {
	folder := t.TempDir()
	made(t, folder, "api", 0, nil)
	torn := made(t, folder, "api", 1, nil)
	if err := os.WriteFile(filepath.Join(torn, results.FileRun), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "no run at all"), 0o750); err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), folder, cacheOf(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for range 2 {
		problems, err := x.Refresh(t.Context())
		if err != nil || len(problems) != 1 || !strings.Contains(problems[0].Error(), torn) {
			t.Errorf("problems %v, %v", problems, err)
		}
	}
	if got := found(t, x, Filter{}); got != "1" {
		t.Errorf("found %q", got)
	}
	if _, err := x.Entry(t.Context(), filepath.Base(torn)); err == nil || !strings.Contains(err.Error(), results.FileRun) {
		t.Errorf("the entry of the damaged run: %v", err)
	}
}

func TestOnlyOldRunsWithoutNotesArePruned(t *testing.T) {
	folder := nightly(t, 4)
	remarked := made(t, folder, "api", 4, nil)
	if err := Add(remarked, Note{began, "ada", Annotate, "the day of the move"}); err != nil {
		t.Fatal(err)
	}
	x := opened(t, folder)
	entries, err := x.Find(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	old := Prunable(entries, began.AddDate(0, 0, 6))
	if len(old) != 4 || slices.ContainsFunc(old, func(e Entry) bool { return e.Dir == remarked }) {
		t.Errorf("%d can go", len(old))
	}
	for _, e := range Prunable(entries, began.AddDate(0, 0, 2)) {
		if err := Remove(e.Dir); err != nil {
			t.Error(err)
		}
	}
	refreshed(t, x)
	if got := found(t, x, Filter{}); got != "5 4 3" {
		t.Errorf("left: %q", got)
	}
	if err := Remove(folder); err == nil || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("deleting a folder that is no run: %v", err)
	}
}
