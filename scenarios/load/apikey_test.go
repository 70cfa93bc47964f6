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
