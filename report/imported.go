package report

import (
	"fmt"
	"time"

	"tollgate/results"
)

// extent is how long the run took and what its draws were seeded by: " in 30.0 s, seed 1". Of
// an imported run there is no seed, and no duration if its files have no times.
func (r *Report) extent() string {
	text := ""
	if took := r.Took(); took != "" {
		text = " in " + took
	}
	if r.Imported == nil {
		text += fmt.Sprintf(", seed %d", r.Seed)
	}
	return text
}

// Took is the duration of the run; "" where it was not recorded.
func (r *Report) Took() string {
	if r.Lacks(results.LackTimes) {
		return ""
	}
	return seconds(r.Document.Seconds)
}

// began is when the run did; false where that was not recorded.
func (r *Report) began() (time.Time, bool) {
	return r.Started.UTC(), !r.Lacks(results.LackTimes) && !r.Lacks(results.LackStart)
}

// Began writes when the run did.
func (r *Report) Began(layout string) string {
	if at, known := r.began(); known {
		return at.Format(layout)
	}
	return "start not recorded"
}

// notEvaluated says that nothing was asked of a run, so that no one takes it for one that
// passed.
func notEvaluated(doc results.Document) (Notice, bool) {
	return Notice{"warn", "Not evaluated: this run has no thresholds.", []string{
		"Nothing was asked of it but that a request succeeds: --threshold 'p(99) < 250ms' of tollgate import run sets a limit, and compare and check hold it against other runs",
	}}, doc.Result == results.NotEvaluated
}
