package scenarios

import (
	"time"

	"tollgate/pricing/document"
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
	Frame     int64          // bytes of the largest that is sent; longer messages are sent in several
	Compress  bool           // permessage-deflate is offered
	Values    *Values        // that take places in path and headers
}

// A Backoff is how long to wait before another try: First, then twice as long each time,
// up to Most.
type Backoff struct {
	First time.Duration `json:"first" doc:"min=1ms;max=1h"`
	Most  time.Duration `json:"most" doc:"min=1ms;max=1h"`
}

// What is taken where a scenario says nothing. A WebSocket API takes 500 new connections a
// second (API Gateway developer guide, "Quotas for configuring and running a WebSocket
// API"), and ends one after 10 minutes without traffic.
const (
	defaultSockets   = 10
	defaultReconnect = 100 * time.Millisecond
	mostReconnect    = 30 * time.Second

	// defaultFrame is the largest frame that a WebSocket API takes, and a good size for any
	// server. Source: the same page.
	defaultFrame = 32 << 10
	mostFrame    = 16 << 20
)

var defaultRamp = PerSecond(500)

// sendsMessages says whether a scenario's requests are messages, and reports requests of
// both sorts.
func (s *Scenario) sendsMessages(v document.Value) bool {
	messages := 0
	for _, r := range s.Requests {
		if r.Socket != nil {
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
		for _, a := range in.addresses {
			a.forRequests()
		}
		return
	}
	for _, a := range in.addresses {
		a.forMessages()
	}
	for _, t := range s.Targets {
		if !t.Kind.OnlyMessages && t.Kind.OnAWS() {
			f.Get("targets").Problem("target %q takes no messages over WebSocket: websocket targets are of kind %s, or servers without a front door", t.Name, document.OneOf(kindsOf(func(k *targets.Kind) bool { return k.OnlyMessages })))
		}
	}
	s.Engine.Sockets = in.readSockets(v, s)
	in.connections(f, s)
}

func (in *input) readSockets(v document.Value, s *Scenario) *Sockets {
	f := in.fields(v, "path", "query", "headers", "connections", "ramp", "lifetime", "ping", "reconnect", "frame", "compress")
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
		Reconnect: Backoff{defaultReconnect, mostReconnect}, Frame: defaultFrame, Compress: f.yes("compress"),
	}
	if frame := f.Get("frame"); frame.Node != nil {
		own.Frame = frame.In(document.Bytes).Whole(1, mostFrame)
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
