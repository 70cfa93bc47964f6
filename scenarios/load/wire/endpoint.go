//go:build linux

package wire

import (
	"bytes"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http2"
	"tollgate/scenarios/load/wire/poll"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// An endpoint is a target as the wire engine sees it.
type endpoint struct {
	number   uint16
	socket   string // the path of a unix socket that it is reached by; "": by IP
	names    *load.Resolver
	tunnel   *load.Tunnel   // nil: there is no proxy
	tls      *load.Security // nil: without
	reuse    scenarios.Reuse
	jars     load.Jars // of the users of the closed model
	requests []encodedRequest
	renders  bool          // some encodedRequest is rendered at each sending
	patience time.Duration // with a connection being opened that no request waits for
	remember bool          // its users keep something of responses
	loops    int           // among which its connections are shared out
	http     scenarios.Protocol
	streams  int          // on a connection of HTTP/2 at most
	allowed  atomic.Int32 // how many streams the latest connection allowed, or undecided, or onlyHTTP1

	// perConnection is how many requests the server took on the latest connection that it
	// ended while it was sent more; 0: there was none.
	perConnection atomic.Int32

	messages  []load.Message
	hosts     map[string]*endpoint // other hosts that its flows go to, by their origins
	elsewhere string               // the origin, where it is such a host; "": it is the target
	lookup    sync.Mutex           // held while its name is looked up
}

// An encodedRequest is a message that is encoded once and sent many times.
type encodedRequest struct {
	*load.Message
	text       []byte          // as it goes on the wire; nil where each sending is another
	size       int             // of the head in text
	values     values.Template // the text with places for its values, if it has any and is not signed
	asks       bool            // sends its body only after "100 Continue"
	head       bool            // its response has no body
	repeatable bool            // may be sent twice
	fields     []string        // of the response, in lower case, that a check or a Mark is read from
	http2      http2.Request
	preflight  *preflight // that a browser sends first; nil: none
}

// newEndpoint is the endpoint of a target, or of another host that its flows go to.
func newEndpoint(number uint16, t targets.Target, elsewhere string, job *load.Job, messages []load.Message, names *load.Resolver) *endpoint {
	p := &endpoint{
		messages: messages, hosts: map[string]*endpoint{}, elsewhere: elsewhere,
		number: number, names: names, socket: t.Connection.UnixSocket, tunnel: load.NewTunnel(job.TLS, &t), reuse: job.Options.Reuse(t),
		http: load.ProtocolFor(job, elsewhere != ""), streams: load.StreamsOn(&job.Options),
	}
	if n := p.reuse.Requests; n > 0 {
		p.streams = min(p.streams, n) // it never carries more at a time
	}
	if t.URL.Scheme == "https" {
		p.tls = load.NewSecurity(job.TLS, t)
		p.tls.Offer(p.http)
	}
	p.patience = min(dialTimeout, load.LongestTimeout(messages))
	for i := range messages {
		var r encodedRequest
		if elsewhere == "" || messages[i].Elsewhere() {
			r = p.encode(i, t.URL.Scheme, &messages[i])
		}
		p.requests = append(p.requests, r)
	}
	p.remember = load.Remember(messages)
	if elsewhere == "" { // browsers are told what pages may send by the target alone
		p.encodePreflights(t.URL.Scheme)
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

func (p *endpoint) encode(number int, scheme string, m *load.Message) encodedRequest {
	l := encodedRequest{Message: m, head: m.Request.Method == http.MethodHead, repeatable: load.Repeatable(&m.Request)}
	l.fields = m.Headers()
	switch {
	case m.Sign != nil || m.Elsewhere() && m.Varies():
	case m.Varies():
		l.values = m.HTTP1()
	default:
		l.text = load.AppendHTTP1(nil, &m.Request)
		l.size = headSize(l.text)
	}
	l.http2 = http2.Request{Number: number, Scheme: scheme, Head: l.head, Whole: l.text != nil && !m.Cookies, Steady: m.Steady()}
	p.renders = p.renders || l.text == nil
	l.asks = load.Waits(&m.Request)
	return l
}

// first is how much of text may be sent before the server has said anything.
func (l *encodedRequest) first(text []byte) int {
	if !l.asks {
		return len(text)
	}
	return l.headOf(text)
}

// headOf is how much of text is its head.
func (l *encodedRequest) headOf(text []byte) int {
	if l.text != nil && !l.Cookies {
		return l.size
	}
	return headSize(text)
}

func headSize(text []byte) int {
	const end = "\r\n\r\n"
	return bytes.Index(text, []byte(end)) + len(end)
}
