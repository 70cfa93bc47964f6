package targets

import "testing"

// A request leads to what stands behind the route that fits it best.
func TestWhatARequestLeadsToInPlaceOfAFunction(t *testing.T) {
	api := Target{
		Functions: []RouteFunction{{Route: "GET /users", Function: Function{Name: "users"}}, {Route: "ANY /orders/{proxy+}", Function: Function{Name: "orders"}}},
		Integrations: []Integration{
			{Route: "GET /items/{id}", Type: "dynamodb", Action: "GetItem"},
			{Route: "POST /orders/new", Type: "step-functions", Action: "StartExecution"},
			{Route: "ANY /{proxy+}", Type: "http"},
		},
	}
	for _, row := range []struct{ method, path, want string }{
		{"GET", "/items/${key}", "DynamoDB GetItem"},
		{"PUT", "/items/1", "HTTP server"},
		{"GET", "/users", ""},
		{"POST", "/users", "HTTP server"},
		{"POST", "/orders/new", "Step Functions StartExecution"},
		{"GET", "/orders/new", ""},
		{"GET", "/", "HTTP server"},
	} {
		got, in := api.IntegrationAt(row.method, row.path)
		if in != (row.want != "") || in && got.Called() != row.want {
			t.Errorf("%s %s leads to %q, want %q", row.method, row.path, got.Called(), row.want)
		}
	}
	api.Detailed = []string{"GET /users", "ANY /{proxy+}"}
	for path, want := range map[string]string{"/users": "GET /users", "/items/1": "GET /items/{id}", "/elsewhere": "ANY /{proxy+}"} {
		if got := api.RouteAt("GET", path); got != want {
			t.Errorf("%s is taken by %q, want %q", path, got, want)
		}
	}
	if got, in := (&Target{}).IntegrationAt("GET", "/"); in {
		t.Errorf("%+v of a target without any", got)
	}
}
