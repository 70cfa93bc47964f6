package doors

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

// fixed is a rule's action that tells which rule it was.
func fixed(body string) *Integration {
	return &Integration{Type: "fixed-response", Status: 404, Body: body}
}

func TestARulesConditionsMustAllHold(t *testing.T) {
	d := steady("alb")
	d.Rules = []Rule{
		{Headers: map[string]string{"X-Version": "v?"}, Action: fixed("header")},
		{Query: map[string]string{"Lang": "DE*", "beta": "1"}, Action: fixed("query")},
		{Sources: []string{"10.0.0.0/8", "192.0.2.1/32"}, Action: fixed("source")},
		{Method: "DELETE", Path: "/x", Host: "h", Headers: map[string]string{"A": "*"}, Query: map[string]string{"q": "?"}, Sources: []string{"0.0.0.0/0"}, Action: fixed("all")},
	}
	inFakeTime(t, only(d), func(b bench) {
		for _, row := range []struct {
			what, method, url, from string
			headers                 []string
			body                    string
		}{
			{"a header in any case", "GET", "/", "", []string{"x-version", "V2"}, "header"},
			{"a header that is too long for its pattern", "GET", "/", "", []string{"X-Version", "v22"}, "healthy"},
			{"parameters and keys in any case", "GET", "/?lang=de-AT&BETA=1", "", nil, "query"},
			{"one parameter of two", "GET", "/?lang=de", "", nil, "healthy"},
			{"one of several values", "GET", "/?lang=en&lang=de&beta=1", "", nil, "query"},
			{"an address in a block", "GET", "/", "10.200.1.1:99", nil, "source"},
			{"an IPv6 form of it", "GET", "/", "[::ffff:192.0.2.1]:99", nil, "source"},
			{"an address outside", "GET", "/", "192.0.2.2:99", nil, "healthy"},
			{"all six conditions", "DELETE", "http://h/x?q=1", "", []string{"A", "b"}, "all"},
			{"five of six", "DELETE", "http://h/x?q=12", "", []string{"A", "b"}, "error"},
		} {
			r := httptest.NewRequest(row.method, row.url, nil)
			r.RemoteAddr = "198.51.100.7:1"
			if row.from != "" {
				r.RemoteAddr = row.from
			}
			for i := 0; i < len(row.headers); i += 2 {
				r.Header.Set(row.headers[i], row.headers[i+1])
			}
			if got := b.do(0, r); !strings.Contains(got.Body.String(), row.body) {
				t.Errorf("%s: %d %s", row.what, got.Code, got.Body)
			}
		}
	})
}

func TestARedirectLeadsWhereItsLocationSays(t *testing.T) {
	d := steady("alb")
	d.Rules = []Rule{
		{Path: "/secure/*", Action: &Integration{Type: "redirect", Location: "https://#{host}:443/#{path}?#{query}"}},
		{Path: "/old", Action: &Integration{Type: "redirect", Status: 302, Location: "#{protocol}://#{host}:#{port}/new"}},
	}
	inFakeTime(t, only(d), func(b bench) {
		for path, want := range map[string]string{
			"http://h:8080/secure/a%20b?x=1&y=%26": "https://h:443/secure/a%20b?x=1&y=%26",
			"http://h:8080/secure/":                "https://h:443/secure/",
			"http://h:8080/old?x=1":                "http://h:8080/new",
			"http://h/old":                         "http://h:80/new",
		} {
			status, length := 301, 134 // as seen on AWS
			if strings.Contains(path, "old") {
				status, length = 302, 110
			}
			got := b.ask(0, "GET", path, "")
			if got.Code != status || got.Header().Get("Location") != want || got.Body.Len() != length || got.Header().Get("Server") != "awselb/2.0" {
				t.Errorf("%s: %d %v with %d bytes", path, got.Code, got.Header(), got.Body.Len())
			}
		}
		if truth := b.doors[0].truth(); truth.Invocations != 0 || truth.Status["301"] != 2 {
			t.Errorf("%+v", truth)
		}
	})
}

