package doors

import "tollgate/targets/websocket"

// reset ends a connection as one that is lost on the way: by a TCP reset.
func (c *socket) reset() {
	if t := tcpOf(c.conn); t != nil {
		_ = t.SetLinger(0) // an error leaves an orderly close
	}
	c.hangUp(websocket.Abnormal, "")
}

// garble sends what is no frame of a server, and ends the connection: reserved bits are set,
// the opcode does not exist, and it is masked (RFC 6455, sections 5.1 and 5.2).
func (c *socket) garble() {
	c.mu.Lock()
	if !c.closed {
		_, _ = c.conn.Write([]byte("\x7f\x83HTTP/1."))
	}
	c.mu.Unlock()
	c.hangUp(websocket.Abnormal, "")
}
