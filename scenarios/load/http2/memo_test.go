package http2

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"pgregory.net/rapid"

	"tollgate/scenarios/load/http1"
)

// heads are what a server answers with. The blocks of equal ones are often equal, and those
// of others may be: what they refer to in the dynamic table changes.
var heads = [][]string{
	{okay, "date: Mon", "content-length: 1"},
	{okay, "date: Tue", "content-length: 1"},
	{okay, "date: Mon", "content-length: 1", "connection: close"},
	{":status: 404", "date: Mon"},
	{okay, "content-length: 1"},
	{okay, "content-length: 2"},
	{okay, "date: Mon", "Bad: x"},
}

// noting wants the names of all fields.
type noting struct{ noted http1.Noted }

func (n *noting) Wants(int) *http1.Noted {
	n.noted = http1.Noted{}
	return &n.noted
}

// A writer encodes headers by the rules of RFC 7541, in any of the ways that these allow.
type writer struct {
	table [][2]string // the newest first
	most  int
}

func (w *writer) shrink(to int) {
	for size := 0; ; size = 0 {
		for _, f := range w.table {
			size += len(f[0]) + len(f[1]) + 32
		}
		if size <= to {
			return
		}
		w.table = w.table[:len(w.table)-1]
	}
}

// resize changes the size of the table to nothing, or to the usual one.
func (w *writer) resize(b []byte, most int) []byte {
	w.most = most
	w.shrink(most)
	if most == 0 {
		return append(b, 0x20)
	}
	return append(b, 0x3f, 0xe1, 0x1f)
}

// A way is how a field is written.
type way int

const (
	plainly  way = iota // and in no table
	adding              // to the table, whether it is there or not
	referred            // to the table, where it is added if it is not there
)

func (w *writer) field(b []byte, name, value string, how way) []byte {
	i := slices.Index(w.table, [2]string{name, value})
	switch {
	case name == ":status":
		return append(b, 0x80|map[string]byte{"200": 8, "404": 13}[value])
	case how == referred && i >= 0:
		return append(b, 0x80|byte(62+i))
	case how == plainly:
		b = append(b, 0)
	default:
		b = append(b, 0x40)
		w.shrink(max(w.most-len(name)-len(value)-32, 0))
		if len(name)+len(value)+32 <= w.most {
			w.table = slices.Insert(w.table, 0, [2]string{name, value})
		}
	}
	return append(append(append(append(b, byte(len(name))), name...), byte(len(value))), value...)
}

// A header that was read before means the same as when it is read the first time, whatever
// is wanted of it and whatever became of the tables meanwhile.
func TestRememberedHeadersAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := newServer(), &writer{most: 4096}
		_ = s.WriteSettings()
		c := newClient("GET", make([]string, 16)...)
		few := rapid.SliceOfN(rapid.SampledFrom(heads), 1, 3).Draw(t, "few")
		ways := rapid.SliceOfN(rapid.SampledFrom([]way{plainly, adding, referred}), 1, 3).Draw(t, "ways")
		for _, stream := range c.streams {
			head := rapid.SampledFrom(few).Draw(t, "head")
			how := rapid.SampledFrom(ways).Draw(t, "way")
			var block []byte
			if rapid.IntRange(0, 9).Draw(t, "resized") == 0 {
				block = w.resize(block, rapid.SampledFrom([]int{0, 4096}).Draw(t, "size"))
			}
			for _, line := range head {
				name, value := cutField(line)
				block = w.field(block, name, value, how)
			}
			_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: stream.id, BlockFragment: block, EndHeaders: true})
			s.data(stream.id, true, "x")
			checkHead(t, s, c, stream, head, rapid.SampledFrom([]string{"", "", "", "names", "date"}).Draw(t, "wanted"))
			if got := c.decoder.table.lines(); !slices.Equal(got, w.table) {
				t.Fatalf("%q: the table has %q, want %q", head, got, w.table)
			}
		}
	})
}

// lines are the fields of a table, the newest first.
func (t *table) lines() (all [][2]string) {
	for i := range t.count {
		name, value := t.at(i)
		all = append(all, [2]string{string(name), string(value)})
	}
	return all
}

func cutField(line string) (name, value string) {
	i := strings.LastIndex(line, ": ")
	return line[:i], line[i+2:]
}

