package events

import (
	"bytes"
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
)

// A Format is how a body is divided into events.
type Format string

// The formats, as scenarios spell them.
const (
	Server Format = "events"
	Lines  Format = "lines"
)

// Window is how much of an event's data is kept.
const Window = check.Window

// Options say how a body is read.
type Options struct {
	Format Format
	End    End
	Keep   bool // the data of the first and the last event

	// StopAfter is how many events are enough: the client then ends the response, which
	// counts as complete. 0: it is read to its end.
	StopAfter int64
}

// An End is the event that ends a stream. Its zero value: none is expected.
type End struct {
	Data string // all of its data; "": any
	Type string // of server-sent events; "": any
}

// IsZero reports whether no end is expected.
func (e End) IsZero() bool { return e == End{} }

func (e End) String() string {
	if e.Type != "" && e.Data != "" {
		return e.Type + " " + e.Data
	}
	return e.Type + e.Data
}

func (e *End) is(kind, data []byte) bool {
	return !e.IsZero() && (e.Data == "" || string(bytes.TrimSpace(data)) == e.Data) && (e.Type == "" || string(kind) == e.Type)
}

// A Reader reads one body. The time of what it is fed is that of a clock.
type Reader struct {
	options Options
	clock   *time.Duration
	next    func(*Reader, []byte) // takes a whole line, without its end

	line    []byte // that has not ended
	started bool   // a line has ended
	cr      bool   // the latest byte was CR: an LF that follows ends no line

	data    []byte // of the event at hand
	kind    []byte // its type
	hasData bool
	named   bool // the id that holds from the end of that event on is not empty
	resumes bool // so does that of the events before

	count       int64
	first, last time.Duration
	longest     time.Duration
	gaps        results.Gaps
	ended       bool // the end marker came
	firstData   []byte
	lastData    []byte
}

// NewReader reads a body whose parts are fed when clock says.
func NewReader(o Options, clock *time.Duration) *Reader {
	r := &Reader{options: o, clock: clock, next: (*Reader).field}
	if o.Format == Lines {
		r.next = (*Reader).whole
	}
	return r
}

// Content takes the next part of the body.
func (r *Reader) Content(b []byte) {
	if r.cr && len(b) > 0 {
		r.cr = false
		if b[0] == '\n' {
			b = b[1:]
		}
	}
	for len(b) > 0 {
		end := r.lineEnd(b)
		if end < 0 {
			r.hold(b)
			return
		}
		r.endLine(b[:end])
		if b[end] == '\r' {
			if end+1 == len(b) {
				r.cr = true
			} else if b[end+1] == '\n' {
				end++
			}
		}
		b = b[end+1:]
	}
}

// lineEnd is where the first line of b ends, -1 if it does not.
func (r *Reader) lineEnd(b []byte) int {
	if r.options.Format == Lines {
		return bytes.IndexByte(b, '\n')
	}
	return bytes.IndexAny(b, "\r\n")
}

// hold keeps the beginning of a line.
func (r *Reader) hold(b []byte) {
	r.line = append(r.line, b[:min(len(b), Window-len(r.line))]...)
}

var byteOrderMark = []byte("\ufeff")

func (r *Reader) endLine(b []byte) {
	if len(r.line) > 0 {
		r.hold(b)
		b = r.line
	}
	if !r.started {
		b, r.started = bytes.TrimPrefix(b, byteOrderMark), true
	}
	r.next(r, b[:min(len(b), Window)])
	r.line = r.line[:0]
}

// whole takes a line that is an event.
func (r *Reader) whole(b []byte) {
	b = bytes.TrimSpace(bytes.TrimLeft(b, "\x1e"))
	if len(b) > 0 {
		r.event(nil, b)
	}
}

// field takes a line of an event stream.
func (r *Reader) field(b []byte) {
	if len(b) == 0 {
		if r.hasData {
			r.event(r.kind, bytes.TrimSuffix(r.data, []byte("\n")))
		}
		r.data, r.kind, r.hasData, r.resumes = r.data[:0], r.kind[:0], false, r.named
		return
	}
	name, value, _ := bytes.Cut(b, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		r.hasData = true
		if r.options.Keep || !r.options.End.IsZero() {
			r.data = append(append(r.data, value[:min(len(value), max(Window-len(r.data), 0))]...), '\n')
		}
	case "event":
		r.kind = append(r.kind[:0], value...)
	case "id":
		if !bytes.Contains(value, []byte{0}) {
			r.named = len(value) > 0
		}
	}
}

// event notes an event that arrived now.
func (r *Reader) event(kind, data []byte) {
	switch {
	case r.ended || r.Enough():
		return
	case r.options.End.is(kind, data):
		r.ended = true
		return
	}
	now := *r.clock
	if r.count++; r.count == 1 {
		r.first = now
	} else {
		r.gap(now - r.last)
	}
	r.last = now
	if !r.options.Keep {
		return
	}
	if r.count == 1 {
		r.firstData = append(r.firstData[:0], data...)
	}
	r.lastData = append(r.lastData[:0], data...)
}

// Enough reports whether no more of the response is wanted.
func (r *Reader) Enough() bool { return r.options.StopAfter > 0 && r.count >= r.options.StopAfter }

func (r *Reader) gap(d time.Duration) {
	r.gaps.Add(d)
	r.longest = max(r.longest, d)
}

// Finish ends the body of a complete response, which was sent at a time on the clock.
func (r *Reader) Finish(sent time.Duration) *results.Events {
	if r.options.Format == Lines && len(r.line) > 0 {
		r.endLine(nil)
	}
	endless := !r.options.End.IsZero() || r.options.StopAfter > 0
	return r.result(sent, endless && !r.ended && !r.Enough())
}

// Cut ends a response that failed at a time on the clock: the wait for its next event, as
// long as it was, is a gap. Without that the longest waits of all would be missing.
func (r *Reader) Cut(sent, now time.Duration) *results.Events {
	if r.count > 0 && !r.ended {
		r.gap(max(now-r.last, 0))
	}
	return r.result(sent, true)
}

func (r *Reader) result(sent time.Duration, cut bool) *results.Events {
	return &results.Events{Count: r.count, First: max(r.first-sent, 0), Longest: r.longest, Gaps: r.gaps, Cut: cut, Resumable: cut && r.resumes}
}

// Seen is what checks read of the events.
func (r *Reader) Seen() *check.Events {
	return &check.Events{Count: r.count, Ended: r.ended, First: r.firstData, Last: r.lastData}
}
