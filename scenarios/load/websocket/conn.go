package websocket

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/targets/websocket"
)

// A conn is one open connection.
type conn struct {
	endpoint *endpoint
	net      net.Conn
	from     *bufio.Reader
	asked    time.Duration // when the handshake was written, on the run's clock
	opened   time.Duration // when it was answered

	mu      sync.Mutex // of what follows, and of writes
	used    bool
	closed  bool
	code    int // of the Close frame by which this end closed it; 0: it did not
	out     []byte
	waiting []*exchange          // for a reply, the one that waits longest first
	byKey   map[string]*exchange // of these, those whose reply is found by a value
	active  time.Duration        // when something passed last
}

// mostMessage bounds what a server can make a connection keep.
const mostMessage = 16 << 20

// read reads messages until the connection ends.
func (c *conn) read() {
	reader := websocket.NewReader(c.from, websocket.Limits{Message: mostMessage}, false)
	for {
		m, err := reader.Next()
		if err != nil {
			c.lost(err)
			return
		}
		c.touch()
		switch m.Opcode {
		case websocket.Ping:
			c.control(websocket.Pong, m.Payload)
		case websocket.Pong:
		case websocket.Close:
			code, reason := websocket.ClosedWith(m.Payload)
			c.control(websocket.Close, websocket.Closing(code, ""))
			c.over(code, load.Ended(fmt.Sprintf("connection closed by the server with %d %s", code, reason)))
			return
		default:
			c.receive(m)
		}
	}
}

// touch remembers that something passed.
func (c *conn) touch() {
	now := c.endpoint.engine.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active = now
}

// lost ends a connection that could not be read any further.
func (c *conn) lost(err error) {
	if why, is := errors.AsType[*websocket.CloseError](err); is {
		c.control(websocket.Close, websocket.Closing(why.Code, ""))
		c.over(why.Code, fmt.Errorf("what came is no WebSocket: %s", why.Reason))
		return
	}
	c.over(websocket.Abnormal, err)
}

// over is when the connection has ended.
func (c *conn) over(code int, why error) {
	_ = c.net.Close() // nothing is left to do with it
	c.mu.Lock()
	if c.code != 0 {
		code = c.code
	}
	c.closed = true
	c.mu.Unlock()
	c.endpoint.ended(c, code)
	c.failAll(why)
}

// receive gives a message to the one that it is the reply to.
func (c *conn) receive(m websocket.Message) {
	x := c.waiterFor(m.Payload)
	size := int64(len(m.Payload))
	c.endpoint.count(func(d *results.SocketDoc) {
		d.Received++
		d.BytesReceived += size
		d.UnitsReceived += pricing.WebSocketUnits(size)
		if x == nil {
			d.Pushes++
		}
	})
	if x != nil {
		x.end(m.Payload, m.Wire)
	}
}

// waiterFor takes the exchange that a message is the reply to off the list; nil: none is.
func (c *conn) waiterFor(message []byte) *exchange {
	_, fault := c.endpoint.faultIn(message)
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.match(message, fault)
	if x != nil {
		c.drop(x)
	}
	return x
}

// match finds it; the lock is held. A value that both have goes before the order.
func (c *conn) match(message []byte, fault bool) (inOrder *exchange) {
	var path *check.Path
	for _, x := range c.waiting {
		switch {
		case fault:
			return x
		case x.reply.Match == nil && inOrder == nil:
			inOrder = x
		case x.reply.Match != nil && x.reply.Match != path:
			path = x.reply.Match
			if key, found := keyIn(path, message); found && c.byKey[key] != nil {
				return c.byKey[key]
			}
		}
	}
	return inOrder
}

// drop takes an exchange off the list; the lock is held.
func (c *conn) drop(x *exchange) {
	if i := slices.Index(c.waiting, x); i >= 0 {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	}
	if c.byKey[x.key] == x {
		delete(c.byKey, x.key)
	}
}

func (c *conn) forget(x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(x)
}

// failAll ends all exchanges that wait for a reply.
func (c *conn) failAll(why error) {
	c.mu.Lock()
	all := c.waiting
	c.waiting, c.byKey = nil, nil
	c.mu.Unlock()
	for _, x := range all {
		x.fail(why, load.WhileExchanging)
	}
}

// writeTimeout is how long a message may take to be written: a server that takes nothing
// for so long is gone.
const writeTimeout = 10 * time.Second

const errClosed = load.Ended("connection closed")

// send writes a message, whose reply is waited for from then on.
func (c *conn) send(x *exchange) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	c.await(x)
	x.sample.Reused, c.used = c.used, true
	now := c.endpoint.engine.now()
	x.sample.Sent, c.active = now, now
	n, err := c.write(websocket.Text, x.payload)
	x.sample.Out = int64(n)
	size := int64(len(x.payload))
	c.endpoint.count(func(d *results.SocketDoc) {
		d.Sent++
		d.BytesSent += size
		d.UnitsSent += pricing.WebSocketUnits(size)
	})
	if err != nil {
		c.drop(x)
	}
	return err
}

// await puts an exchange on the list; the lock is held.
func (c *conn) await(x *exchange) {
	if x.reply.None {
		return
	}
	c.waiting = append(c.waiting, x)
	if x.reply.Match == nil {
		return
	}
	if c.byKey == nil {
		c.byKey = map[string]*exchange{}
	}
	c.byKey[x.key] = x
}

// mostFrame is the largest frame that a WebSocket API takes, and a good size for any server.
// Source: API Gateway developer guide, "Quotas for configuring and running a WebSocket API".
const mostFrame = 32 << 10

// write writes a message; the lock is held.
func (c *conn) write(of websocket.Opcode, payload []byte) (int, error) {
	c.out = websocket.AppendFrames(c.out[:0], of, payload, mostFrame, maskKey)
	n := len(c.out)
	_ = c.net.SetWriteDeadline(time.Now().Add(writeTimeout)) // an error shows at the write
	_, err := c.net.Write(c.out)
	if cap(c.out) > 4<<10 { // thousands of connections rest
		c.out = nil
	}
	return n, err
}

// control writes a control frame; whether it arrives does not matter.
func (c *conn) control(of websocket.Opcode, payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		_, _ = c.write(of, bytes.Clone(payload))
	}
}

// retire ends the connection, unless a reply is waited for.
func (c *conn) retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.waiting) > 0 {
		return
	}
	_, _ = c.write(websocket.Close, websocket.Closing(websocket.NormalClosure, "")) // whether it arrives does not matter
	c.closed, c.code = true, websocket.NormalClosure
	_ = c.net.Close() // the reader sees that
}

// ends says whether the connection has ended, or is being ended.
func (c *conn) ends() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// hangUp ends the connection: the server is told, and its answer not waited for.
func (c *conn) hangUp(code int) {
	c.control(websocket.Close, websocket.Closing(code, ""))
	c.mu.Lock()
	c.closed, c.code = true, code
	c.mu.Unlock()
	_ = c.net.Close() // the reader sees that
}
