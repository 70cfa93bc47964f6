package doors

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// FuzzDoors sends any bytes to doors of each kind, with and without all that
// reads requests more closely. Whatever comes back is HTTP, the door goes on to
// serve, what it counted is what it answered, and no connection is left.
func FuzzDoors(f *testing.F) {
	for _, seed := range []string{
		"GET /prod/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n\r\n{\"features\":[5.1,3.5,1.4,0.2]} ",
		"POST /prod/predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"fea\r\n0\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n",
		"GET /%2e%2e/prod?a=1&a=2;%zz HTTP/1.1\r\nHost: x\r\nX-Api-Key: \x7f\r\n\r\n",
		"HEAD /prod/predict HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT x:1 HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "",
	} {
		f.Add([]byte(seed))
	}
	c := quick()
	c.Doors[0].UsagePlan, c.Doors[0].Cache = &UsagePlan{Throttle: Throttle{1, 1}}, &Cache{}
	c.Doors = append(c.Doors, guarded(f)...)
	for i := range c.Doors {
		c.Doors[i].Overhead, c.Doors[i].Function = exactly(0), &Function{Init: exactly(0), Warm: exactly(0)}
	}
	l, err := Start(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	f.Fuzz(func(t *testing.T, sent []byte) {
		for _, d := range l.doors {
			before := d.truth()
			answered := exchangeBytes(t, strings.TrimSuffix(d.URL, "/prod"), sent)
			after := d.truth()
			if after.Requests-before.Requests > int64(answered) {
				t.Errorf("%s counted %d requests and answered %d", d.Name, after.Requests-before.Requests, answered)
			}
			d.emptied(t)
		}
	})
}

// emptied waits until no connection to a door is left.
func (d *door) emptied(t *testing.T) {
	t.Helper()
	for begun := time.Now(); d.counters.open.Load() > 0; time.Sleep(100 * time.Microsecond) { // polls: connections end after their clients
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("%s keeps %d connections of clients that are gone", d.Name, d.counters.open.Load())
		}
	}
}

// guarded are doors with all that reads what strangers send: authorizers,
// validation, patterns, cache keys and a listener's conditions.
func guarded(f *testing.F) []DoorConfig {
	token := &Authorizer{Type: "token", TTL: new(Duration(0)), Duration: exactly(0), Tokens: map[string]string{"Bearer good": "allow", "bad": "deny", "broken": "throw"}}
	iam := &Authorizer{Type: "iam", Credentials: []Credential{{"AKIAIOSFODNN7EXAMPLE", "a-secret"}}}
	issued := newIssuer(f)
	signed := &Authorizer{Type: "jwt", Issuer: "https://issuer", JWKS: issued.jwks()}
	valid := issued.token(f, `{"alg":"RS256","kid":"one"}`, `{"iss":"https://issuer","exp":4102444800}`)
	for _, line := range []string{
		"GET /prod/token HTTP/1.1\r\nAuthorization: Bearer good", "GET /prod/jwt HTTP/1.1\r\nAuthorization: Bearer " + valid,
		"GET /jwt HTTP/1.1\r\nAuthorization: Bearer e30.e30.e30", "GET /token HTTP/1.1\r\nAuthorization: broken",
		"GET /prod/iam?b=2&a=%20 HTTP/1.1\r\nX-Amz-Date: 20261122T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
		"GET /prod/valid?a=1 HTTP/1.1\r\nCache-Control: no-cache, max-age=0", "GET /prod/a/b%2Fc//d HTTP/1.1\r\nOrigin: https://page",
		"OPTIONS /prod/valid HTTP/1.1\r\nOrigin: https://page\r\nAccess-Control-Request-Method: GET", "GET /bytes/1000 HTTP/1.1",
		"GET /r/x?y=#{host} HTTP/1.1", "GET / HTTP/1.1\r\nX-Forwarded-For: ,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,", "GET /?lang=d%zz HTTP/1.1\r\nUpgrade: websocket",
	} {
		method, rest, _ := strings.Cut(line, "\r\n")
		f.Add([]byte(method + "\r\nHost: x\r\n" + rest + "\r\n\r\n"))
	}
	f.Add([]byte("GET / HTTP/1.1\r\nHost: other.lambda-url.us-east-1.on.aws\r\n\r\n"))
	f.Add([]byte("POST /prod/typed HTTP/1.1\r\nHost: x\r\nContent-Type: a/b; c\r\nContent-Length: 1\r\n\r\n1"))
	f.Add([]byte("POST /prod/valid?q=1 HTTP/1.1\r\nHost: x\r\nX-Must: y\r\nContent-Length: 9\r\n\r\n{\"a\":1.5}"))
	model := &Validation{Query: []string{"q"}, Headers: []string{"X-Must"}, Model: []byte(`{"type":"object","properties":{"a":{"type":"integer","pattern":"^[0-9]+$"}}}`)}
	routes := []Route{
		{Path: "/token", Authorizer: token}, {Path: "/jwt", Authorizer: signed}, {Path: "/iam", Authorizer: iam}, {Method: "GET", Path: "/{one}/{rest+}"},
	}
	return []DoorConfig{
		{
			Kind: "rest-api", Name: "guarded-rest", Edge: true, CORS: &CORS{Origins: []string{"https://page"}, Methods: []string{"GET"}, Headers: []string{"A"}, MaxAge: 1},
			Cache: &Cache{Params: []string{"a"}, Heads: []string{"Cache-Control"}, Invalidation: &Invalidation{Unauthorized: warnOfIt}},
			Routes: append(routes, Route{Path: "/valid", Validate: model}, Route{Path: "/queue", Integration: &Integration{Type: "queue"}},
				Route{Path: "/custom", Integration: &Integration{Type: "lambda-custom", Errors: map[string]int{".*threw.*": 404}}},
				Route{Path: "/typed", Integration: &Integration{Type: "lambda-custom", Passthrough: passNever, Templates: []string{"application/json"}}}),
		},
		{Kind: "http-api", Name: "guarded-http", CORS: &CORS{Origins: []string{"*"}}, Routes: append(routes, Route{Path: defaultStage})},
		{Kind: "function-url", Name: "guarded-url", Authorizer: iam},
		{Kind: "alb", Name: "guarded-alb", Rules: []Rule{
			{Path: "/r/*", Action: &Integration{Type: "redirect", Location: "https://#{host}:443/#{path}?#{query}"}},
			{Query: map[string]string{"lang": "d*"}, Headers: map[string]string{"Host": "?*"}, Sources: []string{"127.0.0.0/8"}, Action: &Integration{Type: "fixed-response"}},
			{Method: "POST", Host: "*.x", Groups: []TargetGroup{{Lambda: true}, {}}},
		}},
	}
}

// exchangeBytes sends bytes and the end of the stream, and counts the responses.
func exchangeBytes(t *testing.T, address string, sent []byte) (answered int) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = c.Write(sent) // the door may hang up before the end
	_ = c.(*net.TCPConn).CloseWrite()
	all, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the door neither answers nor hangs up")
	}
	const line = "HTTP/1." // which no body of the lab holds
	if len(all) > 0 && !bytes.HasPrefix(all, []byte(line)) {
		t.Fatalf("not HTTP: %q", all)
	}
	return bytes.Count(all, []byte(line))
}
