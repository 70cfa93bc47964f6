//go:build linux

package load

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/targets"
)

// A place is a target as the wire engine sees it.
type place struct {
	number  uint16
	host    string // to resolve
	port    uint16
	tls     *tls.Config // nil: without
	letters []letter
	signs   bool // some letter is signed at each sending
	loops   int  // among which its connections are shared out

	// Written by resolve alone, before the loops of a turn start.
	addresses []netip.AddrPort
	asked     time.Duration // how long that took
	charged   atomic.Bool   // asked was part of opening a connection
	unknown   error         // why there are no addresses
}

// A letter is a message made ready to be sent without another thought.
type letter struct {
	*message
	text       []byte   // as it goes on the wire; nil where each sending is signed
	asks       bool     // sends its body only after "100 Continue"
	head       bool     // its response has no body
	repeatable bool     // idempotent (RFC 9110 section 9.2.2): may be sent twice
	fields     []string // of the response, in lower case, that a Mark is read from
}

func newPlace(number uint16, t targets.Target, messages []message, config *tls.Config) *place {
	host, port, _ := net.SplitHostPort(dialAddress(t))
	n, _ := strconv.ParseUint(port, 10, 16) // url.Parse has checked the port
	p := &place{number: number, host: host, port: uint16(n)}
	if t.URL.Scheme == "https" {
		p.tls = secured(config)
		if p.tls.ServerName == "" {
			p.tls.ServerName = host
		}
	}
	for i := range messages {
		p.letters = append(p.letters, p.letter(&messages[i]))
	}
	return p
}

func (p *place) letter(m *message) letter {
	l := letter{message: m, head: m.request.Method == http.MethodHead}
	switch m.request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		l.repeatable = true
	}
	if m.marks != nil {
		for _, names := range [][]string{m.marks.requestID, m.marks.instance, m.marks.cache} {
			for _, name := range names {
				l.fields = append(l.fields, strings.ToLower(name))
			}
		}
	}
	if m.sign == nil {
		l.text = appendHTTP1(nil, &m.request)
	}
	p.signs = p.signs || m.sign != nil
	l.asks = len(m.request.Body) > 0 && strings.EqualFold(m.request.Header.Get("Expect"), "100-continue")
	return l
}

// first is how much of text may be sent before the server has said anything.
func (l *letter) first(text []byte) int {
	if !l.asks {
		return len(text)
	}
	return len(text) - len(l.request.Body)
}

// resolveTimeout bounds the wait for a name.
const resolveTimeout = 10 * time.Second

// resolve looks the host up, unless that is known already.
func (p *place) resolve(ctx context.Context) {
	if p.addresses != nil {
		return
	}
	if a, err := netip.ParseAddr(p.host); err == nil {
		p.addresses = []netip.AddrPort{netip.AddrPortFrom(a, p.port)}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	began := time.Now()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", p.host)
	p.asked, p.unknown = time.Since(began), err
	for _, a := range found {
		p.addresses = append(p.addresses, netip.AddrPortFrom(a.Unmap(), p.port))
	}
}

// askedOnce returns how long resolving took to the first who asks: that
// connection was the one that waited for it.
func (p *place) askedOnce() time.Duration {
	if p.asked == 0 || p.charged.Swap(true) {
		return 0
	}
	return p.asked
}
