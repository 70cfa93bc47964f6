package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// A run that another program recorded has passed nothing where nothing was asked of it, and
// has no duration where its files have no times.
func TestAnImportedRunSaysThatNothingWasEvaluated(t *testing.T) {
	m := newMaker("target")
	m.fill(0, 5*time.Millisecond, nil)
	m.run.Document.Imported = &results.ImportDoc{Program: "hey", Format: "csv", Keeps: results.KeepsSamples, Lacks: []results.Lack{results.LackGenerator, results.LackTimes}}
	m.run.Document.Seed = 0
	r := reported(t, m.done(), nil)
	for format, want := range map[string]string{
		"text":    "NOT EVALUATED, LOAD GENERATOR UNKNOWN\n",
		"md":      "## front-doors: not evaluated, load generator unknown\n",
		"html":    `<span class="badge warn">Not evaluated</span>`,
		"badge":   badgeColors[open],
		"junit":   `<skipped message="the run has no thresholds: nothing was evaluated">`,
		"comment": "⚠️ front-doors: not evaluated",
		"slack":   "⚠️ front-doors: not evaluated",
	} {
		text := written(t, format, r)
		if !strings.Contains(text, want) {
			t.Errorf("%s does not contain %q:\n%.800s", format, want, text)
		}
		for _, made := range []string{"62.4 s", "1m2", "seed 0", "19:18"} {
			if strings.Contains(text, made) {
				t.Errorf("%s says %q, which was not recorded", format, made)
			}
		}
	}
	r.Gate = nightly(1, 1)
	if got := r.conclude(); got.word != "pass" || got.standing != passes {
		t.Errorf("what passed the gate is %q, %s", got.word, got.standing)
	}
	limited := newMaker("target")
	limited.fill(0, 5*time.Millisecond, nil)
	limited.run.Document.Imported = m.run.Document.Imported
	if got := written(t, "text", reported(t, limited.done("p(99) < 900ms"), nil)); !strings.HasPrefix(got, "PASS, LOAD GENERATOR UNKNOWN\n") {
		t.Errorf("with a threshold it is %.60q", got)
	}
}
