package doors

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestMessagesAreCheckedByTheModelsOfTheirRoute(t *testing.T) {
	order := json.RawMessage(`{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}`)
	anything := json.RawMessage(`{}`)
	mock := &Integration{Type: "mock", Body: "taken"}
	for _, row := range []struct {
		name    string
		models  Models
		message string
		taken   bool
	}{
		{"what the model takes", Models{Models: map[string]json.RawMessage{"$default": order}}, `{"n":1}`, true},
		{"what it does not take", Models{Models: map[string]json.RawMessage{"$default": order}}, `{"n":"1"}`, false},
		{"what is no JSON", Models{Models: map[string]json.RawMessage{"$default": anything}}, `n=1`, false},
		{"the model that the message names", Models{Selection: "$request.body.kind", Models: map[string]json.RawMessage{"order": order, "$default": anything}}, `{"kind":"order"}`, false},
		{"$default, where it names no other", Models{Selection: "$request.body.kind", Models: map[string]json.RawMessage{"order": order, "$default": anything}}, `{"kind":"other"}`, true},
		{"no model of that name, and no $default", Models{Selection: "$request.body.kind", Models: map[string]json.RawMessage{"order": order}}, `{"kind":"other","n":1}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := startChat(t, Sockets{Routes: []SocketRoute{{Key: "$default", TwoWay: true, Validate: &row.models, Integration: mock}}})
			c := l.open()
			say(t, c, row.message)
			got := hear(t, c)
			if (got == "taken") != row.taken {
				t.Fatalf("%s: %s", row.message, got)
			}
			if row.taken {
				return
			}
			if !strings.HasPrefix(got, `{"message" : "Bad request body", "connectionId": "`) || !strings.Contains(got, `", "messageId": "`) {
				t.Errorf("the client is told %s", got)
			}
			refused := 0.0
			for _, m := range l.set.Truth().Metrics {
				if m.Metric == "ClientError" {
					refused += m.Sum
				}
			}
			if d := l.truth(); refused != 1 || d.Invocations != 0 || d.Sockets.Open != 1 {
				t.Errorf("ClientError is %v; %+v", refused, d)
			}
		})
	}
}

func TestWhatARouteOfMessagesCannotHave(t *testing.T) {
	model := map[string]json.RawMessage{"$default": json.RawMessage(`{}`)}
	templates := map[string]string{"application/json": "#set($a = 1)"}
	for want, r := range map[string]SocketRoute{
		"no message comes to $connect that could be checked": {Key: "$connect", Validate: &Models{Models: model}},
		`checked by the model "$default", and there is none`: {Key: "a", Validate: &Models{Models: map[string]json.RawMessage{"b": json.RawMessage(`{}`)}}},
		"there is none: no message could pass":               {Key: "a", Validate: &Models{}},
		"must name a part of the message":                    {Key: "a", Validate: &Models{Selection: "kind", Models: model}},
		"models.$default: not a JSON Schema":                 {Key: "a", Validate: &Models{Models: map[string]json.RawMessage{"$default": json.RawMessage(`{"type":7}`)}}},
		`calls "dynamodb" by mapping templates`:              {Key: "a", Integration: &Integration{Type: "dynamodb"}},
		`calls "lambda-custom" by mapping templates`:         {Key: "a", Integration: &Integration{Type: "lambda-custom"}},
		"mapping templates are not run here":                 {Key: "a", Integration: &Integration{Type: "mock", ServiceUse: ServiceUse{RequestTemplates: templates}}},
	} {
		c := Config{Doors: []DoorConfig{{Kind: webSocketAPI.Name, Sockets: &Sockets{Routes: []SocketRoute{r}}}}}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// lines are those of an access log, when there are so many.
func (l chatLab) lines(group string, n int) (lines []string) {
	l.t.Helper()
	l.eventually("an access log of that length", func(DoorTruth) bool {
		found, known := l.set.Lines(group, time.Time{}, time.Now().Add(time.Hour))
		if !known {
			l.t.Fatalf("there is no log group %s", group)
		}
		lines = lines[:0]
		for _, line := range found {
			lines = append(lines, strings.TrimSuffix(line.Message, "\n"))
		}
		return len(lines) >= n
	})
	return lines
}

func TestAnAccessLogHasALineForEachEvent(t *testing.T) {
	l := startChat(t, Sockets{
		Routes:    []SocketRoute{{Key: "$connect"}, {Key: "$disconnect"}, {Key: "a"}},
		AccessLog: &AccessLog{Group: "chat/log", Format: `$context.eventType $context.routeKey $context.status $context.integrationStatus $context.error.message $context.identity.caller "$context.identity.userAgent"`},
	})
	c, err := l.dial("User-Agent", `a"b`)
	if err != nil {
		t.Fatal(err)
	}
	say(t, c, `{"action":"b"}`)
	hear(t, c)
	say(t, c, `{"action":"a"}`)
	l.lines("chat/log", 3)
	_ = c.Close()
	got := strings.Join(l.lines("chat/log", 4), "\n")
	const want = `CONNECT $connect 200 200 - - "a\"b"
MESSAGE $default 403 - Forbidden - "a\"b"
MESSAGE a 200 200 - - "a\"b"
DISCONNECT $disconnect 200 200 - - "a\"b"`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestTheUsualAccessLogIsJSON(t *testing.T) {
	l := startChat(t, Sockets{AccessLog: &AccessLog{}})
	c := l.open()
	say(t, c, `{"action":"ask"}`)
	hear(t, c)
	for _, line := range l.lines("/aws/apigateway/"+l.set.Doors()[0].Name, 2) {
		var v map[string]string
		if err := json.Unmarshal([]byte(line), &v); err != nil || v["connectionId"] == "" || v["requestId"] == "" || v["ip"] != "127.0.0.1" {
			t.Errorf("%s: %v", line, err)
		}
	}
	c2 := Config{Doors: []DoorConfig{{Kind: webSocketAPI.Name, Sockets: &Sockets{AccessLog: &AccessLog{Group: "a b", Format: "$context.wafStatus"}}}}}
	if err := c2.Validate(); err == nil || !strings.Contains(err.Error(), "the lab does not know $context.wafStatus; it knows $context.accountId") || !strings.Contains(err.Error(), `"a b" must be`) {
		t.Errorf("%v", err)
	}
}
