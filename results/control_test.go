package results

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// controlledRun is a run of three seconds with a control measurement of so long.
func controlledRun(t *testing.T, doc Document, d time.Duration) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, doc, []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		shard := r.Shard()
		for range 500 { // before anything else is recorded of this group
			shard.Control(Group{Block: 0}, d)
		}
		time.Sleep(1100 * time.Millisecond)
		play(r, r.Shard(), 2)
		shard.Control(Group{Request: uint16(len(doc.Requests)), Block: 9}, 2*d) // during a probe
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	return dir
}

func probing() Document {
	doc := document()
	doc.Probes = []string{"cache"}
	return doc
}

func TestTheControlMeasurementIsRecordedBesideTheRequests(t *testing.T) {
	dir := controlledRun(t, probing(), 30*time.Millisecond)
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if h := run.Control[Group{}]; h == nil || h.Count() != 500 || h.Quantile(0.5) < 29*time.Millisecond {
		t.Errorf("during the load: %v", run.Control)
	}
	if h := run.ProbeControl[Group{Request: 2, Block: 9}]; h == nil || h.Count() != 1 {
		t.Errorf("during the probe: %v", run.ProbeControl)
	}
	for _, s := range run.Seconds {
		if s.requests() == 0 || s.FirstDue < time.Second {
			t.Errorf("second %d of block %d: %d requests, the first due at %v", s.Second, s.Block, s.requests(), s.FirstDue)
		}
	}
	doc := Summarise(run)
	if doc.Generator.Control == nil || doc.Generator.Control.N != 500 {
		t.Errorf("run.json says %+v", doc.Generator.Control)
	}
	if !strings.Contains(strings.Join(doc.Reasons, "\n"), "rest: the control measurement") {
		t.Errorf("%q", doc.Reasons)
	}
	both, err := Merge(run)
	if err != nil || both.Control[Group{}].Count() != 500 || both.ProbeControl[Group{Request: 2, Block: 9}].Count() != 1 {
		t.Errorf("merged: %v, %v, %v", both.Control, both.ProbeControl, err)
	}
}

// A run without load shows how late the requests of its probes were.
func TestARunOfProbesHasTheirLag(t *testing.T) {
	doc := probing()
	doc.Stages, doc.Requests, doc.Probes = nil, nil, []string{"cache", "claims"} // so that all that is played is a probe's
	dir := controlledRun(t, doc, time.Millisecond)
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	g := Summarise(run).Generator
	if len(run.Lag) != 0 || g.Lag.P99 < 0.04 || g.Lag.Max < 0.04 || g.Control == nil {
		t.Errorf("lag %+v, control %+v; of load %v", g.Lag, g.Control, run.Lag)
	}
}

func TestGeneratorRowsOfEarlierVersionsAreRead(t *testing.T) {
	dir := recorded(t, 3, Finished)
	file := filepath.Join(dir, FileGenerator)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var older []string
	for row := range strings.Lines(string(data)) {
		row = strings.TrimSpace(row)
		older = append(older, row[:strings.LastIndex(row, ",")])
	}
	if err := os.WriteFile(file, []byte(strings.Join(older, "\r\n")+"\r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run, err := Open(dir)
	if err != nil || len(run.Health) < 3 || run.Health[0].FileLimit != 1024 {
		t.Errorf("%v: %+v", err, run)
	}
}

func TestProbeStagesKeepTheSchemaAndTheirBounds(t *testing.T) {
	run, err := Open(controlledRun(t, probing(), time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	stage := ProbeStage{
		Probe: "cache", Target: "rest", Stage: "ratio", Load: "constant 20/s", Started: 3, Seconds: 1, Requests: 20,
		Generator: quiet().Generator(), Verdict: Suspect, Reasons: []string{"it was late"}, Use: SentAgain,
	}
	run.Document.ProbeStages = []ProbeStage{stage}
	printed := struct {
		Document
		Findings []Finding `json:"findings"`
	}{Summarise(run), []Finding{{Probe: "cache", Title: "Cache", Target: "rest", Verdict: Valid, Reasons: []string{}, Conclusion: "None.", Values: map[string]Value{"hit_ratio": Exactly(0, "share", "counted")}, Assumptions: []string{}, Disturbed: []string{"stage ratio was sent again"}}}}
	data, err := json.Marshal(printed)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, data); err != nil {
		t.Error(err)
	}
	if broken := strings.Replace(string(data), `"use":"sent_again"`, `"use":"forgotten"`, 1); validate(t, []byte(broken)) == nil {
		t.Error("any use passes the schema")
	}
	if broken := strings.Replace(string(data), `"unit":"share"`, `"unit":"moons"`, 1); validate(t, []byte(broken)) == nil {
		t.Error("any finding passes the schema")
	}
	for what, change := range map[string]func(*ProbeStage){
		"probe_stages[0].use":      func(s *ProbeStage) { s.Use = "forgotten" },
		"probe_stages[0].verdict":  func(s *ProbeStage) { s.Verdict = "good" },
		"probe_stages[0].requests": func(s *ProbeStage) { s.Requests = -1 },
	} {
		other := stage
		change(&other)
		doc := document()
		doc.ProbeStages = []ProbeStage{other}
		if err := doc.check(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestStagesOfMergedRunsAreInTheOrderOfTime(t *testing.T) {
	at := time.Date(2026, 11, 22, 19, 0, 0, 0, time.UTC)
	part := func(id string, later time.Duration) *Run {
		doc := probing()
		doc.ID, doc.Started = id, at.Add(later)
		doc.ProbeStages = []ProbeStage{{Probe: "cache", Target: id, Started: 1}}
		return &Run{Document: doc}
	}
	m, err := Merge(part("b", 10*time.Second), part("a", 0))
	if err != nil {
		t.Fatal(err)
	}
	s := m.Document.ProbeStages
	if len(s) != 2 || s[0].Target != "a" || s[1].Target != "b" || s[1].Started != 11 {
		t.Errorf("%+v", s)
	}
}
