package scenarios

import (
	"strings"
	"testing"
)

func TestAddressesAreOfWhatIsSent(t *testing.T) {
	const host = "abc123.execute-api.us-east-1.amazonaws.com"
	for _, row := range []struct{ name, kind, url, request, want string }{
		{"a stage", "websocket-api", "wss://" + host + "/prod", "send: x", ""},
		{"a stage by HTTPS", "websocket-api", "https://" + host + "/prod/", "send: x", ""},
		{"no stage", "websocket-api", "wss://" + host, "send: x", "has no stage: write wss://" + host + "/STAGE"},
		{"the backend's address", "websocket-api", "https://" + host + "/prod/@connections", "send: x", "clients connect to wss://" + host + "/prod"},
		{"a path below the stage", "websocket-api", "wss://" + host + "/prod/chat", "send: x", "more than a stage"},
		{"a custom domain", "websocket-api", "wss://chat.example.com", "send: x", ""},
		{"requests to an HTTP API", "http-api", "wss://" + host, "path: /", "requests go over HTTP: write https://"},
		{"requests to a server", "origin", "ws://127.0.0.1:80", "path: /", "requests go over HTTP: write http://"},
		{"messages to a server", "origin", "ws://127.0.0.1:80", "send: x", ""},
	} {
		text := "name: x\ntargets: {t: {kind: " + row.kind + ", region: us-east-1, url: \"" + row.url + "\"}}\nrequests: [{name: a, " + row.request + "}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
		text = strings.Replace(text, "origin, region: us-east-1", "origin", 1)
		_, err := Parse("x.yaml", []byte(text), env())
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), "x.yaml:2:") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
}
