package engines

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A misdeed is what a server of HTTP/2 does to the first request of its first connection,
// or at its beginning, in place of SETTINGS, and what becomes of that request: status,
// bytes of body, class of error, and whether the next request goes over the same
// connection, where that does not depend on what arrives first. That one is answered as it should be, and succeeds.
type misdeed struct {
	name   string
	body   int // of the request, in bytes; 0: it is a GET
	begins func(c *scripted)
	acts   func(c *scripted, stream uint32)
	want   string
	vegeta string // where net/http does otherwise; "": it does not
}

const endless = 64 << 20 // bytes, after which a server gives up

// flood sends frames for as long as they are taken.
func (c *scripted) flood(write func()) {
	var chunk bytes.Buffer
	direct := c.Framer
	c.Framer = http2.NewFramer(&chunk, nil)
	c.AllowIllegalWrites = true
	for chunk.Len() < 1<<16 {
		write()
	}
	c.Framer = direct
	for sent := 0; sent < endless; sent += chunk.Len() {
		if _, err := c.Write(chunk.Bytes()); err != nil {
			return
		}
	}
}

// fields is a header block, which refers to no other.
func fields(lines ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(lines); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: lines[i], Value: lines[i+1]})
	}
	return b.Bytes()
}

// begin begins a header that goes on in CONTINUATION if it is not the whole.
func (c *scripted) begin(stream uint32, block []byte, end, whole bool) {
	_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block, EndStream: end, EndHeaders: whole})
}

// lines is a header of any fields.
func (c *scripted) lines(stream uint32, end bool, lines ...string) {
	c.begin(stream, fields(lines...), end, true)
}

func (c *scripted) hello(stream uint32) {
	c.lines(stream, false, ":status", "200", "content-length", "5")
	_ = c.WriteData(stream, true, []byte("hello"))
}

func (c *scripted) raw(kind http2.FrameType, flags http2.Flags, stream uint32, payload ...byte) {
	_ = c.WriteRawFrame(kind, flags, stream, payload)
}

