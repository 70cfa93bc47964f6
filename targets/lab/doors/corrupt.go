package doors

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// A sender sends a response in place of the door, such as a corrupt one.
type sender func(http.ResponseWriter)

func addLatency(_ *door, x *exchange, it *Injected) { x.overhead += time.Duration(it.By) }

func respondWith(fault targets.Fault) func(*door, *exchange, *Injected) {
	return func(_ *door, x *exchange, _ *Injected) {
		if x.response == nil {
			x.refuse(fault, byInjection)
		}
	}
}

// stall never answers: the connection stays until the client leaves or the
// fault is over.
func stall(d *door, x *exchange, it *Injected, _ http.ResponseWriter) {
	it.rest(x.request.Context(), d)
	panic(http.ErrAbortHandler)
}

func reset(_ *door, _ *exchange, _ *Injected, w http.ResponseWriter) {
	c := hijack(w)
	defer c.Close()
	if t := tcpOf(c); t != nil {
		_ = t.SetLinger(0) // an error leaves an orderly close
	}
}

// slowBody sends the head at once and the body in pieces, the last one late.
func slowBody(d *door, x *exchange, it *Injected, w http.ResponseWriter) {
	d.head(w, x)
	d.trickle(w, x, time.Duration(it.By))
}

// trickle sends the head, which is set, at once and the body in pieces over a
// time.
func (d *door) trickle(w http.ResponseWriter, x *exchange, over time.Duration) {
	w.WriteHeader(x.response.status)
	size, controller := x.response.size(), http.NewResponseController(w)
	sent := int64(0)
	if size > unthrottled {
		x.response.write(w, 0, unthrottled)
		sent = unthrottled
	}
	pieces := max(min(size-sent, 16), (size-sent)/int64(len(spaces)))
	begun, from := time.Now(), sent
	for i := range pieces {
		_ = controller.Flush() // fails when the client is gone, as does the wait
		late := over * time.Duration(i+1) / time.Duration(pieces)
		if d.timer.Wait(x.request.Context(), begun.Add(late)) != nil {
			panic(http.ErrAbortHandler)
		}
		to := from + (size-from)*(i+1)/pieces
		x.response.write(w, sent, to)
		sent = to
	}
}

func wrongLength(d *door, x *exchange, _ *Injected, w http.ResponseWriter) {
	d.head(w, x)
	w.Header()["Content-Length"] = []string{fmt.Sprint(x.response.size() + 1)}
	x.response.send(w)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler) // closes the connection, or the stream
}

func truncatedChunk(_ *door, x *exchange, _ *Injected, w http.ResponseWriter) {
	c := hijack(w)
	defer c.Close()
	body := x.response.body
	_, _ = fmt.Fprintf(c, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s",
		x.response.status, http.StatusText(x.response.status), x.response.contentType[0], len(body)+1, body[:len(body)/2])
}

func garbage(_ *door, _ *exchange, _ *Injected, w http.ResponseWriter) {
	c := hijack(w)
	defer c.Close()
	_, _ = io.WriteString(c, "\x00\x7fHTP/one.one OK 200\r\n\r\n")
}

// hijack takes the connection from net/http. Where it cannot be had, which is
// in HTTP/2, the stream is reset.
func hijack(w http.ResponseWriter) net.Conn {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return c
}

// tcpOf finds the TCP connection below what the lab put on top of it.
func tcpOf(c net.Conn) *net.TCPConn {
	for {
		switch on := c.(type) {
		case *net.TCPConn:
			return on
		case *countedConn:
			c = on.Conn
		case interface{ NetConn() net.Conn }: // TLS
			c = on.NetConn()
		default:
			return nil
		}
	}
}

// refuseConnections closes every connection and accepts none until the fault is
// over.
func refuseConnections(d *door, it *Injected) {
	if d.gate == nil {
		return
	}
	d.gate.shut()
	defer d.gate.reopen()
	it.rest(d.life, d)
}

const foreignPulse = 100 * time.Millisecond

func foreignTraffic(d *door, it *Injected) {
	var sent float64
	for at := it.From.Add(foreignPulse); !it.over(at); at = at.Add(foreignPulse) {
		if d.timer.Wait(it.ctx, at) != nil {
			return
		}
		due := at.Sub(it.From).Seconds() * float64(it.Rate)
		for ; sent+1 <= due; sent++ {
			d.foreign(at)
		}
	}
}

// foreign counts one request of another client, at CloudWatch only.
func (d *door) foreign(at time.Time) {
	n := uint64(d.counters.foreign.Add(1))
	x := exchange{begun: at, response: healthy, called: true, version: d.function.latest}
	x.invocation = invocation{Outcome: runtime.Outcome{Begun: at, Duration: d.function.latest.warm.at(^n)}}
	x.integration = x.invocation.Duration
	x.elapsed = x.integration + d.overhead.at(^n)
	d.metrics.count(&x)
	d.function.metrics.count(&x)
}
