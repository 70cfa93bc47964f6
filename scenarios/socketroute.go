package scenarios

import (
	"bytes"
	"encoding/json"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// routeSelection is the key of a target that says by which part of a message its route is
// chosen.
const routeSelection = "route_selection"

var selectionForm = document.Form(`^\$request\.body\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$`)

// selection reads by which part of a message its route is chosen.
func (f fields) selection() string {
	return f.Get(routeSelection).Matching(selectionForm(), `is not a route selection expression that names a part of the message: write "$request.body.action"`)
}

// routeOf is the key of the route that a message asks for; "": it asks for none, and gets
// $default. It is not known where that part of the message is a value.
// Source: API Gateway developer guide, "Route selection expressions".
func (r *Request) routeOf(selection string) (key string, known bool) {
	if selection == "" {
		selection = targets.RouteSelection
	}
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.UseNumber()
	var at any
	if d.Decode(&at) != nil {
		return "", !bytes.Contains(r.Body, []byte("${"))
	}
	for _, name := range strings.Split(strings.TrimPrefix(selection, "$request.body."), ".") {
		in, _ := at.(map[string]any)
		at = in[name]
	}
	switch v := at.(type) {
	case string:
		return v, !strings.Contains(v, "${")
	case json.Number:
		return v.String(), true
	}
	return "", true
}

// FunctionOf is the function that a message of a scenario calls at a target of messages; ""
// if it is the target's own, which has no name. False: what it does is no message.
func (r *Request) FunctionOf(t *targets.Target) (name string, is bool) {
	m := r.At(t)
	if m.Socket == nil || m.Socket.Does != Sends || m.Elsewhere() {
		return "", false
	}
	key, _ := m.routeOf(t.Selection)
	return t.SocketFunction(key).Name, true
}

// checkRoutes reports messages of which it is not known which function they call.
func (s *Scenario) checkRoutes(f fields) {
	for i := range s.Targets {
		t := &s.Targets[i]
		if !t.Messages || len(t.Functions) == 0 {
			continue
		}
		for k := range s.Requests {
			m := s.Requests[k].At(t)
			if m.Socket == nil || m.Socket.Does != Sends {
				continue
			}
			if _, known := m.routeOf(t.Selection); !known {
				f.Get("targets").Problem("target %q has functions by route, and which route %s takes is not known before it is sent: write the part of the message that decides it without ${…}, or leave functions out", t.Name, s.Requests[k].Name)
			}
		}
	}
}

// ConnectionRoutes counts the routes of a connection itself that lead to a function, so that
// each connection calls it so often.
func ConnectionRoutes(t *targets.Target, function string) (n int) {
	for _, route := range []string{targets.ConnectRoute, targets.DisconnectRoute} {
		if t.SocketFunction(route).Name == function {
			n++
		}
	}
	return n
}
