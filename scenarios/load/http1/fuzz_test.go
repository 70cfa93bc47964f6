package http1

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// reference reads text with net/http, skipping interim responses as its client
// does.
func reference(text []byte, head bool) outcome {
	in := bytes.NewReader(text)
	buffer := bufio.NewReader(in)
	method := http.MethodGet
	if head {
		method = http.MethodHead
	}
	for {
		resp, err := http.ReadResponse(buffer, &http.Request{Method: method})
		if err != nil {
			return outcome{Err: err}
		}
		if resp.StatusCode >= 100 && resp.StatusCode < 200 && resp.StatusCode != 101 {
			continue
		}
		var kept bytes.Buffer
		n, err := io.Copy(&kept, resp.Body)
		if err != nil {
			return outcome{Err: err}
		}
		return outcome{
			Code: resp.StatusCode, Body: n, Prefix: string(kept.Bytes()[:min(kept.Len(), 8)]), Complete: true,
			KeepAlive: !resp.Close, Rest: buffer.Buffered() + in.Len(),
		}
	}
}

// listed says whether the difference between what we made of text and what
// net/http made of it is one of those that the package documentation lists.
func listed(text []byte, ours, theirs outcome) bool {
	switch ours.Err {
	case BadStatusLine: // versions and statuses
		var code int
		return theirs.Err == nil && oddStatusLine(text, &code)
	case BadUpgrade:
		return theirs.Code == 101
	case BadField: // a blank inside a name among the trailers, which net/http tolerates
		return theirs.Err == nil && blankInName(text)
	case HeadTooLong:
		return len(text) > MaxHead
	case BadTrailer, TrailerTooLong:
		return theirs.Err == nil
	case nil:
	default:
		return false
	}
	lower := bytes.ToLower(text)
	coded := bytes.Contains(lower, []byte("transfer-encoding"))
	switch {
	case theirs.Err != nil && strings.Contains(theirs.Err.Error(), "bad trailer key"):
		return true
	case theirs.Err != nil && strings.Contains(theirs.Err.Error(), "unsupported transfer encoding"):
		return bytes.Contains(text, []byte("\n ")) || bytes.Contains(text, []byte("\n\t")) // blank continuation lines
	case theirs.Err != nil && strings.Contains(theirs.Err.Error(), "invalid byte in chunk length"):
		return bytes.Contains(text, []byte(" ;")) || bytes.Contains(text, []byte("\t;"))
	case theirs.Err == nil && coded: // the same, but for using the connection again
		ours.KeepAlive = theirs.KeepAlive
		return ours == theirs
	}
	return false
}

// strictly is what stricter readers are given of text, which is fed in two pieces.
func strictly(text []byte, head bool, at int) (strict []byte, deviations Deviations) {
	r := Response{Strict: &Strict{}}
	r.Reset(head, nil, nil)
	at = min(at, len(text))
	n, err := r.Feed(text[:at])
	for b := make([]byte, 7); ; {
		k := r.Strict.Take(b)
		strict = append(strict, b[:k]...)
		switch {
		case k > 0:
		case err != nil || n == len(text) || r.Done() || at == len(text):
			return strict, r.Deviations
		default:
			at = len(text)
			var more int
			more, err = r.Feed(text[n:])
			n += more
		}
	}
}

// misread are the deviations that net/http refuses, or reads in another way.
const misread = BlankBeforeColon | OddName | NotAField | RepeatedLength

// comparable says whether net/http should make the same of the strict form of a
// response as we of the response itself.
func comparable(ours, theirs outcome) bool {
	ours.Rest, theirs.Rest = 0, 0
	if ours.KeepAlive != theirs.KeepAlive && theirs.KeepAlive { // both lengths, or a coding under HTTP/1.0
		theirs.KeepAlive = false
	}
	return ours == theirs
}

func oddStatusLine(text []byte, _ *int) bool {
	for line := range bytes.Lines(text) {
		version, status, _ := bytes.Cut(line, []byte(" "))
		status = bytes.TrimLeft(status, " ")
		if bytes.HasPrefix(version, []byte("HTTP/")) && (!bytes.HasPrefix(version, []byte("HTTP/1.")) ||
			len(status) > 0 && (status[0] == '+' || status[0] == '-' || status[0] == '0')) {
			return true
		}
	}
	return false
}

func blankInName(text []byte) bool {
	for line := range bytes.Lines(text) {
		name, _, ok := bytes.Cut(line, []byte(":"))
		if ok && bytes.IndexByte(name, ' ') >= 0 {
			return true
		}
	}
	return false
}

// FuzzAgainstNetHTTP looks for a message that net/http reads in another way,
// and for one that means something else when it is cut.
func FuzzAgainstNetHTTP(f *testing.F) {
	for _, m := range messages {
		if len(m.text) < 4096 {
			f.Add([]byte(m.text), m.head, uint16(len(m.text)/2))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, head bool, at uint16) {
		ours := read(string(text), head)
		if again := read(string(text), head, int(at), 1, 1); again != ours {
			t.Fatalf("%q cut after %d bytes: %+v, in one piece: %+v", text, at, again, ours)
		}
		strict, deviations := strictly(text, head, int(at))
		if ours.Err == nil && ours.Complete {
			if theirs := reference(strict, head); !comparable(ours, theirs) && !listed(strict, ours, theirs) {
				t.Fatalf("%q became %q: got %+v, net/http has %+v", text, strict, ours, theirs)
			}
		}
		theirs := reference(text, head)
		switch {
		case deviations&misread != 0:
		case ours.Err == nil && !ours.Complete:
			if theirs.Err == nil && !listed(text, ours, theirs) {
				t.Fatalf("%q: incomplete, but net/http has %+v", text, theirs)
			}
		case ours.Err != nil && theirs.Err != nil, ours == theirs:
		case !listed(text, ours, theirs):
			t.Fatalf("%q: got %+v, net/http has %+v", text, ours, theirs)
		}
	})
}

// Every difference that the documentation lists is one, and no message of the
// table differs in another way.
func TestListedDifferences(t *testing.T) {
	for _, m := range messages {
		ours, theirs := read(m.text, m.head), reference([]byte(m.text), m.head)
		good := ours.Err == nil && ours.Complete
		strict, deviations := strictly([]byte(m.text), m.head, len(m.text)/2)
		if good {
			if theirs := reference(strict, m.head); !comparable(ours, theirs) {
				t.Errorf("%s: %q became %q: got %+v, net/http has %+v", m.name, m.text, strict, ours, theirs)
			}
		}
		if deviations&misread != 0 {
			continue
		}
		if good != (theirs.Err == nil) || good && ours != theirs {
			if !listed([]byte(m.text), ours, theirs) {
				t.Errorf("%s: got %+v, net/http has %+v", m.name, ours, theirs)
			}
		}
	}
	if errors.Is(reference([]byte("HTTP/1.1 +20 OK\r\n\r\n"), false).Err, io.ErrUnexpectedEOF) {
		t.Error("net/http has become stricter about statuses")
	}
}
