package websocket

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/websocket"
)

// flowRig is a rig of a scenario with one flow.
func flowRig(t testing.TB, url, steps, rest string) *rig {
	t.Helper()
	text := "name: chat\ntargets:\n  local: {kind: origin, url: \"" + strings.Replace(url, "http", "ws", 1) + "\"}\nflows:\n  - name: f\n    steps:\n" + steps + "\nload: [{closed: {users: 1, for: 1s}}]\n" + rest
	s, err := scenarios.Parse("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	r := messagesTo(url, scenarios.Reply{}, "")
	r.job.Requests, r.job.Flows, r.job.Stride, r.job.Pick = scenarios.MessagesOf(p.Sent), p.Flows(), p.Stride, p.Populations[0].Pick
	r.job.Options.Connections, r.job.Options.Sockets.Header = s.Engine.Connections, s.Engine.Sockets.Header
	r.job.Options.Sockets.Path, r.job.Hosts = s.Engine.Sockets.Path, s.Hosts
	return r
}

// said are the samples in words: of steps by their name, of walks as the flow.
func (r *rig) said() (all []string) {
	samples := r.sorted()
	slices.SortStableFunc(samples, func(a, b results.Sample) int { return int(a.Sent+a.Service) - int(b.Sent+b.Service) })
	for i := range samples {
		s := &samples[i]
		name := "walk"
		if s.Request < 100 {
			_, name, _ = strings.Cut(r.job.Requests[s.Request].Name, "/")
		}
		text := fmt.Sprintf("%s %d %v", name, s.Code, s.Outcome())
		if s.Check != "" {
			text += ": " + s.Check
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// chat is a room: who logs in gets a token, who shows it may join, and what one says comes
// back with more.
func chat(p *peer) {
	p.say(websocket.Text, `{"type": "hello", "to": "`+p.asked.URL.Query().Get("user")+`"}`)
	for {
		m, ok := p.hear()
		if !ok {
			return
		}
		var in struct{ Action, ID, Token, Text string }
		_ = json.Unmarshal(m.Payload, &in)
		switch {
		case in.Action == "login":
			p.say(websocket.Text, `{"id": "`+in.ID+`", "token": "t-`+in.ID+`"}`)
		case in.Action == "join" && strings.HasPrefix(in.Token, "t-"):
			p.say(websocket.Text, `{"type": "joined", "seats": 4}`)
		case in.Action == "say":
			p.say(websocket.Text, `{"type": "said", "id": "other"}`)
			p.say(websocket.Text, `{"type": "said", "id": "`+in.ID+`"}`)
		case in.Action == "kick":
			p.bye(4001)
			return
		}
	}
}

const chatSteps = `
      - {name: open, connect: {path: "/?user=me"}, expect: {status: 101, headers: {x-room: blue}}, extract: {room: {header: x-room}}}
      - {name: login, send: {action: login, id: "${id}"}, reply: {match: $.id}, extract: {key: $.token}}
      - {name: join, send: {action: join, token: "${steps.login.key}"}, reply: none}
      - {name: joined, receive: {match: $.type, value: joined}, timeout: 5s, expect: {body: {json: {$.seats: 4}}}}
      - {name: hello, receive: next, expect: {body: {contains: '"me"'}}}
      - {name: say, send: {action: say, id: "${id}", text: "${steps.open.room}"}, reply: none}
      - {name: mine, receive: {match: $.id, value: "${id}"}}
`

const chatValues = "values: {id: uuid}\n"

var blue = http.Header{"X-Room": {"blue"}}

func TestAFlowOverAConnectionOfItsOwn(t *testing.T) {
	t.Parallel()
	s := serveSockets(t, chat, blue)
	r := flowRig(t, s.URL, chatSteps+`      - {name: bye, close: 4100}`, chatValues)
	e := r.open(t)
	r.run(t, e, every(5*time.Millisecond, 4))
	want := []string{}
	for _, one := range []string{"bye", "hello", "join", "joined", "login", "mine", "open", "say"} {
		want = append(want, slices.Repeat([]string{one + " 101 ok"}, 4)...)
	}
	want = append(want, slices.Repeat([]string{"walk 0 ok"}, 4)...)
	if got := r.said(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	d := counts(t, e)
	if d.Opened != 4 || d.Open != 0 || d.Closed["4100"] != 4 || len(d.ClosedByServer) != 0 || d.Sent != 12 || d.Received != 20 || d.Pushes != 16 {
		t.Errorf("%+v", d)
	}
	for _, s := range r.sorted() {
		if s.Request == 0 && (s.Connect <= 0 || s.In < 100 || s.Out < 100 || s.FirstByte <= 0 || s.Protocol != results.HTTP11) {
			t.Errorf("the handshake: %+v", s)
		}
	}
}

// Users keep their connections from one flow to the next.
func TestUsersWalkFlowsOverConnectionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := serveSockets(t, chat, blue)
	steps := strings.Join(slices.Concat(strings.SplitAfter(chatSteps, "\n")[2:5], strings.SplitAfter(chatSteps, "\n")[6:]), "")
	r := flowRig(t, s.URL, strings.ReplaceAll(steps, "${steps.open.room}", "x"), chatValues)
	e := r.open(t)
	r.run(t, e, closed(3, 100*time.Millisecond, 20*time.Millisecond))
	if d := counts(t, e); d.Opened != 3 || d.Open != 3 {
		t.Errorf("%+v", d)
	}
	for _, one := range r.said() {
		if !strings.HasSuffix(one, " ok") {
			t.Error(one)
		}
	}
}

func TestAStepOverSocketThatFailsEndsItsFlow(t *testing.T) {
	t.Parallel()
	const open = "\n      - {name: open, connect: {}}\n"
	rows := []struct {
		name, steps string
		want        []string
		detail      string
	}{
		{"a push that does not come", open + `      - {name: a, receive: {match: $.type, value: never}, timeout: 50ms}`, []string{"a 0 timeout", "open 101 ok", "walk 0 timeout"}, "timeout after 50ms"},
		{"a push that is not as expected", open + `      - {name: a, receive: next, expect: {body: {json: {$.type: bye}}}}`, []string{"a 101 unexpected: json $.type: want bye", "open 101 ok", "walk 101 unexpected: json $.type: want bye"}, `"hello"`},
		{"a value that is not there", open + `      - {name: a, receive: next, extract: {x: $.none}}` + "\n" + `      - {name: b, send: "${steps.a.x}"}`, []string{"a 101 unexpected: extract x", "open 101 ok", "walk 101 unexpected: extract x"}, ""},
		{"a server that ends the connection as is waited for", open + `      - {name: a, send: {action: kick}, reply: none}` + "\n" + `      - {name: b, receive: {close: 4001}}`, []string{"a 101 ok", "b 101 ok", "open 101 ok", "walk 0 ok"}, ""},
		{"a server that ends it otherwise", open + `      - {name: a, send: {action: kick}, reply: none}` + "\n" + `      - {name: b, receive: {close: 4002}}`, []string{"a 101 ok", "b 101 unexpected: Close frame: want code 4002", "open 101 ok", "walk 101 unexpected: Close frame: want code 4002"}, "got code 4001"},
		{"a push over a connection that ends", open + `      - {name: a, send: {action: kick}, reply: none}` + "\n" + `      - {name: b, receive: {match: $.type, value: never}}`, []string{"a 101 ok", "b 0 connection", "open 101 ok", "walk 0 connection"}, "closed by the server with code 4001"},
		{"a message after the end", open + `      - {name: a, close: 1000}` + "\n" + `      - {name: b, send: x}`, []string{"a 101 ok", "b 0 connection", "open 101 ok", "walk 0 connection"}, ""},
		{"a handshake that is refused", "\n      - {name: open, connect: {path: '/?refuse=1'}}\n" + `      - {name: b, send: x}`, []string{"open 403 4xx", "walk 403 4xx"}, ""},
		{"a handshake that is answered by what is good for a request", "\n      - {name: open, connect: {path: '/?moved=302'}}\n" + `      - {name: b, send: x}`, []string{"open 302 unexpected: want 101", "walk 302 unexpected: want 101"}, ""},
		{"a handshake that is refused as expected", "\n      - {name: open, connect: {path: '/?refuse=1'}, expect: {status: 403}}\n", []string{"open 403 ok", "walk 0 ok"}, ""},
		{"a message after a handshake that is refused as expected", "\n      - {name: open, connect: {path: '/?refuse=1'}, expect: {status: 403}}\n" + `      - {name: b, send: x}`, []string{"b 0 connection", "open 403 ok", "walk 0 connection"}, "no connection is open"},
		{"a second connection", open + `      - {name: b, connect: {}}`, []string{"b 101 ok", "open 101 ok", "walk 0 ok"}, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := flowRig(t, serveSockets(t, chat, blue).URL, row.steps, "")
			e := r.open(t)
			r.run(t, e, every(time.Millisecond, 1))
			if got := r.said(); !slices.Equal(got, row.want) {
				t.Errorf("%q, want %q", got, row.want)
			}
			shown := ""
			for _, s := range r.sorted() {
				if s.Excerpt != nil {
					shown += s.Excerpt.Detail + s.Excerpt.Body
				}
			}
			if !strings.Contains(shown, row.detail) {
				t.Errorf("shown is %q, want %q", shown, row.detail)
			}
			if d := counts(t, e); d.Closed["4001"] != d.ClosedByServer["4001"] || d.ClosedByServer["1000"] > 0 {
				t.Errorf("%+v", d)
			}
		})
	}
}

// A connection is ended with 1000 after the last step, and the server gets to answer.
func TestAFlowClosesItsConnection(t *testing.T) {
	t.Parallel()
	var closed atomic.Int64
	s := serveSockets(t, func(p *peer) {
		for {
			m, err := p.Next()
			if err != nil {
				return
			}
			if code, _ := websocket.ClosedWith(m.Payload); m.Opcode == websocket.Close && code == 1000 {
				p.say(websocket.Close, string(m.Payload))
				if _, err := p.Next(); err != nil && strings.Contains(err.Error(), "EOF") {
					closed.Add(1)
				}
				return
			}
		}
	}, nil)
	r := flowRig(t, s.URL, "\n      - {name: open, connect: {}}\n", "")
	e := r.open(t)
	r.run(t, e, every(time.Millisecond, 5))
	until(t, func() bool { return counts(t, e).Closed["1000"] == 5 && closed.Load() == 5 })
}

func TestSecretsOfFlowsOverSocketAreShownNowhere(t *testing.T) {
	t.Parallel()
	s := serveSockets(t, func(p *peer) {
		for range 2 {
			if _, ok := p.hear(); ok {
				p.say(websocket.Text, `{"token": "s3cret-value", "ok": false}`)
			}
		}
		p.bye(1000)
	}, nil)
	r := flowRig(t, s.URL, `
      - {name: open, connect: {}}
      - {name: a, send: {action: login}, extract: {token: $.token}}
      - {name: b, send: {token: "${steps.a.token}"}, expect: {body: {json: {$.ok: true}}}}
`, "")
	r.run(t, r.open(t), every(time.Millisecond, 1))
	shown := false
	for _, s := range r.sorted() {
		if s.Excerpt != nil && s.Request < 100 {
			shown = true
			if text := s.Excerpt.Body + s.Excerpt.Detail; strings.Contains(text, "s3cret") || !strings.Contains(text, "false") {
				t.Errorf("%q", text)
			}
		}
	}
	if !shown {
		t.Error("no failure is shown")
	}
}
