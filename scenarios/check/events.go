package check

import (
	"fmt"
	"math"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/coding"
)

// Events are what checks read of a response that was read as events.
type Events struct {
	Count       int64
	Ended       bool   // by the event that ends streams
	First, Last []byte // data, as much as is kept
}

// A Stream is what is known of responses that are read as events.
type Stream struct {
	End   string // in words, what ends them; "": nothing is expected
	Least int64  // the fewest events that are expected, unless the scenario says so
}

const mostEvents = math.MaxInt32

// events reads what is expected of the events of a response. One at least is: a page that is
// no event stream would be a good response otherwise.
func (r *reader) events(v document.Value) {
	if r.Stream == nil {
		if v.Node != nil {
			v.Problem("needs responses that are read as events: write stream: events, or lines, beside expect")
		}
		return
	}
	f := rules(v, "min", "max", "first", "last")
	least, most := f.WholeOr("min", 0, mostEvents, max(1, r.Stream.Least)), f.WholeOr("max", 0, mostEvents, mostEvents)
	if most < least {
		f.Get("max").Problem("is less than min (%d): no response can have both", least)
	}
	r.add(Check{Text: fmt.Sprintf("events: want at least %d", least), header: coding.Header, rule: eventCount{least: least, most: mostEvents}})
	if f.Has("max") {
		r.add(Check{Text: fmt.Sprintf("events: want at most %d", most), rule: eventCount{most: most}})
	}
	if r.Stream.End != "" {
		r.add(Check{Text: "events: want " + r.Stream.End + " at the end", rule: eventEnd{}})
	}
	for _, which := range []string{"first", "last"} {
		r.event(f.Get(which), which)
	}
}

// event reads what the data of one event is to be like, by the rules for bodies.
func (r *reader) event(v document.Value, which string) {
	if v.Node == nil {
		return
	}
	f := rules(v, "contains", "matches", "json", "schema")
	of := &reader{Options: r.Options}
	of.texts(f)
	of.json(f.Get("json"))
	of.schema(f.Get("schema"))
	for _, c := range of.Checks {
		r.add(Check{Text: which + " event: " + strings.TrimPrefix(c.Text, "body: "), rule: eventData{which == "last", c.rule}, event: true})
	}
}

// ReadsEvents reports whether the data of the first and the last event is to be kept.
func (e *Expect) ReadsEvents() bool {
	for _, c := range e.Checks {
		if c.event {
			return true
		}
	}
	return false
}

// noStream reports whether a response is an error that the scenario accepts: its body is no
// stream.
func (r *reading) noStream() bool { return r.Status >= 400 }

// eventCount bounds the number of events.
type eventCount struct{ least, most int64 }

func (c eventCount) passes(r *reading) bool {
	return r.noStream() || r.Events != nil && len(r.Header(coding.Header)) == 0 && r.Events.Count >= c.least && r.Events.Count <= c.most
}

func (eventCount) saw(r *reading) string {
	if name, coded := r.field(coding.Header); coded {
		return "the body is compressed with " + shown(name, false) + ", in which no events are read"
	}
	return fmt.Sprintf("got %d", r.Events.Count)
}

// eventEnd wants the event that ends a stream.
type eventEnd struct{}

func (eventEnd) passes(r *reading) bool { return r.noStream() || r.Events != nil && r.Events.Ended }

func (eventEnd) saw(r *reading) string {
	return fmt.Sprintf("the response ended after %d events without it", r.Events.Count)
}

// eventData holds the data of one event against a rule for bodies.
type eventData struct {
	last bool
	rule rule
}

func (d eventData) of(r *reading) *reading {
	data := r.Events.First
	if d.last {
		data = r.Events.Last
	}
	return &reading{Response: &Response{Header: func(string) []string { return nil }, Body: data, Size: int64(len(data))}}
}

func (d eventData) passes(r *reading) bool {
	return r.noStream() || r.Events != nil && d.rule.passes(d.of(r))
}

func (d eventData) saw(r *reading) string {
	switch text := d.rule.saw(d.of(r)); {
	case r.Events.Count == 0:
		return "got no event"
	case strings.HasPrefix(text, "got ") && text != "got no body":
		return text
	default:
		return strings.NewReplacer("the body", "the event", "no body", "no data").Replace(text)
	}
}
