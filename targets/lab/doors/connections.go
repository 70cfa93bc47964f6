package doors

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/websocket"
)

// managed is where the API for an open connection is, below the stage.
const managed = "/@connections/"

// manage is the @connections API: POST sends a message, GET describes a connection and
// DELETE ends it. Sources: API Gateway developer guide, "Use @connections commands in your
// backend service", and the API Gateway Management API reference (410 GoneException, 413
// PayloadTooLargeException, 429 LimitExceededException).
func (s *socketSet) manage(x *exchange) bool {
	id, is := strings.CutPrefix(x.path, managed)
	if !is {
		return true
	}
	x.own = true
	if fault := s.signed(x); fault != "" {
		return x.refuse(fault, byAuthorizer)
	}
	if !s.door.account.take(x.ready) {
		return x.refuse(targets.FaultThrottled, byAccount)
	}
	if raw, err := gatewayEncoding.DecodeString(id); err != nil || len(raw) == 0 {
		return x.fail(targets.FaultConnection)
	}
	c := s.find(id)
	if c == nil {
		s.count(func(t *SocketTruth) { t.Gone++ })
		return x.fail(targets.FaultGone)
	}
	switch x.request.Method {
	case http.MethodPost:
		return s.post(x, c)
	case http.MethodGet:
		x.response = newResponse(http.StatusOK, jsonType, c.described())
	case http.MethodDelete:
		x.response = newResponse(http.StatusNoContent, jsonType, "")
		x.send = func(w http.ResponseWriter) {
			c.hangUp(websocket.NormalClosure, "Connection Closed Normally")
			s.door.head(w, x)
			delete(w.Header(), "Content-Length")
			w.WriteHeader(http.StatusNoContent)
		}
	default:
		return x.fail(targets.FaultNoRoute)
	}
	return false
}

// post sends the body to a client. The response comes when it is written.
func (s *socketSet) post(x *exchange, c *socket) bool {
	message := append([]byte{}, x.content()...)
	if int64(len(message)) > s.door.kind.Limits.MessageBytes {
		return x.fail(targets.FaultTooLarge)
	}
	x.response = newResponse(http.StatusOK, jsonType, "")
	s.pushed(x, len(message))
	x.send = func(w http.ResponseWriter) {
		if !s.deliver(c, message, func() {}) { // it ended meanwhile
			x.response = x.errors[targets.FaultGone]
		}
		s.door.head(w, x)
		x.response.send(w)
	}
	return false
}

// described is what GET says of a connection.
func (c *socket) described() string {
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
	host, _, _ := strings.Cut(c.request.RemoteAddr, ":")
	text, _ := json.Marshal(map[string]any{ // plain values
		"connectedAt":  at(c.opened),
		"lastActiveAt": at(c.opened.Add(time.Duration(c.active.Load()))),
		"identity":     map[string]string{"sourceIp": host, "userAgent": c.request.UserAgent()},
	})
	return string(text)
}
