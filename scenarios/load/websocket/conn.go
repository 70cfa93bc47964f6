package websocket

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets/websocket"
)

// A conn is one open connection. Its reader never waits for one that writes: a server that
// takes nothing until it has been listened to would hold both for ever.
type conn struct {
	endpoint *endpoint
	net      net.Conn
	from     *bufio.Reader
	opened   time.Duration // on the run's clock
	deflates bool
	lasts    bool         // is held, and opened again when it has ended
	keeps    bool         // messages that are no replies, for steps that wait for them
	active   atomic.Int64 // when something passed last, on the run's clock
	writes   atomic.Int64 // since when a message is being written; 0: none is

	writing sync.Mutex // taken before mu
	out     []byte

	mu   sync.Mutex // of what follows
	used bool
	code int     // of the Close frame by which this end began to close it; 0: it did not
	over *ending // nil: it is open
	pong []byte  // is owed; nil: none is

	broken error // why nothing can be written any more
	waitingList
}

// An ending is how a connection ended.
type ending struct {
	code     int   // of the Close frame, or what stands for none
	why      error // for those that wait for something
	answered bool  // by the server's Close frame
	violated bool  // the protocol, by the server: this end closed the connection
}

// mostMessage bounds what a server can make a connection keep.
const mostMessage = 16 << 20

// read reads messages until the connection ends.
func (c *conn) read() {
	reader := websocket.NewReader(c.from, websocket.Limits{Message: mostMessage}, false)
	reader.Deflated = c.deflates
	for {
		m, err := reader.Next()
		if err != nil {
			c.lost(err)
			return
		}
		c.touch()
		switch m.Opcode {
		case websocket.Ping:
			c.owe(m.Payload)
		case websocket.Pong:
		case websocket.Close:
			code, reason := websocket.ClosedWith(m.Payload)
			c.acknowledge(code)
			c.end(ending{code: code, why: load.Ended(fmt.Sprintf("connection closed by the server with code %d %s", code, reason)), answered: true})
			return
		default:
			c.receive(m)
		}
	}
}

// touch remembers that something passed.
func (c *conn) touch() { c.active.Store(int64(c.endpoint.engine.now())) }

// lost ends a connection that could not be read any further.
func (c *conn) lost(err error) {
	if why, is := errors.AsType[*websocket.CloseError](err); is {
		c.acknowledge(why.Code)
		c.end(ending{code: why.Code, why: fmt.Errorf("what came is no WebSocket: %s", why.Reason), violated: true})
		return
	}
	c.mu.Lock()
	if c.broken != nil {
		err = c.broken
	}
	c.mu.Unlock()
	c.end(ending{code: websocket.Abnormal, why: err})
}

// end is when the connection has ended. Why stands before it is closed: a write that fails for
// that can say so.
func (c *conn) end(e ending) {
	c.mu.Lock()
	byServer := c.code == 0 && !e.violated
	if c.code != 0 {
		e.code = c.code
	}
	c.over = &e
	all := c.takeAll()
	c.mu.Unlock()
	_ = c.net.Close() // nothing is left to do with it
	c.endpoint.ended(c, e.code, byServer)
	for _, x := range all {
		x.endedWith(e)
	}
}

// receive gives a message to the one that it is for.
func (c *conn) receive(m websocket.Message) {
	_, fault := c.endpoint.faultIn(m.Payload)
	c.mu.Lock()
	x, isReply := c.match(m.Payload, fault)
	if x == nil && c.keeps && !c.keep(m) {
		c.endpoint.droppedPush()
	}
	c.mu.Unlock()
	c.received(m, isReply)
	if x != nil {
		x.end(m.Payload, m.Wire)
	}
}

// received counts a message.
func (c *conn) received(m websocket.Message, isReply bool) {
	size := int64(len(m.Payload))
	c.endpoint.count(func(d *results.SocketDoc) {
		d.Received++
		d.BytesReceived += size
		d.UnitsReceived += pricing.WebSocketUnits(size)
		if m.Opcode == websocket.Binary {
			d.BinaryReceived++
		}
		if !isReply {
			d.Pushes++
		}
	})
}

// forget takes an exchange off the lists.
func (c *conn) forget(x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(x)
}

// failAll ends all exchanges that wait for something.
func (c *conn) failAll(why error) {
	c.mu.Lock()
	all := c.takeAll()
	c.mu.Unlock()
	for _, x := range all {
		x.fail(why, load.WhileExchanging)
	}
}

// ends says whether the connection has ended, or is being ended by this end.
func (c *conn) ends() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isOver()
}

// isOver says so where the lock is held.
func (c *conn) isOver() bool { return c.over != nil || c.code != 0 }
