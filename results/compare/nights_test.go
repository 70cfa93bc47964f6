package compare

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare/simulate"
)

// kept writes a short run into a folder, as a recorder leaves it.
func kept(t *testing.T, folder, id, scenario string, at time.Time) string {
	t.Helper()
	dir := filepath.Join(folder, id)
	doc := results.Document{
		ID: id, Scenario: scenario, Started: at, Requests: []string{"get"}, State: results.Running,
		Targets: []results.TargetDoc{{Name: "api", Kind: "origin"}},
		Stages:  []results.StageDoc{{Load: "constant 100/s", Seconds: 1, Blocks: 1, BlockS: 1, Due: 100}},
	}
	r, err := results.Create(dir, doc, []byte("name: "+scenario+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	shard := r.Shard()
	for i := range 100 {
		due := time.Duration(i) * time.Millisecond
		shard.Record(&results.Sample{Due: due, Begun: due, Sent: due, Service: 20 * time.Millisecond, Code: 200, Out: 10, In: 10, Reused: true})
	}
	if err := r.Close(results.Finished); err != nil {
		t.Fatal(err)
	}
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	run.Document = results.Summarise(run)
	run.Document.Verdict, run.Document.Reasons = results.Valid, nil
	if err := results.WriteDocument(dir, run.Document); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNightsAreReadFromRunDirectories(t *testing.T) {
	folder := t.TempDir()
	second := kept(t, folder, "b", "nightly", night.AddDate(0, 0, 1))
	kept(t, folder, "c", "nightly", night)
	kept(t, folder, "d", "daily", night)
	torn := kept(t, folder, "e", "nightly", night)
	if err := os.WriteFile(filepath.Join(torn, results.FileRun), []byte(`{"version": 1, "state`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(kept(t, folder, "f", "nightly", night), results.FileSeconds)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "no run"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := (&Decision{Version: Version, Outcome: Regression, RerunOf: "x"}).Write(second); err != nil {
		t.Fatal(err)
	}
	nights, problems, err := Nights(folder, "nightly")
	if err != nil || len(nights) != 2 || len(problems) != 2 {
		t.Fatalf("%d nights, problems %v, %v; want 2 nights, and 2 directories that cannot be read", len(nights), problems, err)
	}
	if nights[0].Run != "c" || nights[1].Run != "b" || nights[0].Alarmed || !nights[1].Alarmed || nights[1].RerunOf != "x" {
		t.Errorf("%+v", nights)
	}
	if v, ok := nights[0].Value("api", P50); !ok || v.Value < 19.9 || v.Value > 20.1 || v.N != 100 {
		t.Errorf("p50: %+v", v)
	}
	if nights[0].Shape != nights[1].Shape || nights[0].Shape == "" {
		t.Errorf("shapes %q and %q of the same load", nights[0].Shape, nights[1].Shape)
	}
	if _, _, err := Nights(filepath.Join(folder, "nowhere"), "nightly"); err == nil || !strings.Contains(err.Error(), "--history") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestWhatWasKeptIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	for _, read := range []func() (bool, error){
		func() (bool, error) { c, err := Read(dir); return c != nil, err },
		func() (bool, error) { d, err := ReadDecision(dir); return d != nil, err },
	} {
		if found, err := read(); found || err != nil {
			t.Errorf("an empty directory: %v, %v", found, err)
		}
	}
	c := compared(t, played(4, 12, 100, simulate.Target{Name: "a"}, simulate.Target{Name: "b"}), Options{})
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Read(dir)
	if err != nil || again.Pairs[0].Head != "b" || len(again.Pairs[0].Effects) != len(c.Pairs[0].Effects) || *again.Pairs[0].Effects[0].Low != *c.Pairs[0].Effects[0].Low {
		t.Errorf("%+v, %v", again, err)
	}
	for text, says := range map[string]string{`{"version": 9}`: "version 9", `{"vers`: "gate.json is damaged", `[]`: "delete it, and have tollgate check decide again"} {
		if err := os.WriteFile(filepath.Join(dir, FileGate), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadDecision(dir); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

func TestTwoRunsAreTwoNights(t *testing.T) {
	base, head := played(1, 12, 400, simulate.Target{Name: "api"}), played(2, 12, 400, simulate.Target{Name: "api", Slower: 0.5})
	head.Document.ID = "head"
	alone, err := Runs(base, head, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e := alone.Pairs[0].Effect(P50); e.Verdict != Inconclusive || e.Estimate == nil || e.Low != nil || !strings.Contains(e.Why, "0 of 10 nights") {
		t.Errorf("without a history: %+v", e)
	}
	if len(alone.Notes) == 0 || !strings.Contains(alone.Notes[0], "name both in one scenario") || alone.Design != Separate {
		t.Errorf("notes %q", alone.Notes)
	}
	var history []Night
	for i := range 20 {
		run := played(uint64(10+i), 12, 400, simulate.Target{Name: "api"})
		run.Document.ID = "before" + string(rune('a'+i))
		history = append(history, NightOf(run))
	}
	known, err := Runs(base, head, history, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e := known.Pairs[0].Effect(P50); e.Verdict != Worse || e.Nights != 20 || *e.Low <= 1 || *e.High < 1.5 {
		t.Errorf("half as slow again, with twenty nights: %+v", e)
	}
}

func TestNightsAtTheLabAreNoHistoryOfWhatIsDeployed(t *testing.T) {
	run := played(1, 12, 50, simulate.Target{Name: "api"})
	was := NightOf(run)
	run.Document.Digest = "of a file with another threshold"
	if night := NightOf(run); night.Shape != was.Shape {
		t.Errorf("another threshold makes of %s %s", was.Shape, night.Shape)
	}
	run.Document.Targets[0].Lab = !run.Document.Targets[0].Lab
	if night := NightOf(run); night.Shape == was.Shape {
		t.Errorf("both are %s", was.Shape)
	}
}

func TestAGateSaysWhoElseMeasured(t *testing.T) {
	run := played(1, 12, 50, simulate.Target{Name: "api"})
	tonight := NightOf(run)
	var history []Night
	for i, change := range []func(*results.Document){
		func(*results.Document) {},
		func(d *results.Document) { d.Machine.Go = "another" },
		func(d *results.Document) { d.Machine.CPUs = 64 },
		func(d *results.Document) { d.Engine.Name = "vegeta" },
		func(d *results.Document) { d.Machine.CPUs = 64 },
	} {
		before := *run
		change(&before.Document)
		n := NightOf(&before)
		n.Run, n.Started = "before"+string(rune('a'+i)), n.Started.AddDate(0, 0, i-9)
		history = append(history, n)
	}
	notes := strings.Join(Check(tonight, history, GateOptions{}).Notes, "\n")
	if strings.Count(notes, "may be the generator") != 2 || !strings.Contains(notes, "2 nights of the history came from none/none with 64 processors, engine simulator, and this run from") || !strings.Contains(notes, "1 night of the history came from") {
		t.Errorf("notes %s", notes)
	}
}

func TestRunsThatCannotBeComparedSayWhy(t *testing.T) {
	a := func() *results.Run { return played(1, 12, 50, simulate.Target{Name: "api"}) }
	rows := []struct {
		name   string
		change func(*results.Document)
		says   string // "": compared, with a note
		note   string
	}{
		{"another scenario", func(d *results.Document) { d.Scenario = "other" }, `ran "other"`, ""},
		{"another rate", func(d *results.Document) { d.Stages[0].Load = "constant 9/s" }, "different loads", ""},
		{"other requests", func(d *results.Document) { d.Requests = []string{"put"} }, "different loads", ""},
		{"a file with another threshold", func(d *results.Document) { d.Digest = "other" }, "", "scenario file was changed"},
		{"another machine", func(d *results.Document) { d.Machine.CPUs = 64 }, "", "different machines"},
		{"another engine", func(d *results.Document) { d.Engine.Name = "vegeta" }, "", "different engines, simulator and vegeta"},
		{"another target", func(d *results.Document) { d.Targets[0].Name = "new" }, "", "target api is in one of the runs only"},
		{"another door of that name, and in the lab", func(d *results.Document) { d.Targets[0].Kind, d.Targets[0].Lab = "alb", true }, "", "and became alb in the lab"},
		{"an invalid run", func(d *results.Document) { d.Verdict = results.Invalid }, "", "is invalid"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			head := a()
			row.change(&head.Document)
			c, err := Runs(a(), head, nil, Options{})
			switch {
			case row.says != "":
				if err == nil || !strings.Contains(err.Error(), row.says) {
					t.Errorf("%v, want %q", err, row.says)
				}
			case err != nil:
				t.Error(err)
			case !strings.Contains(strings.Join(c.Notes, "\n"), row.note):
				t.Errorf("notes %q, want %q", c.Notes, row.note)
			}
		})
	}
}