// Each of these is a case of its own: what it is called, what it does, what it comes to.
var misdeeds = []misdeed{
	// GOAWAY and RST_STREAM.
	{name: "GOAWAY within a response that is completed", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		_ = c.WriteGoAway(id, http2.ErrCodeNo, nil)
		_ = c.WriteData(id, true, []byte("hello"))
	}, want: "200 5 none fresh"},
	{name: "GOAWAY within a response, and the end", acts: func(c *scripted, id uint32) {
		half(c, id)
		_ = c.WriteGoAway(id, http2.ErrCodeNo, nil)
		_ = c.Close()
	}, want: "200 4 reset fresh"},
	{name: "GOAWAY that leaves the request to be answered, and silence", acts: func(c *scripted, id uint32) {
		_ = c.WriteGoAway(id, http2.ErrCodeNo, nil)
	}, want: "0 0 timeout fresh"},
	{name: "GOAWAY with an error, and the response", acts: func(c *scripted, id uint32) {
		_ = c.WriteGoAway(id, http2.ErrCodeEnhanceYourCalm, []byte("calm down"))
		c.hello(id)
	}, want: "200 5 none fresh"},
	{name: "GOAWAY of a stream that it names itself", acts: func(c *scripted, id uint32) { c.raw(http2.FrameGoAway, 0, 5, make([]byte, 8)...) }, want: "0 0 malformed fresh", vegeta: "200 5 none reused"},
	{name: "GOAWAY of seven bytes", acts: func(c *scripted, id uint32) { c.raw(http2.FrameGoAway, 0, 0, make([]byte, 7)...) }, want: "0 0 malformed fresh", vegeta: "200 5 none reused"},
	{name: "a stream refused once", body: 4, acts: func(c *scripted, id uint32) { _ = c.WriteRSTStream(id, http2.ErrCodeRefusedStream) }, want: "200 5 none reused"},
	{name: "a reset within the response, without an error", acts: func(c *scripted, id uint32) {
		half(c, id)
		_ = c.WriteRSTStream(id, http2.ErrCodeNo)
	}, want: "200 4 reset reused"},
	{name: "a reset behind the response", acts: func(c *scripted, id uint32) {
		c.hello(id)
		_ = c.WriteRSTStream(id, http2.ErrCodeNo)
	}, want: "200 5 none reused"},
	{name: "a response before the request is complete, and a reset", body: 1 << 20, acts: func(c *scripted, id uint32) {
		c.hello(id)
		_ = c.WriteRSTStream(id, http2.ErrCodeNo)
	}, want: "200 5 none reused"},
	{name: "a reset of the connection's own stream", acts: func(c *scripted, _ uint32) { c.raw(http2.FrameRSTStream, 0, 0, make([]byte, 4)...) }, want: "0 0 malformed fresh"},
	{name: "a flood of resets", acts: func(c *scripted, id uint32) {
		c.flood(func() { _ = c.WriteRSTStream(id, http2.ErrCodeCancel) })
	}, want: "0 0 reset any"},

	// Windows.
	{
		name: "a window that is never opened", body: 1000, begins: func(c *scripted) { _ = c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}) },
		acts: func(*scripted, uint32) {}, want: "0 0 timeout any",
	},
	{
		name: "a window that is opened byte by byte", body: 300, begins: func(c *scripted) { _ = c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}) },
		acts: func(c *scripted, id uint32) {
			for range 300 {
				_ = c.WriteWindowUpdate(id, 1)
			}
			c.hello(id)
		}, want: "200 5 none reused",
	},
	{name: "a window that grows beyond 2^31", acts: func(c *scripted, id uint32) { _ = c.WriteWindowUpdate(id, 1<<31-1) }, want: "0 0 malformed reused", vegeta: "0 0 malformed fresh"},
	{name: "a window of the connection that grows beyond 2^31", acts: func(c *scripted, _ uint32) { _ = c.WriteWindowUpdate(0, 1<<31-1) }, want: "0 0 malformed fresh"},
	{name: "a window that grows by nothing", acts: func(c *scripted, _ uint32) { c.raw(http2.FrameWindowUpdate, 0, 0, make([]byte, 4)...) }, want: "0 0 malformed fresh"},
	{name: "an initial window beyond 2^31", acts: func(c *scripted, _ uint32) {
		_ = c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31})
	}, want: "0 0 malformed fresh"},

	// Headers.
	{name: "CONTINUATION without end", acts: func(c *scripted, id uint32) {
		c.begin(id, fields(":status", "200"), false, false)
		c.flood(func() { _ = c.WriteContinuation(id, false, fields("x-a", strings.Repeat("z", 4000))) })
	}, want: "0 0 malformed fresh"},
	{name: "empty CONTINUATION without end", acts: func(c *scripted, id uint32) {
		c.begin(id, fields(":status", "200"), false, false)
		c.flood(func() { _ = c.WriteContinuation(id, false, nil) })
	}, want: "0 0 malformed fresh"},
	{name: "SETTINGS within a header", acts: func(c *scripted, id uint32) {
		c.begin(id, fields(":status", "200"), false, false)
		_ = c.WriteSettings()
	}, want: "0 0 malformed fresh"},
	{name: "a bomb of indices", acts: func(c *scripted, id uint32) {
		var b bytes.Buffer
		e := hpack.NewEncoder(&b)
		for range 4000 { // from the second on a field is one byte
			_ = e.WriteField(hpack.HeaderField{Name: "x-bomb", Value: strings.Repeat("z", 3900)})
		}
		c.begin(id, append(fields(":status", "200"), b.Bytes()...), true, true)
	}, want: "0 0 malformed reused"},
	{name: "an index of nothing", acts: func(c *scripted, id uint32) { c.begin(id, []byte{0xff, 0xff, 0x7f}, true, true) }, want: "0 0 malformed fresh"},
	{name: "an index without end", acts: func(c *scripted, id uint32) {
		c.begin(id, append([]byte{0xff}, bytes.Repeat([]byte{0xff}, 20)...), true, true)
	}, want: "0 0 malformed fresh"},
	{name: "a table that is larger than allowed", acts: func(c *scripted, id uint32) { c.begin(id, []byte{0x3f, 0xff, 0xff, 0x7f, 0x88}, true, true) }, want: "0 0 malformed fresh"},
	{name: "a string that is longer than its header", acts: func(c *scripted, id uint32) { c.begin(id, []byte{0x88, 0x00, 0x7f, 'x'}, true, true) }, want: "0 0 malformed fresh"},
	{name: "no status", acts: func(c *scripted, id uint32) { c.lines(id, true, "x-a", "b") }, want: "0 0 malformed reused"},
	{name: "two statuses", acts: func(c *scripted, id uint32) { c.lines(id, true, ":status", "200", ":status", "200") }, want: "0 0 malformed reused"},
	{name: "a name with a capital letter", acts: func(c *scripted, id uint32) { c.lines(id, true, ":status", "200", "X-A", "b") }, want: "0 0 malformed reused"},
	{name: "a value with a line break", acts: func(c *scripted, id uint32) { c.lines(id, true, ":status", "200", "x-a", "b\r\nc: d") }, want: "0 0 malformed reused"},
	{name: "101", acts: func(c *scripted, id uint32) { c.lines(id, false, ":status", "101") }, want: "0 0 malformed reused", vegeta: "0 0 timeout reused"},
	{name: "a status in the trailers", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		_ = c.WriteData(id, false, []byte("hello"))
		c.lines(id, true, ":status", "500")
	}, want: "200 5 malformed reused", vegeta: "200 5 malformed fresh"},
	{name: "trailers that do not end the response", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		c.lines(id, false, "x-sum", "1")
	}, want: "200 0 malformed reused", vegeta: "200 0 malformed fresh"},
	{name: "interim responses without end", acts: func(c *scripted, id uint32) {
		c.flood(func() { c.lines(id, false, ":status", "103", "link", "</a>") })
	}, want: "0 0 malformed any"},
	{name: "a header of the connection's own stream", acts: func(c *scripted, _ uint32) { c.lines(0, true, ":status", "200") }, want: "0 0 malformed fresh"},
	{name: "a response to no request", acts: func(c *scripted, _ uint32) { c.lines(99, true, ":status", "200") }, want: "0 0 malformed fresh", vegeta: "0 0 timeout reused"},
	{name: "PUSH_PROMISE", acts: func(c *scripted, id uint32) {
		_ = c.WritePushPromise(http2.PushPromiseParam{StreamID: id, PromiseID: 2, BlockFragment: fields(":method", "GET"), EndHeaders: true})
	}, want: "0 0 malformed fresh"},

	// Content.
	{name: "content of the connection's own stream", acts: func(c *scripted, _ uint32) { c.raw(http2.FrameData, http2.FlagDataEndStream, 0, 'x') }, want: "0 0 malformed fresh"},
	{name: "content before the header", acts: func(c *scripted, id uint32) { _ = c.WriteData(id, true, []byte("hello")) }, want: "0 0 malformed reused", vegeta: "0 0 malformed fresh"},
	{name: "content behind the end", acts: func(c *scripted, id uint32) {
		c.hello(id)
		_ = c.WriteData(id, true, []byte("more"))
	}, want: "200 5 none reused", vegeta: "200 5 none fresh"},
	{name: "less content than the header says", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200", "content-length", "9")
		_ = c.WriteData(id, true, []byte("hello"))
	}, want: "200 5 malformed reused", vegeta: "200 5 reset reused"},
	{name: "more content than the header says", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200", "content-length", "3")
		_ = c.WriteData(id, true, []byte("hello"))
	}, want: "200 - malformed reused"},
	{name: "padding that is longer than its frame", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		c.raw(http2.FrameData, http2.FlagDataPadded, id, 9, 'x')
	}, want: "200 0 malformed fresh"},
	{name: "no end of the response", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		_ = c.WriteData(id, false, []byte("hello"))
	}, want: "200 5 timeout reused"},
	{name: "empty content without end", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		c.flood(func() { _ = c.WriteData(id, false, nil) })
	}, want: "200 0 malformed fresh"},
	{name: "content of padding without end", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		c.flood(func() { _ = c.WriteDataPadded(id, false, nil, make([]byte, 200)) })
	}, want: "200 0 timeout any"},

	// The connection.
	{name: "a frame of 17 KiB, which was not allowed", acts: func(c *scripted, id uint32) {
		c.lines(id, false, ":status", "200")
		c.raw(http2.FrameData, 0, id, make([]byte, 17<<10)...)
	}, want: "200 0 malformed fresh"},
	{name: "the head of a frame of 16 MiB", acts: func(c *scripted, _ uint32) { _, _ = c.Write([]byte{0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1}) }, want: "0 0 malformed fresh"},
	{name: "half of a frame, and the end", acts: func(c *scripted, _ uint32) {
		_, _ = c.Write([]byte{0, 0, 9, 1, 4, 0, 0, 0, 1, 0x88})
		_ = c.Close()
	}, want: "0 0 reset fresh"},
	{name: "frames of unknown kinds", acts: func(c *scripted, id uint32) {
		c.raw(0xfa, 0xff, id, []byte("what is this")...)
		c.raw(0xfb, 0xff, 1<<31-1)
		c.hello(id)
	}, want: "200 5 none reused"},
	{name: "frames of unknown kinds without end", acts: func(c *scripted, id uint32) {
		c.flood(func() { c.raw(0xfa, 0xff, id, []byte("what is this")...) })
	}, want: "0 0 malformed fresh"},
	{name: "SETTINGS without end", acts: func(c *scripted, _ uint32) {
		c.flood(func() { _ = c.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 5}) })
	}, want: "0 0 malformed fresh"},
	{name: "SETTINGS of one kind after the other without end", acts: func(c *scripted, _ uint32) {
		id := 0
		c.flood(func() { id++; _ = c.WriteSettings(http2.Setting{ID: http2.SettingID(id%1000 + 1000), Val: 5}) })
	}, want: "0 0 malformed fresh"},
	{name: "SETTINGS that allow frames of one byte", acts: func(c *scripted, _ uint32) {
		_ = c.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1})
	}, want: "0 0 malformed fresh"},
	{name: "a confirmation of SETTINGS that has content", acts: func(c *scripted, _ uint32) { c.raw(http2.FrameSettings, http2.FlagSettingsAck, 0, make([]byte, 6)...) }, want: "0 0 malformed fresh"},
	{name: "PING without end", acts: func(c *scripted, _ uint32) { c.flood(func() { _ = c.WritePing(false, [8]byte{1}) }) }, want: "0 0 malformed fresh"},
	{name: "PING of seven bytes", acts: func(c *scripted, _ uint32) { c.raw(http2.FramePing, 0, 0, make([]byte, 7)...) }, want: "0 0 malformed fresh"},
	{name: "the answer to a PING that was never sent", acts: func(c *scripted, id uint32) {
		_ = c.WritePing(true, [8]byte{1})
		c.hello(id)
	}, want: "200 5 none reused"},
	{
		name: "no stream allowed at first", begins: func(c *scripted) {
			_ = c.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 0})
			time.Sleep(5 * time.Millisecond) // the client is to see both
			_ = c.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1})
		},
		acts: (*scripted).hello, want: "200 5 none any",
	},
	{name: "no SETTINGS", begins: func(*scripted) {}, acts: (*scripted).hello, want: "0 0 malformed fresh"},
	{name: "HTTP/1.1", begins: func(c *scripted) { say(c, sized(400, "what?")) }, acts: (*scripted).hello, want: "0 0 malformed fresh", vegeta: "200 5 none reused"},
	{name: "another protocol", begins: func(c *scripted) { say(c, "SSH-2.0-OpenSSH_9.6\r\n") }, acts: (*scripted).hello, want: "0 0 malformed fresh", vegeta: "200 5 none reused"},
}

