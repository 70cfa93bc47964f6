package load

import (
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/events"
)

// Events is a reader of the response as events, which is fed when clock says; nil: it is not
// read so.
func (m *Message) Events(clock *time.Duration) *events.Reader {
	if m.stream == nil {
		return nil
	}
	return events.NewReader(*m.stream, clock)
}

// StopsEarly reports whether a response may be ended before its end, by the client.
func (m *Message) StopsEarly() bool { return m.stream != nil && m.stream.StopAfter > 0 }

// streams reports whether a response of that status is a stream of events: one that the
// scenario refuses, or an error, is none.
func (m *Message) streams(status int) bool {
	return status > 0 && status < 400 && m.Expect.Accepts(status)
}

// FinishEvents fills in what a complete response was read as, and returns what its checks
// see; the reader may be nil.
func (m *Message) FinishEvents(s *results.Sample, r *events.Reader) *check.Events {
	if r == nil {
		return nil
	}
	if e := r.Finish(s.Sent); m.streams(s.Code) {
		s.Events = e
	}
	return r.Seen()
}

// CutEvents fills in what a response was read as that failed now.
func (m *Message) CutEvents(s *results.Sample, r *events.Reader, now time.Duration) {
	if r != nil && m.streams(s.Code) {
		s.Events = r.Cut(s.Sent, now)
	}
}

// withoutCoded takes back what was read in a compressed body, which is not what was sent.
func withoutCoded(s *results.Sample, r *check.Response) {
	if s.Events != nil && r != nil && len(r.Header(coding.Header)) > 0 {
		s.Events = nil
	}
}
