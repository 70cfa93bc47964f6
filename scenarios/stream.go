package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/events"
	"tollgate/targets"
)

// mostStopAfter bounds how many events are waited for.
const mostStopAfter = 1_000_000_000

// formats are how a body may be divided into events.
var formats = []string{string(events.Server), string(events.Lines)}

// stream reads how the responses to a request are read as events; nil: they are not.
func (f fields) stream(r *Request) {
	v := f.Get("stream")
	if v.Node == nil {
		return
	}
	o := events.Options{}
	if v.Type == document.Mapping {
		own := v.Fields("format", "end", "stop_after")
		own.Need("format")
		o.Format = events.Format(own.Get("format").Choice(formats...))
		o.End = streamEnd(own.Get("end"), o.Format)
		o.StopAfter = own.WholeOr("stop_after", 1, mostStopAfter, 0)
	} else {
		o.Format = events.Format(v.Choice(formats...))
	}
	if r.Accepts != nil || r.Header.Has(coding.Accept) {
		v.Problem("events are not read in a compressed body: remove accept_encoding")
	}
	r.Stream = &o
}

// streamEnd reads the event that ends a stream: its data, or its type.
func streamEnd(v document.Value, format events.Format) (end events.End) {
	switch {
	case v.Node == nil:
		return end
	case v.Type == document.List:
		v.Problem(`is a list to YAML: put it in quotes, such as "[DONE]"`)
		return end
	case v.Type != document.Mapping:
		end.Data, _ = v.Scalar("the data of an event")
	default:
		f := v.Fields("data", "type")
		end.Data, _ = f.Get("data").Scalar("the data of an event")
		end.Type, _ = f.Get("type").Scalar("the type of an event")
		if f.Has("type") && format == events.Lines {
			f.Get("type").Problem("lines have no type: state the data of the last one")
		}
	}
	if end.Data = strings.TrimSpace(end.Data); end.IsZero() {
		v.Problem(`is empty: state the data of the event that ends a stream, such as "[DONE]", or {type: message_stop}`)
	}
	return end
}

// expectStream reads what a good response is, of those that are read as events, too.
func (in *input) expectStream(v document.Value, r *Request) {
	var stream *check.Stream
	if r.Stream != nil {
		stream = &check.Stream{End: r.Stream.End.String()}
		if r.Stream.End.IsZero() {
			stream.Least = r.Stream.StopAfter
		} else if r.Stream.StopAfter > 0 { // whatever comes first
			stream.End = ""
		}
	}
	r.Expect = in.expect(v, r.Method, stream)
	if r.Stream == nil {
		return
	}
	r.Stream.Keep = r.Expect.ReadsEvents()
	if r.Method == http.MethodHead {
		v.Problem("the response to HEAD has no body to read events in: remove stream")
	}
}

// heldBack warns of targets at which events come all at once. Where another target streams,
// those that could are there to be compared with it.
func (p *Plan) heldBack() (all []error) {
	if !slices.ContainsFunc(p.Sent, func(r Request) bool { return r.Stream != nil && !r.Elsewhere() }) {
		return nil
	}
	compared := slices.ContainsFunc(p.Scenario.Targets, func(t targets.Target) bool { return t.Function.Streaming })
	for _, t := range p.Scenario.Targets {
		if t.Kind == nil || !t.Kind.HasFunction() || t.Function.Streaming || compared && streams(t.Kind) {
			continue
		}
		why := "waits for the end of a response, so its events come all at once: that is what is measured"
		if streams(t.Kind) {
			why += "; if its function streams, write function: {streaming: true}"
		}
		all = append(all, fmt.Errorf("target %s: a front door of kind %s %s", t.Name, t.Kind.Name, why))
	}
	return all
}

// unread warns of thresholds about events of responses that are not read as events.
func (p *Plan) unread() (all []error) {
	for _, t := range p.Scenario.Thresholds {
		if !t.Clock.OfEvents() || slices.ContainsFunc(p.Sent, func(r Request) bool { return r.Stream != nil && (t.Request == "" || t.Request == r.Name) }) {
			continue
		}
		all = append(all, fmt.Errorf("threshold %q fails: no request that it is about is read as events: write stream: events, or lines, at the request", t.Text))
	}
	return all
}
