package doors

import (
	"bufio"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/websocket"
)

// SocketTruth is what really happened on the connections of a WebSocket API.
type SocketTruth struct {
	Opened      int64            `json:"opened"`
	Open        int64            `json:"open"`
	MessagesIn  int64            `json:"messages_in"`  // from clients
	MessagesOut int64            `json:"messages_out"` // to clients, those about errors included
	UnitsIn     int64            `json:"units_in"`     // of 32 KB, as messages are billed
	UnitsOut    int64            `json:"units_out"`
	ConnectedMS float64          `json:"connected_ms"` // of all connections together, the open ones up to now
	Unrouted    int64            `json:"unrouted"`     // messages without a route
	Pushed      int64            `json:"pushed"`       // of the messages to clients, those by the @connections API
	Gone        int64            `json:"gone"`         // calls of that API for connections that are not open
	Closed      map[string]int64 `json:"closed"`       // by the status code of the Close frame; 1005: without one; 1006: no Close frame
}

// A socketSet is the connections of a WebSocket API that are open.
type socketSet struct {
	door     *door
	routes   map[string]*socketRoute
	connects *bucket
	selects  selection
	signed   authorizer
	config   Sockets

	mu        sync.Mutex
	byID      map[string]*socket
	truth     SocketTruth   // without what is open
	connected time.Duration // of those that have closed
}

type socketRoute struct {
	SocketRoute
	integrate stage
	allow     authorizer // nil: everyone may connect
	limit     *bucket    // nil: none of its own
	models    *models    // nil: every message may pass
}

// keyed says whether a handshake needs an API key. Source: API Gateway developer guide,
// "Set up API keys for WebSocket APIs" ("apiKeyRequired" of a route); that the limits of a plan
// count handshakes, and messages do not, is assumed.
func (r *socketRoute) keyed(d *door) bool {
	return r != nil && d.config.UsagePlan != nil && *or(r.KeyRequired, true)
}

func (r *socketRoute) authorizer() authorizer {
	if r == nil {
		return nil
	}
	return r.allow
}

func newSocketSet(d *door) *socketSet {
	c := *d.config.Sockets
	s := &socketSet{
		door: d, config: c, connects: newBucket(*c.Connects, d.started), selects: newSelection(c.Selection),
		signed: verifySignatures(c.Credentials, d.kind.Signing, d.kind.Unsigned),
		routes: map[string]*socketRoute{}, byID: map[string]*socket{}, truth: SocketTruth{Closed: map[string]int64{}},
	}
	for _, config := range c.Routes {
		r := &socketRoute{SocketRoute: config, integrate: behindRoute(d, config.Integration), allow: newAuthorizer(d, config.Authorizer), models: newModels(config.Validate)}
		if t := throttleOf(config, d.config.Throttle); t != nil {
			r.limit = newBucket(*t, d.started)
		}
		s.routes[config.Key] = r
	}
	return s
}

// behindRoute is what answers a route: as behind other APIs, but that a server gets messages
// and no requests.
func behindRoute(d *door, i *Integration) stage {
	if i.URL != "" {
		return socketBackend(d, i)
	}
	return integrations[i.Type](d, i)
}

// throttleOf is the throttle of a route's messages: its own, or that of the stage.
func throttleOf(r SocketRoute, ofStage *Throttle) *Throttle {
	if r.Throttle != nil || r.Key == connectRoute || r.Key == disconnectRoute {
		return r.Throttle
	}
	return ofStage
}

// A socket is one connection.
type socket struct {
	id      string
	set     *socketSet
	request *http.Request // the handshake
	domain  *domain       // by whose name it came; nil: by the door's own
	conn    net.Conn
	reader  *bufio.Reader
	opened  time.Time
	active  atomic.Int64 // when something passed last, in ns after opened

	mu     sync.Mutex // of what follows, and of writes
	out    []byte
	closed bool           // a Close frame was sent, or the connection is being closed
	end    closing        // what became of it, where the door ended it
	under  sync.WaitGroup // messages under way
}

// A closing is how a connection ended.
type closing struct {
	code   int
	reason string
}

// wantsUpgrade refuses what is no handshake.
func (s *socketSet) wantsUpgrade(x *exchange) bool {
	switch {
	case x.path != "/":
		return x.fail(targets.FaultNoRoute)
	case !websocket.Asked(x.request):
		return x.fail(targets.FaultNoUpgrade)
	}
	return true
}

// connect asks what is behind $connect, whose status code is the handshake's unless it is
// a good one. Sources: API Gateway developer guide, "Manage connected users and client
// apps: $connect and $disconnect routes", and recordings on AWS (301, 401 and 501).
func (s *socketSet) connect(x *exchange) bool {
	c := &socket{id: gatewayID(), set: s, request: x.request, domain: x.domain}
	x.connection = &event.Socket{Type: event.Connect, ID: c.id, Connected: x.ready}
	x.routeKey = connectRoute
	if r := s.routes[connectRoute]; r != nil {
		if r.integrate(x); x.fault != "" {
			return false
		}
		x.answered = x.response.status
		if status := x.answered; status < 200 || status >= 300 {
			x.failedBehind = true
			x.response = newResponse(status, jsonType, "")
			return false
		}
	}
	x.response = &response{status: http.StatusSwitchingProtocols}
	if x.send != nil { // an injected fault takes the place of the answer
		return false
	}
	x.connected = true
	x.send = func(w http.ResponseWriter) { s.upgrade(w, c) }
	return false
}

