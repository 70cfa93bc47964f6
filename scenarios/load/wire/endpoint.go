//go:build linux

package wire

import (
	"bytes"
	"net/http"
	"net/netip"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire/poll"
	"tollgate/scenarios/values"
)

// An endpoint is a target as the wire engine sees it.
type endpoint struct {
	number   uint16
	socket   string // the path of a unix socket that it is reached by; "": by IP
	names    *load.Resolver
	tls      *load.Security // nil: without
	reuse    scenarios.Reuse
	requests []encodedRequest
	renders  bool          // some encodedRequest is rendered at each sending
	patience time.Duration // with a connection being opened that no request waits for
	loops    int           // among which its connections are shared out
}

// An encodedRequest is a message that is encoded once and sent many times.
type encodedRequest struct {
	*load.Message
	text       []byte          // as it goes on the wire; nil where each sending is another
	values     values.Template // the text with places for its values, if it has any and is not signed
	asks       bool            // sends its body only after "100 Continue"
	head       bool            // its response has no body
	repeatable bool            // may be sent twice
	fields     []string        // of the response, in lower case, that a check or a Mark is read from
}

func newEndpoint(number uint16, job *load.Job, messages []load.Message, names *load.Resolver) *endpoint {
	t := job.Targets[number]
	p := &endpoint{number: number, names: names, socket: t.Connection.UnixSocket, reuse: job.Options.Reuse(t)}
	if t.URL.Scheme == "https" {
		p.tls = load.NewSecurity(job.TLS, t)
	}
	p.patience = min(dialTimeout, load.LongestTimeout(messages))
	for i := range messages {
		p.requests = append(p.requests, p.encode(&messages[i]))
	}
	return p
}

// dial begins to connect to one of the endpoint's addresses.
func (p *endpoint) dial(to netip.AddrPort) (fd int, err error) {
	if p.socket != "" {
		fd, err = poll.DialUnix(p.socket)
		return fd, load.UnixFailure(err)
	}
	return poll.Dial(to, p.names.Source.For(to.Addr()))
}

func (p *endpoint) encode(m *load.Message) encodedRequest {
	l := encodedRequest{Message: m, head: m.Request.Method == http.MethodHead, repeatable: load.Repeatable(&m.Request)}
	l.fields = m.Headers()
	switch {
	case m.Sign != nil:
	case m.Varies():
		l.values = m.HTTP1()
	default:
		l.text = load.AppendHTTP1(nil, &m.Request)
	}
	p.renders = p.renders || l.text == nil
	l.asks = load.Waits(&m.Request)
	return l
}

// first is how much of text may be sent before the server has said anything.
func (l *encodedRequest) first(text []byte) int {
	if !l.asks {
		return len(text)
	}
	return bytes.Index(text, []byte("\r\n\r\n")) + len("\r\n\r\n")
}
