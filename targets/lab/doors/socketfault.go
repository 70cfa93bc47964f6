package doors

import "tollgate/targets/websocket"

// reset ends a connection as one that is lost on the way: by a TCP reset.
func (c *socket) reset() {
	if t := tcpOf(c.conn); t != nil {
		_ = t.SetLinger(0) // an error leaves an orderly close
	}
	c.hangUp(websocket.Abnormal, "")
}

// garble sends what is no frame, and ends the connection: reserved bits are set, and the
// opcode does not exist (RFC 6455, section 5.2).
func (c *socket) garble() {
	c.mu.Lock()
	if !c.closed {
		_, _ = c.conn.Write([]byte("\x7f\x03HTP"))
	}
	c.mu.Unlock()
	c.hangUp(websocket.Abnormal, "")
}
