package pricing

import "slices"

// WebSocketUnit is the increment in which messages are metered (Amazon API
// Gateway pricing page: 32 KB increments, so that 33 KB are two messages).
const WebSocketUnit = 32 << 10

// WebSocketMessages are messages through a WebSocket API in either direction,
// counted in increments of 32 KiB. Whether $connect and $disconnect count as
// messages is not stated; they are not counted here.
var WebSocketMessages = metered("apigateway.websocket.messages", "WebSocket messages", Messages, func(t Traffic) Reading {
	each, basis := Whole(1), t.MessageBytes.Basis
	if !t.MessageBytes.Empty() {
		each = t.MessageBytes.Expect(increments(WebSocketUnit))
	} else if t.Messages.Quantity.Sign() > 0 {
		basis = Assumed // that messages are small
	}
	q := t.Messages.Quantity.Mul(each)
	return Reading{
		Quantity: q, Basis: weakest(t.Messages.Basis, basis),
		Derivation: derivation("%s messages × %s units (each ÷ 32 KiB, rounded up) = %s", t.Messages.Quantity, each, q),
	}
})

// WebSocketMinutes are the minutes for which clients are connected to a
// WebSocket API.
var WebSocketMinutes = metered("apigateway.websocket.minutes", "WebSocket connection minutes", Minutes, func(t Traffic) Reading {
	q := t.Connections.Quantity.Mul(t.ConnectionSeconds.Quantity).Div(Whole(60))
	return Reading{
		Quantity: q, Basis: weakest(t.Connections.Basis, t.ConnectionSeconds.Basis),
		Derivation: derivation("%s connections × %s s ÷ 60 = %s minutes", t.Connections.Quantity, t.ConnectionSeconds.Quantity, q),
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
	Billed: slices.Concat([]Dimension{WebSocketMessages, WebSocketMinutes}, functionBill, watchingBill, toViewers),
	adapt: func(w *Workload, t *Traffic) {
		w.authorize(t)
		w.inFrames(t)
		w.routed(t)
	},
	ruledOut: func(w *Workload) string {
		if !w.Sockets.stated() {
			return "the workload states no websocket traffic"
		}
		return ""
	},
}

// inFrames counts a WebSocket workload as the front door's own meters do: its
// messages are frames of its connections, which are its requests.
func (w *Workload) inFrames(t *Traffic) {
	if !w.Sockets.stated() || w.Sockets.Connections.Likely.Sign() == 0 {
		return
	}
	opened := w.Sockets.Connections.Likely
	t.Requests = amount(opened)
	each := w.Sockets.Messages.Likely.Mul(w.Sockets.Bytes.dist(1).Mean()).Div(opened)
	// Half of the messages are taken to go each way.
	t.ResponseBytes = Point(nearest(each.Div(Whole(2))), Stated, "half of a connection's messages")
	t.RequestBytes = t.ResponseBytes
}

// routed invokes the function, if there is one, when a connection opens and
// closes, and for the messages of clients, half of all.
func (w *Workload) routed(t *Traffic) {
	t.Invocations = Amount{}
	if w.Function.MemoryMB > 0 {
		n := w.Sockets.Connections.Likely.Mul(Whole(2)).Add(w.Sockets.Messages.Likely.Div(Whole(2)))
		t.Invocations = Amount{Quantity: n, Basis: Assumed, Source: "two for each connection and one for every second message"}
	}
}
