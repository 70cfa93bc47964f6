package protocol

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"tollgate/targets/lab/aws/sigv4"
)

// A Handler answers requests, or refuses them in their own protocol.
type Handler interface {
	http.Handler
	Refuse(http.ResponseWriter, *http.Request, Refusal)
}

// A Mount is one of AWS's services at an endpoint.
type Mount struct {
	Name   string                   // in the scope of signatures, such as "monitoring"
	Claims func(*http.Request) bool // whether an unsigned request looks like its own; nil: every one does
	Handler
}

// An Endpoint is one address for several services, as AWS_ENDPOINT_URL names one
// for all clients: the service that a request is for stands in the scope of its
// signature, or else in its header or its path. The last of them takes what no
// other claims.
type Endpoint struct {
	Now      func() time.Time
	Keys     sigv4.Keys
	Services []Mount

	// Refuses says what a request meets instead of its answer.
	Refuses func() (Refusal, bool)
}

// ServeHTTP answers one request.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := e.service(r)
	body, err := ReadBody(w, r)
	if err == nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		err = e.admit(r, body, s.Name)
	}
	var refusal Refusal
	if errors.As(err, &refusal) {
		s.Refuse(w, r, refusal)
		return
	}
	s.ServeHTTP(w, r)
}

func (e *Endpoint) service(r *http.Request) Mount {
	name := sigv4.Service(r)
	for _, s := range e.Services {
		if name == s.Name {
			return s
		}
	}
	for _, s := range e.Services {
		if s.Claims == nil || s.Claims(r) {
			return s
		}
	}
	return e.Services[len(e.Services)-1]
}

// admit says why a request may not reach its service.
func (e *Endpoint) admit(r *http.Request, body []byte, service string) error {
	if refusal, refuses := e.Refuses(); refuses {
		return refusal
	}
	switch err := e.Keys.Verify(r, body, service, e.Now()); {
	case err == nil:
		return nil
	case errors.Is(err, sigv4.ErrMissing):
		return Unsigned
	case errors.Is(err, sigv4.ErrIncomplete):
		return IncompleteSignature
	case errors.Is(err, sigv4.ErrUnknown):
		return Unrecognised
	case errors.Is(err, sigv4.ErrExpired):
		return expired(r.Header.Get("X-Amz-Date"), e.Now())
	default:
		return WrongSignature
	}
}

// expired is how AWS refuses a signature that is not of this time.
func expired(stamp string, now time.Time) Refusal {
	refusal := WrongSignature
	refusal.Message = "Signature expired: " + stamp + " is not within 5 min. of " + now.UTC().Format("20060102T150405Z")
	return refusal
}
