package results

import (
	"strings"
	"testing"
	"time"
)

// undecided is what a run went on for, with a look at so many blocks.
func undecided(blocks int) *Decide {
	return &Decide{Margin: 0.05, Metrics: []string{"p50"}, Most: 100, Looks: []Look{{Blocks: blocks, Undecided: []string{"p50 of b"}}}}
}

func TestWhatNoRunWentOnFor(t *testing.T) {
	rows := []struct {
		says   string
		change func(*Decide)
	}{
		{"", func(*Decide) {}},
		{"margin: 0 is not", func(d *Decide) { d.Margin = 0 }},
		{"margin: 2 is not", func(d *Decide) { d.Margin = 2 }},
		{"metrics: there are 0", func(d *Decide) { d.Metrics = nil }},
		{"is none of p50", func(d *Decide) { d.Metrics = []string{"max"} }},
		{"p50 is named twice", func(d *Decide) { d.Metrics = []string{"p50", "p50"} }},
		{"-1 is not a number of blocks", func(d *Decide) { d.Most = -1 }},
		{"looks[1].blocks: 10 does not come after 10", func(d *Decide) { d.Looks = append(d.Looks, d.Looks...) }},
		{"at most 1000", func(d *Decide) { d.Looks = make([]Look, 1001) }},
	}
	for _, row := range rows {
		d := undecided(10)
		row.change(d)
		err := d.Check()
		if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%v, want %q", err, row.says)
		}
	}
}

// blocksFrom is a run of the blocks from first on.
func blocksFrom(id string, hour, first, blocks int, d *Decide) *Run {
	r := newRun()
	r.Document = document()
	r.Document.ID, r.Document.Decide, r.Document.Started = id, d, time.Unix(1_700_000_000, 0).Add(time.Duration(hour)*time.Hour)
	r.Document.State, r.Document.Machine.CPUs = Finished, 2
	r.Document.Stages = []StageDoc{{Load: "constant 10/s", Blocks: blocks, BlockS: 2, FirstBlock: first, Seconds: float64(2 * (blocks - first)), Due: int64(20 * (blocks - first))}}
	return r
}

// Parts of one run become that run, in any order and grouping.
func TestPartsOfARunAreMerged(t *testing.T) {
	a, b, c := blocksFrom("a", 0, 0, 10, nil), blocksFrom("b", 1, 10, 24, undecided(20)), blocksFrom("c", 2, 24, 30, undecided(28))
	c.Document.Decide.Margin = 0.03
	merged := func(runs ...*Run) *Run {
		t.Helper()
		m, err := Merge(runs...)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, m := range []*Run{merged(a, b, c), merged(c, a, b), merged(merged(a, b), c), merged(c, merged(b, a))} {
		d := &m.Document
		want := StageDoc{Load: "constant 10/s", Blocks: 30, BlockS: 2, Seconds: 60, Due: 600}
		if d.Stages[0] != want || d.Machine.CPUs != 2 {
			t.Errorf("%+v on %d processors", d.Stages[0], d.Machine.CPUs)
		}
		if d.Decide == nil || d.Decide.Margin != 0.03 || len(d.Decide.Looks) != 2 || d.Decide.Looks[0].Blocks != 20 {
			t.Errorf("%+v", d.Decide)
		}
	}
	if len(b.Document.Decide.Looks) != 1 {
		t.Error("merging changed a part")
	}
	for _, runs := range [][]*Run{{a, c}, {b, blocksFrom("d", 3, 0, 10, nil)}, {blocksFrom("e", 0, 0, 10, undecided(10)), blocksFrom("f", 1, 0, 10, undecided(10))}} {
		if _, err := Merge(runs...); err == nil || !strings.Contains(err.Error(), "does not go on where") {
			t.Errorf("%s and %s: %v", runs[0].Document.ID, runs[1].Document.ID, err)
		}
	}
}
