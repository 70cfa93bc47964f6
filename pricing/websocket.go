package pricing

import "fmt"

// WebSocketUnit is the increment in which messages are metered (Amazon API
// Gateway pricing page: 32 KB increments, so that 33 KB are two messages).
const WebSocketUnit = 32 << 10

// WebSocketMessages are messages through a WebSocket API in either direction,
// counted in increments of 32 KiB. Whether $connect and $disconnect count as
// messages is not stated; they are not counted here.
var WebSocketMessages = Dimension{
	ID:    "apigateway.websocket.messages",
	Title: "WebSocket messages",
	Unit:  Messages,
	Meter: func(t Traffic) Reading {
		each, basis := Whole(1), t.MessageBytes.Basis
		if !t.MessageBytes.Empty() {
			each = t.MessageBytes.Expect(func(v int64) int64 { return max(1, units(WebSocketUnit)(v)) })
		} else if t.Messages.Quantity.Sign() > 0 {
			basis = Assumed // that messages are small
		}
		q := t.Messages.Quantity.Mul(each)
		return Reading{
			Quantity: q,
			Basis:    weakest(t.Messages.Basis, basis),
			Derivation: fmt.Sprintf("%s messages × %s units (each ÷ 32 KiB, rounded up) = %s",
				figure(t.Messages.Quantity), figure(each), figure(q)),
		}
	},
}

// WebSocketMinutes are the minutes for which clients are connected to a
// WebSocket API.
var WebSocketMinutes = Dimension{
	ID:    "apigateway.websocket.minutes",
	Title: "WebSocket connection minutes",
	Unit:  Minutes,
	Meter: func(t Traffic) Reading {
		q := t.Connections.Quantity.Mul(t.ConnectionSeconds.Quantity).Div(Whole(60))
		return Reading{
			Quantity: q,
			Basis:    weakest(t.Connections.Basis, t.ConnectionSeconds.Basis),
			Derivation: fmt.Sprintf("%s connections × %s s ÷ 60 = %s minutes",
				figure(t.Connections.Quantity), figure(t.ConnectionSeconds.Quantity), figure(q)),
		}
	},
}
