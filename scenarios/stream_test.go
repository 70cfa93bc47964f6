package scenarios

import (
	"testing"

	"tollgate/scenarios/events"
)

// streamRows are scenarios whose responses are read as events.
func streamRows() (all []row) {
	const health = "{name: health, path: /, weight: 1}"
	add := func(name, keys, want string, deeper bool) {
		all = append(all, row{name: name, old: health, new: "{name: health, path: /, " + keys + "}", want: want, deeper: deeper})
	}
	add("an event stream", "stream: events", "", false)
	add("lines", "stream: {format: lines, end: done}", "", false)
	add("an end by its data", `stream: {format: events, end: "[DONE]"}, expect: {events: {min: 2, max: 40}}`, "", false)
	add("an end by its type", `stream: {format: events, end: {type: message_stop}}, expect: {status: 200, events: {last: {json: {$.done: true}}, first: {contains: hello}}}`, "", false)
	add("a stream that never ends", "stream: {format: events, stop_after: 100}", "", false)
	add("a stream that is left at once", "stream: {format: events, stop_after: 0}", "is out of bounds: from 1 to 1e9", false)
	add("an end that YAML reads as a list", "stream: {format: events, end: [DONE]}", "is a list to YAML: put it in quotes", false)
	add("an end without anything", "stream: {format: events, end: {}}", "is empty: state the data of the event that ends a stream", false)
	add("a type among lines", "stream: {format: lines, end: {type: x}}", "lines have no type", true)
	add("an unknown format", "stream: chunks", "is not one of events or lines", false)
	add("no format", "stream: {end: x}", `needs "format"`, false)
	add("compressed events", "accept_encoding: [gzip], stream: events", "events are not read in a compressed body: remove accept_encoding", true)
	add("events of HEAD", "method: HEAD, stream: events", "the response to HEAD has no body to read events in", true)
	add("events that are not read", "expect: {events: {min: 1}}", "needs responses that are read as events", true)
	add("fewer events than the fewest", "stream: events, expect: {events: {min: 3, max: 2}}", "is less than min (3)", true)
	add("nothing about events", "stream: events, expect: {events: {}}", "is empty: it needs min, max, first or last", false)
	all = append(all,
		row{name: "a function that streams", old: "lab-alb: {kind: alb, url: lab}", new: "lab-alb: {kind: function-url, url: lab, function: {streaming: true}}"},
		row{name: "a front door that does not stream", old: "lab-alb: {kind: alb, url: lab}", new: "lab-alb: {kind: alb, url: lab, function: {streaming: true}}", want: "waits for the end of a response: only rest-api or function-url can stream", deeper: true},
	)
	return all
}

func TestStreamsAreRead(t *testing.T) {
	s, err := Parse("x.yaml", []byte(with(t, "{name: health, path: /, weight: 1}",
		`{name: health, path: /, stream: {format: events, end: {type: stop, data: " bye "}}, expect: {events: {last: {contains: x}}}}`)), environment)
	if err != nil {
		t.Fatal(err)
	}
	got, want := s.Requests[0].Stream, events.Options{Format: events.Server, End: events.End{Data: "bye", Type: "stop"}, Keep: true}
	if got == nil || *got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	var checks []string
	for _, c := range s.Requests[0].Expect.Checks {
		checks = append(checks, c.Text)
	}
	if len(checks) != 3 || checks[0] != "events: want at least 1" || checks[1] != "events: want stop bye at the end" || checks[2] != "last event: want it to contain x" {
		t.Errorf("the checks are %q", checks)
	}
	if s.Requests[1].Stream != nil {
		t.Error("the other request has events, too")
	}
}
