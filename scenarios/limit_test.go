package scenarios

import (
	"strings"
	"testing"
)

func TestPatternsOfHosts(t *testing.T) {
	for _, row := range []struct {
		pattern, host string
		want          bool
	}{
		{"api.example.com", "api.example.com", true},
		{"API.example.com.", "api.Example.com", true},
		{"api.example.com", "api.example.com.", true},
		{"api.example.com", "xapi.example.com", false},
		{"*.example.com", "api.example.com", true},
		{"*.example.com", "a.b.example.com", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", "notexample.com", false},
		{"*.example.com", "example.com.evil.org", false},
		{" 127.0.0.1 ", "127.0.0.1", true},
		{"127.0.0.1", "127.0.0.10", false},
		{"127.0.0.1", "::ffff:127.0.0.1", true},
		{"::1", "0:0:0:0:0:0:0:1", true},
		{"localhost", "localhost", true},
		{"localhost", "127.0.0.1", false},
	} {
		p, err := ParseHostPattern(row.pattern)
		if err != nil || p.Matches(row.host) != row.want {
			t.Errorf("%q matches %q: %v, want %v (%v)", row.pattern, row.host, p.Matches(row.host), row.want, err)
		}
	}
	for _, text := range []string{"", " ", "*", "*.", "https://example.com", "example.com/x", "example.com:443", "a.*.com", "*example.com", "a b", "-", "10.0.0.0/8"} {
		if p, err := ParseHostPattern(text); err == nil {
			t.Errorf("%q is taken for the pattern %q", text, p)
		}
	}
}

func TestHighestRates(t *testing.T) {
	for text, want := range map[string]string{"500": "500/s", " 500/s ": "500/s", "30/m": "30/m", "0.5/s": "30/m", "1e3": "1000/s", "10k": "10000/s"} {
		if r, err := ParseMaxRate(text); err != nil || r.String() != want {
			t.Errorf("%q is %v, %v; want %s", text, r, err, want)
		}
	}
	for _, text := range []string{"", "0", "0/s", "-1", "fast", "5 per second"} {
		if r, err := ParseMaxRate(text); err == nil {
			t.Errorf("%q is taken for %v", text, r)
		}
	}
}

func FuzzParseHostPattern(f *testing.F) {
	f.Add("*.example.com")
	f.Add("[::1]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseHostPattern(text)
		if err == nil && (p == "" || strings.ContainsAny(string(p), "/ \t\n")) {
			t.Errorf("%q is the pattern %q", text, p)
		}
		if err == nil && !strings.HasPrefix(string(p), "*.") && !p.Matches(string(p)) {
			t.Errorf("%q does not match itself", p)
		}
	})
}

