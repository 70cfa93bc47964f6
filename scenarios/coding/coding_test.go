package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// writers compress in each coding, in each form that servers have.
var writers = []struct {
	name, coding string
	open         func(io.Writer) io.WriteCloser
}{
	{"gzip", "gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }},
	{"gzip by its other name", "X-GZip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }},
	{"deflate", " Deflate", func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }},
	{"deflate without zlib's frame", "deflate", func(w io.Writer) io.WriteCloser {
		f, _ := flate.NewWriter(w, flate.DefaultCompression)
		return f
	}},
	{"br", "br", func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 2) }},
	{"zstd", "zstd", func(w io.Writer) io.WriteCloser {
		z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		return z
	}},
}

func packed(text string, to func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := to(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

// texts are bodies of every sort: none, short, long, and such as nothing compresses.
func texts() map[string]string {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	return map[string]string{"nothing": "", "a word": "needle", "prose": strings.Repeat("it is what it is; ", 20_000), "noise": string(noise)}
}

func TestABodyIsDecodedAndMeasured(t *testing.T) {
	for _, w := range writers {
		for what, text := range texts() {
			body := packed(text, w.open)
			for range 2 { // readers are used again
				if n, err := Measure(body, w.coding, 1<<20); n != int64(len(text)) || err != nil {
					t.Errorf("%s of %s: %d bytes, %v; want %d", w.name, what, n, err, len(text))
				}
			}
			plain, err := Decode(body, w.coding, 1000)
			want := text[:min(len(text), 1000)]
			if string(plain) != want || (err == ErrMore) != (len(text) > 1000) {
				t.Errorf("%s of %s: decoded to %d bytes, %v", w.name, what, len(plain), err)
			}
			if n, err := Measure(body, w.coding, 1000); len(text) > 1000 && (n != 1000 || err != ErrMore) {
				t.Errorf("%s of %s: %d bytes of at most 1000, %v", w.name, what, n, err)
			}
		}
	}
}

func TestWhatIsWrongWithABodyIsSaid(t *testing.T) {
	for _, w := range writers {
		body := packed(texts()["prose"], w.open)
		for what, bad := range map[string][]byte{
			"cut short":        body[:len(body)-len(body)/4-1],
			"another text":     []byte("neither this nor that, but text"),
			"bytes at its end": append(bytes.Clone(body), "more, which is no member"...),
		} {
			_, err := Measure(bad, w.coding, 1<<20)
			if what == "bytes at its end" && w.coding != "zstd" && clean(w.coding) != "gzip" {
				continue // these formats say where they end, and what follows is no part of them
			}
			if err == nil || errors.Is(err, ErrUnknown) || errors.Is(err, ErrMore) || !strings.Contains(err.Error(), clean(w.coding)) {
				t.Errorf("%s, %s: %v", w.name, what, err)
			}
		}
	}
	for coding, body := range map[string]string{"compress": "x", "gzip, br": "x", "aws-chunked": ""} {
		if _, err := Measure([]byte(body), coding, 10); !errors.Is(err, ErrUnknown) || Known(coding) {
			t.Errorf("%s: %v", coding, err)
		}
	}
	for _, coding := range []string{"gzip", "br", "zstd", "deflate"} {
		if n, err := Measure(nil, coding, 10); n != 0 || err != nil || !Known(coding) {
			t.Errorf("no body in %s: %d, %v", coding, n, err)
		}
	}
}

// A body of a few kilobytes that stands for gigabytes takes neither time nor memory.
func TestBombsAreDefused(t *testing.T) {
	for _, w := range writers {
		bomb := packed(strings.Repeat("0", 8<<20), w.open)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Measure(bomb, w.coding, 1<<20); err != ErrMore {
			t.Errorf("%s: %v", w.name, err)
		}
		if plain, err := Decode(bomb, w.coding, 1000); len(plain) != 1000 || err != ErrMore {
			t.Errorf("%s: %d bytes, %v", w.name, len(plain), err)
		}
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 20<<20 {
			t.Errorf("%s: %d MB were allocated", w.name, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, w := range writers {
		f.Add(packed("needle", w.open), w.coding)
	}
	f.Add([]byte("needle"), "")
	f.Fuzz(func(t *testing.T, body []byte, coding string) {
		plain, err := Decode(body, coding, 100)
		if len(plain) > 100 || err == nil && plain == nil {
			t.Errorf("%d bytes of %d: %v", len(plain), len(body), err)
		}
		n, bad := Measure(body, coding, 100)
		if n > 100+1 || bad == nil && err == nil && n != int64(len(plain)) {
			t.Errorf("measured %d (%v), decoded %d (%v)", n, bad, len(plain), err)
		}
	})
}
