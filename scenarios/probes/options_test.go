package probes

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/scenarios"
)

// An optionRow is a probe with options, and what is said of it; deeper is what
// the parser alone can see.
type optionRow struct {
	name, probe, want string
	deeper            bool
}

var optionRows = []optionRow{
	{name: "a usage plan", probe: `{"usage-plan": {"target": "rest", "expect": {"rate": "1000/s", "burst": 2000}, "most": "5000/s", "quota": "10M", "bursts": ["7500 at 1500/s"]}}`},
	{name: "an unknown option", probe: `{"usage-plan": {"expected": {}}}`, want: `unknown key "expected"; did you mean "expect"?`},
	{name: "an expectation without its burst", probe: `{"usage-plan": {"expect": {"rate": "5/s"}}}`, want: `needs "burst"`},
	{name: "a burst that is none", probe: `{"usage-plan": {"bursts": ["many"]}}`, want: `"many" is not a burst: write it as "7500 at 1500/s"`, deeper: true},
	{name: "a saturation", probe: `{"saturation": {"from": "5/s", "to": "900/s", "for": "10s", "settle": "2s", "hold": "1m", "thresholds": ["p(99) < 1s"], "precision": "1%", "arrivals": "constant"}}`},
	{name: "a search from above", probe: `{"saturation": {"from": "50/s", "to": "9/s"}}`, want: "from must be below to", deeper: true},
	{name: "a limit that is none", probe: `{"saturation": {"thresholds": ["fast"]}}`, want: "want a metric", deeper: true},
	{name: "a limit of another target", probe: `{"saturation": {"thresholds": ["rest: max < 1s"]}}`, want: "leave out what stands before the colon", deeper: true},
	{name: "a limit that no step can be held against", probe: `{"saturation": {"thresholds": ["service p(99) < 1s"]}}`, want: "a step is evaluated by p(…), mean and max of the response time", deeper: true},
	{name: "a limit on the bill of a step", probe: `{"saturation": {"thresholds": ["month_usd < 5"]}}`, want: "a step is evaluated by", deeper: true},
	{name: "a step that only settles", probe: `{"saturation": {"for": "2s", "settle": "2s"}}`, want: "must leave at least half", deeper: true},
	{name: "arrivals that are none", probe: `{"saturation": {"arrivals": "often"}}`, want: "is not one of poisson or constant"},
	{name: "cold starts", probe: `{"cold-start": {"cold_starts": 30, "fan_out": 50, "warm_requests": 100, "settle": "1s", "instance_header": "X-Served-By", "instance_key": "id", "idle": {"first": "1s", "longest": "1m", "precision": "5%"}}}`},
	{name: "a gap that is longer than the longest", probe: `{"cold-start": {"idle": {"first": "1m", "longest": "1s"}}}`, want: "no longer than the longest", deeper: true},
	{name: "a changed configuration", probe: `{"cold-start": {"renew": true, "restore": true, "x_ray": true}}`},
	{name: "a restored configuration that was not changed", probe: `{"cold-start": {"restore": true}}`, want: "belongs to renew", deeper: true},
	{name: "several keys", probe: `{"usage-plan": {"keys": [{"name": "a", "key": "${env:KEY_A}"}, {"name": "b", "key": "${env:KEY_B}", "expect": {"rate": "5/s", "burst": 9}}]}}`},
	{name: "a key that is written down", probe: `{"usage-plan": {"keys": [{"name": "a", "key": "abc"}, {"name": "b", "key": "${env:KEY_B}"}]}}`, want: "a secret does not belong in a file"},
	{name: "a fan-out of one", probe: `{"cold-start": {"fan_out": 1}}`, want: "fan_out"},
	{name: "a cache", probe: `{"cache": {"path": "/?key={key}", "rate": "50/s", "for": "5s", "keys": 20, "exponent": 0.9, "ttl": {"from": "1s", "to": "9s"}, "capacity": {"keys": 100, "rate": "9/s"}}}`},
	{name: "a cache without a place for keys", probe: `{"cache": {}}`, want: "has ${key} in its path", deeper: true},
	{name: "a path without a place for keys", probe: `{"cache": {"path": "/a"}}`, want: "needs a path with ${key} in it", deeper: true},
	{name: "a hit ratio aimed with what is known", probe: `{"cache": {"path": "/{key}", "hit_ratio": "60%", "aim": {"ttl": "1m", "entries": 500}}}`},
	{name: "an aim at room for nothing", probe: `{"cache": {"path": "/{key}", "hit_ratio": "60%", "aim": {"entries": 0}}}`, want: "entries"},
	{name: "an aim that is unknown", probe: `{"cache": {"path": "/{key}", "hit_ratio": "60%", "aim": {"size": 3}}}`, want: `unknown key "size"`},
	{name: "an aim at nothing", probe: `{"cache": {"path": "/{key}", "aim": {"ttl": "1m"}}}`, want: "there is no hit_ratio", deeper: true},
	{name: "a TTL between nothing", probe: `{"cache": {"path": "/{key}", "ttl": {"from": "9s", "to": "1s"}}}`, want: "from is not below to", deeper: true},
	{name: "a hit ratio that the rate cannot give", probe: `{"cache": {"path": "/{key}", "rate": "0.001/s", "hit_ratio": "99.9%"}}`, want: "needs more than", deeper: true},
	{name: "an exponent that is none", probe: `{"cache": {"path": "/{key}", "exponent": 11}}`, want: "is out of bounds: from 0 to 10"},
	{name: "limits", probe: `{"limits": {"cors": "https://pages.example", "slow": "/slow", "timeout": "29s", "large": "/large?{bytes}", "max_wait": "35s", "max_bytes": 1000000}}`},
	{name: "an unknown limit", probe: `{"limits": {"max_byte": 1}}`, want: "max_byte"},
	{name: "overhead", probe: `{"overhead": {"rate": "5/s", "for": "3s"}}`},
	{name: "a probe of connections", probe: `{"connection-life": {}}`, want: "asks about connections of WebSocket, and this scenario sends requests", deeper: true},
	{name: "claims without options", probe: `{"claims": null}`},
	{name: "a probe that is none", probe: `{"usageplan": {}}`, want: "there is no such probe (there are usage-plan"},
}

