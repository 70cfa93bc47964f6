package doors

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"

	"tollgate/targets/websocket"
)

// shopDomain leads to two stages of a REST API and to an HTTP API.
func shopDomain() Config {
	c := quick()
	c.Doors = append(c.Doors[:2], DoorConfig{Kind: "rest-api", Name: "test", API: "lab-rest-api", Stage: "test"}, DoorConfig{Kind: "websocket-api", Name: "chat"})
	c.Domains = []Domain{
		{Name: "api.example.com", Mappings: []Mapping{{Door: "lab-http-api"}, {Path: "orders", Door: "lab-rest-api"}, {Path: "orders/v2", Door: "test"}}},
		{Name: "one.example.com", Mappings: []Mapping{{Path: "v1", Door: "lab-http-api"}}},
		{Name: "chat.example.com", Mappings: []Mapping{{Path: "room", Door: "chat"}}},
	}
	return c
}

func askAs(t *testing.T, client *http.Client, url, host string) (status int, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got.Header, string(text)
}

func TestADomainLeadsToTheStageOfTheLongestPath(t *testing.T) {
	l := open(t, shopDomain())
	const forbidden, missing = `{"message":"Forbidden"}`, `{"message":"Missing Authentication Token"}`
	for _, row := range []struct {
		domain     int
		path, host string
		status     int
		body       string
		counts     int // at which door; -1: at none
	}{
		{0, "/", "api.example.com", 200, "", 1},
		{0, "/users?limit=1", "API.example.com:443", 200, "", 1},
		{0, "/orders/", "api.example.com", 200, "", 0},
		{0, "/orders", "api.example.com", 200, "", 0},
		{0, "/orders/users?limit=1", "api.example.com", 200, "", 0},
		{0, "/orders/v2", "api.example.com", 200, "", 2},
		{0, "/orders/v2/users", "api.example.com", 200, "", 2},
		{0, "/orders/v3", "api.example.com", 403, missing, 0},
		{0, "/orders/prod/", "api.example.com", 403, missing, 0},
		{0, "/ordersv2", "api.example.com", 404, `{"message":"Not Found"}`, 1},
		{0, "/", "127.0.0.1", 403, forbidden, -1},
		{0, "/v1/", "one.example.com", 403, forbidden, -1},
		{1, "/v1/", "one.example.com", 200, "", 1},
		{1, "/v2/", "one.example.com", 403, forbidden, -1},
	} {
		before := l.Truth().Doors
		status, header, body := askAs(t, http.DefaultClient, l.domains[row.domain].url+row.path, row.host)
		if status != row.status || row.body != "" && body != row.body {
			t.Errorf("%+v: %d %s", row, status, body)
		}
		if row.counts < 0 && header.Get("x-amzn-ErrorType") != "ForbiddenException" {
			t.Errorf("%+v: %v", row, header)
		}
		for i, d := range l.Truth().Doors {
			if counted := d.Requests - before[i].Requests; (counted == 1) != (i == row.counts) {
				t.Errorf("%+v: %s counts %d", row, d.Name, counted)
			}
		}
	}
	truth := l.Truth().Domains
	if truth[0] != (DomainTruth{"api.example.com", 12, 0, 2, 0}) || truth[1] != (DomainTruth{"one.example.com", 2, 1, 0, 0}) {
		t.Errorf("%+v", truth)
	}
	if at := l.Doors()[2].Domains; len(at) != 1 || at[0] != (DomainAt{"api.example.com", l.domains[0].url + "/orders/v2"}) {
		t.Errorf("%+v", at)
	}
}

