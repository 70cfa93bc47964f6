package scenarios

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// Sockets say how the connections are held over which messages are sent.
type Sockets struct {
	Connections int            // that are held for messages of the open model
	Path        string         // of the handshake: the source of a template; "": the target's own
	Header      targets.Header // of the handshake
	Timeout     time.Duration  // until a connection is open
	Ramp        Rate           // at which connections are opened; at least one an hour
	Lifetime    time.Duration  // after which a client ends a connection and opens another one; 0: never
	Ping        time.Duration  // without traffic, after which a client sends a ping; 0: never
	Reconnect   Backoff        // after a connection could not be opened, or has ended
	Frame       int64          // bytes of the largest that is sent; longer messages are sent in several
	Compress    bool           // permessage-deflate is offered
	Values      *Values        // that take places in path and headers
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

// sockets reads the section websocket, and decides which targets take messages.
func (in *input) sockets(f fields, s *Scenario) {
	only, paired := s.onlyMessages(f), s.paired()
	for i := range s.Targets {
		t := &s.Targets[i]
		t.Messages = only || t.Kind.OnlyMessages || paired && !t.Kind.OnAWS() && in.overWebSocket(t)
	}
	in.checkAddresses(s)
	if !slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Messages }) {
		s.withoutSockets(f)
		return
	}
	s.checkMessageTargets(f)
	s.checkPairs(f, only)
	s.checkRoutes(f)
	if only && s.Engine.HTTP == HTTP2 {
		f.Get("engine").Problem("http: 2 is for requests, and all that is sent are messages, whose connections begin with a handshake of HTTP/1.1: leave it out")
	}
	s.Engine.Sockets = in.readSockets(f.Get("websocket"), s)
	in.connections(f, s)
}

// onlyMessages says whether all that a scenario sends are messages, and reports one that
// has requests besides.
func (s *Scenario) onlyMessages(f fields) bool {
	messages, requests := 0, 0
	for i := range s.Requests {
		switch r := &s.Requests[i]; {
		case r.Socket != nil:
			messages++
		case !r.Elsewhere():
			requests++
		}
	}
	switch {
	case messages == 0 || requests == 0:
	case len(s.Flows) > 0:
		f.Get("flows").Problem("a step of a flow is a message over WebSocket, or a request to the target: where some steps are messages, write a request as one to another host, url: with the whole address (its host under hosts:), as one that fetches a token; or give each request the message that takes its place at targets of messages (message: {send: …})")
	default:
		f.Get("requests").Problem("a scenario sends requests, or messages over WebSocket (send): put one sort into a scenario of its own, or give each request the message that takes its place at targets of messages (message: {send: …})")
	}
	return messages > 0
}

// overWebSocket says whether the address of a target is written as one of WebSocket.
func (in *input) overWebSocket(t *targets.Target) bool {
	return slices.ContainsFunc(in.addresses, func(a typedAddress) bool {
		return a.target == t.Name && targets.HTTPScheme(a.url.Scheme) != a.url.Scheme
	})
}

// checkAddresses checks the addresses of targets by what is sent to them.
func (in *input) checkAddresses(s *Scenario) {
	for _, a := range in.addresses {
		i := slices.IndexFunc(s.Targets, func(t targets.Target) bool { return t.Name == a.target })
		switch {
		case i < 0:
		case s.Targets[i].Messages:
			a.forMessages()
		default:
			a.forRequests()
		}
	}
}

// withoutSockets reports what belongs to messages in a scenario that sends none.
func (s *Scenario) withoutSockets(f fields) {
	if v := f.Get("websocket"); v.Node != nil {
		v.Problem("is for messages, and the scenario has none: give a request send: in place of a path, or remove it")
	}
	for _, r := range s.Requests {
		if r.Message != nil {
			f.Get("requests").Problem("request %s has a message, and no target takes messages over WebSocket: add a target of kind %s, or remove it", r.Name, document.OneOf(messageKinds()))
		}
	}
}

// messageKinds are the kinds that take messages alone.
func messageKinds() []string { return kindsOf(func(k *targets.Kind) bool { return k.OnlyMessages }) }

