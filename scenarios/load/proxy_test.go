package load

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"tollgate/targets"
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
		head, err := readHead(conn, maxProxyHead)
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
		if _, err := w.granted(bytes.Clone(head)); err != nil && strings.ContainsAny(err.Error(), "\r\n\x1b") {
			t.Fatalf("%q steers a terminal", err)
		}
	})
}

func TestInterimResponsesToCONNECTDecideNothing(t *testing.T) {
	t.Parallel()
	const granted = "HTTP/1.1 200 Connection established\r\n\r\n"
	for _, row := range []struct{ name, answer, want string }{
		{"none", granted, ""},
		{"100", "HTTP/1.1 100 Continue\r\n\r\n" + granted, ""},
		{"several, with fields", "HTTP/1.1 102 Processing\r\nVia: a\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + granted, ""},
		{"100 before a refusal", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 No\r\n\r\n", "it refused a connection to api.test:443: 403 Forbidden"},
		{"101", "HTTP/1.1 101 Switching Protocols\r\n\r\n" + granted, "it refused a connection to api.test:443: 101 Switching Protocols"},
		{"100 and the end", "HTTP/1.1 100 Continue\r\n\r\n", errProxyEnd.Error()},
		{"100 for ever", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10_000), errProxyHead.Error()},
	} {
		t.Run(row.name, func(t *testing.T) {
			rest := strings.NewReader(row.answer + "of the target")
			if row.want != "" {
				rest = strings.NewReader(row.answer)
			}
			err := (&Tunnel{to: "api.test:443", proxy: &targets.Proxy{}}).connect(struct {
				io.Reader
				io.Writer
			}{rest, io.Discard})
			switch {
			case row.want != "" && (err == nil || err.Error() != row.want):
				t.Errorf("%v, want %s", err, row.want)
			case row.want == "" && (err != nil || rest.Len() != len("of the target")):
				t.Errorf("%v, and %d bytes are left", err, rest.Len())
			}
		})
	}
}
