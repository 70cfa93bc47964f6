package load

import (
	"tollgate/results"
	"tollgate/scenarios/check"
)

// Evaluate fills in the outcome of a complete response to a request that expects
// something, and returns the check that it failed, nil if there is none. A status that
// the scenario does not name counts by its class alone (see results.Outcome).
func (m *Message) Evaluate(s *results.Sample, r check.Response) *check.Failure {
	e := &m.Expect
	failure := e.Evaluate(&r)
	switch {
	case failure == nil:
		s.Wanted = e.Names(s.Code)
	case len(e.Status) > 0 || e.Accepts(s.Code):
		s.Err, s.Check = results.ErrUnexpected, failure.Text
	default:
		failure = nil // the status alone
	}
	return failure
}