// serve serves in the way of a row.
func (m *misdeed) serve(t *testing.T) string {
	var connections, requests atomic.Int64
	return listen(t, func(conn net.Conn) {
		if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err != nil {
			return
		}
		c := &scripted{Conn: conn, Framer: http2.NewFramer(conn, conn)}
		c.AllowIllegalWrites = true
		c.Encoder = *hpack.NewEncoder(&c.block)
		if connections.Add(1) == 1 && m.begins != nil {
			m.begins(c)
		} else {
			_ = c.WriteSettings()
		}
		for {
			f, err := c.ReadFrame()
			if err != nil {
				return
			}
			if h, ok := f.(*http2.HeadersFrame); ok {
				if requests.Add(1) == 1 {
					m.acts(c, h.StreamID)
				} else {
					c.hello(h.StreamID)
				}
			}
		}
	})
}

// complaint is what is wrong with what became of two requests; "": nothing.
func (m *misdeed) complaint(t *testing.T, e load.Kind, timeout time.Duration) string {
	r := newRig("http://" + m.serve(t))
	r.job.Options.HTTP, r.job.Options.MaxConnections = scenarios.HTTP2, 1
	r.job.Requests[0].Timeout = timeout
	if m.body > 0 {
		r.job.Requests[0].Method, r.job.Requests[0].Body = "POST", make([]byte, m.body)
	}
	engine := r.open(t, e)
	r.run(t, engine, every(time.Millisecond, 1))
	r.job.Requests[0].Timeout = longTimeout
	r.run(t, engine, every(time.Millisecond, 1))
	if len(r.samples) != 2 {
		return fmt.Sprintf("%d samples of two requests", len(r.samples))
	}
	want := m.want
	if m.vegeta != "" && e.Name == "vegeta" {
		want = m.vegeta
	}
	first, next := r.samples[0], r.samples[1]
	have := outcomeOf(first, want) + map[bool]string{true: " reused", false: " fresh"}[next.Reused]
	if any, ok := strings.CutSuffix(want, "any"); have != want && !(ok && strings.HasPrefix(have, any)) {
		return fmt.Sprintf("%s, want %s (%+v)", have, want, excerpts(r.samples))
	}
	if next.Code != 200 || next.Body != 5 || next.Err != results.ErrNone {
		return fmt.Sprintf("the next request: status %d, %d bytes, %v (%+v)", next.Code, next.Body, next.Err, excerpts(r.samples))
	}
	return ""
}

