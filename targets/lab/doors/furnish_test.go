package doors

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tollgate/targets"
)

func TestTargetsKnowWhatALabFileHasBehindTheirDoors(t *testing.T) {
	const functions = `"functions": {"users": {"memory": "256MB", "versions": {"1": {}, "2": {}}, "aliases": {"live": {"version": "1"}}}, "plain": {}}, `
	api := func(more string) string {
		return `{` + functions + `"function": {"memory": "1024MB"}, "doors": [{"kind": "rest-api", "name": "shop", ` + more + `}]}`
	}
	socket := func(routes string, more ...string) string {
		return `{` + functions + `"doors": [{"kind": "websocket-api", "name": "chat", "websocket": {` + strings.Join(more, "") + `"routes": [` + routes + `]}}]}`
	}
	for _, row := range []struct {
		what, config string
		changes      func(*targets.Target)
		want         string // a field and its value, or what a note says
	}{
		{"memory of the function of all doors", `{"function": {"memory": "1024MB"}}`, nil, "memory 1024"},
		{"memory of the door's own", `{"function": {"memory": "1024MB"}, "doors": [{"kind": "rest-api", "function": {"memory": "128MB"}}]}`, nil, "memory 128"},
		{"memory of a named function, by its alias", `{` + functions + `"doors": [{"kind": "rest-api", "variables": {"of": "live"}, "function_name": "users:${stageVariables.of}"}]}`, nil, "memory 256"},
		{"memory of the function that stages share", `{"doors": [{"kind": "rest-api", "name": "test", "api": "first", "stage": "test"}, {"kind": "rest-api", "name": "first", "function": {"memory": "128MB"}}]}`, nil, "memory 128"},
		{"memory that no file states is assumed", `{}`, nil, "assumed"},
		{"memory that the target states stays", api(`"tls": true`), func(t *targets.Target) { t.Function = targets.Function{MemoryMB: 300} }, "memory 300"},
		{"a cache is the smallest", api(`"cache": {}`), nil, "cache 0.5"},
		{"or the smallest that holds so much", api(`"cache": {"bytes": "2GB"}`), nil, "cache 6.1"},
		{"a cache that the target states stays", api(`"cache": {}`), func(t *targets.Target) { t.CacheGB = "237" }, "cache 237"},
		{"no cache", api(`"tls": true`), nil, "cache "},
		{"streamed responses", api(`"response_stream": true`), nil, "streaming"},
		{"a web ACL", api(`"web_acl": {"name": "front", "rules": [{"name": "r", "paths": ["/x"]}]}`), nil, "acl front 1"},
		{"routes without a function", api(`"routes": [{"path": "/"}, {"method": "POST", "path": "/run", "integration": {"type": "step-functions", "action": "StartSyncExecution"}}, {"path": "/db", "integration": {"type": "dynamodb"}}]`), nil, "POST /run=step-functions StartSyncExecution, ANY /db=dynamodb PutItem, ANY /=function "},
		{"memory of the one function that routes call", api(`"routes": [{"path": "/", "integration": {"function": "users:live"}}, {"path": "/m", "integration": {"type": "mock"}}]`), nil, "memory 256"},
		{"routes with functions of their own", api(`"variables": {"v": "live"}, "routes": [{"path": "/users", "integration": {"function": "users:${stageVariables.v}"}}, {"path": "/p", "integration": {"function": "plain"}}]`), nil, "ANY /users=function users:live 256, ANY /p=function plain 512?"},
		{"releases with two versions share a function", api(`"variables": {"v": "1"}, "canary": {"share": 0.5, "variables": {"v": "2"}}, "routes": [{"path": "/users", "integration": {"function": "users:${stageVariables.v}"}}]`), nil, "ANY /users=function users 256"},
		{"routes that the target states stay", api(`"routes": [{"path": "/", "integration": {"type": "mock"}}]`), func(t *targets.Target) { t.Integrations = []targets.Integration{{Route: "ANY /", Type: "http"}} }, "ANY /=http "},
		{"routes of the sample application", api(`"tls": true`), nil, "routes "},
		{"detailed metrics", api(`"detailed_metrics": true, "routes": [{"path": "/"}, {"method": "GET", "path": "/x"}]`), nil, "detailed ANY /, GET /x"},
		{"detailed metrics that the target names stay", api(`"detailed_metrics": true, "routes": [{"path": "/"}]`), func(t *targets.Target) { t.Detailed = []string{"GET /"} }, "detailed GET /"},
		{"detailed metrics of the sample application", api(`"detailed_metrics": true`), nil, "note the detailed metrics of the stage are not on its bill"},
		{"a Lambda authorizer", api(`"routes": [{"path": "/", "authorizer": {"type": "token", "tokens": {"a": "allow"}}}]`), nil, "note what the Lambda authorizer's function costs is in no bill"},
		{"functions behind routes of a WebSocket API", socket(`{"key": "$connect"}, {"key": "$disconnect"}, {"key": "$default", "integration": {"function": "users:live"}}`), nil, "$connect=function , $disconnect=function , $default=function users:live 256"},
		{"a WebSocket API without $disconnect", socket(`{"key": "$connect"}, {"key": "$default", "integration": {"function": "plain"}}`), nil, "calls nothing: $disconnect"},
		{"connections that lead to no function", socket(`{"key": "$connect", "integration": {"type": "mock"}}, {"key": "$default", "integration": {"function": "plain"}}`), nil, "calls nothing: $connect, $disconnect"},
		{"a WebSocket API with one function", socket(`{"key": "$connect"}, {"key": "$default"}`), nil, "routes "},
		{"functions by route that the target states stay", socket(`{"key": "$default", "integration": {"function": "plain"}}`), func(t *targets.Target) {
			t.Functions = []targets.RouteFunction{{Route: "say", Function: targets.Function{Name: "users", MemoryMB: 128}}}
		}, "say=function users 128"},
		{"a route of messages without a function", socket(`{"key": "ping", "integration": {"type": "mock"}}, {"key": "$default", "integration": {"function": "plain"}}`), nil, "note route ping leads to no function (mock): what functions of other routes cost is in no bill"},
		{"routes by several parts of a message", socket(`{"key": "$default", "integration": {"function": "plain"}}`, `"route_selection": "${request.body.a}-${request.body.b}", `), nil, "note which function a message calls cannot be told by the route selection"},
		{"a balancer in front of servers", `{"doors": [{"kind": "alb", "rules": [{"path": "/*", "targets": ["http://127.0.0.1:8000"]}]}]}`, nil, "$default=http "},
		{"a balancer in front of servers and a function", `{"doors": [{"kind": "alb", "rules": [{"path": "/x", "action": {"type": "redirect", "location": "https://#{host}:443/#{path}"}}]}]}`, nil, "note rules of the load balancer lead some of its requests to something else than its function (redirect)"},
		{"a balancer in front of a function", `{"doors": [{"kind": "alb", "rules": [{"path": "/x"}]}]}`, nil, "rules 1"},
		{"what is behind a distribution", `{"doors": [{"kind": "cloudfront", "cloudfront": {"origin": "shop"}}, {"kind": "rest-api", "name": "shop", "cache": {}, "function": {"memory": "128MB"}}]}`, nil, "behind rest-api 128 0.5"},
		{"routes behind a distribution", `{"doors": [{"kind": "cloudfront", "cloudfront": {"origin": "shop"}}, {"kind": "rest-api", "name": "shop", "routes": [{"path": "/", "integration": {"type": "mock"}}]}]}`, nil, "ANY /=mock "},
	} {
		c, _, err := ParseConfig("lab.json", []byte(row.config))
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		target := targets.Target{Function: targets.Function{MemoryMB: 512, MemoryAssumed: true}}
		if row.changes != nil {
			row.changes(&target)
		}
		if found := furnishings(&target, c.Furnish(0, &target)); !slices.ContainsFunc(found, func(one string) bool {
			return one == row.want || strings.HasPrefix(row.want, "note ") && strings.HasPrefix(one, row.want)
		}) {
			t.Errorf("%s: %q, want %q", row.what, found, row.want)
		}
		record := c.Recorded()
		again := targets.Target{Function: targets.Function{MemoryMB: 512, MemoryAssumed: true}}
		if row.changes != nil {
			row.changes(&again)
		}
		if record.Furnish(0, &again); !reflect.DeepEqual(again, target) {
			t.Errorf("%s: the record says %+v, and the file %+v", row.what, again, target)
		}
	}
}

