package sources

import (
	"strings"
	"testing"

	"tollgate/scenarios"
	"tollgate/targets"
)

func TestHowAServerIsConnectedToAsTyped(t *testing.T) {
	const at = "https://api.example.com/x"
	for _, row := range []struct {
		name, address string
		c             Connection
		headers       []string
		want, problem string
	}{
		{name: "no verification", address: at, c: Connection{Insecure: true}, want: "tls: {insecure: true}"},
		{name: "elsewhere", address: at, c: Connection{ConnectTo: "10.0.0.7:8443"}, want: `connect_to: "10.0.0.7:8443"`},
		{name: "elsewhere, as curl has it", address: at, c: Connection{ConnectTo: "api.example.com:443:10.0.0.7:8443"}, want: `connect_to: "10.0.0.7:8443"`},
		{name: "elsewhere, for any address", address: at, c: Connection{ConnectTo: "::10.0.0.7:8443"}, want: `connect_to: "10.0.0.7:8443"`},
		{name: "elsewhere, on the same port", address: at, c: Connection{ConnectTo: "::10.0.0.7:"}, want: "connect_to: 10.0.0.7"},
		{name: "elsewhere by IPv6", address: at, c: Connection{ConnectTo: "::[::1]:8443"}, want: `connect_to: "[::1]:8443"`},
		{name: "elsewhere, for another address", address: at, c: Connection{ConnectTo: "other.example.com:443:10.0.0.7:8443"}, problem: "it is for another address than api.example.com:443"},
		{name: "a Host", address: at, c: Connection{Host: "a.example"}, want: "host: a.example"},
		{name: "a Host as a header", address: at, headers: []string{"host: a.example:81"}, want: `host: "a.example:81"`},
		{name: "a proxy", address: at, c: Connection{Proxy: "http://proxy.corp:3128", ProxyTunnel: true}, want: `proxy: "http://proxy.corp:3128", proxy_tunnel: true`},
		{name: "a proxy without its scheme", address: at, c: Connection{Proxy: "proxy.corp:3128"}, want: `proxy: "http://proxy.corp:3128"`},
		{name: "a proxy with a password", address: at, c: Connection{Proxy: "http://me:hunter2%2F@proxy.corp:3128"}, want: `proxy: "http://me:${env:PROXY_PASSWORD}@proxy.corp:3128"`},
		{name: "a proxy with a reference", address: at, c: Connection{Proxy: "http://me:${env:PW}@proxy.corp:3128"}, want: `proxy: "http://me:${env:PW}@proxy.corp:3128"`},
		{name: "the environment's proxy", address: at, c: Connection{Proxy: "environment"}, want: "proxy: environment"},
		{name: "a proxy without its port", address: at, c: Connection{Proxy: "http://me:hunter2@proxy.corp"}, problem: "--proxy: write its host and port"},
		{name: "a unix socket", address: "http://localhost/x", c: Connection{UnixSocket: "/run/app.sock"}, want: "unix_socket: /run/app.sock"},
		{name: "an interface and a version", address: at, c: Connection{Source: "eth0", IP: targets.IPv6}, want: "source_address: eth0, ip: 6"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, err := Request{Address: row.address, Connection: row.c, Headers: row.headers}.Scenario(environment)
			if row.problem != "" {
				if err == nil || !strings.Contains(err.Error(), row.problem) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v, want %q", err, row.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for part := range strings.SplitSeq(row.want, ", ") {
				if !strings.Contains(string(m.Text), part) || strings.Contains(string(m.Text), "hunter2") {
					t.Errorf("no %s in\n%s", part, m.Text)
				}
			}
			s, err := scenarios.Parse("made", m.Text, m.Lookup(environment))
			if err != nil {
				t.Fatalf("what was made is wrong: %v\n%s", err, m.Text)
			}
			if p := s.Targets[0].Connection.Proxy; p != nil && p.User != "" && !strings.HasPrefix(p.Password.Reveal(), "hunter2") {
				t.Errorf("the password is %q", p.Password.Reveal())
			}
		})
	}
}

// What AWS's name of a front door says is read from the Host header as well.
func TestTheKindFollowsFromTheHostHeader(t *testing.T) {
	m, err := Request{Address: "https://10.0.0.7/x", Headers: []string{"Host: a1b2c3.lambda-url.eu-west-1.on.aws"}}.Scenario(environment)
	if err != nil || !strings.Contains(string(m.Text), "kind: function-url") {
		t.Errorf("%v\n%s", err, m.Text)
	}
}

// Both sides of a comparison are at addresses of their own.
func TestASideIsNotConnectedToWhereTheTargetWas(t *testing.T) {
	const file = "name: x\ntargets:\n  a: {kind: origin, url: \"https://api.example.com\", connect_to: \"10.0.0.7:1\", host: b.example, proxy: \"http://proxy.corp:3128\"}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
	text, err := Replaced("x.yaml", []byte(file), Side{Address: "https://one.example"}, Side{Address: "https://two.example"}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "10.0.0.7") || strings.Contains(string(text), "b.example") || strings.Count(string(text), "proxy.corp") != 2 {
		t.Errorf("%s", text)
	}
}

func TestCompressedResponsesAreAskedFor(t *testing.T) {
	m, err := Request{Address: "https://api.example.com/x", Compressed: true}.Scenario(environment)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.Parse("made", m.Text, m.Lookup(environment))
	if err != nil || strings.Join(s.Requests[0].Accepts, " ") != "gzip deflate br zstd" {
		t.Errorf("%v\n%s", err, m.Text)
	}
}

func TestWhatIsWrittenToNoFileIsCalledByItsName(t *testing.T) {
	m, err := Request{Address: "https://api.example.com/x", Headers: []string{"Authorization: Bearer hunter2"}, Connection: Connection{Proxy: "http://me:hunter3@proxy.corp:3128"}}.Scenario(environment)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"the bearer token is written to no file: the scenario has ${env:BEARER_TOKEN}", "the password of the proxy is written to no file: the scenario has ${env:PROXY_PASSWORD}"} {
		if !strings.Contains(strings.Join(m.Notes, "\n"), want) {
			t.Errorf("%q does not say %q", m.Notes, want)
		}
	}
}