func TestTargetGroupsShareRequestsByWeight(t *testing.T) {
	one := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "one") }))
	defer one.Close()
	tiny := exactly(0)
	l := open(t, only(DoorConfig{Kind: "alb", Overhead: tiny, Function: &Function{Init: tiny, Warm: tiny}, Rules: []Rule{{Path: "/*", Groups: []TargetGroup{
		{Weight: new(7), Targets: []string{one.URL}}, {Lambda: true}, {Weight: new(2)}, {Weight: new(0), Targets: []string{"http://127.0.0.1:1"}},
	}}}}))
	const n = 1000
	for range n {
		send(t, "GET", l.Doors()[0].URL, "")
	}
	truth := l.Truth().Doors[0]
	instances := truth.Status["200"] - truth.Invocations
	if instances < 6*n/10 || instances > 8*n/10 || truth.Invocations < n/20 || truth.Invocations > 3*n/20 || truth.Status["503"] < n/10 || truth.Status["503"] > 3*n/10 {
		t.Errorf("%d to instances, %d to the function, %d to no target", instances, truth.Invocations, truth.Status["503"])
	}
}

func TestABalancersOwnStatuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 16<<10)
	large := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 5 {
			w.Header().Add("X-Large", strings.Repeat("a", 7<<10))
		}
		if r.URL.Path == "/instance/small" {
			w.Header().Del("X-Large")
		}
		_, _ = io.Copy(w, r.Body)
	}))
	defer large.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	d := steady("alb")
	d.Rules = []Rule{
		{Path: "/instance/*", Targets: []string{large.URL}},
		{Path: "/empty", Groups: []TargetGroup{{}}},
		{Path: "/one", Groups: []TargetGroup{{Targets: []string{gone.URL}}}},
		{Path: "/two", Groups: []TargetGroup{{Targets: []string{gone.URL}, Protocol: "HTTP2"}}},
		{Path: "/grpc", Groups: []TargetGroup{{Targets: []string{gone.URL}, Protocol: "GRPC"}}},
	}
	l := open(t, only(d))
	url := l.Doors()[0].URL
	for _, row := range []struct {
		what, method, path, body string
		headers                  []string
		status                   int
		page                     string
	}{
		{"a request line of more than 16 KB", "GET", "/" + long, "", nil, 414, "414 Request-URI Too Large"},
		{"a header of more than 16 KB", "GET", "/", "", []string{"X-A", long}, 400, "400 Bad Request"},
		{"thirty forwarding addresses", "GET", "/", "", []string{"X-Forwarded-For", strings.Repeat("192.0.2.1, ", 29) + "192.0.2.1"}, 200, "healthy"},
		{"one more than thirty", "GET", "/", "", []string{"X-Forwarded-For", strings.Repeat("192.0.2.1, ", 30) + "192.0.2.1"}, 463, "463"},
		{"a WebSocket to a function", "GET", "/", "", []string{"Upgrade", "websocket", "Connection", "Upgrade"}, 400, "400 Bad Request"},
		{"a group without targets", "GET", "/empty", "", nil, 503, "503 Service Temporarily Unavailable"},
		{"an answer with more than 32 KB of headers", "GET", "/instance/", "", nil, 502, "502 Bad Gateway"},
		{"HTTP/1.1 where a group speaks HTTP/2", "GET", "/two", "", nil, 464, "464"},
		{"HTTP/1.1 where a group speaks gRPC", "POST", "/grpc", "", nil, 464, "464"},
		{"gRPC where a group does not", "POST", "/one", "", []string{"Content-Type", "application/grpc+proto"}, 464, "464"},
		{"plain HTTP where a group speaks it", "POST", "/one", "", nil, 502, "502 Bad Gateway"},
		{"more than 1 MB to an instance", "POST", "/instance/small", strings.Repeat("b", 3<<20), nil, 200, "bbb"},
		{"more than 1 MB to a function", "POST", "/predict", strings.Repeat("b", 1<<20+1), nil, 413, "413 Request Entity Too Large"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), row.method, url+row.path, strings.NewReader(row.body))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(row.headers); i += 2 {
			r.Header.Set(row.headers[i], row.headers[i+1])
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(got.Body)
		got.Body.Close()
		if got.StatusCode != row.status || !strings.Contains(string(text), row.page) {
			t.Errorf("%s: %d %.200q", row.what, got.StatusCode, text)
		}
	}
}

func TestARESTAPIRefusesLongURLs(t *testing.T) {
	regional, edge := steady("rest-api"), steady("rest-api")
	edge.Name, edge.Edge = "edge", true
	inFakeTime(t, Config{Doors: []DoorConfig{regional, edge}}, func(b bench) {
		for _, row := range []struct{ door, length, status int }{{0, 10_240, 200}, {0, 10_241, 414}, {1, 8_192, 200}, {1, 8_193, 414}} {
			const host, start = "example.com", "/prod/?a="
			got := b.ask(row.door, "GET", start+strings.Repeat("a", row.length-len(host)-len(start)), "")
			if got.Code != row.status {
				t.Errorf("door %d, %d characters: %d", row.door, row.length, got.Code)
			}
		}
	})
}

