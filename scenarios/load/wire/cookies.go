//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios/load"
)

// jar is where the cookies of the user are that a request belongs to. In the open model
// that is one for each flow, or without flows for each connection.
func (x *exchange) jar() *load.Jar {
	if x.conn.jar == nil && !x.loop.users && x.arrival.walk == nil {
		x.conn.jar = &load.Jar{}
	}
	return x.loop.jarOf(&x.arrival, x.conn)
}

// jarOf is that of what is taken up to be sent on a connection, nil where it may be on a new
// one.
func (l *loop) jarOf(o *arrival, c *conn) *load.Jar {
	switch {
	case l.users:
		return l.pool.endpoint.jars[o.user]
	case o.walk != nil:
		return &o.walk.Jar
	case c == nil:
		return nil
	}
	return c.jar
}

// addCookies adds the user's cookies to what is about to be sent, in place of those of an
// earlier attempt, which may have belonged to another connection.
func (l *loop) addCookies(x *exchange) {
	if !x.request.Cookies {
		return
	}
	if x.bare == nil {
		x.bare = x.text
	}
	x.text = x.bare
	if sent := x.jar().Sends(x.request.Message, load.PathOf(x.bare), l.engine.wall(l.now())); len(sent) > 0 {
		x.baked = load.AppendWithCookies(x.baked[:0], x.bare, sent)
		x.text = x.baked
	}
	x.upTo = x.request.first(x.text)
}

// keepCookies keeps what a response set.
func (l *loop) keepCookies(x *exchange, now time.Duration) {
	if x.request.Cookies && x.conn != nil {
		if set := x.capture.Values(load.SetCookie); len(set) > 0 {
			x.jar().Keeps(x.request.Message, set, load.PathOf(x.bare), l.engine.wall(now))
		}
	}
}

// wall is a time of the run on the clock that cookies expire by.
func (e *wireEngine) wall(at time.Duration) time.Time { return e.job.Epoch.Add(at) }
