package load

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/cookies"
	"tollgate/scenarios/cors"
	"tollgate/scenarios/events"
	"tollgate/scenarios/extract"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A Message is one of the scenario's requests as it goes to one target: all
// that stays the same from one sending to the next.
type Message struct {
	Request   targets.Request // already signed, where one proof serves for ever
	Sign      targets.Signer  // not nil: each sending needs a proof that is made of all of it
	prove     targets.Signer  // not nil: makes a proof that has expired anew
	Timeout   time.Duration   // from being taken up to the last byte
	Expect    check.Expect
	readsBody bool // the beginning of the body is kept for its checks
	Checks    bool // more than a status is expected
	Extracts  bool // later steps of a flow take more from it than its status
	extracts  []extract.Extract
	Decodes   bool // a content coding was asked for, which is undone
	Cookies   bool // each user keeps those that responses set
	origin    cookies.Origin
	page      targets.Page     // that sends it; zero: none
	Preflight *Preflight       // that a browser sends first; nil: none
	asks      *cors.Ask        // of one that is a preflight; nil: it is none
	Marks     *marking         // nil: no marks are asked for
	releases  targets.Releases // which response headers name; zero: none
	stream    *events.Options  // how responses are read as events; nil: they are not
	refusals  *ownRefusals     // nil: what is asked is no front door of AWS
	varies    bool             // from one sending to the next, by its values
	target    values.Template  // path and query; of a step that goes elsewhere the whole address
	header    map[string][]values.Template
	body      values.Template
	mask      *targets.Mask    // of its secrets, but for a proof of its own
	hosts     []targets.Target // that it may go to besides the target; nil: it goes to the target
	issued    func() []string  // further ones; nil: there are none
	cached    targets.CacheHeaders
	types     *errorTypes // of the target's front door; nil: its kind states none
}

// Mask knows the secrets of the message, those that differ from one sending to the next,
// and what was issued meanwhile. It is for excerpts, of which there are few.
func (m *Message) Mask(ofSending ...string) *targets.Mask {
	if m.issued != nil {
		ofSending = append(ofSending, m.issued()...)
	}
	return m.mask.With(ofSending...)
}

// ReadsBody reports whether the outcome of a response depends on its body.
func (m *Message) ReadsBody() bool { return m.readsBody }

// Keeps is how much of the beginning of the body of a response with that status is to be
// kept until the response is judged.
func (m *Message) Keeps(status int) int {
	switch {
	case m.readsBody || m.Decodes:
		return check.Window
	case m.Marks != nil:
		return markBytes
	case status == http.StatusForbidden && m.refusals != nil:
		return refusalBytes
	}
	return 0
}

// Headers are the names of the response's fields that a check or a mark is read from,
// in lower case.
func (m *Message) Headers() []string {
	names := append(m.Expect.Headers(), extract.Headers(m.extracts)...)
	if m.Decodes {
		names = append(names, coding.Header)
	}
	if m.Cookies {
		names = append(names, SetCookie)
	}
	if m.asks != nil {
		names = append(names, cors.AnswerFields()...)
	}
	if m.releases.Header != "" {
		names = append(names, strings.ToLower(m.releases.Header))
	}
	if m.Marks != nil {
		for _, name := range m.Marks.headers() {
			names = append(names, strings.ToLower(name))
		}
	}
	if m.types != nil {
		names = append(names, strings.ToLower(m.types.header))
	}
	if m.cached.Name != "" {
		names = append(names, strings.ToLower(m.cached.Name), strings.ToLower(ageHeader))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Cached is what a response says of a cache in front of the target; lines returns a header's.
func (m *Message) Cached(lines func(name string) []string) targets.CacheAnswer {
	if m.cached.Name == "" {
		return targets.CacheUnsaid
	}
	return m.cached.Answer(m.Request.Method, lines(m.cached.Name), lines(ageHeader))
}

// Varies reports whether one sending differs from another by its values.
func (m *Message) Varies() bool { return m.varies }

// Render returns a request, to be sent next. The result is not to be changed: sendings
// that are all the same share it.
func (m *Message) Render(s *values.Sending) (*targets.Request, error) {
	if m.Sign == nil && !m.varies {
		return &m.Request, nil
	}
	u := *m.Request.URL
	r := m.Request
	r.URL, r.Header = &u, m.Request.Header.Clone()
	if m.varies {
		if err := m.render(&r, s); err != nil {
			return nil, err
		}
	}
	if m.Sign == nil {
		return &r, nil
	}
	if err := m.Sign(&r); err != nil {
		return nil, err
	}
	return &r, checkHeader(r.Header)
}

func (m *Message) render(r *targets.Request, s *values.Sending) (err error) {
	s.Until = time.Time{}
	for name, all := range m.header {
		for i, v := range all {
			if r.Header[name][i], err = v.Text(s); err != nil {
				return err
			}
		}
	}
	if !m.body.IsZero() {
		if r.Body, err = m.body.Append(nil, s); err != nil {
			return err
		}
	}
	if m.target.Varies() {
		target, err := m.target.Text(s)
		switch {
		case err != nil:
			return err
		case m.Elsewhere():
			err = m.goTo(r, target)
		default:
			err = setTarget(r.URL, target)
		}
		if err != nil {
			return err
		}
	}
	r.Until = s.Until
	return nil
}

// Secrets are the values in one sending that are not to be shown.
func (m *Message) Secrets(s *values.Sending) []string {
	if !m.varies {
		return nil
	}
	all := append(m.target.Secrets(s), m.body.Secrets(s)...)
	if m.Elsewhere() {
		address, _ := m.target.Text(s)
		all = append(all, addressSecrets(address)...)
	}
	for _, header := range m.header {
		for _, v := range header {
			all = append(all, v.Secrets(s)...)
		}
	}
	return all
}

// bodyOf is the template of the body. One without a ${ is not copied before it is
// needed: it may be large.
func (m *Message) bodyOf() values.Template {
	if m.body.IsZero() {
		return values.Literal(string(m.Request.Body))
	}
	return m.body
}

// Remember reports whether a user who sends the messages remembers anything of the responses:
// cookies, or what preflights allowed.
func Remember(ms []Message) bool {
	return slices.ContainsFunc(ms, func(m Message) bool { return m.Cookies || m.Preflight != nil })
}

// LongestTimeout is the longest that any of the messages may take.
func LongestTimeout(ms []Message) (d time.Duration) {
	for i := range ms {
		d = max(d, ms[i].Timeout)
	}
	return d
}
