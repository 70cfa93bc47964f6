package http2

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"tollgate/scenarios/load/http1"
)

const okay = ":status: 200"

// behaviours are what servers do, and what becomes of two requests.
var behaviours = []struct {
	name   string
	method string // of the requests; "": GET
	silent bool   // no SETTINGS first
	serve  func(s *server)
	want   []string
}{
	{name: "responses in order", serve: func(s *server) {
		s.head(1, false, okay)
		s.data(1, true, "one")
		s.head(3, true, okay)
	}, want: []string{`1 ended 200 "one"`, `3 ended 200 ""`}},
	{name: "responses interleaved", serve: func(s *server) {
		s.head(3, false, ":status: 404", "content-length: 5")
		s.head(1, false, okay)
		s.data(3, false, "he")
		s.data(1, false, "o")
		s.data(3, false, "llo")
		s.data(1, false, "ne")
		s.data(1, true, "")
		s.data(3, true, "")
	}, want: []string{`1 ended 200 "one"`, `3 ended 404 "hello"`}},
	{name: "interim responses and trailers", serve: func(s *server) {
		s.head(1, false, ":status: 100")
		s.head(1, false, ":status: 103", "link: </a>")
		s.head(1, false, okay)
		s.data(1, false, "x")
		s.head(1, true, "grpc-status: 0")
	}, want: []string{"1 interim", "1 interim", `1 ended 200 "x"`}},
	{name: "a header in many frames", serve: func(s *server) {
		b := s.fields(okay, "a: 1", "b: 2")
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b[:1], EndStream: true})
		_ = s.WriteContinuation(1, false, b[1:3])
		_ = s.WriteContinuation(1, true, b[3:])
	}, want: []string{`1 ended 200 ""`}},
	{name: "padding and priority", serve: func(s *server) {
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(okay), EndHeaders: true, PadLength: 7, Priority: http2.PriorityParam{Weight: 3}})
		_ = s.WriteDataPadded(1, false, []byte("padded"), make([]byte, 200))
		_ = s.WriteDataPadded(1, true, nil, make([]byte, 1))
		_ = s.WritePriority(3, http2.PriorityParam{Weight: 3})
	}, want: []string{`1 ended 200 "padded"`}},
	{name: "unknown frames", serve: func(s *server) {
		_ = s.WriteRawFrame(0xfa, 0xff, 77, []byte("what is this"))
		s.head(1, true, okay)
	}, want: []string{`1 ended 200 ""`}},
	{name: "a response to HEAD", method: "HEAD", serve: func(s *server) { s.head(1, true, okay, "content-length: 500") }, want: []string{`1 ended 200 ""`}},
	{name: "content with HEAD", method: "HEAD", serve: func(s *server) { s.head(1, false, okay); s.data(1, true, "x") }, want: []string{"1 failed (200, unseen false): malformed response: the content is not as long as the header says"}},
	{name: "content with 304", serve: func(s *server) { s.head(1, false, ":status: 304"); s.data(1, true, "x") }, want: []string{"1 failed (304, unseen false): malformed response: the content is not as long as the header says"}},
	{name: "too little content", serve: func(s *server) { s.head(1, false, okay, "content-length: 3"); s.data(1, true, "xy") }, want: []string{"1 failed (200, unseen false): malformed response: the content is not as long as the header says"}},
	{name: "too much content", serve: func(s *server) {
		s.head(1, false, okay, "content-length: 1")
		s.data(1, false, "xy")
		s.data(1, true, "z")
	}, want: []string{"1 failed (200, unseen false): malformed response: the content is not as long as the header says"}},
	{name: "content before the header", serve: func(s *server) { s.data(1, true, "xy") }, want: []string{"1 failed (0, unseen false): malformed response: content before the header"}},
	{name: "no status", serve: func(s *server) { s.head(1, true, "a: b") }, want: []string{"1 failed (0, unseen false): malformed response: there is no :status"}},
	{name: "no field at all", serve: func(s *server) { s.head(1, true) }, want: []string{"1 failed (0, unseen false): malformed response: there is no :status"}},
	{name: "two statuses", serve: func(s *server) { s.head(1, true, okay, okay) }, want: []string{"1 failed (0, unseen false): malformed response: a field whose name begins with a colon is out of place"}},
	{name: "a status behind a field", serve: func(s *server) { s.head(1, true, "a: b", okay) }, want: []string{"1 failed (0, unseen false): malformed response: there is no :status"}},
	{name: "a status of four digits", serve: func(s *server) { s.head(1, true, ":status: 0200") }, want: []string{"1 failed (0, unseen false): malformed response: the status is not three digits"}},
	{name: "101", serve: func(s *server) { s.head(1, false, ":status: 101") }, want: []string{"1 failed (0, unseen false): malformed response: 101 switches to a protocol that was not asked for"}},
	{name: "an interim response at the end", serve: func(s *server) { s.head(1, true, ":status: 100") }, want: []string{"1 failed (0, unseen false): malformed response: an interim response ends the stream"}},
	{name: "a capital letter", serve: func(s *server) { s.head(1, true, okay, "Server: x") }, want: []string{"1 failed (0, unseen false): malformed response: a line of the header is not a field"}},
	{name: "a line break in a value", serve: func(s *server) { s.head(1, true, okay, "a: x\r\ny") }, want: []string{"1 failed (0, unseen false): malformed response: a line of the header is not a field"}},
	{name: "two lengths", serve: func(s *server) { s.head(1, true, okay, "content-length: 0", "content-length: 1") }, want: []string{"1 failed (0, unseen false): malformed response: Content-Length is not one number"}},
	{name: "a second header", serve: func(s *server) { s.head(1, false, okay); s.head(1, false, okay); s.head(3, true, okay) }, want: []string{
		"1 failed (200, unseen false): malformed response: a field whose name begins with a colon is out of place", `3 ended 200 ""`,
	}},
	{name: "a field about the connection", serve: func(s *server) { s.head(1, true, okay, "connection: close") }, want: []string{`1 ended 200 ""`}},
	{name: "a header without end", serve: func(s *server) {
		s.head(1, true, okay, "a: "+strings.Repeat("x", http1.MaxHead/2), "b: "+strings.Repeat("x", http1.MaxHead/2))
	}, want: []string{"end: malformed response: a frame is longer than 16 KiB, which was not allowed"}},
	{name: "a bomb of indices", serve: func(s *server) {
		b := append(s.fields(okay, "a: "+strings.Repeat("x", 4000)), bytes.Repeat([]byte{0xbe}, 10000)...)
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: b, EndStream: true, EndHeaders: true})
		s.head(3, true, okay)
	}, want: []string{"1 failed (0, unseen false): malformed response: the header is longer than 256 KiB", `3 ended 200 ""`}},
	{name: "CONTINUATION without end", serve: func(s *server) {
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(okay), EndStream: true})
		for range 20 {
			_ = s.WriteContinuation(1, false, bytes.Repeat([]byte{0x88}, maxFrame))
		}
	}, want: []string{"end: malformed response: the header is longer than 256 KiB"}},
	{name: "empty CONTINUATION without end", serve: func(s *server) {
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(okay), EndStream: true})
		for range MaxIdleFrames + 1 {
			_ = s.WriteContinuation(1, false, nil)
		}
	}, want: []string{"end: malformed response: 10,000 frames in a row belong to no response"}},
	{name: "interim responses without end", serve: func(s *server) {
		for range http1.MaxHead / 42 {
			s.head(1, false, ":status: 100")
		}
		s.head(1, false, ":status: 100")
	}, want: append(bytesOf("1 interim", http1.MaxHead/42), "1 failed (0, unseen false): malformed response: the header is longer than 256 KiB")},

	{name: "RST_STREAM", serve: func(s *server) { _ = s.WriteRSTStream(1, http2.ErrCodeInternal); s.head(3, true, okay) }, want: []string{"1 failed (0, unseen false): RST_STREAM INTERNAL_ERROR", `3 ended 200 ""`}},
	{name: "a refused stream", serve: func(s *server) { _ = s.WriteRSTStream(1, http2.ErrCodeRefusedStream) }, want: []string{"1 failed (0, unseen true): RST_STREAM REFUSED_STREAM"}},
	{name: "RST_STREAM within the content", serve: func(s *server) { s.head(1, false, okay); s.data(1, false, "x"); _ = s.WriteRSTStream(1, 77) }, want: []string{"1 failed (200, unseen false): RST_STREAM unknown error code 0x4d"}},
	{name: "GOAWAY", serve: func(s *server) { _ = s.WriteGoAway(1, http2.ErrCodeNo, nil); s.head(1, true, okay) }, want: []string{"3 failed (0, unseen true): GOAWAY NO_ERROR", `1 ended 200 ""`}},
	{name: "GOAWAY twice", serve: func(s *server) {
		_ = s.WriteGoAway(1<<31-1, http2.ErrCodeNo, nil)
		s.head(1, true, okay)
		_ = s.WriteGoAway(1, http2.ErrCodeEnhanceYourCalm, []byte("why"))
	}, want: []string{`1 ended 200 ""`, "3 failed (0, unseen true): GOAWAY ENHANCE_YOUR_CALM"}},
	{name: "frames of a stream that has ended", serve: func(s *server) {
		s.head(1, true, okay)
		s.data(1, true, "more")
		s.head(1, true, okay)
		_ = s.WriteWindowUpdate(1, 5)
		_ = s.WriteRSTStream(1, 0)
		s.head(3, true, okay)
	}, want: []string{`1 ended 200 ""`, `3 ended 200 ""`}},

	{name: "no SETTINGS", silent: true, serve: func(s *server) { s.head(1, true, okay) }, want: []string{"end: malformed response: the server does not begin with SETTINGS, as HTTP/2 does"}},
	{name: "HTTP/1.1", silent: true, serve: func(s *server) { s.out.WriteString("HTTP/1.1 400 Bad Request\r\n\r\n") }, want: []string{"end: malformed response: the server answers HTTP/2 with HTTP/1.1"}},
	{name: "PUSH_PROMISE", serve: func(s *server) {
		_ = s.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: s.fields(), EndHeaders: true})
	}, want: []string{"end: malformed response: a frame about the connection names a stream"}},
	{name: "a response to no request", serve: func(s *server) { s.head(5, true, okay) }, want: []string{"end: malformed response: a response to a request that was never sent"}},
	{name: "content of no request", serve: func(s *server) { s.data(2, true, "x") }, want: []string{"end: malformed response: DATA of a stream that was never opened"}},
	{name: "a header interrupted", serve: func(s *server) {
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: s.fields(okay)})
		s.data(3, true, "x")
	}, want: []string{"end: malformed response: a header is interrupted by another frame"}},
	{name: "CONTINUATION of nothing", serve: func(s *server) { _ = s.WriteContinuation(1, true, nil) }, want: []string{"end: malformed response: CONTINUATION of no header"}},
	{name: "an index of nothing", serve: func(s *server) {
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0xff, 0x00}, EndHeaders: true})
	}, want: []string{"end: malformed response: a header refers to a field that is in no table"}},
	{name: "padding longer than its frame", serve: func(s *server) { _ = s.WriteRawFrame(http2.FrameData, http2.FlagDataPadded, 1, []byte{9, 1}) }, want: []string{"end: malformed response: the padding of a frame is longer than the frame"}},
	{name: "a window of zero", serve: func(s *server) {
		_ = s.WriteRawFrame(http2.FrameWindowUpdate, 0, 1, make([]byte, 4))
		s.head(3, true, okay)
	}, want: []string{
		"1 failed (0, unseen false): malformed response: WINDOW_UPDATE adds nothing to a window, or makes it larger than 2^31-1", `3 ended 200 ""`,
	}},
	{name: "a window too large", serve: func(s *server) { _ = s.WriteWindowUpdate(0, maxWindow) }, want: []string{"end: malformed response: WINDOW_UPDATE adds nothing to a window, or makes it larger than 2^31-1"}},
	{name: "SETTINGS of five bytes", serve: func(s *server) { _ = s.WriteRawFrame(http2.FrameSettings, 0, 0, make([]byte, 5)) }, want: []string{"end: malformed response: SETTINGS have a length that they cannot have"}},
	{name: "SETTINGS of a stream", serve: func(s *server) { _ = s.WriteRawFrame(http2.FrameSettings, 0, 1, nil) }, want: []string{"end: malformed response: a frame about the connection names a stream"}},
	{name: "PING without end", serve: func(s *server) {
		for range MaxIdleFrames + 1 {
			_ = s.WritePing(false, [8]byte{})
		}
	}, want: []string{"end: malformed response: 10,000 frames in a row belong to no response"}},
	{name: "SETTINGS without end", serve: func(s *server) {
		for range MaxIdleFrames + 1 {
			_ = s.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 5})
		}
	}, want: []string{"end: malformed response: 10,000 frames in a row belong to no response"}},
}

