package events

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// seen is what a reader makes of a body: the data of each event, one at a time.
func seen(o Options, parts ...string) (all []string, ended bool) {
	var clock time.Duration
	o.Keep = true
	r := NewReader(o, &clock)
	note := func() {
		if n := r.Seen(); int(n.Count) > len(all) {
			all = append(all, string(n.Last))
		}
	}
	for _, part := range parts {
		for i := range len(part) { // byte by byte, so that no two come at once
			r.Content([]byte{part[i]})
			note()
		}
	}
	r.Finish(0)
	note()
	return all, r.Seen().Ended
}

func TestEventStreamsAreReadAsBrowsersReadThem(t *testing.T) {
	for _, row := range []struct {
		name, body string
		want       []string
	}{
		{"one event", "data: a\n\n", []string{"a"}},
		{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		{"CR alone", "data: a\r\rdata: b\r\r", []string{"a", "b"}},
		{"line ends that change", "data: a\n\r\ndata: b\r\n\ndata: c\r\r\n", []string{"a", "b", "c"}},
		{"several lines", "data: a\ndata:  b\ndata\n\n", []string{"a\n b\n"}},
		{"no space", "data:a\n\n", []string{"a"}},
		{"empty data", "data:\n\n", []string{""}},
		{"no data", "event: x\nid: 1\nretry: 5\n\n", nil},
		{"comments keep alive, and are none", ": ping\n\n: ping\n\ndata: a\n\n", []string{"a"}},
		{"a byte order mark", "\ufeffdata: a\n\n", []string{"a"}},
		{"a second one", "\ufeff\ufeffdata: a\n\n", nil},
		{"fields are spelt alike", "Data: a\n\ndata : b\n\nxdata: c\n\n", nil},
		{"a colon in the data", "data: a:b: c\n\n", []string{"a:b: c"}},
		{"what has not ended is none", "data: a\n\ndata: b\n", []string{"a"}},
		{"data of another event", "event: x\ndata: a\n\ndata: b\n\n", []string{"a", "b"}},
		{"blank lines", "\n\n\ndata: a\n\n\n\n", []string{"a"}},
		{"HTML is none", "<html>\n\n<body>data: a</body>\n\n", nil},
	} {
		if got, _ := seen(Options{Format: Server}, row.body); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestLinesAreEvents(t *testing.T) {
	for _, row := range []struct {
		name, body string
		want       []string
	}{
		{"JSON lines", "{\"a\":1}\n{\"a\":2}\r\n", []string{`{"a":1}`, `{"a":2}`}},
		{"the last one without a line break", "1\n2", []string{"1", "2"}},
		{"blank lines", "\n1\n \n\r\n2\n\n", []string{"1", "2"}},
		{"a JSON text sequence", "\x1e1\n\x1e2\n", []string{"1", "2"}},
		{"CR within a line", "a\rb\n", []string{"a\rb"}},
	} {
		if got, _ := seen(Options{Format: Lines}, row.body); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestTheEndMarkerIsNoEventAndNothingCountsAfterIt(t *testing.T) {
	done := Options{Format: Server, End: End{Data: "[DONE]"}}
	stop := Options{Format: Server, End: End{Type: "message_stop"}}
	for _, row := range []struct {
		name    string
		options Options
		body    string
		events  int
		ended   bool
	}{
		{"the end", done, "data: a\n\ndata: [DONE]\n\n", 1, true},
		{"after the end", done, "data: a\n\ndata: [DONE]\n\ndata: b\n\n", 1, true},
		{"no end", done, "data: a\n\ndata: DONE\n\n", 2, false},
		{"an end without its blank line", done, "data: a\n\ndata: [DONE]\n", 1, false},
		{"an end by type", stop, "event: delta\ndata: {}\n\nevent: message_stop\ndata: {}\n\n", 1, true},
		{"the type of an earlier event", stop, "event: message_stop\n\ndata: a\n\n", 1, false},
		{"a line that ends", Options{Format: Lines, End: End{Data: "done"}}, "1\n done \n2\n", 1, true},
	} {
		if got, ended := seen(row.options, row.body); len(got) != row.events || ended != row.ended {
			t.Errorf("%s: %q, ended: %v", row.name, got, ended)
		}
	}
}

// at feeds each part at its time, in milliseconds.
func at(o Options, parts map[int]string) *Reader {
	clock := new(time.Duration)
	r := NewReader(o, clock)
	var times []int
	for ms := range parts {
		times = append(times, ms)
	}
	slices.Sort(times)
	for _, ms := range times {
		*clock = time.Duration(ms) * time.Millisecond
		r.Content([]byte(parts[ms]))
	}
	return r
}

func TestTimesAreThoseOfTheLastByteOfEachEvent(t *testing.T) {
	parts := map[int]string{100: "data: a\n", 130: "\n", 150: "data: b\n\ndata: c\n\n", 450: "data: d\n\ndata: [DO", 460: "NE]\n\n", 900: ": more\n\n"}
	e := at(Options{Format: Server, End: End{Data: "[DONE]"}}, parts).Finish(20 * time.Millisecond)
	if e.Count != 4 || e.First != 110*time.Millisecond || e.Longest != 300*time.Millisecond || e.Cut {
		t.Errorf("%+v", e)
	}
	if h := e.Gaps.Histogram(); h.Count() != 3 || h.Quantile(0.3) > time.Microsecond || h.Quantile(0.5) < 20*time.Millisecond || h.Quantile(0.5) > 21*time.Millisecond || h.Max() < 299*time.Millisecond {
		t.Errorf("%d gaps, median %v, longest %v", h.Count(), h.Quantile(0.5), h.Max())
	}
}

func TestAWaitThatWasCutOffIsAGap(t *testing.T) {
	r := at(Options{Format: Server}, map[int]string{10: "data: a\n\n", 20: "data: b\n\n"})
	if e := r.Cut(0, 5020*time.Millisecond); !e.Cut || e.Longest != 5*time.Second || e.Gaps.Count() != 2 {
		t.Errorf("%+v", e)
	}
	nothing := NewReader(Options{Format: Server}, new(time.Duration))
	if e := nothing.Cut(0, time.Second); !e.Cut || e.Count != 0 || e.Gaps.Count() != 0 {
		t.Errorf("no event came, and: %+v", e)
	}
	missing := at(Options{Format: Server, End: End{Data: "x"}}, map[int]string{10: "data: a\n\n"})
	if e := missing.Finish(0); !e.Cut {
		t.Errorf("the end is missing, and: %+v", e)
	}
}

// A stream can be resumed behind an event that has an id: not where that event has not ended
// yet, nor where the id is empty, and not if nothing was cut off.
func TestAStreamThatWasCutOffCanBeResumedBehindAnID(t *testing.T) {
	for body, want := range map[string]bool{
		"data: a\nid: 1\n\n":              true,
		"id: 1\n\ndata: a\n\n":            true,
		"data: a\nid: 1\n":                false,
		"data: a\n\n":                     false,
		"data: a\nid: 1\n\ndata\nid\n\n":  false,
		"data: a\nid: 1\x002\n\n":         false,
		"data: a\nid: 1\n\nid: 2\x00\n\n": true,
	} {
		if e := at(Options{Format: Server}, map[int]string{10: body}).Cut(0, time.Second); e.Resumable != want {
			t.Errorf("%q: %+v", body, e)
		}
		if e := at(Options{Format: Server}, map[int]string{10: body}).Finish(0); e.Resumable {
			t.Errorf("%q was complete, and: %+v", body, e)
		}
	}
}

// A body without a line end, and one of line ends alone, takes bounded memory and time.
func TestMemoryIsBoundedWhateverComes(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, o := range []Options{{Format: Server, Keep: true}, {Format: Lines, Keep: true}} {
		r := NewReader(o, new(time.Duration))
		for range 8 {
			r.Content([]byte("data: " + long))
		}
		if cap(r.line) > 4*Window || cap(r.data) > 4*Window {
			t.Errorf("%s: %d and %d bytes are kept", o.Format, cap(r.line), cap(r.data))
		}
		r.Content([]byte("\n\n"))
		if got := r.Seen(); got.Count != 1 || len(got.Last) > Window {
			t.Errorf("%s: %d events, %d bytes", o.Format, got.Count, len(got.Last))
		}
	}
	many := NewReader(Options{Format: Lines}, new(time.Duration))
	many.Content([]byte(strings.Repeat("1\n", 100_000)))
	if e := many.Finish(0); e.Count != 100_000 || e.Gaps.Count() != 99_999 {
		t.Errorf("%d events, %d gaps", e.Count, e.Gaps.Count())
	}
}

// However a body is divided, the events are the same; none has a line end within a field.
func FuzzReader(f *testing.F) {
	for _, body := range []string{"data: a\r\n\r\ndata: b\n\n", "\ufeffdata:a\r\rdata\n\nevent:x\n\n", ": c\n\ndata: [DONE]\n\n", "1\n\n\x1e2\r\n3", "\r\n\r\r\n"} {
		f.Add([]byte(body), uint8(1), uint8(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, a, b uint8) {
		for _, o := range []Options{{Format: Server, Keep: true}, {Format: Lines, Keep: true}, {Format: Server, Keep: true, End: End{Data: "[DONE]"}}} {
			read := func(step int) string {
				r := NewReader(o, new(time.Duration))
				for rest := body; len(rest) > 0; {
					n := min(step, len(rest))
					r.Content(rest[:n])
					rest = rest[n:]
				}
				e := r.Finish(0)
				s := r.Seen()
				if e.Count < 0 || e.Count > 0 && e.Gaps.Count() != e.Count-1 {
					t.Errorf("%d events have %d gaps", e.Count, e.Gaps.Count())
				}
				return fmt.Sprintf("%d %v %q %q", e.Count, e.Cut, s.First, s.Last)
			}
			whole := read(len(body) + 1)
			for _, step := range []int{1, int(a) + 1, int(b) + 2} {
				if got := read(step); got != whole {
					t.Errorf("in steps of %d bytes: %s; at once: %s", step, got, whole)
				}
			}
		}
	})
}
