package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
)

const threeTargets = `
name: three
seed: 9
targets:
  a: {kind: rest-api, url: lab}
  b: {kind: rest-api, url: lab}
  far: {kind: origin, url: "http://127.0.0.1:1"}
  c: {kind: alb, url: lab}
requests: [{name: health, path: /}]
load: [{constant: {rate: 1/s, for: 1s}}]
lab: {cache_ttl: 1m, metric_delay: 2m, cors: {origins: ["https://app.example.com"], headers: [x-api-key], max_age: 90s}, overheads: {c: {median: 7ms}}}
`

func three(t *testing.T) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("three.yaml", []byte(threeTargets), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWithoutALabFileEveryTargetHasTheDoorThatTheScenarioDescribes(t *testing.T) {
	s := three(t)
	sv := serve(s, labConfig(s))
	if len(sv.config.Doors) != 3 || sv.doors["a"] != 0 || sv.doors["b"] != 1 || sv.doors["c"] != 2 || sv.config.Doors[1].Cache == nil || sv.config.Doors[2].CORS.MaxAge != 90 || sv.config.Seed != 9 {
		t.Errorf("%+v", sv)
	}
	if a, c := sv.config.Doors[0].Overhead, sv.config.Doors[2].Overhead; a != nil || c == nil || *c != (lab.LogNormal{Median: lab.Duration(7 * time.Millisecond), Sigma: defaultSigma}) {
		t.Errorf("the overheads are %v and %v", a, c)
	}
}

func TestTargetsTakeTheDoorOfTheirNameOrElseTheFirstOfTheirKind(t *testing.T) {
	s := three(t)
	sv, err := serveFile(s, lab.Config{Doors: []lab.DoorConfig{
		{Kind: "rest-api", Name: "b"}, {Kind: "alb", Name: "a"}, {Kind: "rest-api", Name: "other"}, {Kind: "rest-api", Name: "spare"},
	}})
	if err != nil || sv.doors["b"] != 0 || sv.doors["a"] != 2 || sv.doors["c"] != 1 || len(sv.doors) != 3 {
		t.Errorf("%v %+v", err, sv.doors)
	}
}

func TestALabFileTakesThePlaceOfWhatTheScenarioSays(t *testing.T) {
	s := three(t)
	sv, err := serveFile(s, lab.Config{Seed: 4, MetricDelay: lab.Duration(time.Second)})
	if err != nil || len(sv.config.Doors) != 3 || sv.config.Doors[0].Cache != nil || sv.config.Seed != 4 || s.Lab.MetricLag != time.Second {
		t.Errorf("%v %+v", err, sv.config)
	}
	if sv, _ := serveFile(s, lab.Config{}); sv.config.Seed != 9 || s.Lab.TLS {
		t.Errorf("the seed is %d, and TLS %v", sv.config.Seed, s.Lab.TLS)
	}
	secure := lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api", TLS: true}, {Kind: "rest-api", TLS: true}, {Kind: "alb", TLS: true}}}
	if _, err := serveFile(s, secure); err != nil || !s.Lab.TLS {
		t.Errorf("TLS of all doors: %v, %v", s.Lab.TLS, err)
	}
}

func TestEveryTargetWithoutADoorIsSaid(t *testing.T) {
	_, err := serveFile(three(t), lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api"}}})
	for _, want := range []string{"target b: the lab has no door of kind rest-api", "target c: the lab has no door of kind alb"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q: %v", want, err)
		}
	}
}

func TestTheLabOfARunLetsNobodyElseIn(t *testing.T) {
	for place, c := range map[string]lab.Config{
		"function":          {Function: lab.Function{ProxyBeyond: true}},
		"doors[1].function": {Doors: []lab.DoorConfig{{Kind: "alb"}, {Kind: "alb", Function: &lab.Function{ProxyBeyond: true}}}},
	} {
		if _, err := serveFile(three(t), c); err == nil || !strings.Contains(err.Error(), place+".proxy_beyond_loopback") {
			t.Errorf("a server at another machine: %v", err)
		}
	}
	if _, err := serveFile(three(t), lab.Config{Beyond: true}); err == nil || !strings.Contains(err.Error(), "this machine only") {
		t.Error(err)
	}
}

func TestALabThatOthersCanReachSaysSoLoudly(t *testing.T) {
	var quiet, loud strings.Builder
	warnExposed(&quiet, nil)
	warnExposed(&loud, []string{"0.0.0.0:80", "[::]:81"})
	if strings.Contains(quiet.String(), "WARNING") || !strings.Contains(loud.String(), "WARNING: OTHER MACHINES CAN REACH THIS LAB, at 0.0.0.0:80, [::]:81.") {
		t.Errorf("%s\n%s", quiet.String(), loud.String())
	}
}

// A usage plan of the lab asks for a key, whatever else a target proves itself by.
func TestATargetOfTheLabGetsItsKey(t *testing.T) {
	own, bearer := targets.Auth{APIKey: targets.NewSecret("own")}, targets.Auth{Bearer: targets.NewSecret("t")}
	for _, row := range []struct {
		name, key string
		auth      targets.Auth
		inAuth    string
		besides   string
	}{
		{"without auth", "k", targets.Auth{}, "k", ""},
		{"with a bearer token", "k", bearer, "", "k"},
		{"with a key of its own", "k", own, "own", ""},
		{"without a plan", "", bearer, "", ""},
	} {
		one := targets.Target{Auth: row.auth}
		if err := atDoor(&one, lab.Door{URL: "http://127.0.0.1:1/prod", APIKey: row.key}, lab.Opened{}); err != nil {
			t.Fatal(err)
		}
		if one.Auth.APIKey.Reveal() != row.inAuth || one.LabKey.Reveal() != row.besides || one.Auth.Bearer != row.auth.Bearer {
			t.Errorf("%s: key %q and besides %q", row.name, one.Auth.APIKey.Reveal(), one.LabKey.Reveal())
		}
	}
}
