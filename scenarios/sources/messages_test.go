package sources

import (
	"strings"
	"testing"

	"tollgate/scenarios"
)

func TestAnAddressOfWebSocketMakesMessages(t *testing.T) {
	const api = "wss://abc123.execute-api.us-east-1.amazonaws.com/prod"
	hello := &Data{Bytes: []byte(`{"action":"hello"}`)}
	for _, row := range []struct {
		name string
		r    Request
		want []string // of the scenario
	}{
		{"an API", Request{Address: api, Data: hello}, []string{"{kind: websocket-api, url: \"" + api + "\"}", `send: "{\"action\":\"hello\"}"`, "reply: in order", "connections: 10", "rate: 5/s"}},
		{"without a reply", Request{Address: api, Data: hello, Reply: "none"}, []string{"reply: none"}},
		{"a reply with a value", Request{Address: api, Data: &Data{Bytes: []byte(`{"id":7}`)}, Reply: "$.id"}, []string{`reply: {match: "$.id"}`}},
		{"users and a timeout", Request{Address: api, Data: hello, Users: "3", Timeout: "2s"}, []string{"closed: {users: 3", "timeout: 2s"}},
		{"a query and a header", Request{Address: api + "?room=a%20b", Data: hello, Headers: []string{"X-Name: bar"}}, []string{"query: {room: a b}", "headers: {X-Name: bar}"}},
		{"a token", Request{Address: api, Data: hello, Headers: []string{"Authorization: Bearer abcdef0123456789"}}, []string{`auth: {bearer: "${env:`}},
		{"a server", Request{Address: "ws://localhost:8080/room?x=1", Data: hello}, []string{`{kind: origin, url: "ws://localhost:8080"}`, "path: /room", `query: {x: "1"}`}},
		{"a custom domain", Request{Address: "wss://chat.example.com", Kind: "websocket-api", Region: "us-east-1", Data: hello}, []string{"kind: websocket-api", "region: us-east-1"}},
		{"an example", Request{Address: api, Example: true}, []string{"send: {action: ask, id: \"${uuid}\"}", "The message is an example"}},
	} {
		made, err := row.r.Scenario(noVariables)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(string(made.Text), want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, made.Text)
			}
		}
		s, err := scenarios.Parse("made.yaml", made.Text, made.Lookup(noVariables))
		if err != nil || s.Engine.Sockets == nil {
			t.Errorf("%s: %v\n%s", row.name, err, made.Text)
		}
	}
}

func noVariables(string) (string, bool) { return "", false }

func TestWhatCannotBeSentOverWebSocketIsRefused(t *testing.T) {
	const api = "wss://abc123.execute-api.us-east-1.amazonaws.com/prod"
	hello := &Data{Bytes: []byte("hello")}
	for name, row := range map[string]struct {
		r    Request
		want string
	}{
		"no message":           {Request{Address: api}, "give one with --data"},
		"a method":             {Request{Address: api, Data: hello, Method: "GET"}, "leave them out"},
		"behind front doors":   {Request{Address: api, Data: hello, Behind: []string{"all"}}, "leave them out"},
		"a reply that is none": {Request{Address: api, Data: hello, Reply: "id"}, "write in-order, none, or"},
		"a function URL":       {Request{Address: "wss://abc.lambda-url.us-east-1.on.aws", Data: hello}, "takes no messages over WebSocket"},
		"another kind":         {Request{Address: "wss://x.example.com", Kind: "rest-api", Data: hello}, "is of kind websocket-api or origin"},
		"no region":            {Request{Address: "wss://x.example.com", Kind: "websocket-api", Data: hello}, "add --region"},
		"requests to it":       {Request{Address: "https://x.example.com", Kind: "websocket-api", Region: "us-east-1"}, "write wss://x.example.com"},
		"it in the lab":        {Request{Address: Lab, Kind: "websocket-api"}, "init --from chat"},
		"a reply to a request": {Request{Address: "https://x.example.com", Reply: "none"}, "--reply: of messages"},
		"another scheme":       {Request{Address: "mqtt://x.example.com"}, "or wss:// where messages are sent"},
	} {
		if _, err := row.r.Scenario(noVariables); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}
