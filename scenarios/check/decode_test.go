package check

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"testing"
)

func FuzzDecode(f *testing.F) {
	f.Add([]byte(squeezed("needle", toGzip)), "gzip")
	f.Add([]byte(squeezed("needle", toZlib)), "deflate")
	f.Add([]byte(squeezed("needle", toFlate)), "deflate")
	f.Add([]byte("needle"), "")
	f.Fuzz(func(t *testing.T, body []byte, coding string) {
		plain, err := Decode(body, coding, 100)
		if len(plain) > 100 || err == nil && plain == nil {
			t.Errorf("%d bytes of %d: %v", len(plain), len(body), err)
		}
	})
}

// squeezed is a text as a writer compresses it.
func squeezed(text string, to func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := to(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func toGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func toZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func toFlate(w io.Writer) io.WriteCloser {
	f, _ := flate.NewWriter(w, flate.DefaultCompression)
	return f
}