func TestABalancerNotes460ForWhoHangsUp(t *testing.T) {
	d := steady("alb")
	d.Overhead = exactly(time.Minute)
	l := open(t, only(d))
	client := http.Client{Timeout: 50 * time.Millisecond}
	if got, err := client.Get(l.Doors()[0].URL); err == nil {
		got.Body.Close()
		t.Fatal("the client has an answer")
	}
	for l.Truth().Doors[0].Requests == 0 {
		time.Sleep(time.Millisecond) // polls: the request ends after its client is gone
	}
	if truth := l.Truth().Doors[0]; truth.Status["460"] != 1 || truth.Abandoned != 1 || truth.Invocations != 1 {
		t.Errorf("%+v", truth)
	}
	if got := sums(t, l, l.Doors()[0]); got["HTTPCode_ELB_4XX_Count"] != 1 || got["HTTPCode_Target_4XX_Count"] != 0 {
		t.Errorf("%v", got)
	}
}

// connectionsUsed sends n requests in a row and counts the connections.
func connectionsUsed(t *testing.T, client *http.Client, url string, n int) (opened int) {
	t.Helper()
	for range n {
		r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(info httptrace.GotConnInfo) {
				if !info.Reused {
					opened++
				}
			},
		}), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, got.Body)
		got.Body.Close()
		if got.StatusCode != 200 {
			t.Fatal(got.Status)
		}
	}
	return opened
}

// A connection that is too old carries one more request, whose response ends it: by
// "Connection: close", and over HTTP/2 by GOAWAY.
func TestABalancerEndsConnectionsThatAreTooOld(t *testing.T) {
	for _, secure := range []bool{false, true} {
		d := instant("alb")
		d.TLS = secure
		l := open(t, only(d))
		if got := time.Duration(l.doors[0].config.KeepAlive); got != time.Hour {
			t.Errorf("after %v", got)
		}
		l.doors[0].config.KeepAlive = 0
		client := trusting(t, l, secure)
		if opened := connectionsUsed(t, client, l.Doors()[0].URL, 3); opened != 3 {
			t.Errorf("TLS %v: %d connections", secure, opened)
		}
		if want := map[bool]string{false: "HTTP/1.1", true: "HTTP/2"}[secure]; l.Truth().Doors[0].Protocols[want] != 3 {
			t.Errorf("TLS %v: requests by protocol %v", secure, l.Truth().Doors[0].Protocols)
		}
	}
}

func TestRulesAndGroupsWithMistakesAreRefused(t *testing.T) {
	_, _, err := ParseConfig("lab.json", []byte(`{"doors": [{"kind": "alb", "keep_alive": "1s", "rules": [
		{"headers": {"a b": "x"}}, {"source_ip": ["10.0.0.1"]}, {"path": "/r", "action": {"type": "redirect", "status": 307}},
		{"path": "/r", "action": {"type": "redirect", "location": "#{protocol}://#{host}:#{port}/#{path}?a=1"}},
		{"path": "/r", "action": {"type": "fixed-response", "location": "/x"}},
		{"path": "/g", "groups": [{"weight": 1000}, {"weight": 0, "protocol_version": "HTTP3"}]}, {"path": "/g", "groups": [{"weight": 0, "lambda": true}]},
		{"path": "/g", "groups": [{"lambda": true, "targets": ["http://127.0.0.1:80"]}, {"targets": ["http://example.com:80"]}]}
	]}]}`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`doors[0].keep_alive: 1s must be from 1m0s`, `rules[0].headers: "a b"`, `rules[1].source_ip[0]: "10.0.0.1" must be a block`,
		`rules[2].action.status: a redirect has 301 or 302, not 307`, `rules[2].action.location: it must lead elsewhere`, `rules[3].action.location: it must lead elsewhere`,
		`rules[4].action.location: only redirects`, `rules[5].groups[0].weight: 1000`, `rules[5].groups[1].protocol_version: "HTTP3"`, `rules[6].groups: a weight must be above 0`,
		`rules[7].groups[0]: give targets or lambda`, `rules[7].groups[1].targets[0]: "http://example.com:80"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %s\n%v", want, err)
		}
	}
}
