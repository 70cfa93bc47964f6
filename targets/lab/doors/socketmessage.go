package doors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/websocket"
)

// A selection is a route selection expression: text with parts of the message in it.
type selection []selected

type selected struct {
	text string
	path []string // nil: it is the text
}

func newSelection(expression string) (s selection) {
	if expression == `\`+defaultRoute {
		return nil
	}
	at := 0
	for _, m := range bodyReference.FindAllStringSubmatchIndex(expression, -1) {
		name := expression[max(m[2], m[4]):max(m[3], m[5])]
		s = append(s, selected{text: expression[at:m[0]]}, selected{path: strings.Split(name, ".")})
		at = m[1]
	}
	return append(s, selected{text: expression[at:]})
}

// key is the route of a message. One that is no JSON, or lacks a part that is asked for,
// goes to $default.
func (s selection) key(message []byte) string {
	var body any
	if s == nil || json.Unmarshal(message, &body) != nil {
		return defaultRoute
	}
	var key strings.Builder
	for _, part := range s {
		text, found := part.of(body)
		if !found {
			return defaultRoute
		}
		key.WriteString(text)
	}
	return key.String()
}

func (p selected) of(body any) (text string, found bool) {
	if p.path == nil {
		return p.text, true
	}
	for _, name := range p.path {
		fields, _ := body.(map[string]any)
		body = fields[name]
	}
	switch value := body.(type) {
	case string:
		return value, true
	case float64, bool:
		written, err := json.Marshal(value)
		return string(written), err == nil
	}
	return "", false
}

// receive takes a message up. What comes of it is waited for elsewhere: a WebSocket API
// does not hold a message back until the one before it is answered.
func (s *socketSet) receive(c *socket, m websocket.Message) {
	x := s.exchange(c, event.Message)
	x.connection.Message, x.connection.Binary = gatewayID(), m.Opcode == websocket.Binary
	x.body, x.received = bytes.NewBuffer(bytes.Clone(m.Payload)), int64(len(m.Payload))
	x.messages, x.units = 1, pricing.WebSocketUnits(int64(len(m.Payload)))
	s.count(func(t *SocketTruth) {
		t.MessagesIn++
		t.UnitsIn += x.units
	})
	c.under.Add(1)
	go func() {
		defer c.under.Done()
		s.route(c, x)
	}()
}

func (s *socketSet) exchange(c *socket, kind string) *exchange {
	d, now := s.door, time.Now()
	x := &exchange{request: c.request, path: "/", domain: c.domain, errors: d.errors, begun: now, ready: now, nth: d.arrived.Add(1) - 1}
	x.overhead = d.overhead.at(x.nth)
	x.connection = &event.Socket{Type: kind, ID: c.id, Connected: c.opened}
	return x
}

// route sends a message to its integration, and to the client what it is to have of that.
func (s *socketSet) route(c *socket, x *exchange) {
	d := s.door
	r := s.routeOf(x)
	d.inject(x)
	switch {
	case x.fault != "": // an injected one
	case !d.account.take(x.ready):
		x.refuse(targets.FaultThrottled, byAccount)
	case r == nil:
		s.count(func(t *SocketTruth) { t.Unrouted++ })
		x.fail(targets.FaultNoRoute)
	case r.limit != nil && !r.limit.take(x.ready):
		x.refuse(targets.FaultThrottled, byStage)
	case !r.models.take(x.content()):
		x.fail(targets.FaultBody)
	default:
		r.integrate(x)
	}
	d.record(x)
	_ = d.timer.Wait(d.life, x.ready.Add(x.overhead+x.integration)) // a lab that closes answers nothing more
	x.elapsed = time.Since(x.begun)
	reply := s.reply(r, x)
	if x.spoilt != nil {
		reply = nil
		x.spoilt(c)
	}
	if reply == nil || !s.deliver(c, reply, func() {
		x.messages++
		x.units += pricing.WebSocketUnits(int64(len(reply)))
		d.countMessage(x)
	}) {
		d.countMessage(x)
	}
	if x.broadcast != nil {
		s.broadcast(x.broadcast)
	}
}

// routeOf finds the route of a message, $default where there is none; nil: neither.
func (s *socketSet) routeOf(x *exchange) *socketRoute {
	key := s.selects.key(x.content())
	if key == connectRoute || key == disconnectRoute {
		key = defaultRoute
	}
	r := s.routes[key]
	if r == nil {
		r, key = s.routes[defaultRoute], defaultRoute
	}
	x.routeKey = key
	return r
}

// faultTexts are what clients read of faults. Forbidden and Internal server error are
// recorded on AWS, to the byte; Bad request body is documented; that of a throttled message is
// assumed.
var faultTexts = map[targets.Fault]string{
	targets.FaultNoRoute: "Forbidden", targets.FaultThrottled: "Too Many Requests", targets.FaultBody: "Bad request body",
}

// faultText is what a client reads of the fault of its message.
func (x *exchange) faultText() string { return cmp.Or(faultTexts[x.fault], "Internal server error") }

// reply is what the client of a message is sent for it; nil: nothing. A function's status
// code has no effect. Sources disagree on whether one that is no 2xx is told to the client
// where there is a route response: a recording without one shows nothing.
func (s *socketSet) reply(r *socketRoute, x *exchange) []byte {
	if x.fault == "" {
		x.failedBehind = x.response.status >= http.StatusBadRequest
		if r.TwoWay && len(x.response.body) > 0 && len(x.response.body) <= int(s.door.kind.Limits.MessageBytes) {
			return x.response.body
		}
		return nil
	}
	if x.fault == targets.FaultBody { // in another form: developer guide, "Request validation for WebSocket APIs"
		return []byte(`{"message" : "` + x.faultText() + `", "connectionId": "` + x.connection.ID + `", "messageId": "` + x.connection.Message + `"}`)
	}
	return []byte(`{"message": "` + x.faultText() + `", "connectionId":"` + x.connection.ID + `", "requestId":"` + x.gatewayID() + `"}`)
}

// deliver sends a message to a client, unless its connection has ended. It is counted
// before, together with what counted adds: a client that has it finds it counted.
func (s *socketSet) deliver(c *socket, message []byte, counted func()) bool {
	return c.write(websocket.Text, message, func() {
		s.count(func(t *SocketTruth) {
			t.MessagesOut++
			t.UnitsOut += pricing.WebSocketUnits(int64(len(message)))
		})
		counted()
	})
}

// broadcast sends a message to every client, as a function does by the @connections API:
// each is a call, which the account's throttle may refuse.
func (s *socketSet) broadcast(message []byte) {
	for _, c := range s.all() {
		x := s.exchange(c, "")
		if !s.door.account.take(x.ready) {
			s.door.counters.locked(func(t *DoorTruth) { t.Refused[string(byAccount)]++ })
			continue
		}
		s.deliver(c, message, func() {
			s.pushed(x, len(message))
			s.door.countMessage(x)
		})
	}
}

// pushed is a message of the @connections API.
func (s *socketSet) pushed(x *exchange, bytes int) {
	x.messages, x.units = 1, pricing.WebSocketUnits(int64(bytes))
	s.count(func(t *SocketTruth) { t.Pushed++ })
}

// disconnected calls what is behind $disconnect, which can change nothing any more.
func (s *socketSet) disconnected(c *socket, end closing) {
	r := s.routes[disconnectRoute]
	if r == nil {
		return
	}
	x := s.exchange(c, event.Disconnect)
	x.connection.Code, x.connection.Reason, x.routeKey = end.code, end.reason, disconnectRoute
	r.integrate(x)
	x.failedBehind = x.fault == "" && x.response.status >= http.StatusBadRequest
	s.door.record(x)
	_ = s.door.timer.Wait(s.door.life, x.ready.Add(x.overhead+x.integration)) // as above
	s.door.countMessage(x)
}

// countMessage counts a message as count does a request.
func (d *door) countMessage(x *exchange) {
	d.counters.locked(func(t *DoorTruth) {
		t.Billable += x.units
		t.inject(x.injected)
		if x.refused != "" {
			t.Refused[string(x.refused)]++
		}
		if x.called && !x.pending {
			d.counters.add(&x.invocation)
		}
		d.counters.countRoute(x)
	})
	d.publish(x)
}
