package accesslog

import "testing"

// The stage stands at the beginning of what API Gateway logs as the path, and is taken off
// where the log says what is the stage.
func TestAPathIsBelowItsStage(t *testing.T) {
	const own, other = "a1.execute-api.us-east-1.amazonaws.com", "api.example.com"
	for _, row := range []struct {
		fact                     string
		stage, route, host, path string
		resource                 bool // a REST API's
		want, taken              string
	}{
		{"the log has the stage", "prod", "", "", "/prod/users/7", false, "/users/7", "prod"},
		{"the log has the stage, and the root was asked for", "prod", "", "", "/prod", false, "/", "prod"},
		{"the root with a slash", "prod", "", "", "/prod/", false, "/", "prod"},
		{"a custom domain without a mapping's path", "prod", "/users/{id}", other, "/users/7", true, "/users/7", ""},
		{"a path that only begins as the stage", "prod", "", "", "/production/users", false, "/production/users", ""},
		{"an HTTP API's $default stage", "$default", "/users/{id}", own, "/users/7", false, "/users/7", ""},
		{"the route fits without the first segment", "", "/users/{id}", "", "/prod/users/7", true, "/users/7", "prod"},
		{"the route fits as it is", "", "/users/{id}", "", "/users/7", true, "/users/7", ""},
		{"the route of an HTTP API", "", "/users/{id}", own, "/v1/users/7", false, "/users/7", "v1"},
		{"the root of a stage", "", "/", "", "/prod", true, "/", "prod"},
		{"a greedy route fits both, at API Gateway's own host of a REST API", "", "/{proxy+}", own, "/prod/users/7", true, "/users/7", "prod"},
		{"a greedy route fits both, at a custom domain", "", "/{proxy+}", other, "/users/7", true, "/users/7", ""},
		{"a greedy route fits both, of an HTTP API, whose stage may have no name", "", "/{proxy+}", own, "/users/7", false, "/users/7", ""},
		{"a greedy route below a segment", "", "/files/{path+}", "", "/prod/files/a/b", true, "/files/a/b", "prod"},
		{"$default says nothing", "", "$default", own, "/users/7", false, "/users/7", ""},
		{"nothing is known", "", "", own, "/prod/users/7", true, "/prod/users/7", ""},
		{"no path", "prod", "/users", own, "", true, "", ""},
		{"what is no path", "prod", "/users", own, "*", true, "*", ""},
	} {
		e := Entry{Stage: []byte(row.stage), Route: []byte(row.route), Host: []byte(row.host), Path: []byte(row.path)}
		if e.unstage(row.resource); string(e.Path) != row.want || string(e.Stage) != row.taken {
			t.Errorf("%s: path %s below stage %q, want %s below %q", row.fact, e.Path, e.Stage, row.want, row.taken)
		}
	}
}