func bytesOf(event string, n int) []string {
	return strings.Split(strings.Repeat(event+"\n", n-1)+event, "\n")
}

// What becomes of requests is the same wherever the network cuts what the server sends,
// and each byte is counted once.
func TestServersCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, row := range behaviours {
		t.Run(row.name, func(t *testing.T) {
			s := newServer()
			if !row.silent {
				_ = s.WriteSettings()
			}
			row.serve(s)
			b := s.out.Bytes()
			pieces := []int{len(b), 1, 2, 3, 7, 11}
			if len(b) > 10_000 {
				pieces = []int{len(b), 1 << 14}
			}
			for _, piece := range pieces {
				c := newClient(row.method, "", "")
				ended := c.feed(b, piece) != nil
				if got, want := strings.Join(c.events, "\n"), strings.Join(row.want, "\n"); got != want {
					t.Fatalf("in pieces of %d: %s\nwant %s", piece, got, want)
				}
				for _, s := range c.Streams() {
					c.ended(s)
				}
				if in := c.in + c.OtherIn; in != int64(len(b)) && !ended {
					t.Errorf("in pieces of %d: %d bytes were received, and %d counted", piece, len(b), in)
				}
				if out := c.out + c.OtherOut; out != int64(len(c.Out)) {
					t.Errorf("in pieces of %d: %d bytes were sent, and %d counted", piece, len(c.Out), out)
				}
			}
		})
	}
}

