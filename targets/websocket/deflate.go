package websocket

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Extensions is the header field in which a handshake offers and agrees to extensions.
const Extensions = "Sec-WebSocket-Extensions"

const permessageDeflate = "permessage-deflate"

// Offer is what a client that compresses messages puts into Extensions. Neither end is to
// remember earlier messages: that would take 32 KB and more for each connection.
const Offer = permessageDeflate + "; client_no_context_takeover; server_no_context_takeover"

// Agreed says whether a server's answer to Offer agrees to it (RFC 7692, section 7.1).
func Agreed(answer http.Header) (bool, error) {
	text := strings.Join(answer.Values(Extensions), ",")
	if strings.TrimSpace(text) == "" {
		return false, nil
	}
	name, params, _ := strings.Cut(text, ";")
	if name = strings.TrimSpace(name); name != permessageDeflate || strings.Contains(text, ",") {
		return false, fmt.Errorf("the server agreed to the extension %q, which was not offered", strings.TrimSpace(text))
	}
	forgets := false
	seen := map[string]bool{}
	for one := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(one), "=")
		if key = strings.TrimSpace(key); key == "" && params == "" {
			break
		}
		if seen[key] || !acceptable(key, strings.Trim(strings.TrimSpace(value), `"`)) {
			return false, fmt.Errorf("the server agreed to compression with %q, which was not offered", strings.TrimSpace(one))
		}
		seen[key] = true
		forgets = forgets || key == "server_no_context_takeover"
	}
	if !forgets {
		return false, errors.New("the server agreed to compression without server_no_context_takeover, which was asked for")
	}
	return true, nil
}

// acceptable says whether a parameter may stand in the answer to Offer.
func acceptable(key, value string) bool {
	switch key {
	case "client_no_context_takeover", "server_no_context_takeover":
		return value == ""
	case "server_max_window_bits": // any window can be read
		bits, err := strconv.Atoi(value)
		return err == nil && bits >= 8 && bits <= 15
	}
	return false
}

// flushed ends what a compressor wrote so far; a compressed message leaves it out
// (RFC 7692, section 7.2.1).
var flushed = []byte{0, 0, 0xff, 0xff}

// final is an empty last block, with which a decompressor comes to an end.
var final = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

// Compressors are large, and thousands of connections rest.
var (
	deflaters = sync.Pool{New: func() any {
		w, _ := flate.NewWriter(nil, flate.BestSpeed) // fails for no known level
		return w
	}}
	inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}
)

// deflate compresses a message.
func deflate(payload []byte) []byte {
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	var out bytes.Buffer
	w.Reset(&out)
	_, _ = w.Write(payload) // a buffer takes everything
	_ = w.Flush()
	return bytes.TrimSuffix(out.Bytes(), flushed)
}

// inflate appends a message without its compression to b; most bytes of it, 0: any number.
func inflate(b, payload []byte, most int64) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	from := io.MultiReader(bytes.NewReader(payload), bytes.NewReader(final))
	_ = r.(flate.Resetter).Reset(from, nil) // never fails
	out := bytes.NewBuffer(b)
	var plain io.Reader = r
	if most > 0 {
		plain = io.LimitReader(r, most+1)
	}
	n, err := out.ReadFrom(plain)
	switch {
	case most > 0 && n > most:
		return nil, tooBig()
	case err != nil:
		return nil, &CloseError{InvalidPayload, "a compressed message cannot be decompressed"}
	}
	return out.Bytes(), nil
}

// AppendCompressed writes a message as AppendFrames does, compressed.
func AppendCompressed(b []byte, of Opcode, payload []byte, most int, key func() [4]byte) []byte {
	first := len(b)
	b = AppendFrames(b, of, deflate(payload), most, key)
	b[first] |= compressedBit
	return b
}
