package doors

import (
	"cmp"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tollgate/targets/lab/aws/control"
)

// called is the function behind a route or a rule as its integration names it: by stage
// variables, too. It is "" where something else is called, which service then is.
func (d *door) called(i *Integration) (function, service string) {
	behind := or(i, Integration{}).filled()
	switch {
	case !strings.HasPrefix(behind.Type, "lambda"):
		return "", map[string]string{"http": "HTTP_PROXY", "mock": "MOCK"}[behind.Type]
	case behind.Function != "":
		return behind.Function, ""
	case d.config.FunctionName != "":
		return d.config.FunctionName, ""
	case d.function != nil:
		return d.function.name, ""
	}
	return "", ""
}

// authorizations are what API Gateway calls the types of authorizers.
var authorizations = map[string]string{"token": "CUSTOM", "jwt": "JWT", "login": "JWT", cognitoAuthorizer: "COGNITO_USER_POOLS", "iam": "AWS_IAM"}

// authorized says how the callers of a route prove who they are.
func authorized(a *Authorizer) string {
	if a == nil {
		return "NONE"
	}
	return authorizations[a.Type]
}

func limitOf(t *Throttle) *control.Limit {
	if t == nil {
		return nil
	}
	return &control.Limit{Rate: float64(t.Rate), Burst: t.Burst}
}

// describeRoutes are those of a REST or HTTP API.
func (d *door) describeRoutes() (all []control.Route) {
	keyed := len(d.config.plans()) > 0
	for _, r := range d.config.Routes {
		one := control.Route{
			Method: r.Method, Path: r.Path, Key: cmp.Or(r.Method, anyMethod) + " " + r.Path, Timeout: time.Duration(d.config.Timeout).Milliseconds(),
			Authorization: authorized(r.Authorizer), Keyed: *or(r.KeyRequired, keyed), Validated: r.Validate != nil, Throttle: limitOf(r.Throttle),
		}
		if r.Path == defaultStage { // which is the name of a route, too
			one.Key = r.Path
		}
		one.Function, one.Service = d.called(r.Integration)
		all = append(all, one)
	}
	return all
}

// describeSockets are the routes of a WebSocket API.
func (d *door) describeSockets() (all []control.Route) {
	keyed := len(d.config.plans()) > 0
	for _, r := range d.config.Sockets.Routes {
		one := control.Route{
			Key: r.Key, Timeout: time.Duration(d.config.Timeout).Milliseconds(), Authorization: authorized(r.Authorizer),
			Keyed: r.Key == connectRoute && *or(r.KeyRequired, keyed), Answers: r.TwoWay, Throttle: limitOf(r.Throttle),
		}
		one.Function, one.Service = d.called(r.Integration)
		all = append(all, one)
	}
	return all
}

// SecondAPIs are the stages of the HTTP and WebSocket APIs, as API Gateway knows them.
func (s *Set) SecondAPIs() (all []control.SecondAPI) {
	for _, d := range s.doors {
		if !d.kind.HasStages() || d.kind.UsagePlans {
			continue
		}
		a := control.SecondAPI{
			ID: d.kind.id(d.apiName()), Name: d.apiName(), Stage: d.config.Stage, Protocol: "HTTP", Selection: "${request.method} ${request.path}",
			Address: d.URL, Throttle: limitOf(d.config.Throttle), Disabled: d.config.NoDefaultEndpoint,
		}
		if d.kind.OnlyMessages {
			a.Protocol, a.Selection, a.Routes = "WEBSOCKET", d.config.Sockets.Selection, d.describeSockets()
		} else {
			a.Routes = d.describeRoutes()
		}
		if d.config.Stage != defaultStage {
			a.Address = strings.TrimSuffix(a.Address, "/"+d.config.Stage)
		}
		all = append(all, a)
	}
	return all
}

// Balancers are the load balancers, as Elastic Load Balancing knows them.
func (s *Set) Balancers() (all []control.Balancer) {
	for _, d := range s.doors {
		u, err := url.Parse(d.URL)
		if d.Balancer == "" || err != nil {
			continue
		}
		host, port, _ := net.SplitHostPort(u.Host)
		number, _ := strconv.Atoi(port) // it listens there
		b := control.Balancer{
			Name: d.Name, Balancer: d.Balancer, Host: host, Port: number, TLS: d.config.TLS,
			Idle: time.Duration(d.config.Idle), Life: time.Duration(d.config.KeepAlive),
		}
		b.Function, _ = d.called(nil)
		for _, r := range d.config.Rules {
			one := control.BalancerRule{Method: r.Method, Path: r.Path, Host: r.Host}
			switch {
			case len(r.Targets)+len(r.Groups) > 0:
				one.Action = "forward"
			case r.Action != nil && !strings.HasPrefix(r.Action.Type, "lambda") && r.Action.Type != "":
				one.Action = r.Action.Type
			default:
				one.Function, _ = d.called(r.Action)
			}
			b.Rules = append(b.Rules, one)
		}
		all = append(all, b)
	}
	return all
}
