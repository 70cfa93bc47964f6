package scenarios

import (
	"fmt"
	"slices"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A Protocol is the version of HTTP that a scenario asks for.
type Protocol string

// The protocols that can be asked for.
const (
	Auto  Protocol = "auto" // over TLS HTTP/2 where the target offers it by ALPN, else HTTP/1.1
	HTTP1 Protocol = "1.1"
	HTTP2 Protocol = "2" // over TLS by ALPN, else with prior knowledge (RFC 9113 section 3.3)
)

// Protocols are the words for them.
var Protocols = []string{string(Auto), string(HTTP1), string(HTTP2)}

// Decode reads a protocol, which YAML may take for a number.
func (p *Protocol) Decode(v document.Value) {
	s, ok := v.Scalar("one of "+document.OneOf(Protocols), document.Integer, document.Float)
	if ok && !slices.Contains(Protocols, s) {
		v.Bad("is not one of %s", document.OneOf(Protocols)) // numbers are too much alike for a guess
		return
	}
	*p = Protocol(s)
}

// unspoken warns of a front door that does not offer HTTP/2, where nothing else is asked for.
func (s *Scenario) unspoken(t targets.Target) []error {
	secure := t.Lab && s.Lab.TLS || t.URL != nil && t.URL.Scheme == "https"
	switch {
	case s.Engine.HTTP != HTTP2 || !t.Kind.OnAWS():
		return nil
	case !secure && (t.Lab || !targets.Loopback(t.URL.Hostname())):
		return []error{fmt.Errorf("target %s: front doors speak HTTP/2 over TLS only, and engine.http asks for nothing else", t.Name)}
	case !t.Door().Listener.HTTP2:
		return []error{fmt.Errorf("target %s: a %s offers no HTTP/2, and engine.http asks for nothing else", t.Name, t.Door().Title)}
	}
	return nil
}

// HTTP2Over says whether HTTP/2 is offered to a target with a URL of this scheme, and
// whether nothing else is.
func (e Engine) HTTP2Over(scheme string) (offered, only bool) {
	only = e.HTTP == HTTP2
	return only || e.HTTP != HTTP1 && scheme == "https", only
}
