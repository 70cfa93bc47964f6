package websocket

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The examples of RFC 7692, section 7.2.3, that need no earlier message.
func TestTheCompressedExamplesOfTheRFC(t *testing.T) {
	for name, wire := range map[string]string{
		"one block":                     "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00",
		"two frames":                    "\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00",
		"a block without compression":   "\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
		"a final block":                 "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
		"two blocks":                    "\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
		"not compressed, though agreed": "\x81\x05Hello",
	} {
		r := reading([]byte(wire), Limits{}, false)
		r.Deflated = true
		if m, err := r.Next(); err != nil || string(m.Payload) != "Hello" || m.Wire != int64(len(wire)) {
			t.Errorf("%s: %q, %d bytes, %v", name, m.Payload, m.Wire, err)
		}
	}
}

func TestWhatIsCompressedIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wire []byte
		all := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 5000), 1, 5).Draw(t, "messages")
		for _, one := range all {
			wire = AppendCompressed(wire, Binary, one, rapid.IntRange(1, 1000).Draw(t, "frame"), key)
		}
		r := reading(wire, Limits{}, true)
		r.Deflated = true
		for i, one := range all {
			if m, err := r.Next(); err != nil || !bytes.Equal(m.Payload, one) {
				t.Fatalf("message %d: %d bytes of %d, %v", i, len(m.Payload), len(one), err)
			}
		}
	})
}

func TestCompressionThatWasNotAgreedIsAViolation(t *testing.T) {
	large := AppendCompressed(nil, Text, bytes.Repeat([]byte("x"), 1<<20), 0, nil)
	for name, row := range map[string]struct {
		wire   []byte
		agreed bool
		code   int
	}{
		"not agreed":                   {[]byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), false, ProtocolError},
		"a compressed ping":            {[]byte("\xc9\x00"), true, ProtocolError},
		"a bit on a later frame":       {[]byte("\x41\x03\xf2\x48\xcd\xc0\x04\xc9\xc9\x07\x00"), true, ProtocolError},
		"what is not compressed":       {[]byte("\xc1\x03\xff\xff\xff"), true, InvalidPayload},
		"compressed text, not UTF-8":   {AppendCompressed(nil, Text, []byte("\xc3\x28"), 0, nil), true, InvalidPayload},
		"more than the largest, plain": {large, true, MessageTooBig},
	} {
		r := reading(row.wire, Limits{Message: 64 << 10}, false)
		r.Deflated = row.agreed
		_, err := r.Next()
		if why, is := errors.AsType[*CloseError](err); !is || why.Code != row.code {
			t.Errorf("%s: %v, want %d", name, err, row.code)
		}
	}
}

func TestWhatAnAnswerAgreesTo(t *testing.T) {
	const forgets = "permessage-deflate; server_no_context_takeover"
	for answer, want := range map[string]string{
		"":                                       "no",
		Offer:                                    "yes",
		forgets:                                  "yes",
		forgets + "; server_max_window_bits=12":  "yes",
		forgets + `;server_max_window_bits="12"`: "yes",
		"permessage-deflate":                     "without server_no_context_takeover",
		"permessage-deflate; client_no_context_takeover": "without server_no_context_takeover",
		forgets + "; server_max_window_bits=16":          `"server_max_window_bits=16", which was not offered`,
		forgets + "; client_max_window_bits=12":          `"client_max_window_bits=12", which was not offered`,
		forgets + "; server_no_context_takeover":         "which was not offered",
		forgets + ";":                                    "which was not offered",
		"x-webkit-deflate-frame":                         `the extension "x-webkit-deflate-frame", which was not offered`,
		forgets + ", " + forgets:                         "which was not offered",
	} {
		got, err := Agreed(http.Header{http.CanonicalHeaderKey(Extensions): {answer}})
		switch {
		case want == "yes" || want == "no":
			if err != nil || got != (want == "yes") {
				t.Errorf("%q: %v, %v", answer, got, err)
			}
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, %v; want %q", answer, got, err, want)
		}
	}
}

func FuzzDeflatedReader(f *testing.F) {
	f.Add([]byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"))
	f.Add(AppendCompressed(nil, Text, bytes.Repeat([]byte("é"), 200), 100, nil))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r := reading(wire, Limits{Message: 500}, false)
		r.Deflated = true
		for {
			m, err := r.Next()
			if err != nil {
				return
			}
			if len(m.Payload) > 500 {
				t.Fatalf("%d bytes", len(m.Payload))
			}
		}
	})
}
