package probe

import (
	"fmt"
	"time"

	"tollgate/results"
)

// A tolerance is how much a question tolerates of the generator. Above the first
// share of a pair the finding is suspect, above the second invalid.
type tolerance struct {
	late [2]float64 // of the requests: sent more than lateAfter late
	busy [2]float64 // of the seconds: the generator used all of the machine
}

var (
	strict    = tolerance{late: [2]float64{0.01, 0.05}, busy: [2]float64{0.25, 0.75}}
	asSent    = tolerance{late: [2]float64{0.01, 0.50}, busy: [2]float64{0.25, never}}
	responses = tolerance{late: [2]float64{0.05, never}, busy: [2]float64{never, never}}
)

const never = 1.0 // no share is above it

// Tolerated by every question, as by a run (see package results).
var (
	ownErrors = [2]float64{0, 0.001}   // of the requests: failed by the generator itself
	missing   = [2]float64{0.01, 0.05} // of the requests due: never sent
)

const (
	lateAfter = 20 * time.Millisecond
	busyCPU   = 0.90 // of the processors
)

// Fitness evaluates whether the generator drove all stages of a history as
// planned. A probe may be stricter.
func Fitness(h History) (results.Verdict, []string) { return strict.evaluate(h) }

// FitnessAsSent is Fitness for a question that concludes from when requests were
// sent, not from when they were due.
func FitnessAsSent(h History) (results.Verdict, []string) { return asSent.evaluate(h) }

// FitnessOfResponses is Fitness for a question that concludes from the responses
// and their service times alone.
func FitnessOfResponses(h History) (results.Verdict, []string) { return responses.evaluate(h) }

// Worse is the worse of two verdicts.
func Worse(a, b results.Verdict) results.Verdict {
	rank := map[results.Verdict]int{results.Valid: 0, results.Suspect: 1, results.Invalid: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

func (t tolerance) evaluate(h History) (results.Verdict, []string) {
	e := evaluation{verdict: results.Valid}
	for i := range h {
		t.stage(&h[i], &e)
	}
	return e.verdict, e.reasons
}

func (t tolerance) stage(m *Measured, e *evaluation) {
	var late, own, cancelled, busy int64
	for i := range m.Samples {
		s := &m.Samples[i]
		if s.Lag() > lateAfter {
			late++
		}
		switch s.Err {
		case results.ErrGenerator:
			own++
		case results.ErrCancelled:
			cancelled++
		}
	}
	for _, h := range m.Health {
		if m.CPUs > 0 && h.CPU > busyCPU*float64(m.CPUs) {
			busy++
		}
	}
	e.stage = m.Name
	sent := int64(len(m.Samples)) + m.Dropped
	e.share(late, int64(len(m.Samples)), t.late, "%d of %d requests were sent more than %v late", late, len(m.Samples), lateAfter)
	e.share(own, sent, ownErrors, "%d of %d requests failed by the generator's own limits (open files, ports, signing)", own, sent)
	e.share(m.Due-sent, m.Due, missing, "%d of %d requests were never sent", m.Due-sent, m.Due)
	if cancelled > 0 {
		e.add(results.Invalid, "the run was interrupted")
	}
	if len(m.Health) > 1 { // one second is too short for a share
		e.share(busy, int64(len(m.Health)), t.busy, "the generator used more than %.0f%% of the machine's processors in %d of %d seconds", 100*busyCPU, busy, len(m.Health))
	}
}

// An evaluation collects reasons, stage by stage.
type evaluation struct {
	stage   string
	verdict results.Verdict
	reasons []string
}

func (e *evaluation) add(v results.Verdict, format string, args ...any) {
	e.verdict = Worse(e.verdict, v)
	e.reasons = append(e.reasons, fmt.Sprintf("stage %s: ", e.stage)+fmt.Sprintf(format, args...))
}

func (e *evaluation) share(part, of int64, limits [2]float64, format string, args ...any) {
	switch share := float64(part) / float64(max(of, 1)); {
	case share > limits[1]:
		e.add(results.Invalid, format, args...)
	case share > limits[0]:
		e.add(results.Suspect, format, args...)
	}
}
