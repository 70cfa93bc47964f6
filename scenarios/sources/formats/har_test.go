package formats

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"tollgate/scenarios/sources"
)

// entryOf is an entry of a HAR file.
func entryOf(method, address, further string, status int) string {
	return fmt.Sprintf(`{"request": {"method": %q, "url": %q %s}, "response": {"status": %d, "content": {"text": "kept by nobody"}}}`, method, address, further, status)
}

func harOf(entries ...string) string {
	return "{\"log\": {\"version\": \"1.2\", \"pages\": [{}], \"entries\": [\n" + strings.Join(entries, ",\n") + "\n]}}"
}

func TestAHARFileBecomesAScenario(t *testing.T) {
	get := entryOf("GET", "https://api.test/items?page=1", "", 200)
	check(t, "har", []row{
		{name: "requests and how often they occur", text: harOf(get, get, entryOf("GET", "https://api.test/", "", 301)), has: []string{"weight: 2", `path: "/items?page=1"`, "status: [301]"}},
		{name: "a request that changes data", text: harOf(get, entryOf("POST", "https://api.test/login", `, "postData": {"mimeType": "application/json", "text": "{\"user\":\"ada\",\"password\":\"hunter2\"}"}`, 200)), has: []string{"# - name: post-login", "#   json: {user: ada, password: \"${env:PASSWORD}\"}"}, lacks: []string{"set PASSWORD"}},
		{name: "only such", text: harOf(entryOf("PUT", "https://api.test/a", `, "postData": {"mimeType": "text/plain", "text": "x"}`, 204)), has: []string{"\n  - name: put-a", "may change data, as often", "body: x", "Content-Type: text/plain"}},
		{name: "secrets", text: harOf(entryOf("GET", "https://api.test/a/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.c2ln?sessionId=hunter2&max_tokens=5", `, "headers": [{"name": "Cookie", "value": "sid=hunter2"}, {"name": "X-CSRF-Token", "value": "hunter2"}]`, 200)), has: []string{"${env:SESSIONID}", "max_tokens=5", "${env:COOKIE}", "${env:X_CSRF_TOKEN}", "/a/${env:PATH_TOKEN}"}, lacks: []string{"eyJ"}},
		{name: "a signature", text: harOf(entryOf("GET", "https://abc.lambda-url.eu-west-1.on.aws/", `, "headers": [{"name": "Authorization", "value": "AWS4-HMAC-SHA256 Credential=x"}, {"name": "X-Amz-Date", "value": "20260101T000000Z"}]`, 200)), has: []string{"auth: {iam: true}"}, lacks: []string{"AWS4", "X-Amz"}},
		{name: "what a browser adds", text: harOf(entryOf("GET", "https://api.test/", `, "headers": [{"name": "User-Agent", "value": "Mozilla/5.0"}, {"name": "sec-ch-ua", "value": "x"}, {"name": ":path", "value": "/"}, {"name": "If-None-Match", "value": "x"}, {"name": "X-Mine", "value": "kept"}]`, 304)), has: []string{"X-Mine: kept", "left out: user-agent, sec-ch-ua, if-none-match"}, lacks: []string{"Mozilla", "304"}},
		{name: "other servers", text: harOf(get, get, entryOf("GET", "https://cdn.test/app.js", "", 200)), has: []string{"Requests to other servers are left out: https://cdn.test (1)."}, lacks: []string{"app.js"}},
		{name: "another server chosen", text: harOf(get, get, entryOf("GET", "https://cdn.test/app.js", "", 200)), request: sources.Request{Address: "https://cdn.test"}, has: []string{"path: /app.js", "left out: https://api.test (2)"}},
		{name: "the same server elsewhere", text: harOf(get), request: sources.Request{Address: "http://127.0.0.1:8000"}, has: []string{"http://127.0.0.1:8000", "/items?page=1"}},
		{name: "parts of a page", text: harOf(strings.Replace(get, "{", `{"_resourceType": "fetch", `, 1), strings.Replace(entryOf("GET", "https://api.test/logo.png", "", 200), "{", `{"_resourceType": "image", `, 1)), has: []string{"Images, scripts, styles and the like are left out: 1 request."}, lacks: []string{"logo"}},
		{name: "failures and other schemes", text: harOf(get, entryOf("GET", "https://api.test/gone", "", 404), entryOf("GET", "wss://api.test/chat", "", 101), entryOf("GET", "https://api.test/blocked", "", 0)), has: []string{"no good response (2xx or 3xx) is left out: 2 requests", "wss://"}, lacks: []string{"gone", "blocked"}},
		{name: "the name of a variable", text: harOf(entryOf("GET", "https://api.test/${env:HOSTILE}?a=${env:HOSTILE}", `, "headers": [{"name": "X-A", "value": "${env:HOSTILE}"}]`, 200)), has: []string{"$${env:HOSTILE}"}},
		{name: "a path that cannot be sent as it is", text: harOf(entryOf("GET", "https://api.test/a b|c/%zz", "", 200)), has: []string{"a%20b%7Cc"}, wrong: "no request that could be sent"},
		{name: "a body that is large", text: harOf(entryOf("POST", "https://api.test/a", `, "postData": {"mimeType": "application/json", "text": "{\"a\":\"`+strings.Repeat("x", 5000)+`\"}"}`, 200)), has: []string{"file: bodies/post-a.json"}},
		{name: "a body of bytes", text: harOf(entryOf("POST", "https://api.test/a", `, "postData": {"mimeType": "image/png", "encoding": "base64", "text": "iVBORw0KGgo="}`, 200)), has: []string{"file: bodies/post-a.bin", "Content-Type: image/png"}},
		{name: "a byte order mark", text: "\xef\xbb\xbf" + harOf(get), has: []string{"page=1"}},
		{name: "no HAR file", text: `{"info": {}}`, wrong: "file: this is no HAR file"},
		{name: "no JSON", text: "{\n\"log\": {\n  nonsense", wrong: "file:3: this is not JSON"},
		{name: "cut off", text: "{\n\"log\": {\"entries\": [\n{\"request\": ", wrong: "file:3: the file ends in the middle"},
		{name: "another type", text: "{\"log\": {\"entries\":\n[{\"request\": {\"method\": 5}}]}}", wrong: "file:2: "},
		{name: "nothing to send", text: harOf(), wrong: "has no request that could be sent"},
	})
}