// Every way of sending is held to a limit on the rate, and every target to the
// hosts that are allowed. The strictest of several limits holds.
func TestNoRunExceedsALimit(t *testing.T) {
	limit := func(rate string, hosts ...string) Limit {
		l := Limit{Allowed: "TOLLGATE_ALLOW", Rated: "TOLLGATE_MAX_RATE"}
		for _, h := range hosts {
			p, err := ParseHostPattern(h)
			if err != nil {
				t.Fatal(err)
			}
			l.Allow = append(l.Allow, p)
		}
		if rate != "" {
			var err error
			if l.MaxRate, err = ParseMaxRate(rate); err != nil {
				t.Fatal(err)
			}
		}
		return l
	}
	const origin = `kind: origin, url: "http://127.0.0.1:1"`
	for _, row := range []struct {
		name, target, load, more string
		limits                   []Limit
		want                     string // "": it runs
	}{
		{"a host that is allowed", origin, "constant: {rate: 10/s, for: 1s}", "", []Limit{limit("", "127.0.0.1")}, ""},
		{"a host that is not", origin, "constant: {rate: 10/s, for: 1s}", "", []Limit{limit("", "*.example.com", "::1")}, "target a: TOLLGATE_ALLOW does not allow the host 127.0.0.1 (it allows *.example.com or ::1)"},
		{"an API in another region", `kind: http-api, url: "https://a1.execute-api.eu-west-1.amazonaws.com"`, "constant: {rate: 1/s, for: 1s}", "", []Limit{limit("", "*.execute-api.eu-central-1.amazonaws.com")}, "does not allow the host a1.execute-api.eu-west-1"},
		{"a host that one of two limits allows", origin, "constant: {rate: 10/s, for: 1s}", "", []Limit{limit("", "127.0.0.1"), limit("", "example.com")}, "does not allow the host 127.0.0.1"},
		{"a scenario that narrows", origin, "constant: {rate: 10/s, for: 1s}", "allow: [example.com]", []Limit{limit("", "127.0.0.1")}, "allow: in x.yaml does not allow the host 127.0.0.1"},
		{"a scenario that would widen", origin, "constant: {rate: 10/s, for: 1s}", "allow: [127.0.0.1]\nmax_rate: 100/s", []Limit{limit("5", "example.com")}, "TOLLGATE_ALLOW does not allow"},
		{"the lab is this program", "kind: alb, url: lab", "constant: {rate: 10/s, for: 1s}", "", []Limit{limit("", "example.com")}, ""},
		{"a server behind the lab that is allowed", "kind: alb, url: lab", "constant: {rate: 10/s, for: 1s}", "lab: {function: {proxy: 'http://127.0.0.1:1'}}", []Limit{limit("", "127.0.0.1")}, ""},
		{"a server behind the lab that is not", "kind: alb, url: lab", "constant: {rate: 10/s, for: 1s}", "lab: {function: {proxy: 'http://127.0.0.1:1'}}", []Limit{limit("", "example.com")}, "target a: TOLLGATE_ALLOW does not allow the host 127.0.0.1"},
		{"a rate that is allowed", origin, "constant: {rate: 10/s, for: 1s}", "", []Limit{limit("10")}, ""},
		{"a rate that is not", origin, "constant: {rate: 11/s, for: 1s}", "", []Limit{limit("10")}, "stage 1 (constant 11/s) sends up to 11 a second, more than the 10/s that TOLLGATE_MAX_RATE allows: lower its rate"},
		{"a rate at the lab", "kind: alb, url: lab", "constant: {rate: 11/s, for: 1s}", "", []Limit{limit("10")}, "more than the 10/s"},
		{"the top of a ramp", origin, "ramp: {from: 1/s, to: 20/s, for: 1s}", "", []Limit{limit("10")}, "more than the 10/s"},
		{"the highest step", origin, "steps: {rates: [1/s, 20/s, 1/s], for: 3s}", "", []Limit{limit("10")}, "more than the 10/s"},
		{"arrivals at random", origin, "poisson: {rate: 20/s, for: 1s}", "", []Limit{limit("10")}, "more than the 10/s"},
		{"a burst at once", origin, "burst: {requests: 20}", "", []Limit{limit("10")}, "up to 20 a second"},
		{"a burst at a rate", origin, "burst: {requests: 20, at: 5/s}", "", []Limit{limit("10")}, ""},
		{"users without think time", origin, "closed: {users: 1, for: 1s}", "", []Limit{limit("10")}, "stage 1: 1 user in a closed loop may send more than the 10/s that TOLLGATE_MAX_RATE allows: give them time to think (think: 112ms or more), or take an open model, such as constant: {rate: 10/s, for: 1s}"},
		{"users who think long enough", origin, "closed: {users: 1, think: 112ms, for: 1s}", "", []Limit{limit("10")}, ""},
		{"more users than the limit", origin, "closed: {users: 10, think: 1h, for: 1s}", "", []Limit{limit("10")}, "may send more than the 10/s that TOLLGATE_MAX_RATE allows: take an open model"},
		{"the scenario's own limit", origin, "constant: {rate: 11/s, for: 1s}", "max_rate: 10/s", nil, "more than the 10/s that max_rate: in x.yaml allows"},
		{"the stricter of two", origin, "constant: {rate: 11/s, for: 1s}", "max_rate: 100/s", []Limit{limit("10")}, "TOLLGATE_MAX_RATE allows"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := Guard{Book: guardBook(t), Limits: row.limits, Yes: true}
			got, why := verdict(g, guarded(t, row.target, row.load, row.more))
			if row.want == "" && got != "runs" || row.want != "" && (got != "refuses" || !strings.Contains(why, row.want)) {
				t.Errorf("it %s: %s", got, why)
			}
		})
	}
	p := guarded(t, origin, "constant: {rate: 1/s, for: 1s}", "")
	p.Probes = []Announced{{Probe: "cold-start", Target: "a", Peak: 100}}
	if got, why := verdict(Guard{Book: guardBook(t), Limits: []Limit{limit("10")}}, p); got != "refuses" || !strings.Contains(why, "probe cold-start at a may send 100 a second") {
		t.Errorf("a probe %s: %s", got, why)
	}
}
