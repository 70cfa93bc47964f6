package engines

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

func TestTextsAreFoundInCompressedBodies(t *testing.T) {
	t.Parallel()
	const text = "hay hay needle hay"
	long := strings.Repeat("hay ", 1<<20)
	random := make([]byte, 200<<10)
	for i, x := 0, uint32(1); i < len(random); i++ {
		x = x*1664525 + 1013904223
		random[i] = byte(x >> 24)
	}
	rows := []struct {
		name, asks, coding, body string
		found                    bool
	}{
		{"gzip", "gzip", "gzip", packed(text, asGzip), true},
		{"gzip by its other name", "gzip", "X-GZip", packed(text, asGzip), true},
		{"deflate", "deflate", "deflate", packed(text, asZlib), true},
		{"deflate without zlib's frame", "deflate", "deflate", packed(text, asFlate), true},
		{"none, though it was asked for", "gzip", "", text, true},
		{"identity", "gzip", "identity", text, true},
		{"gzip that was not asked for", "", "gzip", packed(text, asGzip), true},
		{"gzip without the text", "gzip", "gzip", packed("hay", asGzip), false},
		{"gzip of which 64 KiB hold the text", "gzip", "gzip", packed(text+string(random), asGzip), true},
		{"gzip of a text within the first 64 KiB", "gzip", "gzip", packed(text+long, asGzip), true},
		{"gzip of a text beyond the first 64 KiB", "gzip", "gzip", packed(long+text, asGzip), false},
		{"gzip that is none", "gzip", "gzip", text, false},
		{"br", "br", "br", "\x8b\x08\x80" + text + "\x03", true},
		{"zstd", "zstd", "zstd", "(\xb5/\xfd\x04\x00\x91\x00\x00" + text + "\xff\x06,\xb5", true},
		{"a coding that is not decoded", "compress", "compress", text, false},
		{"two codings, which are not decoded", "gzip", "gzip, br", text, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				coding := ""
				if row.coding != "" {
					coding = "content-encoding: " + row.coding + "\r\n"
				}
				r := newRig(answering(t, fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", coding, len(row.body), row.body)))
				r.job.Requests[0].Expect = expecting(t, "body: {contains: needle}")
				if row.asks != "" {
					r.job.Requests[0].Header = targets.Header{"accept-encoding": {row.asks}}
				}
				s := r.drive(t, e, every(time.Millisecond, 1))[0]
				if found := s.Err == results.ErrNone; found != row.found || s.Body != int64(len(row.body)) {
					t.Errorf("found: %v (%v), %d bytes; want %v, and %d bytes as on the wire", found, s.Err, s.Body, row.found, len(row.body))
				}
			})
		})
	}
}

// packed is a text as a writer compresses it.
func packed(text string, to func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := to(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func asGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func asZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func asFlate(w io.Writer) io.WriteCloser {
	f, _ := flate.NewWriter(w, flate.DefaultCompression)
	return f
}
