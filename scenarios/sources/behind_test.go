package sources

import (
	"strings"
	"testing"

	"tollgate/scenarios"
)

func TestAServerBehindFrontDoorsBecomesAScenario(t *testing.T) {
	for _, row := range []struct {
		name    string
		request Request
		want    []string // in the text
		wrong   string   // in the error
	}{
		{"every front door", Request{Address: "http://127.0.0.1:8000/users?n=1", Behind: []string{AllKinds}}, []string{`server: {kind: origin, url: "http://127.0.0.1:8000"}`, "rest-api: {kind: rest-api, url: lab}", "alb: {kind: alb, url: lab}", `proxy: "http://127.0.0.1:8000"`, `path: "/users?n=1"`, "requests_per_month: 1M"}, ""},
		{"some, without a scheme", Request{Address: "localhost:8000", Behind: []string{"alb", "http-api"}}, []string{"alb: {kind: alb, url: lab}\n  http-api:", `proxy: "http://localhost:8000"`}, ""},
		{"a token goes to the server", Request{Address: "http://127.0.0.1:8000/", Headers: []string{"Authorization: Bearer ${env:TOKEN}"}, Behind: []string{"alb"}}, []string{`Authorization: "${env:AUTHORIZATION}"`}, ""},
		{"a token is a secret", Request{Address: "http://127.0.0.1:8000/", Headers: []string{"Authorization: Bearer hunter2"}, Behind: []string{"alb"}}, []string{`Authorization: "${env:AUTHORIZATION}"`}, ""},
		{"another machine", Request{Address: "http://192.0.2.7:8000/", Behind: []string{"alb"}}, nil, "to this machine only"},
		{"TLS", Request{Address: "https://127.0.0.1:8000/", Behind: []string{"alb"}}, nil, "by HTTP without TLS"},
		{"a front door", Request{Address: "https://xyz.lambda-url.eu-west-1.on.aws/", Behind: []string{"alb"}}, nil, "a front door already"},
		{"no front door", Request{Address: "http://127.0.0.1:8000/", Behind: []string{"origin"}}, nil, "--behind origin: no such front door"},
		{"a server of a kind", Request{Address: "http://127.0.0.1:8000/", Kind: "cloudfront", Behind: []string{AllKinds}}, nil, "--kind and --behind contradict each other"},
		{"one and all", Request{Address: "http://127.0.0.1:8000/", Behind: []string{"all", "alb"}}, nil, "--behind: all stands for every front door: write it alone"},
		{"the same twice", Request{Address: "http://127.0.0.1:8000/", Behind: []string{"alb", "alb"}}, nil, "alb is named twice"},
		{"a socket", Request{Address: "http://127.0.0.1:8000/", Connection: Connection{UnixSocket: "/tmp/x"}, Behind: []string{"alb"}}, nil, "--unix-socket is about the connection"},
	} {
		made, err := row.request.Scenario(environment)
		if row.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%s: %v, want %s", row.name, err, row.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(string(made.Text), want) || strings.Contains(string(made.Text), "hunter2") {
				t.Errorf("%s: no %q in\n%s", row.name, want, made.Text)
			}
		}
		s, err := scenarios.Parse("made.yaml", made.Text, made.Lookup(environment))
		if err != nil || s.Targets[0].Name != Server || !s.Targets[1].Lab {
			t.Errorf("%s: %v in\n%s", row.name, err, made.Text)
		}
	}
}
