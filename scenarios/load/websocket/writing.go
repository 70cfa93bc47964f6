package websocket

import (
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets/websocket"
)

// How long things may take that are written. A server that takes nothing for so long is
// gone; one that does not close its end, too, is not waited for.
const (
	writeTimeout = 10 * time.Second
	closeTimeout = time.Second
)

const errClosed = load.Ended("connection closed")

// send writes the message of a step, whose reply is waited for from then on. With errClosed
// nothing was sent.
func (c *conn) send(x *exchange) error {
	of := websocket.Text
	if x.step.Binary {
		of = websocket.Binary
	}
	err := c.message(of, x.payload, func() {
		x.sample.Reused, c.used = c.used, true
		x.sample.Out, x.sample.Sent = int64(len(c.out)), c.endpoint.engine.now()
		c.await(x)
	})
	switch {
	case err == nil || err == errClosed:
		return err
	case !x.step.Reply.None: // it is on the list: the reader, whose connection is closed, says why
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over != nil && c.over.why != nil { // the server's Close frame came meanwhile
		return c.over.why
	}
	return err
}

// message writes a message. begins is called, with the lock held, before anything can answer
// it.
func (c *conn) message(of websocket.Opcode, payload []byte, begins func()) error {
	defer c.payLater()
	c.writing.Lock()
	defer c.writing.Unlock()
	if most := int(c.endpoint.engine.job.Options.Sockets.Frame); c.deflates {
		c.out = websocket.AppendCompressed(c.out[:0], of, payload, most, maskKey)
	} else {
		c.out = websocket.AppendFrames(c.out[:0], of, payload, most, maskKey)
	}
	c.mu.Lock()
	if c.isOver() {
		c.mu.Unlock()
		return errClosed
	}
	begins()
	c.mu.Unlock()
	if err := c.flush(); err != nil {
		return err
	}
	size := int64(len(payload))
	c.endpoint.count(func(d *results.SocketDoc) {
		d.Sent++
		d.BytesSent += size
		d.UnitsSent += pricing.WebSocketUnits(size)
		if of == websocket.Binary {
			d.BinarySent++
		}
	})
	return nil
}

// flush writes what is to be written. That it takes too long is noticed by keepAll: a
// deadline for each message is a timer that wakes the program later.
func (c *conn) flush() error {
	c.touch()
	c.writes.Store(c.active.Load() | 1) // not 0
	_, err := c.net.Write(c.out)
	c.writes.Store(0)
	if cap(c.out) > 1<<10 { // thousands of connections rest
		c.out = nil
	}
	if err != nil { // nothing can follow part of a frame
		c.mu.Lock()
		c.broken = err
		c.mu.Unlock()
		_ = c.net.Close() // the reader sees that
	}
	return err
}

// control writes a control frame; whether it arrives does not matter.
func (c *conn) control(of websocket.Opcode, payload []byte) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.out = websocket.AppendFrames(c.out[:0], of, payload, 0, maskKey)
	_ = c.flush()
}

// ping sends a ping.
func (c *conn) ping() {
	defer c.payLater()
	if !c.ends() {
		c.control(websocket.Ping, nil)
	}
}

// owe answers a ping, and does not wait until it is written. Of several pings the last is
// answered (RFC 6455, section 5.5.3).
func (c *conn) owe(payload []byte) {
	c.mu.Lock()
	c.pong = append(make([]byte, 0, len(payload)+1), payload...) // not nil
	c.mu.Unlock()
	c.endpoint.working.Go(c.payPong)
}

// payLater does so after something else was written.
func (c *conn) payLater() {
	c.mu.Lock()
	owes := c.pong != nil
	c.mu.Unlock()
	if owes {
		c.endpoint.working.Go(c.payPong)
	}
}

// payPong sends the pong that is owed, unless another goroutine writes: that one will.
func (c *conn) payPong() {
	for c.writing.TryLock() {
		c.mu.Lock()
		owed := c.pong
		c.pong = nil
		c.mu.Unlock()
		if owed != nil {
			c.out = websocket.AppendFrames(c.out[:0], websocket.Pong, owed, 0, maskKey)
			_ = c.flush() // whether it arrives does not matter
		}
		c.writing.Unlock()
		if owed == nil {
			return
		}
	}
}

// acknowledge answers the server's Close frame, or what the server did wrong, unless this
// end has sent a Close frame.
func (c *conn) acknowledge(code int) {
	c.mu.Lock()
	closing := c.code != 0
	c.mu.Unlock()
	if closing {
		return
	}
	_ = c.net.SetWriteDeadline(time.Now().Add(closeTimeout)) // of what is being written, too
	c.control(websocket.Close, websocket.Closing(code, ""))
}

// leave begins to close the connection; its reader ends when the server has closed it, too.
// Unless it is done at any rate, a connection on which something is waited for stays open.
func (c *conn) leave(code int, anyway bool, x *exchange) bool {
	c.mu.Lock()
	if c.isOver() || !anyway && c.waits() {
		c.mu.Unlock()
		return false
	}
	c.code = code
	if x != nil {
		x.sample.Sent, x.sample.Reused = c.endpoint.engine.now(), true
		c.receivers = append(c.receivers, x)
	}
	c.mu.Unlock()
	patience := closeTimeout
	if x != nil {
		patience = x.message.Timeout
	}
	_ = c.net.SetReadDeadline(time.Now().Add(patience)) // an error shows at the reader
	_ = c.net.SetWriteDeadline(time.Now().Add(closeTimeout))
	c.control(websocket.Close, websocket.Closing(code, ""))
	return true
}
