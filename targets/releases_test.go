package targets

import (
	"maps"
	"testing"
)

func TestWhatCloudWatchIsAskedOfACanary(t *testing.T) {
	releases := Releases{Header: "X-Version", Canary: "2"}
	for name, row := range map[string]struct {
		target Target
		want   map[Role]map[string]string
	}{
		"a canary release of a REST API": {
			Target{Kind: &RESTAPI, API: "shop", Stage: "prod", Releases: releases},
			map[Role]map[string]string{RoleCanary: {"ApiName": "shop", "Stage": "prod/Canary"}},
		},
		"a REST API whose responses name no release": {Target{Kind: &RESTAPI, API: "shop", Stage: "prod"}, nil},
		"a REST API that is not named":               {Target{Kind: &RESTAPI, Releases: releases}, nil},
		"a weighted alias": {
			Target{Kind: &HTTPAPI, API: "a1", Function: Function{Name: "app:live"}, Releases: releases},
			map[Role]map[string]string{
				RoleCanaryInvocations: {"FunctionName": "app", "Resource": "app:live", "ExecutedVersion": "2"},
				RoleCanaryErrors:      {"FunctionName": "app", "Resource": "app:live", "ExecutedVersion": "2"},
			},
		},
		"a version, which has no others behind it": {Target{Kind: &HTTPAPI, API: "a1", Function: Function{Name: "app:2"}, Releases: releases}, nil},
		"an alias, and a header of other words":    {Target{Kind: &HTTPAPI, API: "a1", Function: Function{Name: "app:live"}, Releases: Releases{Header: "X-Version", Canary: "blue"}}, nil},
	} {
		found := map[Role]map[string]string{}
		for _, role := range []Role{RoleCanary, RoleCanaryInvocations, RoleCanaryErrors} {
			for _, dims := range row.target.Watched(role) {
				found[role] = dims
			}
		}
		if !maps.EqualFunc(found, row.want, maps.Equal) {
			t.Errorf("%s: %v, want %v", name, found, row.want)
		}
	}
}