func TestAWebSocketAPIHasADomain(t *testing.T) {
	l := open(t, shopDomain())
	at := l.Doors()[3].Domains[0]
	if !strings.HasPrefix(at.URL, "ws://") {
		t.Fatalf("%+v", at)
	}
	for path, want := range map[string]int{"": 101, "/": 101, "/other": 403} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", strings.Replace(at.URL, "ws", "http", 1)+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = at.Name
		r.Header = http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != want || want == 101 && got.Header.Get("Sec-Websocket-Accept") != websocket.Accept("dGhlIHNhbXBsZSBub25jZQ==") {
			t.Errorf("%q: %d", path, got.StatusCode)
		}
	}
}

func TestADefaultEndpointThatIsSwitchedOffRefuses(t *testing.T) {
	c := shopDomain()
	for i := range c.Doors {
		c.Doors[i].NoDefaultEndpoint = true
	}
	l := open(t, c)
	for i, want := range []struct {
		status int
		body   string
	}{{403, `{"message":"Forbidden"}`}, {404, `{"message":"Not Found"}`}, {403, `{"message":"Forbidden"}`}, {403, `{"message":"Forbidden"}`}} {
		d := l.Doors()[i]
		if status, _, body := send(t, "GET", strings.Replace(d.URL, "ws:", "http:", 1)+"/", ""); status != want.status || body != want.body {
			t.Errorf("%s: %d %s", d.Name, status, body)
		}
		if truth := l.Truth().Doors[i]; truth.Requests != 1 || truth.Billable != 0 {
			t.Errorf("%s: %d requests, %d of them billable", d.Name, truth.Requests, truth.Billable)
		}
	}
	if status, _, _ := askAs(t, http.DefaultClient, l.domains[0].url+"/orders/", "api.example.com"); status != 200 {
		t.Errorf("by its domain: %d", status)
	}
}

// The certificate of a domain is for its name, and its stages' versions of HTTP are spoken.
func TestADomainHasACertificateForItsName(t *testing.T) {
	c := shopDomain().WithTLS()
	l := open(t, c)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(l.CA()))
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "api.example.com"}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), "GET", l.domains[0].url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "api.example.com"
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	if got.StatusCode != 200 || got.ProtoMajor != 2 {
		t.Errorf("%d over %s", got.StatusCode, got.Proto)
	}
}

func TestMistakesInDomainsAreReported(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"no mapping":               {`{"name": "a.example", "mappings": []}`, `domains[0].mappings: a domain leads to a stage at least`},
		"no such door":             {`{"name": "a.example", "mappings": [{"door": "x"}]}`, `domains[0].mappings[0].door: there is no door "x"`},
		"a path twice":             {`{"name": "a.example", "mappings": [{"door": "lab-rest-api"}, {"door": "lab-http-api"}]}`, `domains[0].mappings[1].path: "" is in the list already`},
		"a path with a slash":      {`{"name": "a.example", "mappings": [{"path": "/v1", "door": "lab-rest-api"}]}`, `domains[0].mappings[0].path: "/v1" must be like "orders" or "orders/v1"`},
		"a load balancer":          {`{"name": "a.example", "mappings": [{"door": "lab-alb"}]}`, `a door of kind alb has no stages: domains lead to rest-api, http-api, websocket-api`},
		"an address":               {`{"name": "127.0.0.1:80", "mappings": [{"door": "lab-rest-api"}]}`, `domains[0].name: "127.0.0.1:80" must be a domain name`},
		"messages and requests":    {`{"name": "a.example", "mappings": [{"door": "chat"}, {"path": "v1", "door": "lab-rest-api"}]}`, `"chat" is a WebSocket API and "lab-rest-api" is none`},
		"an address beyond itself": {`{"name": "a.example", "listen": "0.0.0.0:0", "mappings": [{"door": "chat"}]}`, `domains[0].listen: the lab serves this machine only`},
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"doors": [{"kind": "rest-api"}, {"kind": "http-api"}, {"kind": "alb"}, {"kind": "websocket-api", "name": "chat"}], "domains": [` + row.text + `]}`
			if _, _, err := ParseConfig("lab.json", []byte(text)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v\nwant %s", err, row.want)
			}
		})
	}
}