// Of scenarios that send messages.
var socketOptionRows = []optionRow{
	{name: "the life of connections", probe: `{"connection-life": {"target": "rest", "connections": 4, "idle": "12m", "lifetime": "3h", "message": "b", "expect": {"idle": "10m", "lifetime": "2h"}}}`},
	{name: "few connections", probe: `{"connection-life": {"connections": 2}}`, want: "from 3 to 1000"},
	{name: "a message that is none", probe: `{"connection-life": {"message": "c"}}`, want: `there is no request "c"`, deeper: true},
	{name: "a lifetime that is not asked for", probe: `{"connection-life": {"expect": {"lifetime": "2h"}}}`, want: "give lifetime", deeper: true},
	{name: "a fan-out", probe: `{"fan-out": {"receivers": 10, "messages": "1k", "message": "b", "rate": "5/s", "wait": "1s", "expect": {"p99": "1s", "missed": "1%"}}}`},
	{name: "a fan-out to one", probe: `{"fan-out": {"receivers": 1}}`, want: "receivers"},
	{name: "new connections", probe: `{"connect-burst": {"expect": {"rate": "500/s", "burst": 500}, "most": "2000/s"}}`},
	{name: "new connections with a key", probe: `{"connect-burst": {"keys": []}}`, want: `unknown key "keys"`},
	{name: "a probe of requests", probe: `{"overhead": {}}`, want: "sends requests, and this scenario sends messages over WebSocket (of WebSocket are connection-life", deeper: true},
}

func TestOptionsAreReadAsTheSchemaHasThem(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(scenarios.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	const requests, messages = `"rest-api", "url": "lab"}}, "requests": [{"name": "a", "path": "/"}]`, `"websocket-api", "url": "lab"}}, "requests": [{"name": "a", "send": "x"}, {"name": "b", "send": "${uuid}", "reply": "none"}]`
	for _, row := range slices.Concat(optionRows, socketOptionRows) {
		t.Run(row.name, func(t *testing.T) {
			sent := requests
			if slices.Contains(socketOptionRows, row) {
				sent = messages
			}
			text := `{"name": "x", "targets": {"rest": {"kind": ` + sent + `, "probes": [` + row.probe + `]}`
			s, err := scenarios.Parse("x.yaml", []byte(text), func(name string) (string, bool) { return name, strings.HasPrefix(name, "KEY_") })
			if err == nil {
				_, err = Parse(s, true)
			}
			switch {
			case err == nil && row.want != "":
				t.Errorf("accepted, want %q", row.want)
			case err != nil && (row.want == "" || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "x.yaml:1:")):
				t.Errorf("said %q, want %q with its place", err, row.want)
			}
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); !row.deeper && (err == nil) != (row.want == "") {
				t.Errorf("the schema says %v", err)
			}
		})
	}
}
