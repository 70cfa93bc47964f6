package function

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// made is a function whose waits are written down and whose process does not end.
func made(t *testing.T) (f *function, slept *time.Duration) {
	t.Helper()
	env := map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_EXECUTION_ENV": "AWS_Lambda_provided.al2023"}
	f = newFunction(time.Now(), func(name string) string { return env[name] })
	slept = new(time.Duration)
	f.worker.sleep = func(_ context.Context, d time.Duration) { *slept += d }
	f.worker.exit = func(int) { panic("exited") }
	return f, slept
}

// The events are cut down to what differs between front doors.
var events = []struct {
	name, event  string
	format, path string
	method       string
}{
	{"of a REST API", `{"httpMethod": "GET", "path": "/items/1", "resource": "/items/{id}", "queryStringParameters": {"bytes": "900"}, "multiValueQueryStringParameters": {"bytes": ["900"]}, "requestContext": {"domainName": "a.execute-api.us-east-1.amazonaws.com", "stage": "prod"}, "body": null}`, formatProxy, "/items/1", "GET"},
	{"of an HTTP API", `{"version": "2.0", "rawPath": "/items/1", "queryStringParameters": {"bytes": "900"}, "requestContext": {"http": {"method": "PUT"}}}`, formatProxy2, "/items/1", "PUT"},
	{"of a function URL, with a body in Base64", `{"version": "2.0", "rawPath": "/", "isBase64Encoded": true, "body": "eyJieXRlcyI6IDkwMH0=", "requestContext": {"http": {"method": "POST"}}}`, formatProxy2, "/", "POST"},
	{"of a load balancer", `{"httpMethod": "GET", "path": "/", "queryStringParameters": {"bytes": "%39%30%30"}, "headers": {}, "requestContext": {"elb": {"targetGroupArn": "arn"}}}`, formatBalancer, "/", "GET"},
	{"of a load balancer that sends lists", `{"httpMethod": "GET", "path": "/", "multiValueQueryStringParameters": {"bytes": ["1", "900"]}, "multiValueHeaders": {}, "requestContext": {"elb": {}}}`, formatBalancer, "/", "GET"},
	{"of a path with a size", `{"httpMethod": "GET", "path": "/bytes/900", "requestContext": {}}`, formatProxy, "/bytes/900", "GET"},
	{"of a message", `{"body": "{\"action\": \"work\", \"bytes\": 900}", "requestContext": {"eventType": "MESSAGE", "connectionId": "c=", "routeKey": "$default"}}`, formatSocket, "", ""},
}

func TestTheFunctionAnswersEveryFrontDoor(t *testing.T) {
	for _, row := range events {
		f, _ := made(t)
		got, err := f.answer(t.Context(), json.RawMessage(row.event))
		r, is := got.(response)
		if err != nil || !is {
			t.Errorf("%s: %v %v", row.name, got, err)
			continue
		}
		var body struct {
			Instance, Format, Method, Path string
			Cold                           bool
			Invocation                     int
			Memory                         int `json:"memory_mb"`
		}
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if r.Status != http.StatusOK || len(r.Body) != 900 || body.Format != row.format || body.Path != row.path || body.Method != row.method {
			t.Errorf("%s: %d bytes, %+v", row.name, len(r.Body), r)
		}
		if !body.Cold || body.Invocation != 1 || body.Memory != 512 || body.Instance == "" {
			t.Errorf("%s: the environment is %+v", row.name, body)
		}
		if lists := strings.Contains(row.name, "lists"); lists != (r.Lists["X-Instance-Id"] != nil) || lists == (r.Headers["X-Instance-Id"] != "") {
			t.Errorf("%s: the headers are %v and %v", row.name, r.Headers, r.Lists)
		}
		again, _ := f.answer(t.Context(), json.RawMessage(row.event))
		if !strings.Contains(again.(response).Body, `"cold":false,"invocation":2`) {
			t.Errorf("%s: the second invocation says %s", row.name, again.(response).Body)
		}
	}
}

