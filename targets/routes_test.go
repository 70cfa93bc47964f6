package targets

import "testing"

func TestARequestCallsTheFunctionOfTheRouteThatFitsBest(t *testing.T) {
	of := func(route, name string) RouteFunction { return RouteFunction{route, Function{Name: name}} }
	api := Target{Function: Function{Name: "app"}, Functions: []RouteFunction{
		of("GET /users", "list"), of("GET /users/{id}", "one"), of("ANY /users/{proxy+}", "rest"), of("GET /users/me", "me"), of("ANY /orders", "orders"),
	}}
	for _, row := range []struct{ method, path, want, route string }{
		{"GET", "/users", "list", "GET /users"},
		{"GET", "/users?limit=${key}", "list", "GET /users"},
		{"GET", "/users/", "list", "GET /users"},
		{"POST", "/users", "app", ""},
		{"GET", "/users/17", "one", "GET /users/{id}"},
		{"GET", "/users/${users.id}", "one", "GET /users/{id}"},
		{"GET", "/users/me", "me", "GET /users/me"},
		{"DELETE", "/users/17", "rest", "ANY /users/{proxy+}"},
		{"GET", "/users/17/orders", "rest", "ANY /users/{proxy+}"},
		{"DELETE", "/orders", "orders", "ANY /orders"},
		{"GET", "/", "app", ""},
	} {
		if route, f := api.FunctionAt(row.method, row.path); f.Name != row.want || route != row.route {
			t.Errorf("%s %s calls %s by %q, want %s by %q", row.method, row.path, f.Name, route, row.want, row.route)
		}
	}
	api.Functions = append(api.Functions, of("$default", "other"))
	if _, f := api.FunctionAt("GET", "/elsewhere"); f.Name != "other" {
		t.Errorf("$default calls %s", f.Name)
	}
	all, routes := api.AllFunctions()
	if len(all) != 7 || all[0].Name != "app" || len(routes["one"]) != 1 || routes["app"] != nil {
		t.Errorf("%v, %v", all, routes)
	}
}