// furnishings are what a target knows, one by one.
func furnishings(t *targets.Target, notes []string) []string {
	var routes []string
	for _, i := range t.Integrations {
		routes = append(routes, fmt.Sprintf("%s=%s %s", i.Route, i.Type, i.Action))
	}
	for _, r := range t.Functions {
		text := fmt.Sprintf("%s=function %s", r.Route, r.Name)
		if r.Name != "" {
			text += fmt.Sprintf(" %d", r.MemoryMB)
		}
		if r.MemoryAssumed {
			text += "?"
		}
		routes = append(routes, text)
	}
	all := []string{
		fmt.Sprintf("memory %d", t.Function.MemoryMB), "cache " + t.CacheGB, fmt.Sprintf("acl %s %d", t.WebACL.Name, t.WebACL.Rules),
		fmt.Sprintf("rules %d", t.Rules), "calls nothing: " + strings.Join(t.Uncalled, ", "), strings.Join(routes, ", "), "routes " + strings.Join(routes, ", "), "detailed " + strings.Join(t.Detailed, ", "),
	}
	if t.Function.MemoryAssumed {
		all[0] = "assumed"
	}
	if t.Function.Streaming {
		all = append(all, "streaming")
	}
	if d := t.Distribution; d != nil {
		all = append(all, fmt.Sprintf("behind %s %d %s", d.Origin.Kind.Name, d.Origin.Function.MemoryMB, d.Origin.CacheGB))
	}
	for _, note := range notes {
		all = append(all, "note "+note)
	}
	return all
}