// TestHostileServersOfHTTP2: whatever a server does, the request has one outcome, the
// right one, and the next request is none the worse for it.
func TestHostileServersOfHTTP2(t *testing.T) {
	t.Parallel()
	for _, row := range misdeeds {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachHTTP2(t, func(t *testing.T, e load.Kind) {
				given := 500 * time.Millisecond
				if strings.Contains(row.want+row.vegeta, "timeout") {
					given = shortTimeout
				}
				patient(t, given, func(timeout time.Duration) string { return row.complaint(t, e, timeout) })
			})
		})
	}
}

// What a server floods a client with is neither kept nor answered without end. Nothing
// else runs meanwhile: all of the memory that is taken is the engine's.
func TestFloodsOfHTTP2AreBounded(t *testing.T) {
	most := map[string]uint64{"wire": 24 << 20, "vegeta": 64 << 20} // bytes allocated, the test's own included; net/http's are some for each frame
	for _, row := range misdeeds {
		if !strings.Contains(row.name, "without end") && !strings.Contains(row.name, "flood") && !strings.Contains(row.name, "bomb") {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			oneByOne(t, func(t *testing.T, e load.Kind) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				patient(t, shortTimeout, func(timeout time.Duration) string { return row.complaint(t, e, timeout) })
				runtime.ReadMemStats(&after)
				if grown := after.TotalAlloc - before.TotalAlloc; grown > most[e.Name] {
					t.Errorf("%d MiB were allocated", grown>>20)
				}
			})
		})
	}
}
