package compare

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

func TestTwoRunsOfOnePlaceAndHourAreDecidedWithoutAHistory(t *testing.T) {
	rows := []struct {
		name    string
		head    Target
		change  func(*results.Document)
		verdict Verdict
		why     string
	}{
		{"half as slow again", Target{Name: "api", Slower: 0.5}, nil, Worse, ""},
		{"half the time", Target{Name: "api", Slower: -0.5}, nil, Better, ""},
		{"a little slower", Target{Name: "api", Slower: 0.04}, nil, Inconclusive, "runs vary by more"},
		{"another machine", Target{Name: "api", Slower: 0.5}, func(d *results.Document) { d.Machine.CPUs = 64 }, Inconclusive, "0 of 10 runs of this scenario, and they were made on different machines"},
		{"another engine", Target{Name: "api", Slower: 0.5}, func(d *results.Document) { d.Engine.Name = "vegeta" }, Inconclusive, "different engines"},
		{"two hours later", Target{Name: "api", Slower: 0.5}, func(d *results.Document) { d.Started = d.Started.Add(2 * time.Hour) }, Inconclusive, "one began 2h0m0s after the other had ended"},
		{"two hours before", Target{Name: "api", Slower: 0.5}, func(d *results.Document) { d.Started = d.Started.Add(-2 * time.Hour) }, Inconclusive, "one began 2h0m0s after"},
		{"a suspect run, half as slow again", Target{Name: "api", Slower: 0.5}, func(d *results.Document) { d.Verdict = results.Suspect }, Worse, ""},
		{"a suspect run, a tenth slower", Target{Name: "api", Slower: 0.1}, func(d *results.Document) { d.Verdict = results.Suspect }, Inconclusive, "runs vary by more"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			base, head := played(1, 12, 400, Target{Name: "api"}), played(2, 12, 400, row.head)
			head.Document.ID = "head"
			if row.change != nil {
				row.change(&head.Document)
			}
			c, err := Runs(base, head, nil)
			if err != nil {
				t.Fatal(err)
			}
			e := c.Pairs[0].Effect(P50)
			if e.Verdict != row.verdict || !strings.Contains(e.Why, row.why) || (e.Low == nil) != (c.Basis == "") {
				t.Errorf("%s %q, basis %q: %+v", e.Verdict, e.Why, c.Basis, e)
			}
			if p99 := c.Pairs[0].Effect(P99); head.Document.Verdict == results.Suspect && !strings.Contains(p99.Why, "the load generator may have made") {
				t.Errorf("p99 of a suspect run: %+v", p99)
			}
			notes := strings.Join(c.Notes, "\n")
			if !strings.Contains(notes, "tollgate ab") || strings.Contains(notes, "is assumed for two runs") != (c.Basis == Assumed) {
				t.Errorf("notes %s", notes)
			}
		})
	}
}

func TestWhatTheGeneratorAddedToOneRunIsNoChange(t *testing.T) {
	base, head := played(1, 12, 400, Target{Name: "api"}), played(2, 12, 400, Target{Name: "api", Slower: 0.3})
	head.Document.ID, head.Document.Verdict = "head", results.Suspect
	if c, err := Runs(base, head, nil); err != nil || c.Pairs[0].Effect(P50).Verdict != Worse {
		t.Errorf("30 %% slower: %v, %+v", err, c.Pairs[0].Effect(P50))
	}
	for block := range uint32(12) {
		lag := results.New()
		for range 400 {
			lag.Record(4 * time.Millisecond)
		}
		head.Lag[results.Group{Block: block}] = lag
	}
	c, err := Runs(base, head, nil)
	if e := c.Pairs[0].Effect(P50); err != nil || e.Verdict != Inconclusive || e.Low == nil || *e.Low > 1 {
		t.Errorf("of which the generator added as much: %v, %+v", err, e)
	}
}

func TestTwoRunsTakeTheirVariationFromAHistory(t *testing.T) {
	base, head := played(1, 12, 400, Target{Name: "api"}), played(2, 12, 400, Target{Name: "api", Slower: 0.5})
	head.Document.ID = "head"
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
	if e := known.Pairs[0].Effect(P50); e.Verdict != Worse || e.Runs != 20 || *e.Low <= 1 || *e.High < 1.5 || known.Basis != FromHistory {
		t.Errorf("half as slow again, with twenty runs: %+v", e)
	}
	some, err := Runs(base, head, history[:5])
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Runs(base, head, nil)
	if err != nil {
		t.Fatal(err)
	}
	width := func(c *Comparison) float64 { e := c.Pairs[0].Effect(P50); return *e.High / *e.Low }
	if some.Basis != FromBoth || !(width(some) < width(alone)) {
		t.Errorf("five runs that vary little: basis %q, %g wide, and %g without them", some.Basis, width(some), width(alone))
	}
	if !strings.Contains(strings.Join(some.Notes, "\n"), "from 5 baseline runs and, as those are few") {
		t.Errorf("notes %q", some.Notes)
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
		{"a file with another threshold", func(d *results.Document) { d.Digest = "other" }, "", "scenario was changed"},
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

func TestSharesDifferByNoMoreThanAHundredPoints(t *testing.T) {
	e := Effect{Metric: ErrorShare, Scale: Difference}
	for x, want := range map[float64]float64{-1.49: -1, 1.59: 1, 0.25: 0.25} {
		if got := e.onScale(x); got == nil || *got != want {
			t.Errorf("%v becomes %v, want %v", x, got, want)
		}
	}
}
