//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"tollgate/targets/websocket"
)

const (
	echoAddress = "127.0.0.1:18091"
	socketURL   = "ws://" + echoAddress + "/"
)

// echoed is what the server of echoes has seen.
type echoed struct {
	Held     int64 `json:"held"` // connections, the most at a time
	Messages int64 `json:"messages"`
}

// serveEcho sends WebSocket messages back, and says what it has seen to any other request.
func serveEcho(args []string, stdout io.Writer) error {
	f := flag.NewFlagSet("echo-server", flag.ContinueOnError)
	address := f.String("listen", echoAddress, "address")
	if err := f.Parse(args); err != nil {
		return err
	}
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, "serving", l.Addr())
	return http.Serve(l, &echo{}) // #nosec G114 -- it serves the tools of a comparison, on loopback
}

type echo struct{ open, held, messages atomic.Int64 }

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !websocket.Asked(r) {
		_ = json.NewEncoder(w).Encode(echoed{e.held.Load(), e.messages.Load()}) // who asks sees that it is cut off
		return
	}
	c, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = c.Close() }()
	n := e.open.Add(1)
	defer e.open.Add(-1)
	for most := e.held.Load(); n > most && !e.held.CompareAndSwap(most, n); most = e.held.Load() {
	}
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + websocket.Accept(r.Header.Get("Sec-WebSocket-Key")) + "\r\n\r\n"
	if _, err := io.WriteString(c, answer); err == nil {
		e.talk(c, rw.Reader)
	}
}

func (e *echo) talk(c net.Conn, from *bufio.Reader) {
	reader := websocket.NewReader(from, websocket.Limits{Message: 1 << 20}, true)
	for {
		m, err := reader.Next()
		if err != nil {
			return
		}
		of := m.Opcode
		switch of {
		case websocket.Pong:
			continue
		case websocket.Ping:
			of = websocket.Pong
		case websocket.Text, websocket.Binary:
			e.messages.Add(1)
		}
		if _, err := c.Write(websocket.AppendFrames(nil, of, m.Payload, 0, nil)); err != nil || of == websocket.Close {
			return
		}
	}
}