// Bodies wait for the windows of stream and connection, and go on as they open.
func TestBodiesKeepToTheWindows(t *testing.T) {
	t.Parallel()
	s := newServer()
	_ = s.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10})
	_ = s.WriteWindowUpdate(3, 15)
	_ = s.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 12})
	_ = s.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 3}) // the windows are now below zero
	_ = s.WriteWindowUpdate(3, 100)
	s.head(3, true, okay) // before its request has ended
	_ = s.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20})
	c := &client{}
	c.Begin(c)
	c.initial = 0 // as if the server's SETTINGS had come first
	for i := range 2 {
		s := &Stream{Owner: 2*i + 1}
		s.Reset(nil, nil)
		c.Open(s, &Request{Scheme: "http"}, []byte("PUT / HTTP/1.1\r\nHost: h\r\n\r\n"), make([]byte, 30_000), nil, false)
	}
	if err := c.feed(s.out.Bytes(), 1000); err != nil {
		t.Fatal(err)
	}
	want := "HEADERS 1 10 4; HEADERS 3 6 4; " +
		"SETTINGS 0 0 1; DATA 1 10 0; DATA 3 10 0; DATA 3 15 0; SETTINGS 0 0 1; DATA 1 2 0; DATA 3 2 0; " +
		"SETTINGS 0 0 1; DATA 3 91 0; RST_STREAM 3 4 0; SETTINGS 0 0 1; DATA 1 16384 0; DATA 1 13604 1"
	if got := c.frames(t, 2); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c.sending != 0 {
		t.Errorf("%d bodies are said to be under way", c.sending)
	}
}