// A HAR file is as large as its responses. What is kept of it is not.
func TestALargeHARFileIsReadInLittleMemory(t *testing.T) {
	const megabytes = 16
	entry := entryOf("GET", "https://api.test/a", `, "comment": "`+strings.Repeat("x", 1<<20)+`"`, 200)
	reader, writer := io.Pipe()
	go func() {
		fmt.Fprint(writer, `{"log": {"entries": [`)
		for i := range megabytes {
			if i > 0 {
				fmt.Fprint(writer, ",")
			}
			fmt.Fprint(writer, entry)
		}
		fmt.Fprint(writer, "]}}")
		writer.Close()
	}()
	c, err := readHAR(Input{Name: "large.har", Data: reader}, nil)
	if err != nil || len(c.Found) != 1 || c.Found[0].Weight != megabytes {
		t.Fatal(c.Found, err)
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	if stats.HeapInuse > 12<<20 {
		t.Errorf("%d MB are in use after a file of %d MB", stats.HeapInuse>>20, megabytes)
	}
}

func FuzzHAR(f *testing.F) {
	fuzz(f, "har", harOf(entryOf("GET", "https://api.test/items?token=a", "", 200)), harOf(entryOf("POST", "https://api.test/${env:HOSTILE}", `, "headers": [{"name": "Cookie", "value": "${env:HOSTILE}"}], "postData": {"mimeType": "application/json", "text": "{\"a\":[1.50,\"${env:HOSTILE}\"]}"}`, 200)))
}
