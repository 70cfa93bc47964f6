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

// A header that was read before means the same as when it is read the first time, whatever
// is wanted of it and whatever became of the tables meanwhile.
func TestRememberedHeadersAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newServer()
		_ = s.WriteSettings()
		c := newClient("GET", make([]string, 12)...)
		var want []string
		few := rapid.SliceOfN(rapid.SampledFrom(heads), 1, 3).Draw(t, "few")
		for _, stream := range c.streams {
			if table := rapid.SampledFrom([]uint32{0, 64, 4096, 4096, 4096, 4096}).Draw(t, "table"); rapid.IntRange(0, 5).Draw(t, "resized") == 0 {
				s.encoder.SetMaxDynamicTableSize(table)
			}
			head := rapid.SampledFrom(few).Draw(t, "head")
			watcher, capture := &noting{}, &http1.Capture{}
			wanted := rapid.SampledFrom([]string{"", "", "", "names", "date"}).Draw(t, "wanted")
			switch wanted {
			case "names":
				stream.Watcher = watcher
			case "date":
				capture.Want([]string{"date"})
				stream.Capture = capture
			}
			s.head(stream.id, false, head...)
			s.data(stream.id, true, "x")
			before := len(c.events)
			err := c.feed(s.out.Bytes(), 1<<20)
			s.out.Reset()
			if err != nil {
				t.Fatal(err)
			}
			want = outcome(stream, head)
			if got := c.events[before:]; !slices.Equal(got, want[:1]) {
				t.Fatalf("%q: %q, want %q", head, got, want[:1])
			}
			if got := fmt.Sprint(stream.HeadIn, stream.Deviations&http1.ConnectionField != 0); got != want[1] {
				t.Fatalf("%q: size and deviations %s, want %s", head, got, want[1])
			}
			if malformed := strings.Contains(want[0], "failed (0"); malformed {
				continue
			}
			if names := fields(head); wanted == "names" && !slices.Equal(watcher.noted.Names, names) {
				t.Fatalf("%q: names %q", head, watcher.noted.Names)
			}
			if wanted == "date" && len(capture.Values("date")) != strings.Count(strings.Join(head, "\n"), "date: ") {
				t.Fatalf("%q: dates %q", head, capture.Values("date"))
			}
		}
	})
}

func TestTheSameBlockMayMeanAnotherHeader(t *testing.T) {
	s := newServer()
	_ = s.WriteSettings()
	c := newClient("GET", make([]string, 4)...)
	var blocks []string
	for i, length := range []string{"1", "1", "2", "2"} {
		head := []string{okay, "content-length: " + length}
		blocks = append(blocks, string(s.fields(head...)))
		_ = s.WriteHeaders(http2.HeadersFrameParam{StreamID: c.streams[i].id, BlockFragment: []byte(blocks[i]), EndHeaders: true})
		s.data(c.streams[i].id, true, "xy"[:i/2+1])
	}
	if err := c.feed(s.out.Bytes(), 1<<20); err != nil {
		t.Fatal(err)
	}
	want := []string{`1 ended 200 "x"`, `3 ended 200 "x"`, `5 ended 200 "xy"`, `7 ended 200 "xy"`}
	if !slices.Equal(c.events, want) || blocks[1] != blocks[3] {
		t.Errorf("%q, want %q; blocks %q", c.events, want, blocks)
	}
}

// outcome is the event that a head and a byte of content lead to, and the head's size with
// whether it deviates.
func outcome(s *Stream, head []string) []string {
	size := 0
	for _, line := range head {
		size += len(line) - len(": ")
	}
	event := fmt.Sprintf(`%d ended 200 "x"`, s.Owner)
	switch all := strings.Join(head, "\n"); {
	case strings.Contains(all, "Bad"):
		event = fmt.Sprintf("%d failed (0, unseen false): %s", s.Owner, http1.BadField)
	case strings.Contains(all, "length: 2"):
		event = fmt.Sprintf("%d failed (200, unseen false): %s", s.Owner, badLength)
	case strings.Contains(all, "404"):
		event = fmt.Sprintf(`%d ended 404 "x"`, s.Owner)
	}
	return []string{event, fmt.Sprint(size, strings.Contains(strings.Join(head, ""), "connection"))}
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

func BenchmarkHeaders(b *testing.B) {
	for name, table := range map[string]uint32{"without a table": 0, "from the table": 4096} {
		b.Run(name, func(b *testing.B) {
			s := newServer()
			s.encoder.SetMaxDynamicTableSize(table)
			line := []string{okay, "server: nginx/1.22.1", "date: Mon, 30 Nov 2026 07:55:00 GMT", "content-type: application/json", "content-length: 199"}
			first := slices.Clone(s.fields(line...))
			block := slices.Clone(s.fields(line...))
			c := newClient("GET", "")
			stream := c.streams[0]
			f := frameHeader{kind: frameHeaders, stream: stream.id, flags: flagEndHeaders}
			for i, block := range [][]byte{first, block} {
				if fault := c.header(f, block); fault != nil {
					b.Fatal(i, fault)
				}
				stream.Reset(nil, nil)
				stream.id = f.stream
			}
			for b.Loop() {
				if fault := c.header(f, block); fault != nil {
					b.Fatal(fault)
				}
				stream.Code, stream.head = 0, http1.MaxHead
			}
		})
	}
}
