package aws

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tollgate/targets"
	"tollgate/targets/lab/aws/control"
)

// TestTheIDInAnAddressDistinguishesAPIsOfOneName reads usage plans of APIs that are
// called alike.
func TestTheIDInAnAddressDistinguishesAPIsOfOneName(t *testing.T) {
	plan := func(name string) []control.Plan { return []control.Plan{{ID: name, Name: name}} }
	server := httptest.NewServer(control.NewGateway(
		control.API{ID: "a1", Name: "orders", Stage: "prod", Plans: plan("first")},
		control.API{ID: "b2", Name: "orders", Stage: "prod", Plans: plan("second")},
	).Service())
	defer server.Close()
	for _, row := range []struct {
		fact, address string
		plan, trouble string
	}{
		{"the first", "https://a1.execute-api.us-east-1.amazonaws.com/prod", "first", ""},
		{"the second, in capitals", "https://B2.execute-api.us-east-1.amazonaws.com/prod", "second", ""},
		{"the second through an interface endpoint", "https://b2-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com/prod", "second", ""},
		{"a domain of one's own", "https://api.example.com", "", `2 REST APIs are called "orders" (a1, b2), and the URL does not say which it is`},
	} {
		t.Run(row.fact, func(t *testing.T) {
			u, err := url.Parse(row.address)
			if err != nil {
				t.Fatal(err)
			}
			target := targets.Target{Name: "t", Kind: &targets.RESTAPI, API: "orders", Stage: "prod", URL: u, CloudWatch: server.URL}
			plans, err := opened(t, target).Plans(t.Context(), target)
			if (err == nil) != (row.trouble == "") || err != nil && !strings.Contains(err.Error(), row.trouble) {
				t.Fatalf("%v, want %s", err, row.trouble)
			}
			if row.plan != "" && (len(plans) != 1 || plans[0].Name != row.plan) {
				t.Errorf("%+v", plans)
			}
			ids, err := opened(t, target).Namesakes(t.Context(), target)
			if err != nil || !slices.Equal(ids, []string{"a1", "b2"}) {
				t.Errorf("%v, %v", ids, err)
			}
		})
	}
}
