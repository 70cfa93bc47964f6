package doors

import (
	"encoding/json"
	"net/http"
	"strings"
)

// sendRoute is the route of the sample chat whose messages go to everyone.
const sendRoute = "sendMessage"

// chat is the sample application behind a WebSocket API: messages of the route
// sendMessage go to every client that is connected, the sender included, as in AWS's
// simple-websockets-chat-app. A message whose action is predict is answered as POST /predict
// is at other doors, so that the same work can be compared. Of all others it is an echo.
func chat(x *exchange) *response {
	switch x.routeKey {
	case connectRoute, disconnectRoute:
		return newResponse(http.StatusOK, jsonType, "")
	case sendRoute:
		x.broadcast = said(x.content())
		return newResponse(http.StatusOK, jsonType, "")
	}
	if m := (asked{}); json.Unmarshal(x.content(), &m) == nil && m.Action == "predict" {
		return m.identify(predict(x.content()))
	}
	return newResponse(http.StatusOK, jsonType, string(x.content()))
}

// asked is what the sample chat reads of a message.
type asked struct {
	Action string          `json:"action"`
	ID     json.RawMessage `json:"id"`
}

// identify puts the message's id before what answers it: replies overtake each other.
func (m *asked) identify(r *response) *response {
	if len(m.ID) == 0 {
		return r
	}
	return newResponse(r.status, jsonType, `{"id":`+string(m.ID)+","+strings.TrimPrefix(string(r.body), "{"))
}

// said is what goes to everyone: the message's data, as that sample has it, or all of it.
func said(message []byte) []byte {
	var m struct {
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(message, &m) != nil || len(m.Data) == 0 {
		return append([]byte{}, message...)
	}
	var text string
	if json.Unmarshal(m.Data, &text) == nil {
		return []byte(text)
	}
	return append([]byte{}, m.Data...)
}
