package doors

import (
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// received is x as the function is told of it. It settles the ids of x, which
// the answer's headers repeat.
func (d *door) received(x *exchange, path string) *event.Request {
	q := x.request
	x.identify(d)
	r := &event.Request{
		Method: q.Method, Path: path, Full: q.URL.Path, RawFull: q.URL.EscapedPath(), Query: q.URL.RawQuery, Proto: q.Proto,
		Host: q.Host, Header: q.Header, Body: slices.Clone(x.content()), Scheme: "http", Time: x.begun,
		ID: x.ids[0], Extended: x.ids[len(x.ids)-1], Trace: x.trace,
		Account: account, Region: region, API: d.apiID(), Stage: d.Stage, Binary: d.config.Binary,
		Group: d.targetGroup(),
	}
	if host, _, err := net.SplitHostPort(q.RemoteAddr); err == nil {
		r.SourceIP = host
	}
	if _, port, err := net.SplitHostPort(q.Host); err == nil {
		r.Port = port
	}
	if d.config.TLS {
		r.Scheme = "https"
	}
	if x.route != nil {
		r.Resource, r.RouteKey, r.Parameters = x.route.Path, routeKeyOf(x.route), parametersOf(x.route, path)
	}
	if d.kind == &targets.FunctionURL {
		r.ID = x.invoked.String()
		if d.config.Authorizer != nil {
			r.AccessKey = accessKey(q.Header.Get("Authorization"))
		}
	}
	return r
}

// identify makes up the ids of an exchange, once.
func (x *exchange) identify(d *door) {
	x.invoked = runtime.NewRequestID()
	d.traceOf(x)
	x.ids = []string{""}
	if len(d.ids) > 0 {
		x.ids = x.ids[:0]
	}
	for _, id := range d.ids {
		x.ids = append(x.ids, id.make(x))
	}
}

// apiID is what the domain of the door would begin with.
func (d *door) apiID() string {
	switch d.kind {
	case &targets.HTTPAPI:
		return d.API
	case &targets.FunctionURL:
		return identifier(d.Name, 0, 32)
	}
	return identifier(d.Name, 0, 10)
}

// targetGroup is the name of what a load balancer forwards to.
func (d *door) targetGroup() string {
	return fmt.Sprintf("arn:aws:elasticloadbalancing:%s:%s:targetgroup/%s/%016x", region, account, d.Name, hashOf(d.Name+" targets"))
}

// routeKeyOf is what an HTTP API calls a route.
func routeKeyOf(it *route) string {
	if it.Path == defaultStage {
		return it.Path
	}
	return it.Method + " " + it.Path
}

var variableName = regexp.MustCompile(`\{([A-Za-z0-9_.-]+)\+?\}`)

// parametersOf are the variables of a route's path; nil: there are none.
func parametersOf(it *route, path string) map[string]string {
	names := variableName.FindAllStringSubmatch(it.Path, -1)
	if it.pattern == nil || len(names) == 0 {
		return nil
	}
	found := map[string]string{}
	theirs, ours := strings.Split(it.Path, "/"), strings.Split(path, "/")
	for i, part := range theirs {
		name := variableName.FindStringSubmatch(part)
		switch {
		case name == nil || i >= len(ours):
		case strings.HasSuffix(part, "+}"):
			found[name[1]] = strings.Join(ours[i:], "/")
		default:
			found[name[1]] = ours[i]
		}
	}
	return found
}

var credentialOf = regexp.MustCompile(`Credential=([A-Za-z0-9]{1,128})/`)

// accessKey is the id, which is no secret, of the key that signed a request.
func accessKey(authorization string) string {
	if found := credentialOf.FindStringSubmatch(authorization); found != nil {
		return found[1]
	}
	return ""
}

// messageOf is the message of an error as Lambda tells it.
func messageOf(payload []byte) string {
	var said struct {
		Message string `json:"errorMessage"`
	}
	_ = json.Unmarshal(payload, &said) // an error without a message has none
	return said.Message
}