// A body that is held waits for its word, and large heads are cut into frames.
func TestRequestsAreFramed(t *testing.T) {
	t.Parallel()
	c := newClient("GET")
	s := &Stream{Owner: 1}
	s.Reset(nil, nil)
	c.Open(s, &Request{Scheme: "http"}, []byte("PUT / HTTP/1.1\r\nHost: h\r\nX: "+strings.Repeat("\\", 20_000)+"\r\n\r\n"), []byte("body"), nil, true)
	before := c.frames(t, 2)
	c.Proceed(s)
	if got := c.frames(t, 2); !strings.HasPrefix(got, "HEADERS 1 ") || got != before+"; DATA 1 4 1" {
		t.Errorf("%s, then %s", before, got)
	}
}

// A source is a body whose reading fails after so many bytes.
type failing struct{ left, works int64 }

func (f *failing) Left() int64 { return f.left }

func (f *failing) More(b []byte, most int) ([]byte, error) {
	n := min(int64(most), f.works, 1000)
	if n == 0 {
		return b, io.ErrUnexpectedEOF
	}
	f.left, f.works = f.left-n, f.works-n
	return append(b, make([]byte, n)...), nil
}

func TestBodiesThatCannotBeReadEndTheirStream(t *testing.T) {
	t.Parallel()
	for _, works := range []int64{0, 2500, 5000} {
		c := newClient("GET")
		s := &Stream{Owner: 1}
		s.Reset(nil, nil)
		c.Open(s, &Request{Scheme: "http"}, []byte("PUT / HTTP/1.1\r\nHost: h\r\n\r\n"), nil, &failing{5000, works}, false)
		failed := strings.Join(c.events, "\n") == "1 failed (0, unseen false): unexpected EOF"
		if got := c.frames(t, 3); failed != (works < 5000) || failed != strings.HasSuffix(got, "RST_STREAM 1 4 0") || failed == strings.HasSuffix(got, "1000 1") {
			t.Errorf("%d bytes can be read: %q; %s", works, c.events, got)
		}
	}
}

