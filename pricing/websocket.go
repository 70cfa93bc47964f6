package pricing

import (
	"slices"
	"time"
)

// What a WebSocket API allows (API Gateway developer guide, "Quotas for configuring
// and running a WebSocket API").
const (
	webSocketMessage = 128 << 10
	webSocketFrame   = 32 << 10
	webSocketLife    = 2 * time.Hour
	webSocketIdle    = 10 * time.Minute
	webSocketOpened  = 500 // new connections a second, of all APIs of an account in a region
)

// WebSocketUnit is the increment in which messages are metered (Amazon API
// Gateway pricing page: 32 KB increments, so that 33 KB are two messages).
const WebSocketUnit = 32 << 10

// WebSocketUnits are how many messages a message of so many bytes is billed as.
func WebSocketUnits(bytes int64) int64 { return max(1, (bytes+WebSocketUnit-1)/WebSocketUnit) }

// WebSocketMessages are messages through a WebSocket API in either direction,
// counted in increments of 32 KiB. Whether $connect and $disconnect count as
// messages is not stated; they are not counted here.
var WebSocketMessages = metered("apigateway.websocket.messages", "WebSocket messages", Messages, func(t Traffic) Reading {
	if u := t.MessageUnits; u.Quantity.Sign() > 0 {
		return Reading{Quantity: u.Quantity, Basis: u.Basis, Derivation: derivation("%s messages of 32 KiB or less each (%s)", u.Quantity, u.Source)}
	}
	each, basis := Whole(1), t.MessageBytes.Basis
	if !t.MessageBytes.Empty() {
		each = t.MessageBytes.Expect(increments(WebSocketUnit))
	} else if t.Messages.Quantity.Sign() > 0 {
		basis = Assumed // that messages are small
	}
	n := t.Messages.Quantity.Add(t.RefusedMessages.Quantity)
	q := n.Mul(each)
	return Reading{
		Quantity: q, Basis: weakest(t.Messages.Basis, basis),
		Derivation: derivation("%s messages × %s units (each ÷ 32 KiB, rounded up) = %s", n, each, q),
	}
})

// WebSocketMinutes are the minutes for which clients are connected to a
// WebSocket API.
var WebSocketMinutes = metered("apigateway.websocket.minutes", "WebSocket connection minutes", Minutes, func(t Traffic) Reading {
	q := t.Sockets.Quantity.Mul(t.SocketSeconds.Quantity).Div(Whole(60))
	return Reading{
		Quantity: q, Basis: weakest(t.Sockets.Basis, t.SocketSeconds.Basis),
		Derivation: derivation("%s connections × %s s ÷ 60 = %s minutes", t.Sockets.Quantity, t.SocketSeconds.Quantity, q),
	}
})

// WebSocketAPI is an Amazon API Gateway WebSocket API. Sources: API Gateway
// developer guide, "Develop WebSocket APIs" (access, request validation, data
// transformation), "Custom domain names for WebSocket APIs" and "API key source"
// (keys on $connect by way of usage plans); AWS WAF developer guide, "Resources
// that you can protect" (none of these).
var WebSocketAPI = Door{
	Name: "websocket-api", Title: "WebSocket API",
	Features: []string{
		"websocket", "api-keys", "usage-plans", "throttling", "request-validation", "transformation", "iam", "lambda-authorizer",
		"custom-domain", "service-integration",
	},
	Limits: Limits{
		Timeout: 29 * time.Second, MessageBytes: webSocketMessage, FrameBytes: webSocketFrame, Connection: webSocketLife, ConnectionIdle: webSocketIdle, Connects: webSocketOpened, Rate: accountRate,
	},
	Billed: slices.Concat(socketBill, functionBill, logsBill, watchingBill, toViewers),
	adapt: func(w *Workload, t *Traffic) {
		t.Invocations = Amount{}
		w.authorize(t)
		w.besides(t)
	},
	ruledOut: func(w *Workload) string {
		switch {
		case !w.Sockets.stated():
			return "the workload states no websocket traffic"
		case w.mixed():
			return "it takes WebSocket traffic alone, and the workload has requests too: the other front doors are billed with a WebSocket API next to them"
		}
		return ""
	},
	notes: (*Workload).reconnectNotes,
}

// mixed says whether a workload has both requests and WebSocket traffic.
func (w *Workload) mixed() bool { return w.Sockets.stated() && w.Requests.High.Sign() > 0 }

// pieces is how often a connection has to be opened to be there all its life: a
// WebSocket API closes it after two hours.
func (w *Workload) pieces() Quantity {
	life := Whole(int64(webSocketLife / time.Second))
	if n := w.Sockets.Seconds.Likely.Div(life).ceil(); n.Sign() > 0 {
		return n
	}
	return Whole(1)
}

// besides adds what goes through a WebSocket API: connections, each opened as often
// as it must be, and messages.
func (w *Workload) besides(t *Traffic) {
	pieces := w.pieces()
	opened := w.Sockets.Connections.Likely.Mul(pieces)
	t.Sockets, t.SocketSeconds = amount(opened), amount(w.Sockets.Seconds.Likely.Div(pieces))
	w.Sockets.messages(t)
	if mb, _ := w.memory(); mb > 0 {
		routed := w.Sockets.invocations(t)
		routed.Quantity = routed.Quantity.Add(t.Invocations.Quantity)
		t.Invocations = routed
	}
	if w.Authorizer.MemoryMB > 0 { // only when a connection is opened
		t.Authorized.Quantity = t.Authorized.Quantity.Add(missed(amount(opened), w.Authorizer.Hits).Quantity)
	}
}

// messages are those of a month, and which of them clients send.
func (s SocketUse) messages(t *Traffic) {
	t.Messages, t.MessageBytes = amount(s.Messages.Likely), s.Bytes.dist(1)
	t.FromClients = amount(s.Messages.Likely.Mul(s.FromClients.Likely))
	if s.Units.Source != "" {
		t.MessageUnits = s.Units
		t.MessageUnits.Quantity = s.Messages.Likely.Mul(s.Units.Quantity)
	} else if s.FromClients.High.Sign() == 0 {
		t.FromClients = Amount{Quantity: s.Messages.Likely.Div(Whole(2)), Basis: Assumed, Source: "half of all messages"}
	}
}

// invocations are those of the functions behind the routes: $connect and $disconnect for
// each connection that is opened, unless fewer are stated, and one for each message of a
// client. What functions send by @connections invokes nothing.
func (s SocketUse) invocations(t *Traffic) Amount {
	each := Whole(2)
	if s.Lifecycle != nil {
		each = Whole(*s.Lifecycle)
	}
	n := Amount{
		Quantity: t.Sockets.Quantity.Mul(each).Add(t.FromClients.Quantity), Basis: t.FromClients.Basis,
		Source: derivation("%s for each WebSocket connection, and one for each of the %s messages of clients", each, t.FromClients.Quantity),
	}
	if in := s.Invoked; in.Source != "" {
		n.Quantity, n.Basis, n.Source = n.Quantity.Mul(in.Quantity), in.Basis, in.Source
	}
	return n
}

// reconnectNotes says that connections are billed as several.
func (w *Workload) reconnectNotes() []string {
	pieces := w.pieces()
	if pieces.Cmp(Whole(1)) == 0 || !w.Sockets.stated() {
		return nil
	}
	return []string{derivation("a WebSocket API closes connections after 2 h: those of %s s are billed as %s, with $connect and $disconnect for each; their connection minutes are the same", w.Sockets.Seconds.Likely, pieces)}
}
