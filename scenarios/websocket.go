package scenarios

import (
	"net/http"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios/check"
	"tollgate/targets"
)

// Sockets say how the connections are held over which messages are sent.
type Sockets struct {
	Path      string         // of the handshake: the source of a template; "": the target's own
	Header    targets.Header // of the handshake
	Ramp      Rate           // at which connections are opened; at least one an hour
	Lifetime  time.Duration  // after which a client ends a connection and opens another one; 0: never
	Ping      time.Duration  // without traffic, after which a client sends a ping; 0: never
	Reconnect Backoff        // after a connection could not be opened, or has ended
	Values    *Values        // that take places in path and headers
}

// A Backoff is how long to wait before another try: First, then twice as long each time,
// up to Most.
type Backoff struct {
	First time.Duration `json:"first" doc:"min=1ms;max=1h"`
	Most  time.Duration `json:"most" doc:"min=1ms;max=1h"`
}

// A Reply is how the reply to a message is found among those that come.
type Reply struct {
	None  bool        // there is none: a message ends when it is sent
	Match *check.Path // a value that the message and its reply have; nil: replies come in the order of messages
}

// What is taken where a scenario says nothing. A WebSocket API takes 500 new connections a
// second (API Gateway developer guide, "Quotas for configuring and running a WebSocket
// API"), and ends one after 10 minutes without traffic.
const (
	defaultSockets   = 10
	defaultReconnect = 100 * time.Millisecond
	mostReconnect    = 30 * time.Second
)

var defaultRamp = PerSecond(500)

// message reads a request that is a message over WebSocket.
func (in *input) message(v document.Value) Request {
	f := in.fields(v, "name", "send", "reply", "keys", "weight", "timeout", "expect")
	f.Need("name", "send")
	r := Request{
		Name: f.Get("name").Name(), Method: http.MethodGet, Header: targets.Header{}, Weight: int(f.WholeOr("weight", 1, maxWeight, 1)),
		Timeout: f.DurationOr("timeout", time.Millisecond, longestTimeout, DefaultTimeout), Values: in.values, Reply: in.reply(f.Get("reply")),
	}
	if n := f.Find("send"); n != nil {
		if n.Type == document.String {
			r.Body = textBody(n, &r)
		} else {
			r.Body = n.JSONTemplate()
			r.Header.Set("Content-Type", "application/json") // says how values are escaped; it is not sent
		}
	}
	if keys := f.Get("keys"); keys.Node != nil {
		r.Keys = readKeys(keys)
	}
	f.placed(&r)
	r.checkNames(f.At(f.Find("send"), f.Below("send")))
	in.conceal(f.Find("send"))
	in.conceal(f.Find("expect"))
	if expect := f.Get("expect"); expect.Node != nil {
		in.expectReply(expect, &r)
	}
	return r
}

// expectReply reads what a good reply is.
func (in *input) expectReply(expect document.Value, r *Request) {
	for _, key := range []string{"status", "headers"} {
		if n := expect.Find(key); n != nil {
			expect.At(n, expect.Below(key)).Problem("a reply over WebSocket has none: state what its body is like")
		}
	}
	r.Expect = in.expect(expect, r.Method, nil)
	if r.Reply.None && len(r.Expect.Checks) > 0 {
		expect.Problem("checks a reply, and this message has none")
	}
}

// reply reads how a reply is found.
func (in *input) reply(v document.Value) *Reply {
	const rule = `is not a way to find a reply: write in order, none, or {match: "$.id"}`
	switch {
	case v.Node == nil:
		return &Reply{}
	case v.Type == document.Mapping:
		f := v.Fields("match")
		f.Need("match")
		at := f.Get("match")
		if at.Node == nil {
			return &Reply{}
		}
		return &Reply{Match: check.ReadPath(at, at.Node.Text)}
	case v.Node.Text == "in order":
		return &Reply{}
	case v.Node.Text == "none":
		return &Reply{None: true}
	}
	v.Bad(rule)
	return &Reply{}
}

// sendsMessages says whether a scenario's requests are messages, and reports requests of
// both sorts.
func (s *Scenario) sendsMessages(v document.Value) bool {
	messages := 0
	for _, r := range s.Requests {
		if r.Reply != nil {
			messages++
		}
	}
	if messages > 0 && messages < len(s.Requests) {
		v.Problem("a scenario sends requests, or messages over WebSocket (send): put one sort into a scenario of its own")
	}
	return messages > 0
}

// sockets reads the section websocket, and what else belongs to messages.
func (in *input) sockets(f fields, s *Scenario) {
	v := f.Get("websocket")
	if !s.sendsMessages(f.Get("requests")) {
		if v.Node != nil {
			v.Problem("is for messages, and the scenario has none: give a request send: in place of a path, or remove it")
		}
		for _, t := range s.Targets {
			if t.Kind.OnlyMessages {
				f.Get("targets").Problem("target %q takes messages over WebSocket: give each request send: in place of method, path and body", t.Name)
			}
		}
		return
	}
	for _, t := range s.Targets {
		if !t.Kind.OnlyMessages && t.Kind.OnAWS() {
			f.Get("targets").Problem("target %q takes no messages over WebSocket: websocket targets are of kind %s, or servers without a front door", t.Name, document.OneOf(kindsOf(func(k *targets.Kind) bool { return k.OnlyMessages })))
		}
	}
	s.Engine.Sockets = in.readSockets(v, s)
}

func (in *input) readSockets(v document.Value, s *Scenario) *Sockets {
	f := in.fields(v, "path", "query", "headers", "connections", "ramp", "lifetime", "ping", "reconnect")
	r := Request{Header: targets.Header{}, Values: in.values}
	r.Path = requestPath(f.Get("path"))
	query(f.Get("query"), &r)
	headers(f.Get("headers"), &r)
	for _, key := range []string{"path", "query", "headers"} {
		r.checkNames(f.At(f.Find(key), f.Below(key)))
		in.conceal(f.Find(key))
	}
	own := Sockets{
		Path: r.Path, Header: r.Header, Values: in.values, Ramp: defaultRamp,
		Lifetime: f.DurationOr("lifetime", time.Second, 2*time.Hour, 0), Ping: f.DurationOr("ping", time.Second, time.Hour, 0),
		Reconnect: Backoff{defaultReconnect, mostReconnect},
	}
	f.Get("ramp").Decode(&own.Ramp)
	f.Get("reconnect").Decode(&own.Reconnect)
	own.Reconnect.Most = max(own.Reconnect.First, own.Reconnect.Most)
	s.Engine.Connections = int(f.WholeOr("connections", 1, 1_000_000, int64(max(s.Engine.Connections, defaultSockets))))
	return &own
}

// kindsOf are the names of the kinds for which a condition holds.
func kindsOf(holds func(*targets.Kind) bool) (names []string) {
	for _, k := range targets.Kinds {
		if holds(k) {
			names = append(names, k.Name)
		}
	}
	return names
}