// The server's windows are opened again while a response arrives.
func TestWindowsAreGivenBack(t *testing.T) {
	t.Parallel()
	c, s := newClient("GET", ""), newServer()
	_ = s.WriteSettings()
	s.head(1, false, okay)
	const size = ownWindow/4 + 1<<20
	chunk := strings.Repeat("x", maxFrame)
	for n := 0; n < size; n += maxFrame {
		s.data(1, false, chunk)
		if err := c.feed(s.out.Bytes(), s.out.Len()); err != nil {
			t.Fatal(err)
		}
		s.out.Reset()
	}
	given := map[string]int{}
	for _, f := range c.sent(t)[3:] {
		given[f]++
	}
	if given["WINDOW_UPDATE 0 4 0"] != 1 || given["WINDOW_UPDATE 1 4 0"] != size/(ownStreamWindow/2) {
		t.Errorf("%v", given)
	}
}

// FuzzConn feeds any bytes: whatever they are, feeding them ends, each open stream ends at
// most once, and a byte is not counted twice.
func FuzzConn(f *testing.F) {
	for _, row := range behaviours {
		s := newServer()
		if !row.silent {
			_ = s.WriteSettings()
		}
		if row.serve(s); s.out.Len() < 1000 {
			f.Add(s.out.Bytes(), uint16(3))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint16) {
		c := newClient("POST", "", "body", strings.Repeat("x", 1000))
		_ = c.feed(b, 1+int(piece))
		ended := 0
		for _, e := range c.events {
			if strings.Contains(e, "ended") || strings.Contains(e, "failed") {
				ended++
			}
		}
		if ended+len(c.Streams()) != 3 {
			t.Errorf("%d streams have ended and %d are open, of 3: %q", ended, len(c.Streams()), c.events)
		}
		for _, s := range c.Streams() {
			c.ended(s)
		}
		if c.in+c.OtherIn > int64(len(b)) || c.out+c.OtherOut != int64(len(c.Out)) {
			t.Errorf("%d bytes counted of %d, and %d sent of %d", c.in+c.OtherIn, len(b), c.out+c.OtherOut, len(c.Out))
		}
		if c.failure == nil {
			c.sent(t) // what was sent are frames
		}
	})
}
