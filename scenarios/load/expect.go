package load

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"slices"
	"strings"
	"sync"

	"tollgate/results"
	"tollgate/scenarios"
)

// expectBytes is how far into a body an expectation looks. No more of a body
// is ever kept.
const expectBytes = 64 << 10

// An expectation evaluates responses. Its zero value accepts any below 400.
type expectation struct {
	status   []int
	contains []byte
}

func expectationOf(e scenarios.Expect) expectation {
	return expectation{status: e.Status, contains: []byte(e.BodyContains)}
}

// looksAtBody reports whether the first expectBytes of a body are to be kept
// until the response is judged.
func (e expectation) looksAtBody() bool { return len(e.contains) > 0 }

// Evaluate fills in the outcome of a complete response, by its status and the
// start of its body. A status that the scenario does not name counts by its class alone
// (see results.Outcome); a text is looked for in the responses that would
// otherwise be good, without the content coding that they came in.
func (e expectation) Evaluate(s *results.Sample, prefix []byte, coding string) {
	named := slices.Contains(e.status, s.Code)
	good := named || len(e.status) == 0 && s.Code < 400
	switch {
	case good && e.looksAtBody() && !e.found(prefix, coding),
		!good && len(e.status) > 0:
		s.Err = results.ErrUnexpected
	default:
		s.Wanted = named
	}
}

func (e expectation) found(prefix []byte, coding string) bool {
	plain, known, _ := decoded(prefix, coding, expectBytes)
	return known && bytes.Contains(plain, e.contains)
}

// gzipMagic begins every body that is compressed with gzip, and no text.
var gzipMagic = []byte{0x1f, 0x8b, 0x08}

// decodings are how bodies are made readable again, by content coding. What
// needs a library that Go does not have (br, zstd) is not decoded. Source: RFC
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

// decoded is the start of a body without its content coding, most bytes at
// most, and whether that coding is known. Cut says that the body goes on. A
// coding of "" may be one that the response did not name, or was not asked for.
func decoded(body []byte, coding string, most int) (plain []byte, known, cut bool) {
	coding = strings.ToLower(strings.TrimSpace(coding))
	if coding == "" && bytes.HasPrefix(body, gzipMagic) {
		coding = "gzip"
	}
	if coding == "" || coding == "identity" {
		return body, true, false
	}
	open := decodings[coding]
	if open == nil {
		return nil, false, false
	}
	r, err := open(body)
	if err != nil {
		return nil, false, false
	}
	plain, err = io.ReadAll(io.LimitReader(r, int64(most))) // what came before an error is good
	_ = r.Close()
	return plain, true, err != nil || len(plain) == most
}