// checkMessageTargets reports targets that are sent messages and take none.
func (s *Scenario) checkMessageTargets(f fields) {
	for _, t := range s.Targets {
		if t.Messages && !t.Kind.OnlyMessages && t.Kind.OnAWS() {
			f.Get("targets").Problem("target %q takes no messages over WebSocket: websocket targets are of kind %s, or servers without a front door", t.Name, document.OneOf(messageKinds()))
		}
	}
}

// checkPairs reports requests for which a target that takes messages has none.
func (s *Scenario) checkPairs(f fields, only bool) {
	if only {
		return
	}
	v := f.Get("targets")
	for _, t := range s.Targets {
		switch lacking := s.lacking(&t); {
		case lacking == "":
		case len(s.Flows) > 0:
			v.Problem("target %q takes messages over WebSocket: give step %s the message that takes its place there, as in message: {send: {action: …}}; if it has none, give the target a scenario of its own, whose steps send: messages", t.Name, lacking)
		case s.paired():
			v.Problem("target %q takes messages over WebSocket: give request %s the message that takes its place there, as in message: {send: {action: …}}", t.Name, lacking)
		default:
			v.Problem("target %q takes messages over WebSocket: give each request send: in place of method, path and body, or, if other targets are to receive requests, message: {send: …} next to these", t.Name)
		}
	}
}

// paired says whether requests have messages that take their place.
func (s *Scenario) paired() bool {
	return slices.ContainsFunc(s.Requests, func(r Request) bool { return r.Message != nil })
}

// lacking is a request that has no message for a target that takes messages, "" if there is
// none.
func (s *Scenario) lacking(t *targets.Target) string {
	for _, p := range s.populations() {
		i := slices.IndexFunc(p.Requests, func(r Request) bool { return r.Message == nil && !r.Elsewhere() })
		if t.Messages && i >= 0 && slices.Contains(p.Targets, t.Name) {
			return strings.TrimPrefix(p.Requests[i].Name, p.Name+"/")
		}
	}
	return ""
}

func (in *input) readSockets(v document.Value, s *Scenario) *Sockets {
	f := in.fields(v, "path", "query", "headers", "connections", "timeout", "ramp", "lifetime", "ping", "reconnect", "frame", "compress")
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
		Timeout:  f.DurationOr("timeout", time.Millisecond, longestTimeout, s.longestMessage()),
		Lifetime: f.DurationOr("lifetime", time.Second, 2*time.Hour, 0), Ping: f.DurationOr("ping", time.Second, time.Hour, 0),
		Reconnect: Backoff{defaultReconnect, mostReconnect}, Frame: defaultFrame, Compress: f.yes("compress"),
	}
	if frame := f.Get("frame"); frame.Node != nil {
		own.Frame = frame.In(document.Bytes).Whole(1, mostFrame)
	}
	f.Get("ramp").Decode(&own.Ramp)
	f.Get("reconnect").Decode(&own.Reconnect)
	if own.Reconnect.First > own.Reconnect.Most && f.Get("reconnect").Find("most") != nil {
		f.Get("reconnect").Problem("first is longer than most, up to which it grows")
	}
	own.Reconnect.Most = max(own.Reconnect.First, own.Reconnect.Most)
	own.Connections = heldConnections(f, s.Engine)
	return &own
}

// longestMessage is the longest timeout of a message: a connection may take as long to open.
func (s *Scenario) longestMessage() (most time.Duration) {
	for i := range s.Requests {
		if s.Requests[i].OverSocket() != nil {
			most = max(most, s.Requests[i].Timeout)
		}
	}
	return cmp.Or(most, DefaultTimeout)
}

// heldConnections is how many connections are held for messages.
func heldConnections(f fields, e Engine) int {
	usual, most := defaultSockets, e.MaxConnections
	if most > 0 {
		usual = min(usual, most)
	}
	n := int(f.WholeOr("connections", 1, 1_000_000, int64(max(e.Connections, usual))))
	if most > 0 && n > most && f.Has("connections") {
		f.Get("connections").Problem("%d connections to hold are more than engine.max_connections, %d", n, most)
	}
	return n
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
