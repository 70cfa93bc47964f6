package scenarios

import (
	"slices"

	"tollgate/pricing/document"
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
		v.Bad("is not one of %s%s", document.OneOf(Protocols), document.DidYouMean(v.Raw, Protocols))
		return
	}
	*p = Protocol(s)
}

// HTTP2Over says whether HTTP/2 is offered to a target with a URL of this scheme, and
// whether nothing else is.
func (e Engine) HTTP2Over(scheme string) (offered, only bool) {
	only = e.HTTP == HTTP2
	return only || e.HTTP != HTTP1 && scheme == "https", only
}
