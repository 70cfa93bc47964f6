package targets

import (
	"net/url"
	"strings"
	"time"
)

// A Request is what a Signer signs: one request as it will go on the wire,
// without the headers that the engine adds (Host, Content-Length).
type Request struct {
	Method string
	URL    *url.URL // URL.RequestURI is the request target, byte for byte
	Header Header
	Body   []byte
	Upload *Upload // not nil: the body, in place of Body
	Proxy  *Proxy  // that it is sent to, in absolute form; nil: it is sent to the server

	Until time.Time // its proof serves until then, and it is not to be sent later; zero: for longer than it waits
}

// Length is that of the body.
func (r *Request) Length() int64 {
	if r.Upload != nil {
		return r.Upload.Size
	}
	return int64(len(r.Body))
}

// Target is the request target as it is sent: to a proxy in absolute form. Source: RFC
// 9112, section 3.2.
func (r *Request) Target() string { return r.SchemeAndHost() + r.URL.RequestURI() }

// SchemeAndHost are what an absolute form begins with; "" of another form.
func (r *Request) SchemeAndHost() string {
	if r.Proxy == nil {
		return ""
	}
	return r.URL.Scheme + "://" + r.URL.Host
}

// Sent is the header with what a proxy asks for. It is for the proxy alone, which takes
// it off, and so no part of what is signed.
func (r *Request) Sent() Header {
	if r.Proxy == nil || r.Proxy.Authorization() == "" {
		return r.Header
	}
	h := r.Header.Clone()
	h.Set("Proxy-Authorization", r.Proxy.Authorization())
	return h
}

// Host is what the Host header says: the one that is set, else the host of the
// URL as clients write it, without the scheme's own port and without the zone
// of an IPv6 address, which means something on this machine only.
// Source: RFC 9110 section 4.2.3 (default ports), RFC 6874 section 4 (zones).
func (r *Request) Host() string {
	if host := r.Header.Get("Host"); host != "" {
		return host
	}
	host := r.URL.Host
	if zone := strings.IndexByte(host, '%'); zone >= 0 {
		if end := strings.IndexByte(host, ']'); end > zone {
			host = host[:zone] + host[end:]
		}
	}
	if port := defaultPorts[r.URL.Scheme]; port != "" && r.URL.Port() == port {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return host
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}

// A Signer adds proof of identity to a request. It is called before the
// clocks of a request start, so its time is never latency, by one goroutine
// at a time for any given request.
type Signer func(*Request) error

// A Proof is the value of a header that proves who sends a request, and until when it
// serves; zero: for longer than a request waits. It is the same for all requests of a
// moment. Any number of goroutines may ask for it.
type Proof func() (value string, until time.Time, err error)

// A Stamp says how often a Signer's proof must be renewed.
type Stamp struct {
	Sign       Signer // nil: nothing to sign
	PerRequest bool   // the proof holds for a moment only (SigV4); else it may be reused for ever

	// Header is where Proof goes, which is all that Sign does: an engine need not make
	// the whole request anew. "": Sign has to see the request.
	Header string
	Proof  Proof

	Keyring Keyring // that the proof is of; nil: there is nothing to renew
}

// A Keyring holds credentials that are renewed while they are used. Stamps that share
// one have the same, so that it can be compared. Its methods may be called at any time.
type Keyring interface {
	Warnings() []string // what has gone wrong with renewing so far, in order
	Secrets() []string  // that it has held so far, to be masked where they come back
}