func TestWorkIsDoneAsAsked(t *testing.T) {
	ask := func(query string) (f *function, slept *time.Duration, event json.RawMessage) {
		f, slept = made(t)
		values := map[string]string{}
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			values[name] = value
		}
		return f, slept, encoded(map[string]any{"httpMethod": "GET", "path": "/", "queryStringParameters": values, "requestContext": map[string]any{}})
	}
	for _, row := range []struct {
		query  string
		status int
		says   string // the body, or the error
	}{
		{"sleep=20ms", 200, `"cpu_ms":0,`},
		{"cpu=3ms", 200, `"handler_ms":`},
		{"memory_mb=8&status=503", 503, `"cold":true`},
		{"sleep=31s", 400, "cpu and sleep must be from 0 to 30s together"},
		{"cpu=20s&sleep=20s", 400, "together"},
		{"cpu=9223372036s&sleep=9223372036s", 400, "together"},
		{"cpu=5", 400, `cpu: \"5\" is no duration: write one like 20ms`},
		{"bytes=x", 400, `bytes: \"x\" is no whole number`},
		{"bytes=99999999999", 400, "must be from 0 to"},
		{"memory_mb=-1", 400, "memory_mb: -1 must be from 0 to 10240"},
		{"status=99", 400, "status: 99 must be"},
		{"fail=never", 400, "must be error, panic, exit, malformed or timeout"},
		{"fail=error", 0, "the request asked for an error"},
		{"fail=panic", 0, "asked for a panic"},
		{"fail=exit", 0, "exited"},
		{"unknown=1", 200, `"cold":true`},
	} {
		f, slept, event := ask(row.query)
		got, err := caught(f, t.Context(), event)
		r, _ := got.(response)
		text := r.Body
		if err != nil {
			text = err.Error()
		}
		if r.Status != row.status || !strings.Contains(text, row.says) {
			t.Errorf("%s: %d %s", row.query, r.Status, text)
		}
		if row.query == "sleep=20ms" && *slept != 20*time.Millisecond {
			t.Errorf("%s: it slept %v", row.query, *slept)
		}
		var did struct {
			CPU float64 `json:"cpu_ms"`
		}
		if row.query == "cpu=3ms" && (json.Unmarshal([]byte(text), &did) != nil || did.CPU < 3) {
			t.Errorf("%s: it used %v ms", row.query, did.CPU)
		}
	}
	f, _, event := ask("fail=malformed")
	if got, err := f.answer(t.Context(), event); err != nil || len(encoded(got)) == 0 || encoded(got)[0] != '[' {
		t.Errorf("a malformed response is %v %v", got, err)
	}
	f, _, event = ask("fail=timeout")
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := f.answer(ctx, event); err != nil {
		t.Error(err)
	}
}

// caught returns what a function panics with as its error, as Lambda does.
func caught(f *function, ctx context.Context, event json.RawMessage) (got any, err error) {
	defer func() {
		if text, is := recover().(string); is {
			err = errors.New(text)
		}
	}()
	return f.answer(ctx, event)
}

func TestBoundsAreThoseOfTheStack(t *testing.T) {
	event := func(body string) json.RawMessage {
		return encoded(map[string]any{"body": body, "requestContext": map[string]any{"eventType": "MESSAGE", "connectionId": "c"}})
	}
	f, _ := made(t)
	if err := f.bound("1000"); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
	defer end()
	for body, says := range map[string]string{
		`{"bytes": 1000}`: `"cold":`,
		`{"bytes": 1001}`: "bytes: 1001 must be from 0 to 1000",
		`{"sleep": "2s"}`: `"cold":`,
		`{"sleep": "4s"}`: "cpu and sleep must be from 0 to 3s together",
		`{"count": 6}`:    "count: 6 must be from 0 to 5",
		`{"text": "` + strings.Repeat("x", 251) + `", "count": 4}`: "text: 4 times 251 bytes must be 1000 at most",
	} {
		got, err := f.answer(ctx, event(body))
		if r, _ := got.(response); err != nil || !strings.Contains(r.Body, says) {
			t.Errorf("%s: %s %v", body, r.Body, err)
		}
	}
	for _, text := range []string{"x", "-1", "8388609"} {
		if err := f.bound(text); err == nil || !strings.Contains(err.Error(), "MOST_BYTES: "+strconv.Quote(text)+" must be a whole number from 0 to 8388608") {
			t.Error(err)
		}
	}
	if err := f.bound(""); err != nil || f.most.bytes != 1000 {
		t.Errorf("%v, %d", err, f.most.bytes)
	}
}

