package protocol

import (
	"context"
	"net/http"

	"tollgate/targets/lab/aws/sigv4"
)

// A Permit says why a caller may not do something, nil: it may. The operation is named as its
// service names it: "StartQuery", or "GET /restapis/{api}". Region is that of the signature.
type Permit func(service, operation, region string, fields Form) error

type permitKey struct{}

// permitted has the operation that a request turns out to ask for decided by the endpoint:
// only its service can read which one it is.
func (e *Endpoint) permitted(r *http.Request, s Mount) *http.Request {
	if e.Permits == nil || s.Open {
		return r
	}
	region := sigv4.Region(r)
	permit := func(operation string, fields Form) error { return e.Permits(s.Name, operation, region, fields) }
	return r.WithContext(context.WithValue(r.Context(), permitKey{}, permit))
}

// permits asks the endpoint that a request came by, if there is one.
func permits(r *http.Request, operation string, fields Form) error {
	permit, asked := r.Context().Value(permitKey{}).(func(string, Form) error)
	if !asked {
		return nil
	}
	return permit(operation, fields)
}
