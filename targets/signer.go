package targets

import (
	"net/http"
	"net/url"
)

// A Request is what a Signer signs: one request as it will go on the wire,
// without the headers that the engine adds (Host, Content-Length).
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
}

// A Signer adds proof of identity to a request. It is called before the
// clocks of a request start, so its time is never latency, by one goroutine
// at a time for any given request.
type Signer func(*Request) error

// A Stamp says how often a Signer's proof must be renewed.
type Stamp struct {
	Sign       Signer // nil: nothing to sign
	PerRequest bool   // the proof holds for a moment only (SigV4); else it may be reused for ever
}
