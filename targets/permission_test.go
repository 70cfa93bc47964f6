package targets

import (
	"net/url"
	"testing"
)

// The resource of a policy is the least that the request is sure to be.
func TestWhatARequestInvokes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fact   string
		kind   *Kind
		url    string
		target Target
		path   string
		want   string
	}{
		{"a method at an API's own address", &RESTAPI, "https://abcd123456.execute-api.us-east-1.amazonaws.com/prod", Target{Stage: "prod"}, "/items/{key}?a=b", "abcd123456/prod/GET/items/*"},
		{"a method behind a custom domain", &RESTAPI, "https://api.example.com/v1", Target{Stage: "prod", API: "orders"}, "/me/iam?a=b", "*/prod/GET/*iam"},
		{"a path that requests fill in, behind a custom domain", &RESTAPI, "https://api.example.com", Target{Stage: "prod"}, "/items/{key}", "*/prod/GET/*"},
		{"an API that the target names by its id", &HTTPAPI, "https://api.example.com", Target{Stage: "$default", API: "efgh123456"}, "/iam", "efgh123456/$default/GET/*iam"},
		{"an address that is not known", &RESTAPI, "", Target{}, "/iam", "*/*/GET/*iam"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			at := row.target
			at.Kind = row.kind
			if row.url != "" {
				u, err := url.Parse(row.url)
				if err != nil {
					t.Fatal(err)
				}
				at.URL = u
			}
			if got := row.kind.Invoke[0].Resource(at.Invoked("GET", row.path)); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}
