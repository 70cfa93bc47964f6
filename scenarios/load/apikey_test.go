package load

import (
	"net/url"
	"testing"

	"tollgate/scenarios"
	"tollgate/targets"
)

func TestARequestsOwnKeyGoesBeforeThatOfItsTarget(t *testing.T) {
	target := targets.Target{Kind: &targets.RESTAPI, URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}}
	stamp := targets.Stamp{Sign: func(r *targets.Request) error {
		r.Header.Set("X-Api-Key", "of the target")
		return nil
	}}
	for own, want := range map[string]string{"": "of the target", "its own": "its own"} {
		m, err := composeOne(target, stamp, scenarios.Request{Path: "/", APIKey: targets.NewSecret(own)}, &Job{})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Request.Header.Values("X-Api-Key"); len(got) != 1 || got[0] != want {
			t.Errorf("with %q %q is sent, want %q", own, got, want)
		}
	}
}

// A usage plan of the lab asks for a key whatever else proves who sends a request.
func TestTheLabsKeyGoesWithAnotherProof(t *testing.T) {
	target := targets.Target{Kind: &targets.RESTAPI, URL: &url.URL{Scheme: "http", Host: "127.0.0.1"}, LabKey: targets.NewSecret("of the lab")}
	stamp := targets.Stamp{Sign: func(r *targets.Request) error {
		r.Header.Set("Authorization", "Bearer t")
		return nil
	}}
	for _, row := range []struct {
		request scenarios.Request
		want    string
	}{
		{scenarios.Request{Path: "/"}, "of the lab"},
		{scenarios.Request{Path: "/", APIKey: targets.NewSecret("its own")}, "its own"},
		{scenarios.Request{Path: "/", Header: targets.Header{"x-api-key": {"written"}}}, "written"},
		{scenarios.Request{Path: "/", Auth: &targets.Auth{}}, ""},
		{scenarios.Request{URL: "http://127.0.0.2/", Path: ""}, ""},
	} {
		m, err := composeOne(target, stamp, row.request, &Job{Hosts: []targets.Target{{URL: &url.URL{Scheme: "http", Host: "127.0.0.2"}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Request.Header.Get("X-Api-Key"); got != row.want {
			t.Errorf("%+v: %q is sent, want %q", row.request, got, row.want)
		}
	}
}
