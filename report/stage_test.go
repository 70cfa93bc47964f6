package report

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// threeStages is a run of a warm-up and three stages at two targets, of which one
// throttles the spike.
func threeStages(t *testing.T) *Report {
	t.Helper()
	m := newMaker("rest", "http")
	m.blocks, m.perTurn = 8, 300
	m.run.Document.Stages = []results.StageDoc{
		{Name: "warm-up", WarmUp: true, Load: "constant 200/s", Seconds: 3, Blocks: 2, BlockS: 1.5, Due: 600},
		{Name: "base", Load: "constant 200/s", Seconds: 3, Blocks: 2, BlockS: 1.5, Due: 600},
		{Name: "spike", Load: "constant 200/s", Seconds: 3, Blocks: 2, BlockS: 1.5, Due: 600},
		{Name: "3", Load: "constant 200/s", Seconds: 3, Blocks: 2, BlockS: 1.5, Due: 600},
	}
	m.run.Document.Overridden = []string{"--rate 200/s", "--set name=`x`"}
	m.fill(0, 21*time.Millisecond, nil)
	m.fill(1, 16*time.Millisecond, nil)
	m.warmUp(2)
	for i := range m.run.Seconds {
		if s := &m.run.Seconds[i]; s.Target == 1 && s.Block/2 == 2 {
			n := s.Ended[results.OK] / 10
			s.Ended[results.OK], s.Ended[results.Throttled], s.Failed = s.Ended[results.OK]-n, n, n
			s.Status[200], s.Status[429] = s.Status[200]-n, n
		}
	}
	r, err := New(m.done("@spike: error_share < 1%", "p(99) < 100ms"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// warmUp takes the first blocks apart, as opening a run does.
func (m *maker) warmUp(blocks uint32) {
	w := &results.Run{Series: map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{}}
	for k, h := range m.run.Series {
		if k.Block < blocks {
			w.Series[k] = h
			delete(m.run.Series, k)
		}
	}
	var rest []results.Second
	for _, s := range m.run.Seconds {
		if s.Block < blocks {
			w.Seconds = append(w.Seconds, s)
		} else {
			rest = append(rest, s)
		}
	}
	m.run.Seconds, m.run.WarmUp = rest, w
}

// goldens holds a report in every format of text, and one of its tables, to golden files.
func goldens(t *testing.T, name string, r *Report, table NamedTable) {
	t.Helper()
	for ext, write := range map[string]func(io.Writer, *Report) error{
		".txt":  func(w io.Writer, r *Report) error { return Summary(w, r, Terminal{Width: 80, Detail: Compact}) },
		".md":   writeMarkdown,
		".xml":  writeJUnit,
		".full": writeText,
		".csv":  func(w io.Writer, r *Report) error { return r.marked(table).Write(w) },
	} {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		golden(t, name+ext, b.Bytes())
	}
}

func TestStagesReadAsTheirGoldenFiles(t *testing.T) {
	r := threeStages(t)
	goldens(t, "stages", r, r.stageCSV())
	page := written(t, "html", r)
	for _, want := range []string{
		"by-stage-figures", "Figures without a stage are those of the 3 stages base, spike and 3 together; those of warm-up are in no other figure, threshold or bill.",
		"<code>--rate 200/s, --set name=`x`</code>", "http, stage spike",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
}

func TestOneStageHasNoTableOfStages(t *testing.T) {
	r := frontDoors(t)
	for _, f := range []string{"text", "md", "html"} {
		if text := written(t, f, r); strings.Contains(text, "figures without a stage") || strings.Contains(text, "by-stage-figures") {
			t.Errorf("%s shows stages of a run of one", f)
		}
	}
	if rows := r.stageCSV().rows; len(rows) != 1+len(r.Doors) {
		t.Errorf("stages.csv has %d rows, want the head and a row for each target", len(rows))
	}
}
