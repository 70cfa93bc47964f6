//go:build linux

package load

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
)

// A place is a target as the wire engine sees it.
type place struct {
	number   uint16
	names    *resolver
	tls      *security // nil: without
	letters  []letter
	signs    bool          // some letter is signed at each sending
	patience time.Duration // with a connection being opened that no request waits for
	loops    int           // among which its connections are shared out
}

// A letter is a message made ready to be sent without another thought.
type letter struct {
	*message
	text       []byte   // as it goes on the wire; nil where each sending is another
	parts      [][]byte // the text around its keys, if there are any and it is not signed
	asks       bool     // sends its body only after "100 Continue"
	head       bool     // its response has no body
	repeatable bool     // may be sent twice
	fields     []string // of the response, in lower case, that a Mark or a coding is read from
}

func newPlace(number uint16, t targets.Target, messages []message, names *resolver, config *tls.Config) *place {
	p := &place{number: number, names: names}
	if t.URL.Scheme == "https" {
		p.tls = newSecurity(config, t)
	}
	p.patience = min(dialTimeout, longest(messages))
	for i := range messages {
		p.letters = append(p.letters, p.letter(&messages[i]))
	}
	return p
}

func (p *place) letter(m *message) letter {
	l := letter{message: m, head: m.request.Method == http.MethodHead, repeatable: repeatable(&m.request)}
	if m.marks != nil {
		for _, name := range m.marks.headers() {
			l.fields = append(l.fields, strings.ToLower(name))
		}
	}
	if m.coded {
		l.fields = append(l.fields, strings.ToLower(codingHeader))
	}
	switch {
	case m.sign != nil:
	case m.keys != nil:
		l.parts = bytes.Split(appendHTTP1(nil, &m.request), []byte(keyPlace))
	default:
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
