package scenarios

import (
	"bytes"
	"encoding/json"
	"slices"
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
		for _, name := range s.unknownRoutes(t) {
			f.Get("targets").Problem("target %q has functions by route, and which route %s takes is not known before it is sent: write the part of the message that decides it without ${…}, or leave functions out", t.Name, name)
		}
	}
}

// unknownRoutes are the messages of which it is not known which of a target's functions they
// call.
func (s *Scenario) unknownRoutes(t *targets.Target) (names []string) {
	if !t.Messages || len(t.Functions) == 0 {
		return nil
	}
	for k := range s.Requests {
		m := s.Requests[k].At(t)
		if m.Socket == nil || m.Socket.Does != Sends {
			continue
		}
		if _, known := m.routeOf(t.Selection); !known {
			names = append(names, s.Requests[k].Name)
		}
	}
	return names
}

// WithoutUnknownRoutes has a target, of whose routes a lab file and not the scenario says what
// is behind them, forget it if messages leave open which route they take. The note says so.
func (s *Scenario) WithoutUnknownRoutes(t *targets.Target) (note string) {
	names := s.unknownRoutes(t)
	if len(names) == 0 {
		return ""
	}
	t.Functions, t.Uncalled = nil, nil
	return "which route " + strings.Join(names, ", ") + " takes is not known before it is sent: what functions of single routes cost is in no bill"
}

// ConnectionRoutes counts the routes of a connection itself that lead to a function, so that
// each connection calls it so often.
func ConnectionRoutes(t *targets.Target, function string) (n int) {
	for _, route := range []string{targets.ConnectRoute, targets.DisconnectRoute} {
		if !slices.Contains(t.Uncalled, route) && t.SocketFunction(route).Name == function {
			n++
		}
	}
	return n
}
