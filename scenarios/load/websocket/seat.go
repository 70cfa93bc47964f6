package websocket

import (
	"context"
	"fmt"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/targets/websocket"
)

// A seat is where a user's messages go.
type seat struct {
	endpoint *endpoint
	own      *held // of a user; nil: any of those that are shared
	stays    bool  // a flow goes on where it began
	conn     *conn // that the latest message went over; nil: none
	connects bool  // the flow opens its own, and takes no other
}

// take is the connection that the next message goes over.
func (t *seat) take(ctx context.Context) (c *conn, err error) {
	if t.stays && t.conn != nil {
		if err := t.conn.ending(); err != nil {
			return t.conn, &openingError{load.WhileExchanging, err}
		}
		return t.conn, nil
	}
	if t.connects {
		return nil, &openingError{load.WhileExchanging, errNotOpen}
	}
	t.conn, err = t.endpoint.take(ctx, t.own)
	return t.conn, err
}

// ending is why a connection cannot be used any more; nil: it can.
func (c *conn) ending() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over != nil && c.over.why != nil:
		return c.over.why
	case c.isOver():
		return errClosed
	}
	return nil
}

// leave ends a connection that a step of the flow has opened.
func (t *seat) leave() {
	if t.connects && t.conn != nil {
		t.conn.leave(websocket.NormalClosure, true, nil)
	}
}

// connect opens a connection, on which the flow goes on.
func (x *exchange) connect(ctx context.Context, at *seat) {
	at.leave()
	at.conn = nil
	c, header, err := x.endpoint.shakeHands(ctx, x.request, &x.sample, func(c *conn) { c.keeps = x.endpoint.receives })
	if err != nil {
		if x.sample.FirstByte > 0 {
			x.sample.Service = x.sample.FirstByte
		}
		x.refused(err)
		return
	}
	at.conn = c
	c.used = true
	x.endpoint.working.Go(c.read)
	s := &x.sample
	s.Service = max(x.endpoint.engine.now()-s.Sent, 0)
	s.Code, s.Protocol = switched, results.HTTP11
	x.ended.Store(true)
	x.answered(&check.Response{Status: switched, Header: header.Values}, header)
}

// receive waits for a message that is no reply, or for the end of the connection. What it
// waits for may have come before.
func (x *exchange) receive(ctx context.Context, at *seat) {
	c, err := at.take(ctx)
	if c == nil {
		x.refused(err)
		return
	}
	x.sample.Sent, x.sample.Reused = x.endpoint.engine.now(), true
	c.mu.Lock()
	p, found := push{}, false
	if x.step.Does == scenarios.Receives {
		p, found = c.kept(x)
	}
	over := c.over
	if !found && over == nil {
		c.receivers = append(c.receivers, x)
	}
	c.mu.Unlock()
	switch {
	case found:
		x.end(p.payload, p.wire)
	case over != nil:
		x.endedWith(*over)
	}
}

// close ends the connection, and waits until the server has, too.
func (x *exchange) close(ctx context.Context, at *seat) {
	c, err := at.take(ctx)
	if err == nil && !c.leave(x.step.Code, true, x) {
		err = errClosed
	}
	if err != nil {
		x.refused(err)
	}
}

const (
	errNotOpen     = load.Ended("no connection is open: the handshake of the flow was refused")
	errNotAnswered = load.Ended("connection ended without the server's Close frame")
)

// endedWith ends an exchange that waited when its connection ended.
func (x *exchange) endedWith(e ending) {
	switch x.step.Does {
	case scenarios.Closes:
		if e.answered {
			x.end(nil, 0)
			return
		}
		if e.why == nil {
			e.why = errNotAnswered
		}
	case scenarios.AwaitsClosure:
		x.closedBy(e.code)
		return
	}
	x.fail(e.why, load.WhileExchanging)
}

// closedBy ends a step that waited for the server to end the connection.
func (x *exchange) closedBy(code int) {
	if code == x.step.Code {
		x.end(nil, 0)
		return
	}
	if x.ended.Swap(true) {
		return
	}
	s := &x.sample
	s.Service = max(x.endpoint.engine.now()-s.Sent, 0)
	s.Code, s.Protocol = switched, results.WebSocket
	x.unexpected(nil, nil, fmt.Sprintf("Close frame: want code %d", x.step.Code), fmt.Sprintf("got code %d", code))
}
