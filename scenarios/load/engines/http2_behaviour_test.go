package engines

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A scripted is a connection of a server that speaks HTTP/2 frame by frame.
type scripted struct {
	net.Conn
	*http2.Framer
	hpack.Encoder
	block bytes.Buffer
}

// scripts serves connections with prior knowledge: each script handles the stream of one
// request after the other, those of all connections together; the last one serves the
// rest.
func scripts(t *testing.T, all ...func(c *scripted, stream uint32)) string {
	var n atomic.Int64
	return listen(t, func(conn net.Conn) {
		if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err != nil {
			return
		}
		c := &scripted{Conn: conn, Framer: http2.NewFramer(conn, conn)}
		c.Encoder = *hpack.NewEncoder(&c.block)
		_ = c.WriteSettings()
		for {
			f, err := c.ReadFrame()
			if err != nil {
				return
			}
			if h, ok := f.(*http2.HeadersFrame); ok {
				all[min(int(n.Add(1)), len(all))-1](c, h.StreamID)
			}
		}
	})
}

func (c *scripted) head(stream uint32, status string, end bool) {
	c.block.Reset()
	_ = c.WriteField(hpack.HeaderField{Name: ":status", Value: status})
	_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: c.block.Bytes(), EndHeaders: true, EndStream: end})
}

func respond(c *scripted, stream uint32) { c.head(stream, "200", true) }

func half(c *scripted, stream uint32) {
	c.head(stream, "200", false)
	_ = c.WriteData(stream, false, []byte("half"))
}

// What servers do over HTTP/2, and what becomes of a request: the second one there, which
// finds a connection that served the first.
func TestBehavioursOverHTTP2(t *testing.T) {
	t.Parallel()
	reset := func(code http2.ErrCode) func(*scripted, uint32) {
		return func(c *scripted, stream uint32) { _ = c.WriteRSTStream(stream, code) }
	}
	goAway := func(last uint32, code http2.ErrCode) func(*scripted, uint32) {
		return func(c *scripted, _ uint32) { _ = c.WriteGoAway(last, code, nil); _ = c.Close() }
	}
	for _, row := range []struct {
		name    string
		method  string
		acts    func(c *scripted, stream uint32)
		class   results.ErrClass
		code    int
		body    int64
		retried int
		detail  string
	}{
		{name: "a refused stream is sent again", method: "POST", acts: reset(http2.ErrCodeRefusedStream), code: 200, retried: 1},
		{name: "a stream that the server has not seen is sent again", method: "POST", acts: goAway(1, http2.ErrCodeNo), code: 200, retried: 1},
		{name: "a stream that it may have seen is not", method: "POST", acts: goAway(3, http2.ErrCodeEnhanceYourCalm), class: results.ErrReset, detail: "connection closed by the server (GOAWAY, ENHANCE_YOUR_CALM) before the response"},
		{name: "unless that is safe", method: "GET", acts: goAway(3, http2.ErrCodeNo), code: 200, retried: 1},
		{name: "a reset before the response", method: "GET", acts: reset(http2.ErrCodeInternal), class: results.ErrReset, detail: "stream reset by the server (INTERNAL_ERROR) before the response"},
		{
			name: "a reset within the response", method: "GET", class: results.ErrReset, code: 200, body: 4, detail: "stream reset by the server (CANCEL) within the response",
			acts: func(c *scripted, stream uint32) { half(c, stream); _ = c.WriteRSTStream(stream, http2.ErrCodeCancel) },
		},
		{
			name: "the end within the response", method: "GET", class: results.ErrReset, code: 200, body: 4, detail: "connection closed within the response",
			acts: func(c *scripted, stream uint32) { half(c, stream); _ = c.Close() },
		},
		{
			name: "content before the header", method: "GET", class: results.ErrMalformed,
			acts: func(c *scripted, stream uint32) { _ = c.WriteData(stream, true, []byte("early")) },
		},
		{name: "HTTP/1.1", method: "GET", class: results.ErrMalformed, acts: func(c *scripted, _ uint32) { say(c, sized(200, "ok")) }},
		{name: "half a response, and silence", method: "GET", class: results.ErrTimeout, code: 200, body: 4, detail: "receiving the response", acts: half},
		{name: "silence", method: "GET", class: results.ErrTimeout, detail: "waiting for the response", acts: func(*scripted, uint32) {}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachHTTP2(t, func(t *testing.T, e load.Kind) {
				patient(t, shortTimeout, func(timeout time.Duration) string {
					r := newRig("http://" + scripts(t, respond, row.acts, respond))
					r.job.Options.HTTP = scenarios.HTTP2
					r.job.Requests[0].Method, r.job.Requests[0].Timeout = row.method, timeout
					engine := r.open(t, e)
					r.run(t, engine, every(20*time.Millisecond, 1))
					r.run(t, engine, every(20*time.Millisecond, 1))
					got, x := r.samples[1], excerpts(r.samples)
					if n := engine.Health().Retried; n != row.retried || len(r.samples) != 2 {
						return fmt.Sprintf("%d requests sent again, want %d; %d samples", n, row.retried, len(r.samples))
					}
					if got.Err != row.class || got.Code != row.code || got.Body != row.body || got.Protocol != results.HTTP2 {
						return fmt.Sprintf("%v with status %d and a body of %d over %v, want %v with %d and %d", got.Err, got.Code, got.Body, got.Protocol, row.class, row.code, row.body)
					}
					if row.detail != "" && (len(x) != 1 || !strings.Contains(x[0].Detail, row.detail)) {
						return fmt.Sprintf("it is explained by %+v, want %q", x, row.detail)
					}
					return ""
				})
			})
		})
	}
}

// A request that one connection after the other ends before the server has seen it is sent
// until there is an answer.
func TestARequestOutlivesSeveralConnections(t *testing.T) {
	t.Parallel()
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		leave := func(c *scripted, _ uint32) { _ = c.WriteGoAway(0, http2.ErrCodeNo, nil) }
		r := newRig("http://" + scripts(t, leave, leave, leave, respond))
		r.job.Options.HTTP, r.job.Requests[0].Method = scenarios.HTTP2, "POST"
		engine := r.open(t, e)
		r.run(t, engine, every(0, 1))
		if n := engine.Health().Retried; n != 3 || len(r.samples) != 1 || r.samples[0].Code != 200 {
			t.Errorf("%d requests sent again, want 3: %+v", n, r.samples)
		}
	})
}
