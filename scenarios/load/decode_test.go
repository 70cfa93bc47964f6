package load

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"maps"
	"slices"
	"testing"

	"tollgate/scenarios"
)

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
