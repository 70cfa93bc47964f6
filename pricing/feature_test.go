package pricing

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestLackingNamesWhatADoorCannotDo(t *testing.T) {
	for _, row := range []struct{ name, door, requires, want string }{
		{"HTTP APIs have no keys, cache or WAF", "http-api", "api-keys caching jwt waf", "api-keys caching waf"},
		{"REST APIs check tokens of no provider but Cognito", "rest-api", "api-keys jwt streaming", "jwt"},
		{"a REST API may be a private one", "rest-api", "private request-validation service-integration", ""},
		{"a load balancer may be an internal one", "alb", "private websocket streaming sticky-sessions", "websocket streaming sticky-sessions"},
		{"with containers it does more", "alb-containers", "websocket streaming sticky-sessions containers", ""},
		{"a function URL has no domain of one's own", "function-url", "custom-domain iam streaming throttling", "custom-domain throttling"},
		{"WebSocket APIs have usage plans", "websocket-api", "websocket usage-plans waf", "waf"},
		{"a server of one's own is not judged", "origin", "api-keys", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(Lacking(row.door, strings.Fields(row.requires)), " "); got != row.want {
				t.Errorf("%s lacks %q, want %q", row.door, got, row.want)
			}
		})
	}
}

func TestTheSchemasFeaturesAreThoseOfTheDoors(t *testing.T) {
	var schema struct {
		Properties struct {
			Requires struct{ Items struct{ Enum []string } }
		}
	}
	if err := json.Unmarshal(WorkloadSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	var had []string
	for _, f := range Fronts {
		had = append(had, f.Features...)
	}
	slices.Sort(had)
	words := slices.Sorted(slices.Values(schema.Properties.Requires.Items.Enum))
	if had = slices.Compact(had); !slices.Equal(had, words) {
		t.Errorf("doors have %q, a workload may require %q", had, words)
	}
}
