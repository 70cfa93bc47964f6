package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Header says how a body is compressed, Accept which codings a client takes.
const (
	Header = "content-encoding"
	Accept = "Accept-Encoding"
)

// Identity is no coding at all.
const Identity = "identity"

var (
	// ErrMore says that a body goes on.
	ErrMore = errors.New("the body goes on")
	// ErrUnknown says that a coding is none that is undone here.
	ErrUnknown = errors.New("which is not decoded")
)

// codings open a body for reading, by content coding. Sources: RFC 9110, section 8.4.1;
// RFC 7932, section 1.1 (br); RFC 8878, section 3.1 (zstd). "deflate" is zlib's format
// there, and bare to some servers.
var codings = []struct {
	name string
	open func(*bytes.Reader) (io.ReadCloser, error)
}{{"gzip", openGzip}, {"deflate", openDeflate}, {"br", openBrotli}, {"zstd", openZstd}}

// Names are the codings that are undone, the most usual first.
func Names() (names []string) {
	for _, c := range codings {
		names = append(names, c.name)
	}
	return names
}

// Known reports whether a coding is undone.
func Known(name string) bool { return slices.Contains(Names(), clean(name)) }

// clean is how a coding is called here. Servers that compress unasked use gzip, which
// shows by itself in body.
func clean(coding string) string {
	coding = strings.ToLower(strings.TrimSpace(coding))
	if coding == "x-gzip" {
		return "gzip"
	}
	return coding
}

// Decode returns the start of a body without its content coding, most bytes at most.
// The error is ErrMore where the body goes on; another says what is wrong with the
// body, of which plain is what could be read, nil if that is nothing. A coding of ""
// may be one that the response did not name.
func Decode(body []byte, coding string, most int) (plain []byte, err error) {
	coding = clean(coding)
	if coding == "" && bytes.HasPrefix(body, gzipMagic) {
		coding = "gzip"
	}
	if coding == "" || coding == Identity {
		return start(body, most)
	}
	r, err := open(body, coding)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return []byte{}, nil
	}
	plain, err = io.ReadAll(io.LimitReader(r, int64(most)+1)) // what came before an error is good
	_ = r.Close()
	if err != nil {
		return plain, broken(coding)
	}
	return start(plain, most)
}

// Measure returns how large a whole body is without its content coding. The error is
// ErrMore for more than most bytes and ErrUnknown for a coding that is not undone;
// another says what is wrong with the body.
func Measure(body []byte, coding string, most int64) (n int64, err error) {
	coding = clean(coding)
	r, err := open(body, coding)
	if err != nil || r == nil {
		return 0, err
	}
	n, err = io.Copy(io.Discard, io.LimitReader(r, most+1))
	_ = r.Close()
	switch {
	case err != nil:
		return n, broken(coding)
	case n > most:
		return most, ErrMore
	}
	return n, nil
}

func broken(coding string) error {
	return fmt.Errorf("the body is not whole, or not %s throughout", coding)
}

// open is nil for no body at all, as in the response to HEAD.
func open(body []byte, coding string) (io.ReadCloser, error) {
	i := slices.Index(Names(), coding)
	switch {
	case i < 0:
		return nil, fmt.Errorf("the body is compressed with %s, %w", coding, ErrUnknown)
	case len(body) == 0:
		return nil, nil
	}
	r, err := codings[i].open(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the body is not %s, as its content-encoding says", coding)
	}
	return r, nil
}

func start(body []byte, most int) ([]byte, error) {
	if body == nil {
		body = []byte{}
	}
	if len(body) > most {
		return body[:most], ErrMore
	}
	return body, nil
}

// gzipMagic begins every body that is compressed with gzip, and no text.
var gzipMagic = []byte{0x1f, 0x8b, 0x08}

// A pooled reader goes back to its pool when it is closed: each takes from 40 kB on. A
// sync.Pool has no state of its own that matters.
type pooled struct {
	io.Reader
	pool *sync.Pool
}

func (p pooled) Close() error {
	p.pool.Put(p.Reader)
	return nil
}

var gzips, zlibs, brotlis, zstds sync.Pool

func openGzip(body *bytes.Reader) (io.ReadCloser, error) {
	r, used := gzips.Get().(*gzip.Reader)
	if !used {
		r = new(gzip.Reader)
	}
	return pooled{r, &gzips}, r.Reset(body)
}

func openDeflate(body *bytes.Reader) (_ io.ReadCloser, err error) {
	r, used := zlibs.Get().(io.Reader)
	if used {
		err = r.(zlib.Resetter).Reset(body, nil)
	} else {
		r, err = zlib.NewReader(body)
	}
	if err == nil {
		return pooled{r, &zlibs}, nil
	}
	_, err = body.Seek(0, io.SeekStart)
	return flate.NewReader(body), err
}

func openBrotli(body *bytes.Reader) (io.ReadCloser, error) {
	r, used := brotlis.Get().(*brotli.Reader)
	if !used {
		r = new(brotli.Reader)
	}
	return pooled{r, &brotlis}, r.Reset(body)
}

// Limits of a zstd decoder. Source: RFC 9659, section 3: a window of 8 MB at most in the
// content coding.
const (
	zstdWindow = 8 << 20
	zstdMemory = 64 << 20
)

func openZstd(body *bytes.Reader) (io.ReadCloser, error) {
	if r, used := zstds.Get().(*zstd.Decoder); used {
		return pooled{r, &zstds}, r.Reset(body)
	}
	r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(zstdMemory))
	return pooled{r, &zstds}, err
}
