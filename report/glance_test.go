package report

import (
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

// best are the targets that a column of the first screen marks.
func best(g *Glance, column int) string {
	var all []string
	for _, row := range g.Rows {
		if row.Cells[column].Best {
			all = append(all, row.Name)
		}
	}
	return strings.Join(all, ", ")
}

func TestTheFirstScreenMarksWhatTheAnswerSays(t *testing.T) {
	p := &page{Report: copied(frontDoors(t))}
	g := p.Glance()
	if len(g.Rows) != 4 || len(p.GlanceHeads()) != 3 {
		t.Fatalf("%d rows and %q", len(g.Rows), p.GlanceHeads())
	}
	for column, want := range []string{"function, alb", "", "function"} {
		if got := best(g, column); got != want {
			t.Errorf("%s: %q is best, want %q", p.GlanceHeads()[column], got, want)
		}
	}
	if g.Close != "p99" {
		t.Errorf("the comparison confirms nothing of p99, and %q is too close to call", g.Close)
	}
	for _, row := range g.Rows {
		if share := row.Cells[0].Share; share < 1 || share > 100 || (row.Name == "rest") != (share == 100) {
			t.Errorf("%s has a bar of %d%%", row.Name, share)
		}
	}
	p.Doors = slices.Clone(p.Doors)
	i := slices.IndexFunc(p.Doors, func(d Door) bool { return d.Name == "function" })
	p.Doors[i].Failed = p.Doors[i].Requests
	if got := best(p.Glance(), 2); got != "" {
		t.Errorf("%q failed all of its requests and is best", got)
	}
	p.Verdict = results.Invalid
	if g := p.Glance(); best(g, 0)+best(g, 1)+best(g, 2)+g.Close != "" || !strings.Contains(g.Note, "invalid") {
		t.Errorf("an invalid run has marks: %+v", g)
	}
}

// Five questions are answered above the contents: which target, pass or fail, trust, cost,
// and what went wrong.
func TestTheFirstScreenComesBeforeEverythingElse(t *testing.T) {
	html := written(t, "html", frontDoors(t))
	first, _, found := strings.Cut(html, `<nav aria-label="Contents">`)
	if !found {
		t.Fatal("there is no navigation")
	}
	for question, answer := range map[string]string{
		"which target should I take": `class="mark">best`,
		"did it pass":                `class="badge bad">Fail`,
		"can I trust it":             `measurement valid`,
		"what does it cost a month":  `a month</dt>`,
		"what went wrong":            `Failed requests:`,
		"is this AWS":                `models on this machine</a>, not AWS`,
	} {
		if !strings.Contains(first, answer) {
			t.Errorf("%s: %q is not on the first screen", question, answer)
		}
	}
}
