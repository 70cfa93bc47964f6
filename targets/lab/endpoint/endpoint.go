// Package endpoint is one address for all the AWS services of the lab, as
// AWS_ENDPOINT_URL names one for all clients.
//
// # The design
//
//  1. The service that a request is for stands in the scope of its signature;
//     where it is not signed, its header or its path tells.
//  2. What the endpoint was told to suffer comes first: throttling, faults of
//     AWS's own, credentials that have expired.
//  3. The signature is verified. What is wrong with it is said in the service's
//     own protocol.
//  4. The service answers.
//
// # Why
//
//   - Signatures are verified although the endpoint keeps no secrets: a client
//     that would be refused by AWS must be refused here, in the same words.
//   - Regions are not looked at: a client may sign for any, and all of them are
//     this machine.
package endpoint

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"tollgate/targets/lab/protocol"
	"tollgate/targets/lab/signature"
)

// A Handler answers requests, or refuses them in their own protocol.
type Handler interface {
	http.Handler
	Refuse(http.ResponseWriter, *http.Request, protocol.Refusal)
}

// A Service is one of AWS's.
type Service struct {
	Name   string                   // in the scope of signatures, such as "monitoring"
	Claims func(*http.Request) bool // whether an unsigned request looks like its own; nil: every one does
	Handler
}

// An Endpoint serves AWS's services. The last of them takes what no other claims.
type Endpoint struct {
	Now      func() time.Time
	Keys     signature.Keys
	Services []Service

	// Suffer says what a request to a service meets instead of its answer; nil:
	// nothing.
	Suffer func(service string) (protocol.Refusal, bool)
}

// ServeHTTP answers one request.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := e.service(r)
	body, err := protocol.ReadBody(w, r)
	if err == nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		err = e.admit(r, body, s.Name)
	}
	var refusal protocol.Refusal
	if errors.As(err, &refusal) {
		s.Refuse(w, r, refusal)
		return
	}
	s.ServeHTTP(w, r)
}

// service finds the service that a request is for.
func (e *Endpoint) service(r *http.Request) Service {
	name := signature.Service(r)
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
	if e.Suffer != nil {
		if refusal, suffers := e.Suffer(service); suffers {
			return refusal
		}
	}
	switch err := e.Keys.Verify(r, body, service, e.Now()); {
	case err == nil:
		return nil
	case errors.Is(err, signature.ErrMissing):
		return protocol.Unsigned
	case errors.Is(err, signature.ErrIncomplete):
		return protocol.IncompleteSignature
	case errors.Is(err, signature.ErrUnknown):
		return protocol.Unrecognised
	case errors.Is(err, signature.ErrExpired):
		return expired(r.Header.Get("X-Amz-Date"), e.Now())
	default:
		return protocol.WrongSignature
	}
}

// expired is how AWS refuses a signature that is not of this time.
func expired(stamp string, now time.Time) protocol.Refusal {
	refusal := protocol.WrongSignature
	refusal.Message = "Signature expired: " + stamp + " is not within 5 min. of " + now.UTC().Format("20060102T150405Z")
	return refusal
}
