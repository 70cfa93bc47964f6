package load

import (
	"errors"
	"net/http"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/targets"
)

// Bounds of bodies that are decoded. They are kept as they were received until then.
const (
	maxDecoded = 256 << 20 // of one body, decoded; more takes longer than a second
	maxCoded   = 16 << 20  // of one body as it was received

	// MaxKept is how much is kept of all such bodies together.
	MaxKept = 256 << 20
)

// accept asks for the codings of the request, or of the target. A header of the
// scenario's own goes before them, and its responses are left as they are.
func (m *Message) accept(t targets.Target, r *scenarios.Request) {
	codings := r.Accepts
	if codings == nil {
		codings = t.Client.Accepts
	}
	if codings == nil || r.Header.Has(coding.Accept) {
		return
	}
	m.Request.Header.Set(coding.Accept, strings.Join(codings, ", "))
	m.Decodes = codings[0] != coding.Identity
}

// KeepsCoded is how much of a body with a content coding is kept while so many requests
// are in flight; 0: it is not decoded.
func (m *Message) KeepsCoded(inFlight int) int {
	if !m.Decodes {
		return 0
	}
	return min(maxCoded, max(MaxKept/max(inFlight, 1), check.Window))
}

// Decode measures the body of a complete response without its content coding, given what
// is kept of it. A body that is not what its coding says is an error, as in any client
// that would show it.
func (m *Message) Decode(s *results.Sample, encoding string, body []byte) error {
	if !m.Decodes || s.Body == 0 || encoding == "" || strings.EqualFold(encoding, coding.Identity) {
		return nil
	}
	if int64(len(body)) < s.Body || s.Code == http.StatusPartialContent { // a part is no whole body
		s.Undecoded = true
		return nil
	}
	n, err := coding.Measure(body, encoding, maxDecoded)
	switch {
	case errors.Is(err, coding.ErrMore) || errors.Is(err, coding.ErrUnknown):
		s.Undecoded = true
		return nil
	case err != nil:
		s.Err = results.ErrMalformed
		return err
	}
	s.Decoded = n
	return nil
}
