package scenarios

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"tollgate/pricing"
)

// socketRows are rows about flows over WebSocket; what stands in place of %s is the steps of
// one.
func socketRows() (all []row) {
	add := func(name, steps, rest, want string, deeper bool) {
		targets := messagesTo("", "")
		targets = targets[:len(targets)-len("requests: []\n\n")] + "flows: [{name: chat, steps: [" + steps + "]}]\n" + rest + "\n"
		all = append(all, row{name: name, old: messagesFrom, new: targets, want: want, deeper: deeper})
	}
	add("a chat", `{name: open, connect: {path: "/chat?room=1", headers: {x-user: "${uuid}"}}, expect: {headers: {x-served-by: a}}, extract: {by: {header: x-served-by}}},
		{name: login, send: {action: login, id: 1, by: "${steps.open.by}"}, reply: {match: $.id}, expect: {body: {json: {$.ok: true}}}, extract: {token: $.token}},
		{think: 1s}, {name: say, send: {t: "${steps.login.token}"}, reply: none, repeat: 3},
		{name: heard, receive: {match: $.from, value: "${steps.login.token}"}, timeout: 2s, extract: {text: $.text}},
		{name: any, receive: next, when: "${steps.login.status} == 101"}, {name: kicked, receive: {close: 4001}}, {name: again, connect: {}}, {name: bye, close: 1000}`, "", "", false)
	add("two things in one step", `{name: a, connect: {}, close: 1000}`, "", "a step does one thing, and this one has connect, too", false)
	add("a connection opened late", `{name: a, send: hello}, {name: b, connect: {}}`, "", "flow chat: its connection is opened by step 2", true)
	add("a push on a shared connection", `{name: a, send: hello}, {name: b, receive: next}`, "", "chat/b needs a connection that no other user has", true)
	add("a push that is found by nothing", `{name: a, connect: {}}, {name: b, receive: {match: $.id}}`, "", `needs "value"`, false)
	add("a push that is not described", `{name: a, connect: {}}, {name: b, receive: soon}`, "", "is not what can be waited for", false)
	add("a push and the end in one", `{name: a, connect: {}}, {name: b, receive: {match: $.id, value: 1, close: 1000}}`, "", "waits for a message or for the end of the connection", false)
	add("a code that is never sent", `{name: a, connect: {}}, {name: b, close: 1005}`, "", "is no status code of a Close frame", true)
	add("a reply to nothing that was sent", `{name: a, connect: {}, reply: none}`, "", "belongs to a message, and this step sends none", false)
	add("a status of a push", `{name: a, connect: {}}, {name: b, receive: next, expect: {status: 200}}`, "", "a reply over WebSocket has none", true)
	add("a check of a closed connection", `{name: a, connect: {}}, {name: b, close: 1000, expect: {body: {contains: x}}}`, "", "checks a message, and this step receives none", true)
	add("a header of a message", `{name: a, connect: {}}, {name: b, send: hello, extract: {x: {header: x}}}`, "", "a message has none", true)
	add("a value of no reply", `{name: a, connect: {}}, {name: b, send: hello, reply: none, extract: {x: $.x}}`, "", "this step receives none", true)
	add("a body of a handshake", `{name: a, connect: {}, extract: {x: $.x}}`, "", "the response to a handshake has none", true)
	add("a query without a path", `{name: a, connect: {query: {a: 1}}}`, "", "needs the path that it belongs to", false)
	add("connections that each flow opens", `{name: a, connect: {}}`, "websocket: {connections: 5}", "each flow opens its own", true)
	add("a method of a step over WebSocket", `{name: a, connect: {}, method: GET}`, "", `unknown key "method"`, false)
	const login = `{name: login, url: "https://login.example.com/token", json: {user: a}, extract: {token: $.token}}, `
	const host = `hosts: ["https://login.example.com"]`
	add("a token that is fetched before the connection", login+`{name: open, connect: {headers: {authorization: "Bearer ${steps.login.token}"}}}, {name: say, send: hi}, {name: read, url: "https://login.example.com/user", when: "${steps.login.status} == 200"}, {name: bye, close: 1000}`, host, "", false)
	add("a message before the connection", login+`{name: a, send: hi}, {name: open, connect: {}}`, host, "flow chat: its connection is opened by step 3: a flow that connects does so before anything else that goes over the connection", true)
	add("a token for connections that are held", login+`{name: a, send: "${steps.login.token}"}`, host, "", false)
	add("a request to the host of a server for WebSocket", `{name: login, url: "http://127.0.0.1:8080/token"}, {name: open, connect: {}}`, `hosts: ["http://127.0.0.1:8080"]`, "", false)
	add("a request to a host that is not named", login+`{name: open, connect: {}}`, "", `add hosts: ["https://`, true)
	add("a request to the target among messages", `{name: login, path: /token}, {name: open, connect: {}}`, "", "write a request as one to another host, url: with the whole address", true)
	return all
}

