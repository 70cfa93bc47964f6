package websocket

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"tollgate/targets/websocket"
)

// A peer is the server's end of one connection, frame by frame.
type peer struct {
	*websocket.Reader
	net.Conn
	asked *http.Request
	pack  bool // messages are compressed

	mu sync.Mutex // of writes
}

// serveSockets serves connections, one function for each; headers go into the handshake's
// response.
func serveSockets(t testing.TB, serve func(*peer), headers map[string][]string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("moved") {
			w.WriteHeader(http.StatusFound)
			return
		}
		if r.URL.Query().Get("refuse") != "" {
			http.Error(w, "no entry", http.StatusForbidden)
			return
		}
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		text := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + websocket.Accept(r.Header.Get("Sec-WebSocket-Key")) + "\r\n"
		for name, all := range headers {
			text += name + ": " + all[0] + "\r\n"
		}
		if _, err := conn.Write([]byte(text + "\r\n")); err != nil {
			return
		}
		p := &peer{Reader: websocket.NewReader(bufio.NewReader(rw), websocket.Limits{}, true), Conn: conn, asked: r, pack: headers[websocket.Extensions] != nil}
		p.Deflated = p.pack
		serve(p)
	}))
	t.Cleanup(s.Close)
	return s
}

func (p *peer) say(of websocket.Opcode, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pack && of < websocket.Close {
		_, _ = p.Write(websocket.AppendCompressed(nil, of, []byte(text), 0, nil))
		return
	}
	_, _ = p.Write(websocket.AppendFrames(nil, of, []byte(text), 0, nil))
}

// bye closes with a code, and waits for the client's Close frame.
func (p *peer) bye(code int) {
	p.say(websocket.Close, string(websocket.Closing(code, "")))
	for {
		if m, err := p.Next(); err != nil || m.Opcode == websocket.Close {
			return
		}
	}
}

// hear is the next message; false: the client has closed, and was answered.
func (p *peer) hear() (m websocket.Message, ok bool) {
	for {
		m, err := p.Next()
		switch {
		case err != nil:
			return m, false
		case m.Opcode == websocket.Close:
			p.say(websocket.Close, string(m.Payload))
			return m, false
		case m.Opcode < websocket.Close:
			return m, true
		}
	}
}

// mirror sends each message back as it came.
func mirror(p *peer) {
	for {
		m, ok := p.hear()
		if !ok {
			return
		}
		p.say(m.Opcode, string(m.Payload))
	}
}
