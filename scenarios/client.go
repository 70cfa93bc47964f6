package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios/coding"
	"tollgate/targets"
)

// clientKeys are the keys of a target that say how a client sends its requests.
var clientKeys = []string{"keepalive", "accept_encoding", "cookies", pageOrigin, pagePreflight}

// client reads them.
func (f fields) client() (c targets.Client) {
	c.Fresh = f.Has("keepalive") && !f.Get("keepalive").Yes()
	c.Cookies = f.yes("cookies")
	c.Accepts = accepts(f.Get("accept_encoding"))
	c.Page = f.pageOfTarget()
	return c
}

// accepts are the codings that a response may have: one, or a list of them.
func accepts(v document.Value) (codings []string) {
	if v.Node == nil {
		return nil
	}
	items := []document.Value{v}
	if v.Type == document.List {
		items = v.List(len(coding.Names()))
	}
	for _, item := range items {
		if name := item.Choice(append(coding.Names(), coding.Identity)...); name != "" {
			codings = append(codings, name)
		}
	}
	if len(codings) > 1 && slices.Contains(codings, coding.Identity) {
		v.Problem("%s stands alone: it asks for bodies that are not compressed", coding.Identity)
	}
	return codings
}

// acceptsTwice reports codings that are stated in two ways.
func (f fields) acceptsTwice(r *Request) {
	if r.Accepts != nil && r.Header.Has(coding.Accept) {
		f.Get("headers").Problem("%s: accept_encoding writes this header: remove one of them", coding.Accept)
	}
}

// forgetful warns of targets whose users keep cookies that they never send: in the open
// model without flows a connection stands for a user, and without keep-alive that sends once.
func (p *Plan) forgetful() (all []error) {
	for i, t := range p.Scenario.Targets {
		if t.Client.Cookies && p.Scenario.Engine.Reuse(t).Requests == 1 && slices.ContainsFunc(p.Populations, func(one PlannedPopulation) bool {
			return one.sends(i) && len(one.Walks) == 0 && slices.ContainsFunc(one.Stages, func(s PlannedStage) bool { _, open := s.Load.(Arrivals); return open })
		}) {
			all = append(all, fmt.Errorf("target %s: no cookie is sent in the open model, where a connection stands for a user and carries one request here: keep connections, use a closed load, or make flows of the requests", t.Name))
		}
	}
	return all
}

// expectHeader has the only expectation that HTTP knows: the body is sent when the
// server has said "100 Continue", or nothing for a second. Source: RFC 9110, section
// 10.1.1, which forbids it in a request without a body.
const expectHeader, expectContinue = "Expect", "100-continue"

// spelling is that of a header's name: net/http, and so one of the engines,
// knows Expect in this one only.
func spelling(name string) string {
	if strings.EqualFold(name, expectHeader) {
		return expectHeader
	}
	return name
}

// expects reports an Expect header that servers refuse.
func (r *Request) expects(v document.Value) {
	switch {
	case !r.Header.Has(expectHeader):
	case len(r.Header[expectHeader]) != 1 || !strings.EqualFold(r.Header.Get(expectHeader), expectContinue):
		v.Problem("%s: must be %s: HTTP has no other expectation", expectHeader, expectContinue)
	case len(r.Body) == 0 && r.Upload == nil:
		v.Problem("%s: belongs to a request with a body: it holds the body back until the server has said \"100 Continue\"", expectHeader)
	}
}

// A Reuse limits how long a connection is used.
type Reuse struct {
	Requests int           // that it carries; 0: any number
	Age      time.Duration // from which it carries no further request; 0: any
}

// Reuse is how long a connection to a target is used.
func (e Engine) Reuse(t targets.Target) Reuse {
	r := Reuse{Requests: e.RequestsPerConnection, Age: e.ConnectionAge}
	if t.Client.Fresh {
		r.Requests = 1
	}
	return r
}

// Ended reports whether a connection that has carried so many requests, and was
// opened so long ago, is closed instead of being kept for another request. Both
// engines ask when a response is complete, as nginx does for its limits
// keepalive_requests and keepalive_time: so a request is never on a connection
// that ends for this reason, and one that grew old at rest carries one more.
// Source: nginx documentation, ngx_http_upstream_module.
func (r Reuse) Ended(carried int, age time.Duration) bool {
	return r.Requests > 0 && carried >= r.Requests || r.Age > 0 && age >= r.Age
}

// guessedConnections are how many connections carry n requests to a target, and for how
// many seconds each is open.
func (e Engine) guessedConnections(t targets.Target, n int64) (opened, seconds int64) {
	switch requests := int64(e.Reuse(t).Requests); requests {
	case 0:
		return min(n, 1000), 60
	case 1:
		return n, 1
	default:
		return max(min(n, 1000), n/requests), min(requests, 60)
	}
}