// The plan of a flow counts its messages and connections, and not its steps.
func TestAPlanCountsWhatFlowsDoOverSocket(t *testing.T) {
	const steps = `{name: token, url: "https://login.example.com/"}, {name: open, connect: {}}, {name: a, send: x, repeat: 3}, {think: 2s}, {name: b, receive: next}, {name: c, close: 1000}`
	text := with(t, messagesFrom, "  ws: {kind: websocket-api, url: \"wss://abc123.execute-api.eu-central-1.amazonaws.com/prod\"}\nflows: [{name: chat, steps: ["+steps+"]}]\nhosts: [\"https://login.example.com\"]\n")
	s, err := Parse("x.yaml", []byte(strings.Replace(text, "200/s, for: 30s", "10/s, for: 10s", 1)), environment)
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, s)
	trials := p.trials("ws")
	got := p.traffic(0, likelyGuess)
	share := float64(600+trials) / 600 // of 6 requests in each of 100 flows
	near := func(a pricing.Amount, want float64) bool {
		return math.Abs(a.Quantity.Float()-want) <= 1
	}
	if !near(got.FromClients, 300*share) || !near(got.Messages, 600*share) || !near(got.Sockets, 100*share) || !near(got.Invocations, 500*share) {
		t.Errorf("%v messages of clients, %v in all, %v connections, %v invocations", got.FromClients.Quantity, got.Messages.Quantity, got.Sockets.Quantity, got.Invocations.Quantity)
	}
	if s := got.SocketSeconds.Quantity.Float(); s < 2.5 || s > 2.8 { // it thinks for 2 s, and 6 steps take 0.1 s each
		t.Errorf("a connection is open for %v s", s)
	}
}

func TestMessagesAtWhichAFrontDoorEndsTheConnectionAreWarnedOf(t *testing.T) {
	for section, want := range map[string][]string{
		"":                          {"1003 at a binary message"},
		"websocket: {frame: 64KiB}": {"1003 at a binary message", "1009 at a frame above 32 KB"},
	} {
		s, err := Parse("x.yaml", []byte(with(t, messagesFrom, messagesTo(`{name: a, send_base64: "AAE="}`, section))), environment)
		if err != nil {
			t.Fatal(err)
		}
		p := planOf(t, s)
		said := errors.Join(p.socketWarnings(s.Targets[0])...).Error()
		for _, text := range want {
			if !strings.Contains(said, text) {
				t.Errorf("%q: %s", section, said)
			}
		}
		for _, text := range []string{"", "${uuid}", "${" + strings.Repeat("y", 60) + "}"} {
			p.Sent[0].Body = append(bytes.Repeat([]byte("x"), 128<<10+1), text...)
			if said := errors.Join(p.socketWarnings(s.Targets[0])...).Error(); !strings.Contains(said, "at a message above 128 KB, and a has 131073 bytes") {
				t.Errorf("%q: %s", section, said)
			}
		}
		p.Sent[0].Body = []byte("${" + strings.Repeat("y", 128<<10) + "}")
		if said := errors.Join(p.socketWarnings(s.Targets[0])...).Error(); strings.Contains(said, "at a message above 128 KB") {
			t.Errorf("%q: how long the value of a reference is, is not known: %s", section, said)
		}
		if len(p.socketWarnings(s.Targets[1])) > 0 || strings.Count(said, "\n")+1 != len(want) {
			t.Errorf("%q: %s", section, said)
		}
	}
}
