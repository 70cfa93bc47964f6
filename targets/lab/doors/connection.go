package doors

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// When a load balancer ends a client's connection: after an hour, which can be
// set, and over HTTP/2 after 10,000 requests.
// Source: Application Load Balancer user guide, "Edit attributes" (HTTP client
// keepalive duration, 60 to 604,800 seconds) and "Listeners" (HTTP/2).
const (
	defaultKeepAlive = time.Hour
	longestKeepAlive = 7 * 24 * time.Hour
	mostStreams      = 10_000
)

// A connection is what a load balancer remembers of one of its clients'.
type connection struct {
	opened   time.Time
	requests atomic.Int64
}

type connectionKey struct{}

// remember is an http.Server's ConnContext.
func remember(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, &connection{opened: time.Now()})
}

// spent says whether the connection that x came by shall end with its answer.
func (d *door) spent(x *exchange) bool {
	c, kept := x.request.Context().Value(connectionKey{}).(*connection)
	if !kept {
		return false
	}
	n := c.requests.Add(1)
	return x.request.ProtoMajor == 2 && n >= d.streams || x.begun.Sub(c.opened) >= time.Duration(d.config.KeepAlive)
}
