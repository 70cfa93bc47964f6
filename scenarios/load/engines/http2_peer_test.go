//go:build linux

package engines

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"tollgate/scenarios"
)

// A peer is the server's side of one connection of HTTP/2, as a test scripts it.
type peer struct {
	*http2.Framer
	conn    net.Conn
	number  int // of the connection, from 1 on
	block   bytes.Buffer
	encoder *hpack.Encoder
}

// respond writes a response.
func (p *peer) respond(stream uint32, status, body string) {
	p.header(stream, body == "", ":status", status)
	if body != "" {
		_ = p.WriteData(stream, true, []byte(body))
	}
}

// header writes a header of names and values.
func (p *peer) header(stream uint32, last bool, fields ...string) {
	p.block.Reset()
	for i := 0; i < len(fields); i += 2 {
		_ = p.encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: p.block.Bytes(), EndStream: last, EndHeaders: true})
}

// listenHTTP2 serves HTTP/2 with prior knowledge: each connection begins with some
// settings, and then each frame of the client's is handed to serve until that returns
// false, but for SETTINGS and WINDOW_UPDATE.
func listenHTTP2(t *testing.T, settings []http2.Setting, serve func(p *peer, f http2.Frame) (more bool)) *rig {
	t.Helper()
	var mu sync.Mutex
	connections := 0
	r := newRig("http://" + listen(t, func(c net.Conn) {
		mu.Lock()
		connections++
		p := &peer{conn: c, number: connections, Framer: http2.NewFramer(c, c)}
		mu.Unlock()
		p.AllowIllegalWrites = true
		p.encoder = hpack.NewEncoder(&p.block)
		p.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		if _, err := io.CopyN(io.Discard, c, int64(len(http2.ClientPreface))); err != nil {
			return
		}
		_ = p.WriteSettings(settings...)
		for {
			f, err := p.ReadFrame()
			if err != nil {
				return
			}
			switch f := f.(type) {
			case *http2.SettingsFrame:
				if !f.IsAck() {
					_ = p.WriteSettingsAck()
				}
			case *http2.WindowUpdateFrame:
			default:
				if !serve(p, f) {
					return
				}
			}
		}
	}))
	r.job.Options.HTTP = scenarios.HTTP2
	return r
}

// asked reports whether a frame ends a request.
func asked(f http2.Frame) bool {
	switch f := f.(type) {
	case *http2.MetaHeadersFrame:
		return f.StreamEnded()
	case *http2.DataFrame:
		return f.StreamEnded()
	}
	return false
}
