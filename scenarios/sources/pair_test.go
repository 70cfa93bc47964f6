package sources

import (
	"os"
	"strings"
	"testing"

	"tollgate/scenarios"
)

func TestARequestAtTwoAddressesBecomesAScenario(t *testing.T) {
	for _, row := range []struct {
		name, base string
		head       Request
		want       []string // in the text
		wrong      string   // in the error
	}{
		{"two ports", "http://127.0.0.1:1/items?n=1", Request{Address: "http://127.0.0.1:2/items?n=1"}, []string{`base: {kind: origin, url: "http://127.0.0.1:1"}`, `head: {kind: origin, url: "http://127.0.0.1:2"}`, `path: "/items?n=1"`}, ""},
		{"two versions of a path", "https://api.example.com/v1/items", Request{Address: "https://api.example.com/v2/items"}, []string{`url: "https://api.example.com/v1"`, `url: "https://api.example.com/v2"`, "path: /items"}, ""},
		{"a path that is longer", "https://api.example.com/items", Request{Address: "https://api.example.com/new/items"}, []string{`url: "https://api.example.com"`, `url: "https://api.example.com/new"`, "path: /items"}, ""},
		{"names that end alike", "https://api.example.com/myitems", Request{Address: "https://api.example.com/items"}, []string{`url: "https://api.example.com/myitems"`, `url: "https://api.example.com/items"`, "path: /\n"}, ""},
		{"two stages of a REST API", "https://abc.execute-api.eu-west-1.amazonaws.com/prod/items", Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/dev/items", Kind: "rest-api"}, []string{`amazonaws.com/prod"}`, `amazonaws.com/dev"}`, "path: /items"}, ""},
		{"a REST API and a function URL", "https://abc.execute-api.eu-west-1.amazonaws.com/prod/items", Request{Address: "https://xyz.lambda-url.eu-west-1.on.aws/items", Kind: ""}, nil, "--base: the host does not say whether"},
		{"functions in the lab", "lab/items", Request{Address: "lab/items", Kind: "http-api", Memory: "512MB"}, []string{`base: {kind: http-api, url: lab, function: {memory: 512MB}}`, "path: /items"}, ""},
		{"a load of its own", "http://a.test/", Request{Address: "http://b.test/", Name: "ab", Rate: "9/s", For: "20s", Blocks: 20}, []string{"name: ab", "blocks: 20", "{rate: 9/s, for: 20s}"}, ""},
		{"a token, for both", "http://a.test/", Request{Address: "http://b.test/", Headers: []string{"Authorization: Bearer ${env:TOKEN}"}}, []string{`base: {kind: origin, url: "http://a.test", auth: {bearer: "${env:TOKEN}"}}`, `head: {kind: origin, url: "http://b.test", auth: {bearer: "${env:TOKEN}"}}`}, ""},
		{"two queries", "http://a.test/?n=1", Request{Address: "http://b.test/?n=2"}, nil, "different queries"},
		{"two users", "http://hunter2@a.test/", Request{Address: "http://b.test/"}, nil, "different users"},
	} {
		made, err := row.head.Pair(row.base, environment)
		if row.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), row.wrong) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", row.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(string(made.Text), want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, made.Text)
			}
		}
		s, err := scenarios.Parse("made.yaml", made.Text, environment)
		if err != nil || s.Targets[0].Name != Base || s.Targets[1].Name != Head {
			t.Errorf("%s: %v in\n%s", row.name, err, made.Text)
		}
	}
}

const replaceable = `name: nightly
targets:
  api: {kind: rest-api, url: "https://abc.execute-api.eu-west-1.amazonaws.com/prod", api: mine, stage: prod, function: {name: f, memory: 1024MB}, auth: {api_key: "${env:TOKEN}"}}
requests: [{name: get, path: /items}]
load: [{constant: {rate: 10/s, for: 20s}}]
probes: [{cache: {target: api}}]
thresholds: ["p(99) < 1s", "api: p(50) < 1s", "api/get: p(50) < 1s"]
lab: {function: {duration: {median: 5ms}}}
`

func TestBothSidesTakeThePlaceOfATarget(t *testing.T) {
	for _, row := range []struct {
		name         string
		base, head   Side
		kind, memory string
		want         []string
	}{
		{"two stages", Side{Address: "https://a.test/prod"}, Side{Address: "https://b.test/dev"}, "", "", []string{"api: mine", "name: f", `api_key: "${env:TOKEN}"`, `url: "https://b.test/dev"`, `"head: p(50) < 1s"`, `"head/get: p(50) < 1s"`, `p(99) < 1s`}},
		{"a server for an API", Side{Address: "http://127.0.0.1:1", Server: true}, Side{Address: "http://127.0.0.1:2", Server: true}, "", "", []string{`base: {kind: origin, auth: {api_key: "${env:TOKEN}"}, url: "http://127.0.0.1:1"}`}},
		{"functions for an API", Side{Address: Lab}, Side{Address: Lab}, "", "", []string{`head: {kind: rest-api, function: {name: f, memory: 1024MB}, url: lab}`}},
		{"functions behind another front door", Side{Address: Lab}, Side{Address: Lab}, "http-api", "512MB", []string{`head: {kind: http-api, url: lab, function: {memory: 512MB}}`}},
	} {
		text, err := Replaced("nightly.yaml", []byte(replaceable), row.base, row.head, row.kind, row.memory)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, text)
			}
		}
		if s, err := scenarios.ParseRecorded("made.yaml", text); err != nil || strings.Contains(string(text), "probes") || len(s.Targets) != 2 {
			t.Errorf("%s: %v in\n%s", row.name, err, text)
		}
	}
}

func TestOneTargetOfSeveralIsChosen(t *testing.T) {
	several, err := os.ReadFile("../library/front-doors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	side := Side{Address: "http://127.0.0.1:1", Server: true}
	if _, err := Replaced("x.yaml", several, side, side, "", ""); err == nil || !strings.Contains(err.Error(), "targets: base and head take the place of one") {
		t.Error(err)
	}
	one, err := One("x.yaml", several, "http")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := Replaced("x.yaml", one, side, side, "", ""); err != nil || strings.Count(string(text), "kind: origin") != 2 {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := One("x.yaml", several, "nowhere"); err == nil || !strings.Contains(err.Error(), "it has ") {
		t.Error(err)
	}
}
