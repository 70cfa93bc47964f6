package protocol

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tollgate/targets/lab/aws/sigv4"
)

// lacks refuses a request that is signed for a service which e does not serve, and names
// those that it does. Without it such a request would meet another service, whose name is
// not the one in its signature.
func (e *Endpoint) lacks(w http.ResponseWriter, r *http.Request) bool {
	name := sigv4.Service(r)
	var names []string
	for _, s := range e.Services {
		names = append(names, s.Name)
	}
	if name == "" || slices.Contains(names, name) {
		return false
	}
	slices.Sort(names)
	last := len(names) - 1
	refusal := Refusal{
		Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("the lab has no AWS service %q: it has %s and %s", name, strings.Join(names[:last], ", "), names[last]),
	}
	if speaksREST(r, name) {
		NewREST("message", nil).Refuse(w, r, refusal)
	} else {
		e.Services[last].Refuse(w, r, refusal)
	}
	return true
}

// inXML are the services whose REST protocol has XML for bodies.
var inXML = []string{"s3", "s3express", "route53", "cloudfront"}

// speaksREST says whether a client of any service expects JSON without a protocol of its
// own in headers.
func speaksREST(r *http.Request, service string) bool {
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	return r.Header.Get(targetHeader) == "" && !form && !strings.HasPrefix(r.URL.Path, "/service/") && !slices.Contains(inXML, service)
}
