package protocol

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
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
	Name   string   // in the scope of signatures, such as "monitoring"
	Claims []string // how the paths, or the operations in a header, of its unsigned requests begin
	Open   bool     // it takes requests without a signature, as Cognito does from apps
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

	// Permits says what the policy of a caller refuses; nil: nothing.
	Permits Permit
}

// ServeHTTP answers one request.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", e.Now().UTC().Format(http.TimeFormat)) // by its own clock
	if e.lacks(w, r) {
		return
	}
	s := e.service(r)
	body, err := ReadBody(w, r)
	if err == nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		err = e.admit(r, body, s)
	}
	if err != nil {
		s.Refuse(w, r, refusalOf(err))
		return
	}
	s.ServeHTTP(w, e.permitted(r, s))
}

func (e *Endpoint) service(r *http.Request) Mount {
	name := sigv4.Service(r)
	for _, s := range e.Services {
		if name == s.Name {
			return s
		}
	}
	for _, s := range e.Services {
		if slices.ContainsFunc(s.Claims, func(prefix string) bool {
			return strings.HasPrefix(r.URL.Path, prefix) || strings.HasPrefix(r.Header.Get(targetHeader), prefix)
		}) {
			return s
		}
	}
	return e.Services[len(e.Services)-1]
}

var signatureRefusals = map[error]Refusal{
	sigv4.ErrMissing: Unsigned, sigv4.ErrIncomplete: IncompleteSignature, sigv4.ErrUnknown: Unrecognised,
	sigv4.ErrExpired: WrongSignature, sigv4.ErrMismatch: WrongSignature,
}

func (e *Endpoint) admit(r *http.Request, body []byte, service Mount) error {
	if refusal, refuses := e.Refuses(); refuses && (!service.Open || refusal.Code != ExpiredToken.Code) { // which is of a signature
		return refusal
	}
	now := e.Now()
	err := e.Keys.Verify(r, body, service.Name, now)
	if err == nil || service.Open && err == sigv4.ErrMissing {
		return nil
	}
	refusal := signatureRefusals[err]
	if err == sigv4.ErrExpired {
		refusal.Message = "Signature expired: " + r.Header.Get("X-Amz-Date") + " is not within 5 min. of " + now.UTC().Format("20060102T150405Z")
	}
	return refusal
}
