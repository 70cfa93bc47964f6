package load

import (
	"tollgate/results"
	"tollgate/scenarios/check"
)

// Evaluate fills in the outcome of a complete response, and returns the check that it
// failed, nil if there is none. A status that the scenario does not name counts by its
// class alone (see results.Outcome). The response may be nil where m has no Checks: then
// nothing is allocated for a good one.
func (m *Message) Evaluate(s *results.Sample, r *check.Response) *check.Failure {
	if m.asks != nil {
		return refused(m.asks, s, r)
	}
	e := &m.Expect
	withoutCoded(s, r)
	if len(e.Status) == 0 && (len(e.Checks) == 0 || s.Code >= 400) {
		return nil
	}
	failure := e.RefusesStatus(s.Code)
	if failure == nil && r != nil {
		failure = e.Evaluate(r)
	}
	if failure == nil {
		s.Wanted = e.Names(s.Code)
		return nil
	}
	s.Err, s.Check = results.ErrUnexpected, failure.Text
	return failure
}
