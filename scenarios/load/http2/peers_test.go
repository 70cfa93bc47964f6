package http2

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A server writes frames, as a test says.
type server struct {
	*http2.Framer
	out     bytes.Buffer
	block   bytes.Buffer
	encoder *hpack.Encoder
}

func newServer() *server {
	s := &server{}
	s.Framer = http2.NewFramer(&s.out, nil)
	s.AllowIllegalWrites = true
	s.encoder = hpack.NewEncoder(&s.block)
	return s
}

// fields encodes lines of "name: value".
func (s *server) fields(lines ...string) []byte {
	s.block.Reset()
	for _, line := range lines {
		i := strings.LastIndex(line, ": ")
		_ = s.encoder.WriteField(hpack.HeaderField{Name: line[:i], Value: line[i+2:]})
	}
	return s.block.Bytes()
}

// head writes a header in one frame.
func (s *server) head(stream uint32, last bool, lines ...string) {
	_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: s.fields(lines...), EndStream: last, EndHeaders: true})
}

// data writes content.
func (s *server) data(stream uint32, last bool, text string) {
	_ = s.WriteData(stream, last, []byte(text))
}

// A client is a connection whose events are written down.
type client struct {
	Conn
	streams []*Stream
	events  []string
	in, out int64 // bytes of all streams that have ended
}

func (c *client) note(s *Stream, format string, args ...any) {
	c.events = append(c.events, fmt.Sprintf("%d ", s.Owner)+fmt.Sprintf(format, args...))
}

// ended adds up the bytes of a stream.
func (c *client) ended(s *Stream) { c.in, c.out = c.in+s.In, c.out+s.Out }

func (c *client) Ended(s *Stream) {
	c.note(s, "ended %d %q", s.Code, s.Prefix)
	c.ended(s)
}

func (c *client) Failed(s *Stream, err error, unseen bool) {
	c.note(s, "failed (%d, unseen %v): %v", s.Code, unseen, err)
	c.ended(s)
}

func (c *client) Interim(s *Stream) { c.note(s, "interim") }

// newClient opens streams 1, 3 and so on.
func newClient(method string, bodies ...string) *client {
	c := &client{}
	c.Begin(c)
	for i, body := range bodies {
		s := &Stream{Owner: 2*i + 1}
		s.Reset(make([]byte, 0, 64), nil)
		c.streams = append(c.streams, s)
		head := method + " / HTTP/1.1\r\nHost: h\r\n\r\n"
		c.Open(s, &Request{Scheme: "http", Head: method == "HEAD"}, []byte(head), []byte(body), nil, false)
	}
	return c
}

// feed feeds b, in pieces of a length.
func (c *client) feed(b []byte, piece int) error {
	var rest []byte
	for len(b) > 0 {
		n := min(piece, len(b))
		rest, b = append(rest, b[:n]...), b[n:]
		k, err := c.Feed(rest)
		if err != nil {
			c.events = append(c.events, "end: "+err.Error())
			return err
		}
		rest = append([]byte(nil), rest[k:]...)
	}
	return nil
}

// sent reads the frames that the client wrote.
func (c *client) sent(t *testing.T) (frames []string) {
	b := bytes.NewReader(bytes.TrimPrefix(c.Out, []byte(preface)))
	framer := http2.NewFramer(io.Discard, b)
	framer.ReadMetaHeaders = hpack.NewDecoder(initialTableSize, nil)
	for {
		f, err := framer.ReadFrame()
		if err == io.EOF {
			return frames
		}
		if err != nil {
			t.Fatalf("%v behind %q", err, frames)
		}
		h := f.Header()
		frames = append(frames, fmt.Sprintf("%v %d %d %x", h.Type, h.StreamID, h.Length, h.Flags))
	}
}

func (c *client) frames(t *testing.T, from int) string {
	return strings.Join(c.sent(t)[from:], "; ")
}
