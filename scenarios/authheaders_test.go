package scenarios

import (
	"strings"
	"testing"
)

func TestAHeaderThatAuthWouldReplaceIsReported(t *testing.T) {
	const head = "name: x\ntargets:\n  a: {kind: origin, url: \"http://a.example\", auth: {bearer: \"${env:TOKEN}\"}}\n  b: {kind: origin, url: \"http://b.example\"}\n"
	const own = `headers: {authorization: "${env:TOKEN}"}`
	const load = "[{constant: {rate: 1/s, for: 1s}}]"
	for _, row := range []struct{ name, lines, want string }{
		{"a target's", "requests:\n  - {name: r, path: /, " + own + "}\nload: " + load, "x.yaml:6:34: requests[0].headers: authorization: the auth of target a writes this header: remove it here, or write auth: none at the request to send it"},
		{"unless the request has none", "requests: [{name: r, path: /, auth: none, " + own + "}]\nload: " + load, ""},
		{"another header", "requests: [{name: r, path: /, headers: {x-api-key: \"${env:TOKEN}\"}}]\nload: " + load, ""},
		{"of a step", "flows: [{name: f, steps: [{name: s, path: /, " + own + "}]}]\nload: " + load, "flows[0].steps[0].headers: authorization: the auth of target a writes"},
		{"of a step to another host", "hosts: [\"https://c.example\"]\nflows: [{name: f, steps: [{name: s, url: \"https://c.example/\", " + own + "}]}]\nload: " + load, ""},
		{"of a population at the other target", "requests: [{name: r, path: /, " + own + "}, {name: o, path: /}]\npopulations: {p: {targets: [b], requests: [r], load: " + load + "}, q: {targets: [a], requests: [o], load: " + load + "}}", ""},
		{"of a population with an auth of its own", "requests: [{name: r, path: /, headers: {X-API-Key: \"${env:TOKEN}\"}}]\npopulations: {p: {auth: {api_key: \"${env:TOKEN}\"}, load: " + load + "}}", "X-API-Key: the auth of population p writes this header"},
		{"of a population without", "requests: [{name: r, path: /, " + own + "}]\npopulations: {p: {auth: none, load: " + load + "}}", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(head+row.lines+"\n"), func(string) (string, bool) { return "s3cret", true })
			if said := ""; err != nil {
				said = err.Error()
				if row.want == "" || !strings.Contains(said, row.want) {
					t.Errorf("%s, want %q", said, row.want)
				}
			} else if row.want != "" {
				t.Errorf("nothing is said, want %q", row.want)
			}
		})
	}
}
