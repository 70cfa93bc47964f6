package doors

import (
	"cmp"
	"net/http"
	"strconv"

	"tollgate/targets/lab/function/event"
)

// socketLog is the access log of a WebSocket API; its format is the one in JSON that the
// console proposes. That the status of a connection and of a good message is 200 is assumed,
// and that neither calls of the @connections API are logged nor handshakes that are refused
// before $connect is reached.
var socketLog = gatewayLog(
	`{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","caller":"$context.identity.caller","user":"$context.identity.user",`+
		`"requestTime":"$context.requestTime","eventType":"$context.eventType","routeKey":"$context.routeKey","status":"$context.status","connectionId":"$context.connectionId"}`,
	func(x *exchange) bool { return x.connection != nil && x.routeKey != "" },
	map[string]logField{
		"$context.apiId":             func(l *accessLog, _ *exchange) string { return l.door.API },
		"$context.connectedAt":       func(_ *accessLog, x *exchange) string { return epoch(x.connection.Connected) },
		"$context.connectionId":      func(_ *accessLog, x *exchange) string { return x.connection.ID },
		"$context.eventType":         func(_ *accessLog, x *exchange) string { return x.connection.Type },
		"$context.extendedRequestId": func(_ *accessLog, x *exchange) string { return x.gatewayID() },
		"$context.integrationStatus": func(_ *accessLog, x *exchange) string { return integrationStatus(x) },
		"$context.messageId":         func(_ *accessLog, x *exchange) string { return x.connection.Message },
		"$context.requestId":         func(_ *accessLog, x *exchange) string { return x.gatewayID() },
		"$context.routeKey":          func(_ *accessLog, x *exchange) string { return x.routeKey },
		"$context.status":            func(l *accessLog, x *exchange) string { return strconv.Itoa(x.loggedStatus(l.door.kind.MessageErrors)) },
	},
)

// loggedStatus is the status code of a connection, a message or a disconnection; codes are
// those of messages about faults.
func (x *exchange) loggedStatus(codes map[string]int) int {
	switch {
	case x.fault != "" && x.connection.Type == event.Message:
		return cmp.Or(codes[x.faultText()], http.StatusInternalServerError)
	case x.fault != "", x.connection.Type == event.Connect && !x.connected:
		return x.response.status
	}
	return http.StatusOK
}
