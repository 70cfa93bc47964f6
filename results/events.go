package results

import (
	"fmt"
	"strconv"
	"time"

	"tollgate/pricing"
)

// Events are the events that a response was read as while it came: those of an event stream
// (SSE), or its lines. What is received at one moment came at one moment: gaps are between
// arrivals, and may be zero.
type Events struct {
	Count   int64
	First   time.Duration // from Sample.Sent to the first event; meaningless without one
	Longest time.Duration // of Gaps
	Gaps    Gaps          // between events; where the response failed, also from the last event to that
	Cut     bool          // the stream did not end as it should: the response failed, or the end that the scenario names did not come

	// Resumable says of one that was cut that an event had an id: EventSource, and what is
	// made after it, asks for what follows by Last-Event-ID. Source: HTML, "Server-sent
	// events". A load engine does not, so that as many requests are sent as were due.
	Resumable bool
}

// Gaps are durations, each to the precision of a histogram. A stream of a million events
// takes two bytes for each, until they are folded.
type Gaps struct {
	recent []uint16
	folded map[uint16]int64
}

// foldFrom is how many gaps are kept one by one.
const foldFrom = 1 << 14

// Add adds one.
func (g *Gaps) Add(d time.Duration) {
	v, _ := latencies.clamp(int64(d))
	if g.recent = append(g.recent, uint16(latencies.index(v))); len(g.recent) < foldFrom {
		return
	}
	if g.folded == nil {
		g.folded = map[uint16]int64{}
	}
	for _, i := range g.recent {
		g.folded[i]++
	}
	g.recent = g.recent[:0]
}

// Count is how many there are.
func (g *Gaps) Count() (n int64) {
	for _, k := range g.folded {
		n += k
	}
	return n + int64(len(g.recent))
}

// Histogram is their distribution.
func (g *Gaps) Histogram() *Histogram {
	h := New()
	g.each(func(bucket int, n int64) { h.RecordN(time.Duration(latencies.lower(bucket)), n) })
	return h
}

func (g *Gaps) each(count func(bucket int, n int64)) {
	for i, n := range g.folded {
		count(int(i), n)
	}
	for _, i := range g.recent {
		count(int(i), 1)
	}
}

// EventCounts count the responses that were read as events.
type EventCounts struct {
	Streams int64 `json:"responses"`
	Cut     int64 `json:"cut"` // of these, those that did not end as they should
	Events  int64 `json:"events"`
	Fewest  int64 `json:"fewest"` // events of a response that was not cut
	Most    int64 `json:"most"`

	Resumable int64 `json:"resumable,omitempty"` // of those cut
}

// whole is how many responses were not cut.
func (c *EventCounts) whole() int64 { return c.Streams - c.Cut }

func (c *EventCounts) add(o *EventCounts) {
	switch {
	case o.whole() <= 0:
	case c.whole() <= 0:
		c.Fewest, c.Most = o.Fewest, o.Most
	default:
		c.Fewest, c.Most = min(c.Fewest, o.Fewest), max(c.Most, o.Most)
	}
	c.Streams += o.Streams
	c.Cut += o.Cut
	c.Resumable += o.Resumable
	c.Events += o.Events
}

// known is nil where no response was read as events.
func (c EventCounts) known() *EventCounts {
	if c.Streams == 0 {
		return nil
	}
	return &c
}

// Text says it in words.
func (c *EventCounts) Text() string {
	text := pricing.Counted(c.Events, "event") + " in " + pricing.Counted(c.Streams, "response")
	switch {
	case c.whole() == 0:
	case c.Fewest == c.Most:
		text += fmt.Sprintf(", %s in each that was complete", pricing.Count(c.Most))
	default:
		text += fmt.Sprintf(", %s to %s in each that was complete", pricing.Count(c.Fewest), pricing.Count(c.Most))
	}
	if c.Cut > 0 {
		text += fmt.Sprintf("; %s cut off before the end", pricing.Counted(c.Cut, "response"))
	}
	if c.Resumable > 0 {
		text += fmt.Sprintf(": a browser would go on with %s of them by a further request (Last-Event-ID), which was not sent and is in no bill", pricing.Count(c.Resumable))
	}
	return text
}

// eventColumns is the column of EventCounts in seconds.csv, a list of "name:count".
var eventColumns = []string{"events"}

// fields are the counts by the names that the column has for them.
func (c *EventCounts) fields() []struct {
	name string
	n    *int64
} {
	return []struct {
		name string
		n    *int64
	}{{"responses", &c.Streams}, {"cut", &c.Cut}, {"events", &c.Events}, {"fewest", &c.Fewest}, {"most", &c.Most}, {"resumable", &c.Resumable}}
}

// list spells the counts; "" where there are none.
func (c *EventCounts) list() (text string) {
	if c.Streams == 0 {
		return ""
	}
	for _, f := range c.fields() {
		if f.n == &c.Resumable && *f.n == 0 { // of few streams
			continue
		}
		text += " " + f.name + ":" + number(*f.n)
	}
	return text[1:]
}

// count adds what list spelt; false: there is no such count.
func (c *EventCounts) count(name string, n int64) bool {
	for _, f := range c.fields() {
		if f.name == name {
			*f.n += n
			return true
		}
	}
	return false
}

// eventsOf records what a response was read as.
func (c *cell) eventsOf(s *Sample, t *[NumClocks]counters, from *freePages) {
	e := s.Events
	if e == nil {
		return
	}
	one := EventCounts{Streams: 1, Events: e.Count, Fewest: e.Count, Most: e.Count}
	if e.Cut {
		one.Cut = 1
	}
	if e.Resumable {
		one.Resumable = 1
	}
	c.events.add(&one)
	if e.Count > 0 {
		c.latencyOf(&t[FirstEvent], s.Sent-s.Due+e.First, from)
	}
	if e.Gaps.Count() > 0 {
		c.latencyOf(&t[LongestGap], e.Longest, from)
		e.Gaps.each(func(bucket int, n int64) { t[Gap].addN(bucket, n, from) })
	}
}

// eventCells are what a row of samples says of events; waited is from when the request was due
// to when it was sent.
func eventCells(e *Events, waited time.Duration) []string {
	if e == nil {
		return make([]string, 4)
	}
	first := ""
	if e.Count > 0 {
		first = decimal(millis(waited + e.First))
	}
	return []string{number(e.Count), first, decimal(millis(e.Longest)), strconv.FormatBool(e.Cut)}
}
