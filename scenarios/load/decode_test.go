package load

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

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

func TestTextsAreFoundInCompressedBodies(t *testing.T) {
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
		{"gzip", "gzip", "gzip", squeezed(text, toGzip), true},
		{"gzip by its other name", "gzip", "X-GZip", squeezed(text, toGzip), true},
		{"deflate", "deflate", "deflate", squeezed(text, toZlib), true},
		{"deflate without zlib's frame", "deflate", "deflate", squeezed(text, toFlate), true},
		{"none, though it was asked for", "gzip", "", text, true},
		{"identity", "gzip", "identity", text, true},
		{"gzip that was not asked for", "", "gzip", squeezed(text, toGzip), true},
		{"gzip without the text", "gzip", "gzip", squeezed("hay", toGzip), false},
		{"gzip of which 64 KiB hold the text", "gzip", "gzip", squeezed(text+string(random), toGzip), true},
		{"gzip of a text within the first 64 KiB", "gzip", "gzip", squeezed(text+long, toGzip), true},
		{"gzip of a text beyond the first 64 KiB", "gzip", "gzip", squeezed(long+text, toGzip), false},
		{"gzip that is none", "gzip", "gzip", text, false},
		{"br, which is not decoded", "br", "br", text, false},
		{"two codings, which are not decoded", "gzip", "gzip, br", text, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e engineUnderTest) {
				coding := ""
				if row.coding != "" {
					coding = "content-encoding: " + row.coding + "\r\n"
				}
				r := newRig(answering(t, fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", coding, len(row.body), row.body)))
				r.job.Requests[0].Expect = scenarios.Expect{BodyContains: "needle"}
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

func TestValidateKnowsWhatIsDecoded(t *testing.T) {
	known := slices.Sorted(maps.Keys(decodings))
	if want := slices.Sorted(slices.Values(scenarios.Decoded)); !slices.Equal(known, want) {
		t.Errorf("decoded are %q, and scenarios are checked for %q", known, want)
	}
}

func FuzzDecoded(f *testing.F) {
	f.Add([]byte(squeezed("needle", toGzip)), "gzip")
	f.Add([]byte(squeezed("needle", toZlib)), "deflate")
	f.Add([]byte(squeezed("needle", toFlate)), "deflate")
	f.Add([]byte("needle"), "")
	f.Fuzz(func(t *testing.T, body []byte, coding string) {
		plain, known, _ := decoded(body, coding, 100)
		if !known && plain != nil || len(plain) > max(100, len(body)) {
			t.Errorf("%d bytes of %d, known %v", len(plain), len(body), known)
		}
	})
}
