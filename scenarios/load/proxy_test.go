package load

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What follows a proxy's head is the target's: not a byte of it is read, however the
// bytes arrive.
func FuzzReadHead(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\n\r\nhello", true)
	f.Add("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n\r\n\r\n", false)
	f.Add("\r\n\r\r\n\r\n", false)
	f.Add("\r\n\r", true)
	f.Fuzz(func(t *testing.T, text string, oneByOne bool) {
		rest := strings.NewReader(text)
		var conn io.Reader = rest
		if oneByOne {
			conn = iotest.OneByteReader(rest)
		}
		head, err := readHead(conn)
		before, _, found := strings.Cut(text, "\r\n\r\n")
		read := len(text) - rest.Len()
		switch {
		case found && len(before) <= maxProxyHead:
			if err != nil || string(head) != before+"\r\n\r\n" || read != len(head) {
				t.Fatalf("%q, %v, and %d bytes were read of %q", head, err, read, text)
			}
		case err == nil:
			t.Fatalf("%q is a head of %q", head, text)
		}
		w := &Tunnel{to: "api.test:443"}
		if err := w.granted(bytes.Clone(head)); err != nil && strings.ContainsAny(err.Error(), "\r\n\x1b") {
			t.Fatalf("%q steers a terminal", err)
		}
	})
}
