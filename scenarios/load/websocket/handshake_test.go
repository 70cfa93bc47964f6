package websocket

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/websocket"
)

// answering is a server that answers each handshake with a text of its own making.
func answering(t *testing.T, answer func(c net.Conn, r *http.Request)) *rig {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		answer(c, r)
	}))
	t.Cleanup(s.Close)
	r := messagesTo(s.URL, scenarios.Reply{}, "hello")
	r.job.Options.Connections = 1
	return r
}

func agreeing(r *http.Request, further string) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		websocket.Accept(r.Header.Get("Sec-WebSocket-Key")) + "\r\n" + further + "\r\n"
}

func TestWhatHandshakesCarryIsNotShown(t *testing.T) {
	t.Parallel()
	const key = "orange-tree-in-winter" // has not the form of a credential
	for name, answer := range map[string]func(r *http.Request) string{
		"in the status code":  func(*http.Request) string { return "HTTP/1.1 " + key + "\r\n\r\n" },
		"as the status line":  func(*http.Request) string { return strings.Repeat(key+"-", 1000) + "\r\n\r\n" },
		"as an extension":     func(r *http.Request) string { return agreeing(r, "Sec-WebSocket-Extensions: "+key+"\r\n") },
		"as a subprotocol":    func(r *http.Request) string { return agreeing(r, "Sec-WebSocket-Protocol: "+key+"\r\n") },
		"as a field's name":   func(*http.Request) string { return "HTTP/1.1 101 ok\r\n" + key + "\r\n\r\n" },
		"in a refusal's body": func(*http.Request) string { return "HTTP/1.1 403 no\r\nContent-Length: 21\r\n\r\n" + key },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := answering(t, func(c net.Conn, r *http.Request) { _, _ = io.WriteString(c, answer(r)) })
			r.job.Options.Sockets.Header.Set("X-Api-Key", key)
			e := r.open(t)
			if text := r.noted(); !strings.Contains(text, "no connection could be opened") || strings.Contains(text, key) || len(text) > 2*results.MaxExcerptDetail {
				t.Errorf("%d bytes: %s", len(text), text)
			}
			r.run(t, e, every(time.Millisecond, 3))
			for _, s := range r.sorted() {
				if s.Excerpt != nil && (strings.Contains(s.Excerpt.Detail, key) || strings.Contains(s.Excerpt.Body, key)) {
					t.Errorf("%+v", s.Excerpt)
				}
			}
			if len(r.samples) == 0 {
				t.Error("nothing was sent")
			}
		})
	}
}

func TestAHandshakesAnswerWithoutEndIsAnError(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{
		"of fields":         "HTTP/1.1 101 Switching Protocols\r\n",
		"in a status line":  "HTTP/1.1 101 ",
		"of another status": "HTTP/1.1 403 Forbidden\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := "X-A: " + strings.Repeat("a", 60<<10)
			if !strings.HasSuffix(start, "\n") {
				line = strings.Repeat("a", 60<<10)
			} else {
				line += "\r\n"
			}
			r := answering(t, func(c net.Conn, _ *http.Request) {
				_, err := io.WriteString(c, start)
				for n := 0; err == nil; n += len(line) {
					if _, err = io.WriteString(c, line); n > 64<<20 {
						t.Error("64 MiB were read")
						return
					}
				}
			})
			if r.open(t); !strings.Contains(r.noted(), "the header is longer than 256 KiB") {
				t.Errorf("%q", r.noted())
			}
		})
	}
}

// RFC 6455, section 4.1: the client fails a connection whose server chose a subprotocol that
// it did not ask for.
func TestSubprotocolsAreThoseThatWereOffered(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		offered, chosen string
		good            bool
	}{
		{"", "", true},
		{"chat", "", true},
		{"chat, superchat", "superchat", true},
		{"chat, superchat", "superchat2", false},
		{"chat", "chat, superchat", false},
		{"", "chat", false},
	} {
		r := answering(t, func(c net.Conn, r *http.Request) {
			further := ""
			if row.chosen != "" {
				further = "Sec-WebSocket-Protocol: " + row.chosen + "\r\n"
			}
			_, _ = io.WriteString(c, agreeing(r, further))
			_, _ = c.Read(make([]byte, 1)) // until the client closes
		})
		if row.offered != "" {
			r.job.Options.Sockets.Header.Set("Sec-WebSocket-Protocol", row.offered)
		}
		e := r.open(t)
		if good := counts(t, e).Opened > 0; good != row.good || !good && !strings.Contains(r.noted(), "not offered") {
			t.Errorf("%+v: %q", row, r.noted())
		}
	}
}

// A server that accepts connections and says nothing holds up the load no longer than the
// scenario allows, and its messages fail.
func TestHandshakesHaveATimeout(t *testing.T) {
	t.Parallel()
	r := answering(t, func(c net.Conn, _ *http.Request) { _, _ = c.Read(make([]byte, 1)) })
	r.job.Options.Sockets.Timeout = 30 * time.Millisecond
	e := r.open(t)
	if note := r.noted(); !strings.Contains(note, "no connection could be opened before the load: the connection was not open within 30ms") {
		t.Errorf("%q", note)
	}
	r.run(t, e, every(time.Millisecond, 3))
	for _, s := range r.sorted() {
		if s.Err != results.ErrTimeout {
			t.Errorf("%+v", s)
		}
	}
	if len(r.samples) != 3 {
		t.Errorf("%d samples", len(r.samples))
	}
}

func TestConnectionsThatWeFailAreNotClosedByTheServer(t *testing.T) {
	t.Parallel()
	for code, frame := range map[string]string{
		"1002": "\x83\x01x",                                 // an opcode that does not exist
		"1007": "\x81\x02\xff\xfe",                          // a text that is not UTF-8
		"1009": "\x81\x7f\x3f\xff\xff\xff\xff\xff\xff\xffa", // too long
	} {
		s := serveSockets(t, func(p *peer) {
			if _, err := p.Next(); err == nil {
				_, _ = p.Write([]byte(frame))
				_, _ = p.Next()
			}
		}, nil)
		r := messagesTo(s.URL, scenarios.Reply{}, "hello")
		r.job.Options.Connections = 1
		e := r.open(t)
		r.run(t, e, every(time.Millisecond, 1))
		until(t, func() bool { return counts(t, e).Closed[code] == 1 })
		if d := counts(t, e); d.ClosedByServer[code] != 0 {
			t.Errorf("%s: %+v", code, d)
		}
	}
}
