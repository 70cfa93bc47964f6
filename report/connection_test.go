package report

import (
	"bytes"
	"strings"
	"testing"

	"tollgate/results"
)

// A figure of a server that nobody verified must not be taken for one of the target.
func TestEveryFormatSaysWhichTargetsWereNotVerified(t *testing.T) {
	says := map[string]string{"json": `"insecure": true`, "benchfmt": "unverified: rest\n", "default": "the certificate of rest was not verified (tls: insecure)"}
	for _, f := range Formats {
		for _, insecure := range []bool{true, false} {
			m := newMaker("rest", "http")
			if insecure {
				m.run.Document.Targets[0].Connection = &results.ConnectionDoc{Insecure: true}
			}
			m.fill(0, 20e6, nil)
			m.fill(1, 20e6, nil)
			r, err := New(m.done(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := f.Write(&b, r); err != nil {
				t.Fatal(err)
			}
			want := says["default"]
			if own := says[f.Name]; own != "" {
				want = own
			}
			text := b.String()
			if f.Name == "csv" {
				text, want = strings.SplitN(text, "\n", 2)[0], ",unverified"
			}
			if strings.Contains(strings.ToLower(text), want) != insecure {
				t.Errorf("%s, insecure %v: %q is there or not there, which is wrong:\n%.2000s", f.Name, insecure, want, text)
			}
		}
	}
}

func TestAReportSaysHowConnectionsWereMade(t *testing.T) {
	m := newMaker("rest", "http")
	m.run.Document.Targets[1].Connection = &results.ConnectionDoc{CA: "ab", Cert: "cd", ConnectTo: "10.0.0.7:443", Host: "api.example.com", IP: "4", Source: "eth0", MinVersion: "1.3", Fresh: true}
	m.fill(0, 20e6, nil)
	m.fill(1, 20e6, nil)
	r, err := New(m.done(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "http: connections go to 10.0.0.7:443, connections begin at eth0, only IPv4 is used, the Host header is api.example.com, TLS is 1.3 or newer, only the scenario's authorities are trusted, a client certificate is presented, each request has a connection of its own"
	for _, n := range r.Notices {
		if n.Title == "Connections" && len(n.Reasons) == 1 && n.Reasons[0] == want {
			return
		}
	}
	t.Errorf("%v\nwant %s", r.Notices, want)
}
