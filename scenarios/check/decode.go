package check

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// codingHeader names how a body is compressed. Servers that compress unasked use gzip,
// which shows by itself.
const codingHeader = "content-encoding"

// ErrMore says that a body goes on.
var ErrMore = errors.New("the body goes on")

// gzipMagic begins every body that is compressed with gzip, and no text.
var gzipMagic = []byte{0x1f, 0x8b, 0x08}

// decodings are how bodies are made readable again, by content coding. Source: RFC
// 9110 section 8.4.1; "deflate" is zlib's format there, and bare to some servers.
var decodings = map[string]func(body []byte) (io.ReadCloser, error){
	"gzip":   unzip,
	"x-gzip": unzip,
	"deflate": func(body []byte) (io.ReadCloser, error) {
		if r, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			return r, nil
		}
		return flate.NewReader(bytes.NewReader(body)), nil
	},
}

// Decodes reports whether bodies of a content coding are read.
func Decodes(coding string) bool { return decodings[coding] != nil }

// unzippers are used again: each takes 40 kB. A sync.Pool has no state of its
// own that matters.
var unzippers sync.Pool

// An unzipper goes back to the pool when it is closed.
type unzipper struct{ *gzip.Reader }

func (u unzipper) Close() error {
	err := u.Reader.Close()
	unzippers.Put(u.Reader)
	return err
}

func unzip(body []byte) (io.ReadCloser, error) {
	if r, used := unzippers.Get().(*gzip.Reader); used {
		return unzipper{r}, r.Reset(bytes.NewReader(body))
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return unzipper{r}, nil
}

// Decode returns the start of a body without its content coding, most bytes at most.
// The error is ErrMore where the body goes on; another says what is wrong with the
// body, of which plain is what could be read, nil if that is nothing. A coding of ""
// may be one that the response did not name.
func Decode(body []byte, coding string, most int) (plain []byte, err error) {
	coding = strings.ToLower(strings.TrimSpace(coding))
	if coding == "" && bytes.HasPrefix(body, gzipMagic) {
		coding = "gzip"
	}
	if coding == "" || coding == "identity" {
		return plainStart(body, most)
	}
	open := decodings[coding]
	if open == nil {
		return nil, fmt.Errorf("the body is compressed with %s, which checks do not decode", coding)
	}
	if len(body) == 0 {
		return []byte{}, nil // no body at all, as in the response to HEAD
	}
	r, err := open(body)
	if err != nil {
		return nil, fmt.Errorf("the body is not %s, as its content-encoding says", coding)
	}
	plain, err = io.ReadAll(io.LimitReader(r, int64(most)+1)) // what came before an error is good
	_ = r.Close()
	if err != nil {
		return plain, fmt.Errorf("the body is not whole, or not %s throughout", coding)
	}
	return plainStart(plain, most)
}

func plainStart(body []byte, most int) ([]byte, error) {
	if body == nil {
		body = []byte{}
	}
	if len(body) > most {
		return body[:most], ErrMore
	}
	return body, nil
}
