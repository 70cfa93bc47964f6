package report

import (
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

func cellsOf(s *htmlTable, name string) (texts []string) {
	for c, h := range s.Columns {
		if h.Name == name {
			for _, row := range s.Rows {
				texts = append(texts, row.Entries[c].Text)
			}
		}
	}
	return texts
}

func TestWhatAllEffectsHaveInCommonIsSaidOnce(t *testing.T) {
	p := &page{Report: frontDoors(t)}
	s := p.EffectTable()
	if cellsOf(s, "base") != nil || !strings.Contains(s.Caption, "compared with rest") || p.Common() != "" {
		t.Errorf("one base is repeated in every row of %q; common %q", s.Caption, p.Common())
	}
	if got := cellsOf(s, "interval"); got[0] != "×0.742 to ×0.785" || strings.Contains(strings.Join(got, ""), "points") {
		t.Errorf("intervals %q", got)
	}
	if got := cellsOf(s, "effect"); got[3] != "+1.16 points" {
		t.Errorf("effects %q", got)
	}
	c := versus()
	c.Pairs[1].Base = "http"
	for i := range c.Pairs {
		for k := range c.Pairs[i].Effects {
			c.Pairs[i].Effects[k].Why = "the run is invalid"
		}
	}
	q := &page{Report: &Report{Comparison: c}}
	s = q.EffectTable()
	if got := cellsOf(s, "base"); len(got) != 5 || got[2] != "http" {
		t.Errorf("bases %q", got)
	}
	if q.Common() != "the run is invalid" || s.Rows[0].Entries[len(s.Columns)-1].Note != "" {
		t.Errorf("the reason %q is repeated in the rows", q.Common())
	}
}

func TestEveryRequestIsInTheTableOfTargets(t *testing.T) {
	p := &page{Report: several(t, 3)}
	s := p.DoorTable()
	if got := strings.Join(cellsOf(s, "request"), " "); got != "all request-00 request-01 request-02 all request-00 request-01 request-02" {
		t.Errorf("requests %s", got)
	}
	if (&page{Report: frontDoors(t)}).DoorTable().Columns[1].Name == "request" {
		t.Error("a run of one request has a column for it")
	}
}

func TestTheTableOfTargetsCountsWhatProbesSent(t *testing.T) {
	p := &page{Report: frontDoors(t)}
	before := cellsOf(p.AddressTable(), "connections")
	target := uint16(p.Doors[0].Index)
	p.Run.ProbeSeconds = []results.Second{{Target: target, Opened: 2, In: 3000, Out: 100}, {Target: target, Second: 1, Opened: 1}, {Target: target + 1, Opened: 50}}
	got := p.ofProbes(p.Doors[0])
	if got.Opened != 3 || got.In != 3000 || got.Out != 100 {
		t.Errorf("of the probes: %d connections, %d bytes in, %d out", got.Opened, got.In, got.Out)
	}
	if after := cellsOf(p.AddressTable(), "connections"); slices.Equal(before, after) {
		t.Errorf("connections %v before and after the probes", before)
	}
}

func TestANoticeShowsItsFirstReasonsAndFoldsTheRest(t *testing.T) {
	m := newMaker("rest")
	m.sample(results.Group{}, 0, 1, results.OK)
	run := m.done()
	run.Document.Verdict, run.Document.Reasons = results.Suspect, strings.Fields("r1 r2 r3 r4 r5 r6 r7 r8 r9")
	text := written(t, "html", reported(t, run, nil))
	first, fold, rest := strings.Index(text, ">r6<"), strings.Index(text, "and 3 more"), strings.Index(text, ">r7<")
	if first < 0 || fold < first || rest < fold {
		t.Errorf("the sixth reason is at %d, the fold at %d, the seventh at %d", first, fold, rest)
	}
}