func TestInitWorksAndSaysWhatIsWrong(t *testing.T) {
	f, slept := made(t)
	if err := f.prepare("sleep=200ms&memory_mb=1"); err != nil || *slept != 200*time.Millisecond {
		t.Errorf("%v, slept %v", err, *slept)
	}
	if err := f.prepare("sleep=ages"); err == nil || !strings.Contains(err.Error(), `INIT: sleep: "ages" is no duration`) {
		t.Error(err)
	}
}

func TestMessagesArePushedToTheirConnection(t *testing.T) {
	var paths, bodies, signatures []string
	status := http.StatusOK
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		paths, bodies, signatures = append(paths, r.URL.EscapedPath()), append(bodies, string(text)), append(signatures, r.Header.Get("Authorization"))
		w.WriteHeader(status)
	}))
	defer api.Close()
	f, _ := made(t)
	env := map[string]string{"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": api.URL + "/prod", "AWS_ACCESS_KEY_ID": "AKIA0000000000000000", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
	f.push = pusher{client: api.Client(), env: func(name string) string { return env[name] }}.push
	event := json.RawMessage(`{"body": "{\"action\": \"push\", \"id\": 7, \"count\": 2, \"text\": \"hi\"}", "requestContext": {"eventType": "MESSAGE", "connectionId": "a/b="}}`)
	got, err := f.answer(t.Context(), event)
	if err != nil || got.(response).Status != http.StatusOK || got.(response).Body != "" {
		t.Fatalf("%v %v", got, err)
	}
	if len(bodies) != 2 || bodies[1] != `{"id":7,"push":2,"text":"hi"}` || paths[0] != "/prod/@connections/a%2Fb=" && paths[0] != "/prod/@connections/a%2Fb%3D" {
		t.Errorf("%q to %q", bodies, paths)
	}
	if !strings.HasPrefix(signatures[0], "AWS4-HMAC-SHA256 Credential=AKIA0000000000000000/") || !strings.Contains(signatures[0], "/us-east-1/execute-api/aws4_request") {
		t.Error(signatures[0])
	}
	status = http.StatusGone
	if _, err := f.answer(t.Context(), event); err == nil || !strings.Contains(err.Error(), "410 Gone") {
		t.Error(err)
	}
	for _, kind := range []string{"CONNECT", "DISCONNECT"} {
		got, err := f.answer(t.Context(), encoded(map[string]any{"requestContext": map[string]any{"eventType": kind, "connectionId": "c"}}))
		if err != nil || got.(response).Status != http.StatusOK || got.(response).Body != "" {
			t.Errorf("%s: %v %v", kind, got, err)
		}
	}
}

// FuzzWorkIsBounded reads events as others send them to a public address: whatever they
// ask for, it is refused or within the bounds.
func FuzzWorkIsBounded(f *testing.F) {
	for _, row := range events {
		f.Add([]byte(row.event))
	}
	f.Add([]byte(`{"body": "{\"cpu\": \"1h\", \"count\": 1e9}", "path": "/bytes/1"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := read(text)
		if err != nil {
			return
		}
		w, err := c.asked(widest)
		if err != nil {
			return
		}
		if total := w.CPU + w.Sleep; w.CPU < 0 || w.Sleep < 0 || total < 0 || total > duration(mostTime) ||
			w.MemoryMB < 0 || w.MemoryMB > mostMemory || w.Bytes < 0 || w.Bytes > mostBytes || w.Count < 0 || w.Count > mostCount || w.Status != 0 && w.Status < 200 {
			t.Errorf("%+v", w)
		}
	})
}
