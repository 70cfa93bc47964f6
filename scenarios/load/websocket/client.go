package websocket

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
	"tollgate/targets/websocket"
)

// A Client opens single connections to the job's only target. It is load.Sockets.
type Client struct{ engine *engine }

// NewClient makes a client. Nothing is connected yet.
func NewClient(job load.Job) (*Client, error) {
	if len(job.Targets) != 1 || job.Options.Sockets == nil {
		return nil, errors.New("connections of WebSocket are opened to one target, which messages are sent to")
	}
	job = job.OfMessages()
	sockets := *job.Options.Sockets
	sockets.Lifetime, sockets.Ping = 0, 0 // its user does both
	job.Options.Sockets, job.Options.Connections = &sockets, 0
	e, err := open(job)
	if err != nil {
		return nil, err
	}
	return &Client{e.(*engine)}, nil
}

func (c *Client) endpoint() *endpoint { return c.engine.endpoints[0] }

// Open implements load.Sockets.
func (c *Client) Open(ctx context.Context) (load.Socket, load.Opening) {
	p := c.endpoint()
	var times results.Sample
	o := load.Opening{Begun: p.engine.now()}
	opened, err := p.openOwn(ctx, &times, func(*conn) {})
	o.Asked, o.Done, o.Err = times.Sent, p.engine.now(), err
	if refused, is := errors.AsType[*refusal](err); is {
		o.Status = refused.status
		if p.handshake.Marks != nil {
			o.Mark = p.handshake.Marks.Read(refused.header.Get, refused.status, refused.body)
		}
	} else if err == nil {
		o.Status = switched
	}
	if o.Status > 0 {
		o.Done = times.Sent + times.FirstByte
	}
	if err != nil {
		return nil, o
	}
	s := &single{conn: opened, reader: websocket.NewReader(opened.from, websocket.Limits{Message: mostMessage}, false)}
	s.reader.Deflated = opened.deflates
	return s, o
}

// Message implements load.Sockets.
func (c *Client) Message(request int, seq uint64) ([]byte, error) {
	sending := c.engine.job.Sending(seq, c.engine.now())
	r, err := c.endpoint().messages[request].Render(&sending)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(r.Body), nil
}

// Seen is what was counted so far.
func (c *Client) Seen() results.SocketDoc { return c.endpoint().seen() }

// Health is that of the generator since the last call.
func (c *Client) Health() results.Health { return c.engine.Health() }

// Close implements load.Sockets.
func (c *Client) Close() error { return c.engine.Close() }

// A single connection is read by its user.
type single struct {
	conn   *conn
	reader *websocket.Reader

	mu      sync.Mutex
	pinged  time.Duration // when the ping was sent whose pong is waited for; 0: none is
	slowest time.Duration // from a ping to its pong
}

// Send implements load.Socket.
func (s *single) Send(message []byte) error {
	return s.conn.message(websocket.Text, message, func() {})
}

// Ping implements load.Socket.
func (s *single) Ping() error {
	s.mu.Lock()
	if s.pinged == 0 {
		s.pinged = s.conn.endpoint.engine.now()
	}
	s.mu.Unlock()
	s.conn.ping()
	if s.conn.ends() {
		return errClosed
	}
	return nil
}

// Receive implements load.Socket.
func (s *single) Receive() ([]byte, time.Duration, error) {
	c := s.conn
	for {
		m, err := s.reader.Next()
		at := c.endpoint.engine.now()
		if err != nil {
			return nil, at, s.ended(at, err)
		}
		switch m.Opcode {
		case websocket.Ping:
			c.owe(m.Payload)
		case websocket.Pong:
			s.ponged(at)
		case websocket.Close:
			code, reason := websocket.ClosedWith(m.Payload)
			c.acknowledge(code)
			return nil, at, s.over(load.SocketEnd{At: at, Code: code, Reason: s.shown(reason)}, false)
		default:
			c.received(m, false)
			return m.Payload, at, nil
		}
	}
}

func (s *single) ponged(at time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pinged > 0 {
		s.slowest, s.pinged = max(s.slowest, at-s.pinged), 0
	}
}

// RoundTrip implements load.Socket.
func (s *single) RoundTrip() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slowest
}

// ended is the end of a connection that could not be read any further.
func (s *single) ended(at time.Duration, err error) error {
	end := load.SocketEnd{At: at, Code: websocket.Abnormal, Reason: err.Error()}
	why, violated := errors.AsType[*websocket.CloseError](err)
	if violated {
		s.conn.acknowledge(why.Code)
		end.Code, end.Reason = why.Code, "what came is no WebSocket: "+why.Reason
	}
	return s.over(end, violated)
}

// shown is the server's reason without secrets of the handshake.
func (s *single) shown(reason string) string {
	h := s.conn.endpoint.handshake
	return load.Quoted(reason, h.Mask(targets.HeaderSecrets(h.Request.Sent())...))
}

func (s *single) over(end load.SocketEnd, violated bool) error {
	s.conn.mu.Lock()
	end.Own = s.conn.code != 0
	s.conn.mu.Unlock()
	s.conn.end(ending{code: end.Code, violated: violated})
	return &end
}

// Close implements load.Socket.
func (s *single) Close() { s.conn.leave(websocket.NormalClosure, true, nil) }
