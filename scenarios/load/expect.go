package load

import (
	"bytes"
	"slices"

	"tollgate/results"
	"tollgate/scenarios"
)

// expectBytes is how far into a body an expectation looks. No more of a body
// is ever kept.
const expectBytes = 64 << 10

// An expectation judges responses. Its zero value has no wishes.
type expectation struct {
	status   []int
	contains []byte
}

func expectationOf(e scenarios.Expect) expectation {
	return expectation{status: e.Status, contains: []byte(e.BodyContains)}
}

// looksAtBody says whether the first expectBytes of a body are to be kept
// until the response is judged.
func (e expectation) looksAtBody() bool { return len(e.contains) > 0 }

// Evaluate fills in what a complete response with this status and this beginning
// of a body comes to. A status that nobody named is judged by its class alone
// (see results.Outcome); a text is looked for in the responses that would
// otherwise be good, without the content coding that they came in.
func (e expectation) Evaluate(s *results.Sample, prefix []byte, coding string) {
	named := slices.Contains(e.status, s.Code)
	good := named || len(e.status) == 0 && s.Code < 400
	switch {
	case good && e.looksAtBody() && !e.found(prefix, coding),
		!good && len(e.status) > 0:
		s.Err = results.ErrUnexpected
	default:
		s.Wanted = named
	}
}

// found looks for the text in the start of a body, where it is decoded.
func (e expectation) found(prefix []byte, coding string) bool {
	plain, known, _ := decoded(prefix, coding, expectBytes)
	return known && bytes.Contains(plain, e.contains)
}
