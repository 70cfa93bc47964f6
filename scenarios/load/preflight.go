package load

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/cors"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A Preflight is what a browser asks a server before it sends a message, unless its user was
// allowed that a while ago.
type Preflight struct {
	Message
	Number uint16 // of the request that it is recorded as
	ask    *cors.Ask
}

// ofPage makes a message one of a page, if the scenario has it sent by one.
func (m *Message) ofPage(t *targets.Target, r *scenarios.Request) {
	if page := r.PageAt(t); page.Origin != "" {
		m.page = page
		if !page.SameOrigin(m.Request.URL) || m.Request.Method != http.MethodGet && m.Request.Method != http.MethodHead {
			m.Request.Header.Set("Origin", page.Origin)
		}
	}
}

// asksFirst returns what is asked before a message is sent, nil for nothing. Which headers
// need to be allowed is known when it was signed once.
func (m *Message) asksFirst(number uint16) (*Preflight, error) {
	if m.Elsewhere() || !m.page.Preflights || m.page.SameOrigin(m.Request.URL) {
		return nil, nil
	}
	signed := m.Request
	if m.Sign != nil {
		signed.Header = m.Request.Header.Clone()
		if err := m.Sign(&signed); err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
	}
	ask := cors.AskFor(m.page.Origin, m.Request.Method, signed.Header, m.Cookies || m.Request.Header.Has(Cookie))
	if ask == nil {
		return nil, nil
	}
	p := &Preflight{Number: number, ask: ask, Message: Message{
		Request: targets.Request{Method: http.MethodOptions, URL: m.Request.URL, Header: ask.Fields(), Proxy: m.Request.Proxy},
		Timeout: m.Timeout, Checks: true, Marks: m.Marks, cached: m.cached, mask: m.mask, issued: m.issued,
		varies: m.target.Varies(), target: m.target, origin: m.origin,
	}}
	for _, name := range []string{"Host", userAgentField, "Connection"} { // as the request itself has them
		if spelt := m.Request.Header.Spelt(name); spelt != "" && !slices.ContainsFunc(m.header[spelt], values.Template.Varies) {
			p.Request.Header[spelt] = m.Request.Header[spelt]
		}
	}
	if !p.Request.Header.Has(userAgentField) {
		p.Request.Header[userAgentField] = []string{userAgent}
	}
	p.asks = ask
	return p, nil
}

// refused says why an answer does not allow what was asked, nil if it does. A status of 400
// or more says that by itself.
func refused(a *cors.Ask, s *results.Sample, r *check.Response) *check.Failure {
	switch field, saw := a.Refused(r.Header); {
	case s.Code >= 400:
		return nil
	case s.Code < 200 || s.Code > 299:
		return Unexpected(s, "preflight: a status of success", fmt.Sprintf("got %d", s.Code))
	case field != "":
		return Unexpected(s, "preflight: "+field, saw)
	}
	return nil
}

// Allows reports whether a user was allowed lately what a message needs that is sent to a
// target, a path with its query.
func (j *Jar) Allows(p *Preflight, target []byte, now time.Duration) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.allowed.Allows(p.ask, j.urlOf(p, target), now)
}

// Allow remembers what a good answer allows.
func (j *Jar) Allow(p *Preflight, target []byte, values func(name string) []string, now time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.allowed.Keep(p.ask, j.urlOf(p, target), values, now)
}

// urlOf is a URL as it is remembered; the lock is held.
func (j *Jar) urlOf(p *Preflight, target []byte) []byte {
	u := p.Request.URL
	j.url = append(append(append(append(j.url[:0], u.Scheme...), "://"...), u.Host...), target...)
	return j.url
}

// Blocked is the sample of a request that a browser does not send, because its preflight had
// no good response.
func Blocked(request uint16, asked *results.Sample) *results.Sample {
	end := EndOf(asked)
	return &results.Sample{
		Target: asked.Target, Request: request, Block: asked.Block, Seq: asked.Seq, Due: asked.Due, Begun: asked.Begun, Held: asked.Held,
		Sent: end, Reused: true, Err: results.ErrBlocked,
	}
}

// ErrBlocked says why a request was not sent.
var ErrBlocked = errors.New("its preflight did not allow it: a browser does not send the request")
