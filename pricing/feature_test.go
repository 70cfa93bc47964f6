package pricing

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestLackingNamesWhatFrontDoorsCannotDo(t *testing.T) {
	for _, row := range []struct{ name, doors, requires, want string }{
		{"HTTP APIs have no keys, cache or WAF", "http-api", "api-keys caching jwt waf", "api-keys caching waf"},
		{"REST APIs check the tokens of no provider but Cognito", "rest-api", "api-keys jwt streaming", "jwt"},
		{"a public REST API is not private", "rest-api", "private-endpoint request-validation service-integration", "private-endpoint"},
		{"a private REST API is", "rest-api rest-api-private", "private-endpoint request-validation service-integration", ""},
		{"an internal load balancer is private", "alb alb-internal", "private-endpoint websocket streaming sticky-sessions", "websocket streaming sticky-sessions"},
		{"with containers a load balancer does more", "alb-containers", "websocket streaming sticky-sessions containers", ""},
		{"a function URL has no domain of its own", "function-url", "custom-domain iam streaming throttling", "custom-domain throttling"},
		{"WebSocket APIs have usage plans", "websocket-api", "websocket usage-plans waf", "waf"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var doors []Door
			for _, name := range strings.Fields(row.doors) {
				doors = append(doors, doorNamed(name))
			}
			if got := strings.Join(Lacking(strings.Fields(row.requires), doors...), " "); got != row.want {
				t.Errorf("%s lack %q, want %q", row.doors, got, row.want)
			}
		})
	}
}

func TestEachFeatureBelongsToSomeFrontDoorAndIsFoundByBothOfItsNames(t *testing.T) {
	var had []string
	for _, d := range Doors {
		had = append(had, d.Features...)
	}
	for _, f := range Features {
		if !slices.Contains(had, f.Name) {
			t.Errorf("no front door has %q: anyone who requires it rules out all of them", f.Name)
		}
		if got, ok := FeatureNamed(f.Name); !ok || got != f {
			t.Errorf("%q is found as %v", f.Name, got)
		}
		if got, ok := FeatureNamed(f.Old); f.Old != "" && (!ok || got != f) {
			t.Errorf("%q, the earlier name of %q, is found as %v", f.Old, f.Name, got)
		}
	}
	for _, name := range had {
		if f, ok := FeatureNamed(name); !ok || f.Name != name {
			t.Errorf("a front door has %q, which is not in the table of features", name)
		}
	}
	if f, ok := FeatureNamed(""); ok {
		t.Errorf("a feature without a name is %v", f)
	}
}

func TestTheSchemaOfWorkloadsListsTheTableOfFeatures(t *testing.T) {
	var schema struct {
		Properties struct {
			Requires struct{ Items struct{ Enum []string } }
		}
	}
	if err := json.Unmarshal(WorkloadSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range Features {
		want = append(want, f.Name)
	}
	for _, f := range Features {
		if f.Old != "" {
			want = append(want, f.Old)
		}
	}
	if got := schema.Properties.Requires.Items.Enum; !slices.Equal(got, want) {
		t.Errorf("the schema has %q, the table %q", got, want)
	}
}
