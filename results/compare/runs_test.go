package compare

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/results"
)

func TestComparisonsAndDecisionsAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	for _, read := range []func() (bool, error){
		func() (bool, error) { c, err := Read(dir); return c != nil, err },
		func() (bool, error) { d, err := ReadDecision(dir); return d != nil, err },
	} {
		if found, err := read(); found || err != nil {
			t.Errorf("an empty directory: %v, %v", found, err)
		}
	}
	c := compared(t, played(4, 12, 100, Target{Name: "a"}, Target{Name: "b"}), Options{})
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	again, err := Read(dir)
	if err != nil || again.Pairs[0].Head != "b" || len(again.Pairs[0].Effects) != len(c.Pairs[0].Effects) || *again.Pairs[0].Effects[0].Low != *c.Pairs[0].Effects[0].Low {
		t.Errorf("%+v, %v", again, err)
	}
	for text, says := range map[string]string{`{"version": 9}`: "version 9", `{"vers`: "gate.json is damaged", `[]`: "delete it, and let tollgate check decide again"} {
		if err := os.WriteFile(filepath.Join(dir, FileGate), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadDecision(dir); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

func TestTwoRunsNeedAHistory(t *testing.T) {
	base, head := played(1, 12, 400, Target{Name: "api"}), played(2, 12, 400, Target{Name: "api", Slower: 0.5})
	head.Document.ID = "head"
	alone, err := Runs(base, head, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e := alone.Pairs[0].Effect(P50); e.Verdict != Inconclusive || e.Estimate == nil || e.Low != nil || !strings.Contains(e.Why, "0 of 10 runs") {
		t.Errorf("without a history: %+v", e)
	}
	if len(alone.Notes) == 0 || !strings.Contains(alone.Notes[0], "name both in one scenario") || alone.Design != Unpaired {
		t.Errorf("notes %q", alone.Notes)
	}
	var history []RunValues
	for i := range 20 {
		run := played(uint64(10+i), 12, 400, Target{Name: "api"})
		run.Document.ID = "before" + string(rune('a'+i))
		history = append(history, ValuesOf(run))
	}
	known, err := Runs(base, head, history)
	if err != nil {
		t.Fatal(err)
	}
	if e := known.Pairs[0].Effect(P50); e.Verdict != Worse || e.Runs != 20 || *e.Low <= 1 || *e.High < 1.5 {
		t.Errorf("half as slow again, with twenty runs: %+v", e)
	}
}

func TestRunsAtTheLabAreNoBaselineOfADeployment(t *testing.T) {
	run := played(1, 12, 50, Target{Name: "api"})
	was := ValuesOf(run)
	run.Document.Digest = "of a file with another threshold"
	if run := ValuesOf(run); run.Shape != was.Shape {
		t.Errorf("another threshold makes of %s %s", was.Shape, run.Shape)
	}
	run.Document.Targets[0].Lab = !run.Document.Targets[0].Lab
	if run := ValuesOf(run); run.Shape == was.Shape {
		t.Errorf("both are %s", was.Shape)
	}
}

func TestTheGateNotesOtherGenerators(t *testing.T) {
	run := played(1, 12, 50, Target{Name: "api"})
	values := ValuesOf(run)
	var history []RunValues
	for i, change := range []func(*results.Document){
		func(*results.Document) {},
		func(d *results.Document) { d.Machine.Go = "another" },
		func(d *results.Document) { d.Machine.CPUs = 64 },
		func(d *results.Document) { d.Engine.Name = "vegeta" },
		func(d *results.Document) { d.Machine.CPUs = 64 },
	} {
		before := *run
		change(&before.Document)
		n := ValuesOf(&before)
		n.Run, n.Started = "before"+string(rune('a'+i)), n.Started.AddDate(0, 0, i-9)
		history = append(history, n)
	}
	notes := strings.Join(Check(values, history, GateOptions{}).Notes, "\n")
	if strings.Count(notes, "the generator may cause") != 2 || !strings.Contains(notes, "2 baseline runs came from none/none with 64 processors, engine simulator, and this run from") || !strings.Contains(notes, "1 baseline run came from") {
		t.Errorf("notes %s", notes)
	}
}

func TestRunsThatCannotBeComparedSayWhy(t *testing.T) {
	a := func() *results.Run { return played(1, 12, 50, Target{Name: "api"}) }
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
		{"another target", func(d *results.Document) { d.Targets[0].Name = "new" }, "", "only one of the runs has the target api"},
		{"another door of that name, and in the lab", func(d *results.Document) { d.Targets[0].Kind, d.Targets[0].Lab = "alb", true }, "", "and became alb in the lab"},
		{"an invalid run", func(d *results.Document) { d.Verdict = results.Invalid }, "", "is invalid"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			head := a()
			row.change(&head.Document)
			c, err := Runs(a(), head, nil)
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
