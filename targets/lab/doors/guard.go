package doors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"

	"tollgate/targets"
	"tollgate/targets/policy"
	"tollgate/targets/webacl"
)

// Guards are what stands in front of a door besides its own authentication.
//
// A request through a VPC endpoint first has to name its API. Then AWS WAF inspects it, and
// then the resource policy is asked: before authentication for a denial, and after it for
// an allowance, which an authorizer that knows the caller can stand in for.
// Sources: API Gateway developer guide, "Use AWS WAF to protect your REST APIs", "How API
// Gateway resource policies affect authorization workflow" and "How to invoke a private API".
type Guards struct {
	WebACL   *webacl.ACL     `json:"web_acl,omitempty"`         // rest-api, alb, cloudfront
	Policy   json.RawMessage `json:"resource_policy,omitempty"` // rest-api: as it stands at AWS
	Mutual   *MutualTLS      `json:"mutual_tls,omitempty"`      // alb; of an API it is its domain's
	Endpoint string          `json:"vpc_endpoint,omitempty"`    // rest-api that is private: the id of the endpoint through which requests come; they have to name the API. "": that is not asked for
}

var plainEndpoint = regexp.MustCompile(`^vpce-[0-9a-f]{8,17}$`)

func (d DoorConfig) checkGuards(at string, p *problems) {
	d.WebACL.Problems(at+".web_acl", p.add)
	if len(d.Policy) > 0 {
		policy.Parse(at+".resource_policy", d.Policy, p.add)
	}
	d.Mutual.check(at, d.TLS, p)
	switch {
	case d.Endpoint == "":
	case !plainEndpoint.MatchString(d.Endpoint):
		p.add("%s.vpc_endpoint: %q must be like vpce-0123456789abcdef0", at, d.Endpoint)
	case !d.Private:
		p.add("%s.vpc_endpoint: only a private API is reached through one: state private: true", at)
	}
}

// throughEndpoint lets a private API be found by its name alone: in the host of the request, or in
// the header x-apigw-api-id. Its endpoint is all APIs' in the region.
func (d *door) throughEndpoint() stage {
	if d.config.Endpoint == "" {
		return pass
	}
	id := d.kind.id(d.apiName())
	d.Host = id + "-" + d.config.Endpoint + "." + d.kind.Service + "." + region + ".amazonaws.com"
	hosts := []string{d.Host, id + "." + d.kind.Service + "." + region + ".amazonaws.com"}
	return func(x *exchange) bool {
		host, _, err := net.SplitHostPort(x.request.Host)
		if err != nil {
			host = x.request.Host
		}
		for _, h := range hosts {
			if strings.EqualFold(h, host) {
				return true
			}
		}
		return x.request.Header.Get("X-Apigw-Api-Id") == id || x.refuse(targets.FaultUnnamed, byEndpoint)
	}
}

func pass(*exchange) bool { return true }

// inspect lets AWS WAF look at a request.
func (d *door) inspect() stage {
	acl := d.config.WebACL
	if acl == nil {
		return pass
	}
	d.WebACL = cmp.Or(acl.Name, d.Name)
	d.WebACLRules = len(acl.Rules)
	in := webacl.New(acl, d.started)
	return func(x *exchange) bool {
		v := in.Inspect(x.request, addressOf(x.request), x.ready)
		x.inspected = true
		return !v.Blocked || x.refuse(targets.FaultWAF, byWebACL)
	}
}

// addressOf is where a request came from.
func addressOf(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv6Unspecified()
	}
	return at.Addr().Unmap()
}

// A resourcePolicy is asked twice about each request.
type resourcePolicy struct {
	*policy.Policy // nil: there is none
	door           *door
}

func newResourcePolicy(d *door) resourcePolicy {
	if len(d.config.Policy) == 0 {
		return resourcePolicy{nil, d}
	}
	return resourcePolicy{policy.Parse("", d.config.Policy, func(string, ...any) {}), d} // checked
}

// deny asks whether a statement denies the request, which nothing else then allows.
func (p resourcePolicy) deny(x *exchange) bool {
	if p.Policy == nil {
		return true
	}
	if x.permitted = p.Evaluate(p.call(x)); x.permitted == policy.Denied {
		return p.refuse(x, targets.FaultPolicy)
	}
	return true
}

// allow asks whether anything has allowed the request: a statement, or an authorizer that
// knows its caller. A user pool's tokens stand in for nothing.
func (p resourcePolicy) allow(x *exchange) bool {
	if p.Policy == nil || x.permitted == policy.Allowed {
		return true
	}
	if a := x.route.Authorizer; a != nil && a.Type != cognitoAuthorizer {
		return true
	}
	return p.refuse(x, targets.FaultNotAllowed)
}

// refuse responds with the ARN of the method, whose account is masked.
func (p resourcePolicy) refuse(x *exchange, fault targets.Fault) bool {
	x.refuse(fault, byPolicy)
	masked := strings.Replace(p.resource(x), account, strings.Repeat("*", len(account)-4)+account[len(account)-4:], 1)
	x.response = x.response.replacing(targets.ResourcePlace, masked)
	return false
}

func (p resourcePolicy) resource(x *exchange) string {
	return "arn:aws:execute-api:" + region + ":" + account + ":" + p.door.kind.id(p.door.apiName()) + "/" + p.door.Stage + "/" + x.request.Method + x.path
}

func (p resourcePolicy) call(x *exchange) policy.Call {
	c := policy.Call{
		Resource: p.resource(x), Address: addressOf(x.request), Endpoint: p.door.config.Endpoint,
		UserAgent: x.request.UserAgent(), Referer: x.request.Referer(), Secure: p.door.config.TLS,
	}
	if key := accessKey(x.request.Header.Get("Authorization")); key != "" {
		c.Principal = "arn:aws:iam::" + account + ":user/" + key
	}
	return c
}

// replacing is r with a text in place of another.
func (r *response) replacing(place, text string) *response {
	quoted, _ := json.Marshal(text) // a text
	named := newResponse(r.status, r.contentType[0], string(bytes.Replace(r.body, []byte(place), quoted[1:len(quoted)-1], 1)))
	named.errorType = r.errorType
	return named
}

// wafReadings are those of AWS WAF's metrics, which have no zeros.
var wafReadings = map[targets.Role]reading{
	targets.RoleWAFAllowed: func(x *exchange) (float64, bool) { return 1, x.inspected && x.refused != byWebACL },
	targets.RoleWAFBlocked: func(x *exchange) (float64, bool) { return 1, x.inspected && x.refused == byWebACL },
}
