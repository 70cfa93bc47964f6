package doors

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/identity"
)

// secretive is a lab with a secret in every place that can hold one.
func secretive() Config {
	iam := &Authorizer{Type: "iam", Credentials: []Credential{{"AKIAOFAROUTE00000000", "secret/route"}}}
	return Config{
		Seed:        7,
		Credentials: []Credential{{"AKIAOFTHEUSER0000000", "secret/user"}, {targets.LabKeys.ID, targets.LabKeys.Secret.Reveal()}},
		UserPool:    &UserPool{Clients: []identity.Client{{ID: "c", Secret: "secret-h"}}, Users: []identity.User{{Name: "u", Password: "secret-i"}}},
		Secrets:     map[string]string{"s": "secret-j"},
		Parameters:  map[string]string{"p": "secret-k"},
		Function:    Function{Command: []string{"./bootstrap"}, Environment: map[string]string{"TOKEN": "secret-a"}},
		Doors: []DoorConfig{
			{
				Kind: "rest-api", UsagePlan: &UsagePlan{Throttle: Throttle{1, 1}, Keys: []string{"secret-b", "secret-c"}},
				MorePlans: []UsagePlan{{Throttle: Throttle{2, 2}, Keys: []string{"secret-g"}}},
				Routes:    []Route{{Path: "/", Authorizer: &Authorizer{Type: "token", Tokens: map[string]string{"secret-d": "allow", "secret-e": "deny"}}}, {Path: "/iam", Authorizer: iam}},
			},
			{Kind: "function-url", Authorizer: iam, Function: &Function{Command: []string{"./other"}, Environment: map[string]string{"TOKEN": "secret-f"}}},
			{Kind: "rest-api", Name: "made-up", UsagePlan: &UsagePlan{Throttle: Throttle{1, 1}}},
		},
	}
}

func TestARecordHoldsNoSecretAndSaysWhereTheyWere(t *testing.T) {
	c := secretive()
	text, err := json.Marshal(c.Recorded())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret-") || strings.Contains(string(text), "secret/") {
		t.Errorf("a secret is in %s", text)
	}
	if made := c.filled().Doors[2].UsagePlan.Keys[0]; strings.Contains(string(text), made) {
		t.Errorf("the key that was made up is in %s", text)
	}
	again, _, err := ParseConfig("lab.json", text)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"credentials", "user_pool", "secrets", "parameters", "function.environment", "doors[0].usage_plan.keys", "doors[0].more_usage_plans[0].keys", "doors[0].routes[0].authorizer",
		"doors[0].routes[1].authorizer", "doors[1].authorizer", "doors[1].function.environment",
	}
	if got := again.Masked(); !slices.Equal(got, want) {
		t.Errorf("masked are\n%v, want\n%v", got, want)
	}
	if got := c.Masked(); got != nil {
		t.Errorf("nothing is masked before, and %v are said to be", got)
	}
	if words := again.Doors[0].Routes[0].Authorizer.Tokens; words["***"] != "allow" || words["***2"] != "deny" || len(words) != 2 {
		t.Errorf("the tokens are %v", words)
	}
	if c.Doors[0].UsagePlan.Keys[0] != "secret-b" || c.Doors[0].Routes[0].Authorizer.Tokens["secret-d"] == "" {
		t.Error("to record a lab changed it")
	}
}

// TestALabFromItsRecordIsTheSame records labs without secrets, reads the records
// as lab files and compares what would be served.
func TestALabFromItsRecordIsTheSame(t *testing.T) {
	off := false
	for name, c := range map[string]Config{
		"all defaults": {Seed: 5},
		"every kind, and much that is set": {
			Seed: 6, MetricDelay: Duration(time.Minute), Account: &Throttle{5, 5},
			Faults: []Injection{{Fault: "latency", By: Duration(time.Second), Share: 0.5}},
			Doors: []DoorConfig{
				{Kind: "rest-api", UsagePlan: &UsagePlan{Throttle: Throttle{100, 50}, Quota: &Quota{Limit: 9, Period: "DAY"}}, Cache: &Cache{}, Edge: true, Routes: []Route{
					{Path: "/a/{b}", KeyRequired: &off, Integration: &Integration{Type: "lambda-custom", Passthrough: "NEVER"}},
					{Path: "/m", Integration: &Integration{Type: "mock", Status: 204}, Validate: &Validation{Model: []byte(`{"type":"object"}`)}},
				}},
				{Kind: "http-api", Stage: "v1", CORS: &CORS{Origins: []string{"*"}}},
				{Kind: "function-url", FirstByte: 0.5, Function: &Function{Concurrency: new(0), Scaling: &Throttle{1, 1}}},
				{Kind: "alb", Rules: []Rule{{Path: "/x", Groups: []TargetGroup{{Weight: new(0)}, {Lambda: true}}}}, Overhead: exactly(0)},
				{Kind: "origin"},
			},
		},
		"a user pool": {
			UserPool: &UserPool{TokenLife: Duration(time.Minute), Clients: []identity.Client{{ID: "c", Flows: identity.Flows()[:1]}}, Users: labUsers},
			Doors:    []DoorConfig{{Kind: "http-api", Routes: []Route{{Path: "/", Authorizer: &Authorizer{Type: "login", Audience: []string{"c"}, Scopes: []string{"s"}}}}}},
		},
		"stages, aliases and a canary release": {
			Functions: map[string]Function{"users": {
				Versions: map[string]FunctionVersion{"1": {}, "2": {Warm: exactly(time.Second)}}, Aliases: map[string]Alias{"live": {"1", "2", 0.1}, "next": {Version: "2"}},
			}},
			Doors: []DoorConfig{
				{Kind: "rest-api", Name: "shop", Variables: map[string]string{"alias": "live"}, Canary: &Canary{Share: 0.1, Variables: map[string]string{"alias": "next"}, UseCache: true}, Routes: []Route{
					{Path: "/users", Integration: &Integration{Function: "users:${stageVariables.alias}"}},
				}},
				{Kind: "rest-api", API: "shop", Name: "shop-test", Stage: "test", Variables: map[string]string{"alias": "2"}, Throttle: &Throttle{1, 1}},
				{Kind: "function-url", FunctionName: "users:live"},
			},
		},
		"a real function": {Function: Function{Command: []string{"./bootstrap"}, Handler: "h"}},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(c.Recorded())
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := ParseConfig("lab.json", text)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if marks(t, compiledSchema(t), string(text)) {
				t.Errorf("the schema marks something in\n%s", text)
			}
			if got, want := again.filled(), c.filled(); !reflect.DeepEqual(got, want) {
				t.Errorf("the record serves\n%+v, want\n%+v", got, want)
			}
		})
	}
}