// checkHead feeds what the server has written, a response of one byte with a head.
func checkHead(t *rapid.T, s *server, c *client, stream *Stream, head []string, wanted string) {
	watcher, capture := &noting{}, &http1.Capture{}
	switch wanted {
	case "names":
		stream.Watcher = watcher
	case "date":
		capture.Want([]string{"date"})
		stream.Capture = capture
	}
	before := len(c.events)
	err := c.feed(s.out.Bytes(), 1<<20)
	s.out.Reset()
	if err != nil {
		t.Fatal(err)
	}
	event, size := outcome(stream, head)
	if got := c.events[before:]; !slices.Equal(got, []string{event}) {
		t.Fatalf("%q: %q, want %q", head, got, event)
	}
	if got := fmt.Sprint(stream.HeadIn, stream.Deviations&http1.ConnectionField != 0); got != size {
		t.Fatalf("%q: size and deviations %s, want %s", head, got, size)
	}
	if strings.Contains(event, "failed (0") {
		return
	}
	if wanted == "names" && !slices.Equal(watcher.noted.Names, fields(head)) {
		t.Fatalf("%q: names %q", head, watcher.noted.Names)
	}
	if wanted == "date" && len(capture.Values("date")) != strings.Count(strings.Join(head, "\n"), "date: ") {
		t.Fatalf("%q: dates %q", head, capture.Values("date"))
	}
}

// A trailer adds a field to the table, to which the next header refers as the last one did to
// another.
func TestTheSameBlockMayMeanAnotherHeader(t *testing.T) {
	s, w := newServer(), &writer{most: 4096}
	_ = s.WriteSettings()
	c := newClient("GET", make([]string, 3)...)
	head := func(i int, length string) string {
		block := w.field(w.field(nil, ":status", "200", referred), "content-length", length, referred)
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: c.streams[i].id, BlockFragment: block, EndHeaders: true})
		return string(block)
	}
	head(0, "1")
	s.data(c.streams[0].id, true, "x")
	before := head(1, "1")
	s.data(c.streams[1].id, false, "x")
	trailer := w.field(nil, "content-length", "2", adding)
	_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: c.streams[1].id, BlockFragment: trailer, EndHeaders: true, EndStream: true})
	after := head(2, "2")
	s.data(c.streams[2].id, true, "xy")
	if err := c.feed(s.out.Bytes(), 1<<20); err != nil {
		t.Fatal(err)
	}
	want := []string{`1 ended 200 "x"`, `3 ended 200 "x"`, `5 ended 200 "xy"`}
	if !slices.Equal(c.events, want) || before != after {
		t.Errorf("%q, want %q; blocks %q and %q", c.events, want, before, after)
	}
}

// outcome is the event that a head and a byte of content lead to, and the head's size with
// whether it deviates.
func outcome(s *Stream, head []string) (event, sizes string) {
	size := 0
	for _, line := range head {
		size += len(line) - len(": ")
	}
	event = fmt.Sprintf(`%d ended 200 "x"`, s.Owner)
	switch all := strings.Join(head, "\n"); {
	case strings.Contains(all, "Bad"):
		event = fmt.Sprintf("%d failed (0, unseen false): %s", s.Owner, http1.BadField)
	case strings.Contains(all, "length: 2"):
		event = fmt.Sprintf("%d failed (200, unseen false): %s", s.Owner, badLength)
	case strings.Contains(all, "404"):
		event = fmt.Sprintf(`%d ended 404 "x"`, s.Owner)
	}
	return event, fmt.Sprint(size, strings.Contains(strings.Join(head, ""), "connection"))
}

// fields are the names of a head's fields but for :status and those that are no field of
// HTTP/2.
func fields(head []string) (names []string) {
	for _, line := range head[1:] {
		if name, _, _ := strings.Cut(line, ": "); name != "connection" {
			names = append(names, name)
		}
	}
	return names
}

// BenchmarkHeaders reads a header again and again that is written as nginx writes it, which
// adds its fields to the table each time, or by references to them.
func BenchmarkHeaders(b *testing.B) {
	line := []string{okay, "server: nginx/1.22.1", "date: Mon, 30 Nov 2026 07:55:00 GMT", "content-type: application/json", "content-length: 199"}
	for name, how := range map[string]way{"plainly": plainly, "adding": adding, "referred": referred} {
		for _, remembered := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s,remembered=%t", name, remembered), func(b *testing.B) {
				w := &writer{most: 4096}
				c := newClient("GET", "")
				stream := c.streams[0]
				f := frameHeader{kind: frameHeaders, stream: stream.id, flags: flagEndHeaders}
				var block []byte
				for i := 0; b.Loop(); i++ {
					if i < 2 {
						block = block[:0]
						for _, line := range line {
							name, value := cutField(line)
							block = w.field(block, name, value, how)
						}
					}
					if fault := c.header(f, block); fault != nil {
						b.Fatal(fault)
					}
					stream.Code, stream.head = 0, http1.MaxHead
					if !remembered {
						c.memo.block = c.memo.block[:0]
					}
				}
			})
		}
	}
}
