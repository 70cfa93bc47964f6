package check

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
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