// upgrade takes the connection over from net/http.
func (s *socketSet) upgrade(w http.ResponseWriter, c *socket) {
	s.door.background.Add(1) // before Close may wait for it
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil { // the client is gone, or this is no connection
		s.door.background.Done()
		return
	}
	c.conn, c.reader, c.opened = conn, buffered.Reader, time.Now()
	s.mu.Lock()
	s.byID[c.id] = c
	s.truth.Opened++
	s.mu.Unlock()
	head := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		websocket.Accept(c.request.Header.Get("Sec-WebSocket-Key")) + "\r\n\r\n"
	if _, err := io.WriteString(conn, head); err != nil {
		_ = conn.Close() // its reader sees that
	}
	go func() {
		defer s.door.background.Done()
		defer context.AfterFunc(s.door.life, func() { c.hangUp(websocket.GoingAway, "Going away") })()
		s.leave(c, c.serve())
	}()
}

// serve reads messages until the connection ends.
func (c *socket) serve() closing {
	limits := c.set.door.kind.Limits
	reader := websocket.NewReader(c.reader, websocket.Limits{Frame: limits.FrameBytes, Message: limits.MessageBytes}, true)
	for {
		_ = c.conn.SetReadDeadline(c.deadline()) // an error shows at the read
		m, err := reader.Next()
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				return c.failed(err)
			}
			if time.Now().Before(c.deadline()) { // something was sent meanwhile
				continue
			}
			return c.hangUp(websocket.GoingAway, "Going away")
		}
		c.active.Store(int64(time.Since(c.opened)))
		switch m.Opcode {
		case websocket.Close:
			code, reason := websocket.ClosedWith(m.Payload)
			if code == websocket.NoStatus {
				reason = "Client-side close frame status not set"
			}
			return c.hangUp(code, reason)
		case websocket.Ping:
			c.write(websocket.Pong, m.Payload, func() {})
		case websocket.Text, websocket.Binary:
			if m.Opcode == websocket.Binary && !c.set.config.Binary {
				return c.hangUp(websocket.UnsupportedData, "Binary frames are not supported")
			}
			c.set.receive(c, m)
		}
	}
}

// deadline is when the connection ends unless something passes.
func (c *socket) deadline() time.Time {
	idle := c.opened.Add(time.Duration(c.active.Load()) + time.Duration(c.set.config.Idle))
	if end := c.opened.Add(time.Duration(c.set.config.Life)); end.Before(idle) {
		return end
	}
	return idle
}

// failed ends a connection whose client broke the protocol, or is gone.
func (c *socket) failed(err error) closing {
	if why, is := errors.AsType[*websocket.CloseError](err); is {
		return c.hangUp(why.Code, why.Reason)
	}
	return c.hangUp(websocket.Abnormal, "")
}

// hangUp sends a Close frame, unless the other end is gone, and ends the connection. It
// returns how the connection ended, which the first call decides.
func (c *socket) hangUp(code int, reason string) closing {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.end
	}
	c.closed, c.end = true, closing{code, reason}
	if code != websocket.Abnormal {
		c.send(websocket.Close, websocket.Closing(code, reason))
	}
	_ = c.conn.Close() // nothing is left to do with it
	return c.end
}

// writePatience is how long a write may take: a client that reads nothing is gone.
const writePatience = 5 * time.Second

// write sends a message, and calls first before; false: it cannot be sent any more.
func (c *socket) write(of websocket.Opcode, payload []byte, first func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	first()
	return c.send(of, payload)
}

// send does so; the lock is held. What is longer than a frame may be goes in several.
func (c *socket) send(of websocket.Opcode, payload []byte) bool {
	c.out = websocket.AppendFrames(c.out[:0], of, payload, int(c.set.door.kind.Limits.FrameBytes), nil)
	_ = c.conn.SetWriteDeadline(time.Now().Add(writePatience)) // an error shows at the write
	_, err := c.conn.Write(c.out)
	if cap(c.out) > 4<<10 { // thousands of connections are idle
		c.out = nil
	}
	c.active.Store(int64(time.Since(c.opened)))
	return err == nil
}

// leave is when a connection has ended: it is counted, and $disconnect is called.
func (s *socketSet) leave(c *socket, end closing) {
	life := time.Since(c.opened)
	s.mu.Lock()
	delete(s.byID, c.id)
	s.connected += life
	s.truth.Closed[strconv.Itoa(end.code)]++
	s.mu.Unlock()
	c.under.Wait()
	s.disconnected(c, end)
}

func (s *socketSet) find(id string) *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[id]
}

func (s *socketSet) all() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*socket, 0, len(s.byID))
	for _, c := range s.byID {
		list = append(list, c)
	}
	return list
}

func (s *socketSet) count(change func(*SocketTruth)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.truth)
}

// seen is the truth so far; nil of what is no WebSocket API.
func (s *socketSet) seen() *SocketTruth {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, connected := s.truth, s.connected
	t.Closed = maps.Clone(t.Closed)
	for _, c := range s.byID {
		connected += time.Since(c.opened)
	}
	t.Open, t.ConnectedMS = int64(len(s.byID)), milliseconds(connected)
	return &t
}
