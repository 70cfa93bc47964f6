package websocket

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func key() [4]byte { return [4]byte{1, 2, 3, 4} }

func reading(b []byte, limits Limits, client bool) *Reader {
	return NewReader(bufio.NewReaderSize(bytes.NewReader(b), 16), limits, client)
}

// The examples of RFC 6455, sections 5.7 and 1.3.
func TestTheExamplesOfTheRFC(t *testing.T) {
	hello := []byte("Hello")
	for name, row := range map[string]struct {
		wire   string
		client bool
	}{
		"unmasked":                {"\x81\x05Hello", false},
		"masked":                  {"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", true},
		"fragmented":              {"\x01\x03Hel\x80\x02lo", false},
		"interleaved with a ping": {"\x01\x03Hel\x89\x00\x80\x02lo", false},
	} {
		r := reading([]byte(row.wire), Limits{}, row.client)
		m, err := r.Next()
		if m.Opcode == Ping {
			m, err = r.Next()
		}
		if err != nil || m.Opcode != Text || !bytes.Equal(m.Payload, hello) {
			t.Errorf("%s: %v, %q, %v", name, m.Opcode, m.Payload, err)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: then %v", name, err)
		}
	}
	if got := Accept("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("the proof is %s", got)
	}
}

func TestAViolationHasItsStatusCode(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 200))
	for name, row := range map[string]struct {
		wire string
		code int
	}{
		"reserved bits":                       {"\xc1\x00", ProtocolError},
		"an unknown opcode":                   {"\x83\x00", ProtocolError},
		"an unknown control opcode":           {"\x8b\x00", ProtocolError},
		"a fragmented ping":                   {"\x09\x00", ProtocolError},
		"a long ping":                         {"\x89\x7e\x00\xc8" + long, ProtocolError},
		"a negative length":                   {"\x81\x7f\xff\x00\x00\x00\x00\x00\x00\x00", ProtocolError},
		"a masked frame of a server":          {"\x81\x80abcd", ProtocolError},
		"a continuation of nothing":           {"\x80\x00", ProtocolError},
		"a message in a message":              {"\x01\x00\x81\x00", ProtocolError},
		"a status code of one byte":           {"\x88\x01\x03", ProtocolError},
		"a status code that is never sent":    {"\x88\x02\x03\xed", ProtocolError},
		"text that is not UTF-8":              {"\x81\x02\xc3\x28", InvalidPayload},
		"a frame above the limit":             {"\x82\x7e\x00\x65", MessageTooBig},
		"a message above the limit":           {"\x02\x64" + long[:100] + "\x00\x64" + long[:100] + "\x80\x01x", MessageTooBig},
		"a frame that announces far too much": {"\x82\x7f\x00\x00\x7f\x00\x00\x00\x00\x00", MessageTooBig},
	} {
		r := reading([]byte(row.wire), Limits{Frame: 100, Message: 200}, false)
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if why, is := errors.AsType[*CloseError](err); !is || why.Code != row.code {
			t.Errorf("%s: %v, want %d", name, err, row.code)
		}
	}
}

func TestAnEndWithinAFrameOrMessageIsUnexpected(t *testing.T) {
	for _, wire := range []string{"\x81", "\x81\x05Hel", "\x01\x03Hel", "\x81\x7e\x00", "\x89\x02x"} {
		if _, err := reading([]byte(wire), Limits{}, false).Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v", wire, err)
		}
	}
}

// Whatever is sent, in whatever frames and with pings in between, is read as it was.
func TestMessagesAreReadAsTheyWereSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		client := rapid.Bool().Draw(t, "client")
		var keys func() [4]byte
		if client {
			keys = func() [4]byte {
				return [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "key"))
			}
		}
		var wire []byte
		var sent [][]byte
		for range rapid.IntRange(1, 5).Draw(t, "messages") {
			size := rapid.SampledFrom([]int{0, 1, 125, 126, 127, 4000, 65_535, 65_536, 70_000}).Draw(t, "size")
			payload := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
			sent = append(sent, payload)
			wire = AppendFrames(wire, Binary, payload, rapid.SampledFrom([]int{0, 7000, 32 << 10}).Draw(t, "frame"), keys)
			wire = AppendFrames(wire, Ping, []byte("alive"), 0, keys)
		}
		r, total := reading(wire, Limits{}, client), int64(0)
		for {
			m, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			total += m.Wire
			if m.Opcode == Binary {
				if !bytes.Equal(m.Payload, sent[0]) {
					t.Fatalf("%d bytes came as %d", len(sent[0]), len(m.Payload))
				}
				sent = sent[1:]
			}
		}
		if len(sent) != 0 || total != int64(len(wire)) {
			t.Fatalf("%d messages are missing; %d of %d bytes counted", len(sent), total, len(wire))
		}
	})
}

func TestACloseFrameIsReadAsItWasWritten(t *testing.T) {
	for _, code := range []int{NormalClosure, GoingAway, NoStatus, 4000} {
		m, err := reading(AppendFrames(nil, Close, Closing(code, ""), 0, key), Limits{}, true).Next()
		if got, _ := ClosedWith(m.Payload); err != nil || m.Opcode != Close || got != code {
			t.Errorf("%d is read as %d, %v", code, got, err)
		}
	}
	if got := Closing(NormalClosure, strings.Repeat("x", 300)); len(got) != mostInControl {
		t.Errorf("a long reason makes %d bytes", len(got))
	}
}

func TestAHandshakeIsAskedForByAllOfItsHeaders(t *testing.T) {
	good := http.Header{"Upgrade": {"WebSocket"}, "Connection": {"keep-alive, Upgrade"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
	if !Asked(&http.Request{Method: "GET", Header: good}) {
		t.Error("a good handshake is none")
	}
	for name := range good {
		bad := good.Clone()
		bad.Set(name, "x")
		if Asked(&http.Request{Method: "GET", Header: bad}) {
			t.Errorf("a handshake with %s: x is one", name)
		}
	}
	if Asked(&http.Request{Method: "POST", Header: good}) {
		t.Error("a POST is a handshake")
	}
}

// Whatever arrives, a reader ends, and what it reads has no more bytes than there were.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), true)
	f.Add(AppendFrames(nil, Text, bytes.Repeat([]byte("é"), 200), 100, nil), false)
	f.Add([]byte("\x01\x03Hel\x89\x00\x80\x02lo\x88\x02\x03\xe8"), false)
	f.Fuzz(func(t *testing.T, wire []byte, client bool) {
		r, total := reading(slices.Clone(wire), Limits{Frame: 300, Message: 500}, client), int64(0)
		for {
			m, err := r.Next()
			if err != nil {
				break
			}
			if total += m.Wire; int64(len(m.Payload)) > m.Wire || len(m.Payload) > 500 {
				t.Fatalf("%d bytes of %d", len(m.Payload), m.Wire)
			}
		}
		if total > int64(len(wire)) {
			t.Fatalf("%d bytes of %d", total, len(wire))
		}
	})
}
