package scenarios

import (
	"testing"

	"tollgate/targets"
)

func TestAMessageCallsTheFunctionOfItsRoute(t *testing.T) {
	of := func(route, name string) targets.RouteFunction {
		return targets.RouteFunction{Route: route, Function: targets.Function{Name: name}}
	}
	some := []targets.RouteFunction{of("say", "say"), of("7", "seven"), of("$connect", "open")}
	for _, row := range []struct {
		message, selection string
		functions          []targets.RouteFunction
		want               string
		known              bool
	}{
		{`{"action": "say", "id": "${uuid}"}`, "", some, "say", true},
		{`{"action": "ask"}`, "", some, "own", true},
		{`{"action": "ask"}`, "", append(some, of("$default", "rest")), "rest", true},
		{`{"action": 7}`, "", some, "seven", true},
		{`{"action": {"say": true}}`, "", some, "own", true},
		{`{"m": {"type": "say"}}`, "$request.body.m.type", some, "say", true},
		{`{"m": "say"}`, "$request.body.m.type", some, "own", true},
		{"hello", "", some, "own", true},
		{`{"action": "${users.action}"}`, "", some, "own", false},
		{`${users.message}`, "", some, "own", false},
	} {
		target := targets.Target{Kind: &targets.WebSocketAPI, Messages: true, Selection: row.selection, Functions: row.functions, Function: targets.Function{Name: "own"}}
		r := Request{Body: []byte(row.message), Socket: &SocketStep{}}
		_, known := r.routeOf(row.selection)
		if name, is := r.FunctionOf(&target); !is || name != row.want || known != row.known {
			t.Errorf("%s calls %s, known: %v; want %s, %v", row.message, name, known, row.want, row.known)
		}
	}
	target := targets.Target{Kind: &targets.WebSocketAPI, Messages: true, Functions: append(some, of("$default", "rest")), Function: targets.Function{Name: "own"}}
	for name, want := range map[string]int{"open": 1, "own": 1, "rest": 0} { // $disconnect is the target's own
		if n := ConnectionRoutes(&target, name); n != want {
			t.Errorf("each connection calls %s %d times, want %d", name, n, want)
		}
	}
	if _, is := (&Request{Socket: &SocketStep{Does: Receives}}).FunctionOf(&target); is {
		t.Error("a step that waits calls a function")
	}
	unnamed := targets.Target{Functions: []targets.RouteFunction{of("$connect", ""), of("$default", "rest")}, Function: targets.Function{Name: "own"}}
	if n := ConnectionRoutes(&unnamed, "own"); n != 2 {
		t.Errorf("each connection calls own %d times where $connect names no function, want 2", n)
	}
	target.Uncalled = []string{targets.DisconnectRoute}
	if n := ConnectionRoutes(&target, "own"); n != 0 {
		t.Errorf("each connection calls own %d times, and there is no route $disconnect", n)
	}
}

func TestATargetForgetsFunctionsOfRoutesThatMessagesLeaveOpen(t *testing.T) {
	for text, want := range map[string]string{
		`{"action": "say"}`:          "",
		`{"action": "${pick.what}"}`: "which route talk takes is not known before it is sent: what functions of single routes cost is in no bill",
	} {
		target := targets.Target{Kind: &targets.WebSocketAPI, Messages: true, Functions: []targets.RouteFunction{{Route: "say"}}}
		s := Scenario{Requests: []Request{{Name: "talk", Body: []byte(text), Socket: &SocketStep{}}}}
		if note := s.WithoutUnknownRoutes(&target); note != want || (len(target.Functions) == 0) != (want != "") {
			t.Errorf("%s: %q, %d functions", text, note, len(target.Functions))
		}
	}
}
