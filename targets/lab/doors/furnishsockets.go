package doors

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tollgate/targets"
)

// plainSelection is a route selection expression that names one part of a message.
var plainSelection = regexp.MustCompile(`^\$request\.body\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$`)

// furnishSockets names the functions behind the routes of a WebSocket API where one of them
// calls another than the door's own. A note says so where it cannot be told which function a
// message calls: their invocations are then in no bill.
func (c Config) furnishSockets(d DoorConfig, t *targets.Target) []string {
	s := d.Sockets
	if !slices.ContainsFunc(s.Routes, func(r SocketRoute) bool { return r.Integration.Function != "" }) {
		return nil
	}
	if !plainSelection.MatchString(s.Selection) {
		return []string{fmt.Sprintf("which function a message calls cannot be told by the route selection %q: what functions of single routes cost is in no bill", s.Selection)}
	}
	var functions []targets.RouteFunction
	for _, r := range s.Routes {
		ofConnections := r.Key == connectRoute || r.Key == disconnectRoute
		switch {
		case strings.HasPrefix(r.Integration.Type, "lambda"):
			functions = append(functions, targets.RouteFunction{Route: r.Key, Function: c.routeFunction(d, Route{Integration: r.Integration}, t)})
		case !ofConnections:
			return []string{fmt.Sprintf("route %s leads to no function (%s): what functions of other routes cost is in no bill", r.Key, r.Integration.Type)}
		}
	}
	for _, key := range []string{connectRoute, disconnectRoute} {
		if !slices.ContainsFunc(functions, func(r targets.RouteFunction) bool { return r.Route == key }) {
			t.Uncalled = append(t.Uncalled, key)
		}
	}
	t.Functions, t.Selection = functions, s.Selection
	return nil
}
