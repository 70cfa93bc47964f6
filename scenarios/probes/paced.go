package probes

import "tollgate/results"

// unhurried judges how the generator fared where it matters what responses say
// and how long they took since they were sent, and not when they were due: many
// late requests make a finding suspect, never invalid.
func unhurried(h History) (results.Verdict, []string) {
	verdict, reasons := results.Valid, []string(nil)
	for i := range h {
		v, why := h[i].unhurried()
		verdict, reasons = worse(verdict, v), append(reasons, why...)
	}
	return verdict, reasons
}

func (m *Measured) unhurried() (results.Verdict, []string) {
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
	j.over(own, sent, lossShare, "%d of %d requests failed by the generator's own limits (open files, ports, signing)", own, sent)
	j.over(m.Due-sent, m.Due, missShare, "%d of %d requests were never sent", m.Due-sent, m.Due)
	if cancelled > 0 {
		j.note(results.Invalid, "the run was interrupted")
	}
	if float64(late) > lateShare[1]*float64(len(m.Samples)) {
		j.note(results.Suspect, "%d of %d requests were sent more than %v late: this machine is busy, and latencies may have its share in them", late, len(m.Samples), lateAfter)
	}
	return j.verdict, j.reasons
}
