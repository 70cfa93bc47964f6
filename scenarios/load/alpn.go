package load

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/scenarios"
	"tollgate/scenarios/load/http1"
)

// The names of protocols in ALPN (RFC 7301, RFC 9113 section 3.2).
const (
	alpnHTTP1 = "http/1.1"
	alpnHTTP2 = "h2"
)

// Offer sets which protocols a target is offered by ALPN.
func (s *Security) Offer(p scenarios.Protocol) {
	switch p {
	case scenarios.HTTP1:
		s.Config.NextProtos = []string{alpnHTTP1}
	case scenarios.HTTP2:
		s.Config.NextProtos = []string{alpnHTTP2}
	default:
		s.Config.NextProtos = []string{alpnHTTP2, alpnHTTP1}
	}
}

// OnlyHTTP1 is the configuration that offers no other protocol than HTTP/1.1.
func (s *Security) OnlyHTTP1() *tls.Config {
	c := s.Config.Clone()
	c.NextProtos = []string{alpnHTTP1}
	return c
}

// Agreed says whether the server chose HTTP/2. One that does not speak ALPN speaks
// HTTP/1.1, which is an error where HTTP/2 alone was offered.
func (s *Security) Agreed(state tls.ConnectionState) (http2 bool, err error) {
	if state.NegotiatedProtocol == alpnHTTP2 {
		return true, nil
	}
	if !slices.Contains(s.Config.NextProtos, alpnHTTP1) {
		return false, errNoProtocol
	}
	return false, nil
}

// errNoProtocol is what servers say that choose none of the protocols that were offered.
var errNoProtocol = errors.New("no application protocol")

// AnswersHTTP2 is the detail of a request that a server without TLS answered with another
// version of HTTP than it was asked in.
var AnswersHTTP2 = http1.AnswersHTTP2.Error()

// An alpnError is the refusal of all protocols that were offered.
type alpnError struct {
	error
	offered []string
}

func (e alpnError) Error() string {
	names := slices.Clone(e.offered)
	for i, name := range names {
		names[i] = map[string]string{alpnHTTP1: "HTTP/1.1", alpnHTTP2: "HTTP/2"}[name]
	}
	if len(names) == 1 {
		return fmt.Sprintf("the server does not offer %s (ALPN)", names[0])
	}
	return fmt.Sprintf("the server offers neither %s (ALPN)", strings.Join(names, " nor "))
}

func (e alpnError) Unwrap() error { return e.error }

// NoProtocol reports whether a server refused all protocols that were offered.
func NoProtocol(err error) bool {
	_, refused := errors.AsType[alpnError](err)
	return refused
}

// isNoProtocol reports whether err is about ALPN: crypto/tls has no type for that.
func isNoProtocol(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no application protocol") || strings.Contains(err.Error(), "unadvertised ALPN"))
}
