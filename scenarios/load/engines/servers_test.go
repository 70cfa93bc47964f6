package engines

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
)

// listen serves connections on loopback until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go acceptAll(l, func(c net.Conn) {
		defer context.AfterFunc(t.Context(), func() { _ = c.Close() })()
		serve(c)
	})
	return l.Addr().String()
}

// acceptAll serves connections until the listener is closed, and ends each when
// it was served.
func acceptAll(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = c.Close() }()
			serve(c)
		}()
	}
}

// eachRequest reads requests off a connection, bodies included, and has each
// answered, until the connection ends or the answer was the last.
func eachRequest(c net.Conn, answer func(rest io.Reader) (more bool)) {
	b := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if !answer(b) {
			return
		}
	}
}

// answerEach answers every request on a connection alike, and tells of each.
func answerEach(c net.Conn, answer string, tell func()) {
	eachRequest(c, func(io.Reader) bool {
		tell()
		_, err := io.WriteString(c, answer)
		return err == nil
	})
}
