package doors

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// servedByDefault are the kinds that an empty configuration serves.
func servedByDefault() []*kind {
	return slices.DeleteFunc(slices.Clone(allKinds), func(k *kind) bool { return !k.OnAWS() || k.onDemand })
}

func TestAnEmptyConfigurationIsAWholeLab(t *testing.T) {
	c, _, err := ParseConfig("lab.json", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	c = c.filled()
	if len(c.Doors) != len(servedByDefault()) || *c.Account != accountThrottle() || *c.Function.Concurrency != 1000 {
		t.Errorf("%+v", c)
	}
	for _, d := range c.Doors {
		if d.Name != "lab-"+d.Kind || d.Overhead.Median <= 0 || *d.Function.Warm != defaultWarm || d.Listen != anyPort {
			t.Errorf("%s: %+v", d.Kind, d)
		}
	}
	if !reflect.DeepEqual(c, c.filled()) {
		t.Error("filling twice changes the configuration")
	}
}

func TestFillingLeavesTheCallersConfigurationAlone(t *testing.T) {
	c := Config{Doors: []DoorConfig{{Kind: "rest-api", UsagePlan: &UsagePlan{Throttle: Throttle{1, 1}}, Cache: &Cache{}, Function: &Function{}}}}
	_ = c.filled()
	if d := c.Doors[0]; d.Name != "" || d.UsagePlan.Keys != nil || d.Cache.TTL != 0 || d.Function.Init != nil {
		t.Errorf("%+v", d)
	}
}

func TestAConfigurationSurvivesJSON(t *testing.T) {
	c := Config{Seed: 7, MetricDelay: Duration(90 * time.Second), Doors: []DoorConfig{{
		Kind: "rest-api", Stage: "v1", Overhead: &LogNormal{Median: Duration(1500 * time.Microsecond), Sigma: 0.2},
		UsagePlan: &UsagePlan{Throttle: Throttle{Rate: 100, Burst: 50}}, Cache: &Cache{TTL: Duration(time.Minute), Params: []string{"lang"}},
		Function: &Function{Concurrency: new(0), Thrown: 0.5},
	}}}.filled()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"metric_delay":"1m30s"`) || !strings.Contains(string(text), `"median":"1.5ms"`) {
		t.Errorf("%s", text)
	}
	back, _, err := ParseConfig("lab.json", text)
	if err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("%v\n%+v\n%+v", err, back, c)
	}
}

// A duration alone is the median, with the spread that it has in a scenario.
func TestADurationMayStandForADistribution(t *testing.T) {
	c, _, err := ParseConfig("lab.yaml", []byte("function: {init: 300ms, duration: {median: 5ms}}"))
	if err != nil || *c.Function.Init != (LogNormal{Median: Duration(300 * time.Millisecond), Sigma: 0.3}) || *c.Function.Warm != (LogNormal{Median: Duration(5 * time.Millisecond)}) {
		t.Errorf("%+v, %v", c.Function, err)
	}
	if _, _, err := ParseConfig("lab.yaml", []byte("function: {init: soon}")); err == nil || !strings.Contains(err.Error(), "lab.yaml:1:18: function.init: ") {
		t.Error(err)
	}
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	_, _, err := ParseConfig("lab.json", []byte(`{
		"listen": "0.0.0.0:80",
		"metric_delay": "-1s",
		"account": {"rate": "-5/s", "burst": 0},
		"function": {"timeout": "16m", "concurrency": -1, "thrown": 0.7, "malformed": 0.7, "duration": {"median": "-1ms", "sigma": 9}},
		"doors": [
			{"kind": "rest"},
			{"kind": "alb", "name": "a b", "stage": "prod", "usage_plan": {"rate": "1/s", "burst": 1}, "cache": {}},
			{"kind": "http-api", "name": "x", "stage": "a/b", "listen": "localhost"},
			{"kind": "rest-api", "name": "x", "cache": {"ttl": "2h", "bytes": 5}, "usage_plan": {"rate": "1/s", "burst": 1, "keys": ["", "duplicate-key", "duplicate-key"]}}
		]}`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`listen: the lab serves this machine only; "0.0.0.0" must be 127.0.0.1 or ::1`,
		`metric_delay: "-1s" is not a time`,
		`account.rate: "-5/s" is not a rate`,
		`account.burst: 0`,
		`function.timeout: 16m0s`,
		`function.concurrency: -1`,
		`function: thrown and malformed`,
		`function.duration.median: "-1ms" is not a time`,
		`function.duration.sigma: 9`,
		`doors[0].kind: the lab has no "rest"; it serves rest-api, http-api`,
		`doors[1].name: "a b"`,
		`doors[1].stage: a door of kind alb has none; only rest-api, http-api, websocket-api have it`,
		`doors[1].usage_plan: a door of kind alb has none`,
		`doors[1].cache: a door of kind alb has none`,
		`doors[2].stage: "a/b"`,
		`doors[2].listen: "localhost" is not host:port`,
		`doors[3].name: "x" is the name of doors[2] already`,
		`doors[3].cache.ttl: 2h0m0s`,
		`doors[3].cache.bytes: 5`,
		`doors[3].usage_plan.keys[0]: a key has 1 to 128 characters`,
		`doors[3].usage_plan.keys[2]: this key is in the list already`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if strings.Contains(err.Error(), "duplicate-key") {
		t.Error("the message gives a key away")
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestWhatIsNotANumberIsRefused(t *testing.T) {
	for _, text := range []string{`[]`, `{"seed": -1}`, `{"metric_delay": "soon"}`, `{"metric_delay": 5}`, `{"doors": [{"kind": 1}]}`, `{} x`, ``} {
		if _, _, err := ParseConfig("lab.json", []byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"doors": [{"kind": "rest-api", "usage_plan": {"rate": "100/s", "burst": 50}}]}`))
	f.Add([]byte(`{"functions": {"users": {"versions": {"1": {}, "2": {"thrown": "1%"}}, "aliases": {"live": {"version": "1", "second_version": "2", "second_weight": "10%"}}}}, "doors": [{"kind": "rest-api", "name": "shop", "function_name": "users:${stageVariables.alias}", "variables": {"alias": "live"}, "canary": {"share": "5%", "variables": {"alias": "2"}}}, {"kind": "rest-api", "name": "shop-test", "api": "shop", "stage": "test", "variables": {"alias": "1"}}]}`))
	f.Add([]byte(`{"function": {"init": {"median": "1s", "sigma": 1e308}}}`))
	for _, r := range fileRows {
		f.Add([]byte(r.text))
	}
	f.Add([]byte(`{"doors": [{"kind": "alb", "rules": [{"source_ip": ["::/0"], "query": {"": ""}, "groups": [{"weight": 3}, {"lambda": true}]}, {"path": "*", "action": {"type": "redirect", "location": "#{host}"}}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _, err := ParseConfig("lab.json", text)
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ParseConfig("lab.json", again); err != nil {
			t.Fatalf("what was taken is refused once written: %v", err)
		}
		c = c.filled()
		functions := functionsOf(c, noon)
		for _, d := range c.Doors { // a checked door can be built
			newDoor(d, c.Seed, "127.0.0.1:80", nil, nil, nil, functions, noon)
		}
	})
}
