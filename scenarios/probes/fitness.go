package probes

import (
	"fmt"
	"time"

	"tollgate/results"
)

// A pace says how much it matters to a question when its requests are sent:
// beyond the first of a pair of shares the finding is suspect, beyond the second
// invalid.
type pace struct {
	late [2]float64 // of the requests, sent more than lateAfter late
	busy [2]float64 // of the seconds, in which the generator used all of the machine
}

// The paces. Where the question is when requests arrive, late ones ask another
// one. Where it is what responses say, and how long they took since they were
// sent, many late ones are a reason for doubt and no more.
var (
	punctual  = pace{late: [2]float64{0.01, 0.05}, busy: [2]float64{0.25, 0.75}}
	leisurely = pace{late: [2]float64{0.05, never}, busy: [2]float64{never, never}}
)

const never = 1.0 // no share is above it

// The budgets whatever the pace, as those of a run (see package results).
var (
	lossShare = [2]float64{0, 0.001}   // of the requests: the generator's own errors
	missShare = [2]float64{0.01, 0.05} // of the requests due: never sent
)

const (
	lateAfter = 20 * time.Millisecond
	busyCPU   = 0.90 // of the processors
)

// Fitness judges how the generator fared over all stages of a history: whether
// the stages were driven as they were planned. A probe may judge more strictly.
func Fitness(h History) (results.Verdict, []string) { return punctual.judge(h) }

// unhurried is Fitness for a question to which it does not matter when its
// requests were sent.
func unhurried(h History) (results.Verdict, []string) { return leisurely.judge(h) }

// Fitness judges how the generator fared in one stage.
func (m *Measured) Fitness() (results.Verdict, []string) { return punctual.judgeStage(m) }

func (p pace) judge(h History) (results.Verdict, []string) {
	verdict, reasons := results.Valid, []string(nil)
	for i := range h {
		v, why := p.judgeStage(&h[i])
		verdict, reasons = worse(verdict, v), append(reasons, why...)
	}
	return verdict, reasons
}

func worse(a, b results.Verdict) results.Verdict {
	rank := map[results.Verdict]int{results.Valid: 0, results.Suspect: 1, results.Invalid: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

func (p pace) judgeStage(m *Measured) (results.Verdict, []string) {
	j := judge{verdict: results.Valid, stage: m.Name}
	var late, own, cancelled int64
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
	sent := int64(len(m.Samples)) + m.Dropped
	j.over(late, int64(len(m.Samples)), p.late, "%d of %d requests were sent more than %v late", late, len(m.Samples), lateAfter)
	j.over(own, sent, lossShare, "%d of %d requests failed by the generator's own limits (open files, ports, signing)", own, sent)
	j.over(m.Due-sent, m.Due, missShare, "%d of %d requests were never sent", m.Due-sent, m.Due)
	if cancelled > 0 {
		j.note(results.Invalid, "the run was interrupted")
	}
	var busy int64
	for _, h := range m.Health {
		if m.CPUs > 0 && h.CPU > busyCPU*float64(m.CPUs) {
			busy++
		}
	}
	if len(m.Health) > 1 { // one second says nothing of a share
		j.over(busy, int64(len(m.Health)), p.busy, "the generator used more than %.0f%% of the machine's processors in %d of %d seconds", 100*busyCPU, busy, len(m.Health))
	}
	return j.verdict, j.reasons
}

// A judge collects reasons about one stage.
type judge struct {
	stage   string
	verdict results.Verdict
	reasons []string
}

func (j *judge) note(v results.Verdict, format string, args ...any) {
	j.verdict = worse(j.verdict, v)
	j.reasons = append(j.reasons, fmt.Sprintf("stage %s: ", j.stage)+fmt.Sprintf(format, args...))
}

// over files a reason by which of the two budgets the share is above.
func (j *judge) over(part, of int64, budget [2]float64, format string, args ...any) {
	switch share := float64(part) / float64(max(of, 1)); {
	case share > budget[1]:
		j.note(results.Invalid, format, args...)
	case share > budget[0]:
		j.note(results.Suspect, format, args...)
	}
}
