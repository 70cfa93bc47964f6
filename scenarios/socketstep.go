package scenarios

import (
	"fmt"
	"slices"

	"tollgate/pricing/document"
	"tollgate/scenarios/extract"
	"tollgate/targets"
	"tollgate/targets/websocket"
)

// connectStep reads a step that opens a connection. What it leaves out is that of the
// section websocket.
func (in *input) connectStep(v document.Value, r *Request) {
	r.Socket.Does = Connects
	f := in.fields(v, "path", "query", "headers")
	r.Path = requestPath(f.Get("path"))
	query(f.Get("query"), r)
	headers(f.Get("headers"), r)
	if f.Has("query") && !f.Has("path") {
		f.Get("query").Problem("needs the path that it belongs to")
	}
}

// receiveStep reads a step that waits for a message of the server's own, or for the end of
// the connection.
func (in *input) receiveStep(v document.Value, r *Request) {
	r.Socket.Does = Receives
	if v.Type != document.Mapping {
		if v.Node.Text != "next" {
			v.Bad(`is not what can be waited for: write next, {match: "$.type", value: joined}, or {close: 4000}`)
		}
		return
	}
	f := in.fields(v, "match", "value", "close")
	if f.Has("close") {
		r.Socket.Does, r.Socket.Code = AwaitsClosure, closeCode(f.Get("close"))
		if f.Has("match") || f.Has("value") {
			v.Problem("waits for a message or for the end of the connection: make them two steps")
		}
		return
	}
	f.Need("match", "value")
	r.Socket.Reply.Match = matchPath(f.Get("match"))
	switch value := f.Get("value"); {
	case value.Node == nil:
	case value.Type == document.Mapping, value.Type == document.List, value.Type == document.Null:
		value.Bad("is not a text, a number, true or false")
	default:
		r.Header.Set("Content-Type", "text/plain") // values are not escaped; it is not sent
		r.Body = []byte(template(value, false))
	}
}

// closeCode reads the status code of a Close frame.
func closeCode(v document.Value) int {
	if v.Node == nil {
		return websocket.NormalClosure
	}
	code := int(v.Whole(0, 1<<16-1))
	if !v.Failed() && !websocket.Sendable(code) {
		v.Bad("is no status code of a Close frame: 1000 is the normal one, and 4000 to 4999 are an application's own")
	}
	return code
}

// socketExtracts reports what cannot be taken from a message.
func socketExtracts(v document.Value, r *Request, all []extract.Extract) {
	switch {
	case len(all) == 0 || r.Socket.Does == Connects && !extract.ReadsBody(all):
	case r.Socket.Does == Connects:
		v.Problem("takes values of a body, and the response to a handshake has none: take a header or a cookie")
	case r.Socket.Does == Closes, r.Socket.Does == AwaitsClosure, r.Socket.Reply.None:
		v.Problem("takes values of a message, and this step receives none")
	case extract.ReadsHeaders(all):
		v.Problem("takes values of headers, and a message has none: take a part of its body")
	}
}

// connections says how many connections are held, and reports steps that have none.
func (in *input) connections(f fields, s *Scenario) {
	arrives := s.arrives()
	held := len(s.Flows) == 0 && arrives
	for i := range s.Flows {
		flow := &s.Flows[i]
		at := f.Get("flows")
		first := func(does ...SocketAction) int {
			return slices.IndexFunc(flow.Steps, func(step Step) bool {
				own := s.Requests[step.Request].Socket
				return own != nil && slices.Contains(does, own.Does)
			})
		}
		before := slices.IndexFunc(flow.Steps, func(step Step) bool { return !step.Elsewhere })
		switch connects, own := first(Connects), first(Receives, Closes, AwaitsClosure); {
		case connects > before:
			at.Problem("flow %s: its connection is opened by step %d: a flow that connects does so before anything else that goes over the connection", flow.Name, connects+1)
		case connects < 0 && own >= 0 && arrives:
			at.Problem("flow %s: %s needs a connection that no other user has: begin the flow with {name: open, connect: {}}, or let users walk it (closed)", flow.Name, s.Requests[flow.Steps[own].Request].Name)
		case connects < 0:
			held = held || arrives
		}
	}
	if held {
		return
	}
	s.Engine.Sockets.Connections = 0 // each user has one, or each flow
	if section := f.Get("websocket"); arrives && section.Node != nil && section.Find("connections") != nil {
		section.At(section.Find("connections"), section.Below("connections")).Problem("is for messages over connections that are held, and each flow opens its own")
	}
}

// arrives says whether some of the load is of the open model.
func (s *Scenario) arrives() bool {
	open := func(all []Stage) bool {
		return slices.ContainsFunc(all, func(stage Stage) bool {
			_, closed := stage.Load.(Users)
			return !closed
		})
	}
	return open(s.Stages) || slices.ContainsFunc(s.Populations, func(p Population) bool { return open(p.Stages) })
}

// socketWarnings warn of messages at which a front door ends the connection.
func (p *Plan) socketWarnings(t targets.Target) (all []error) {
	own := p.Scenario.Engine.Sockets
	if own == nil || !t.Messages || !t.Kind.OnlyMessages {
		return nil
	}
	if slices.ContainsFunc(p.Sent, func(r Request) bool {
		own := r.At(&t).Socket
		return own != nil && own.Binary
	}) {
		all = append(all, fmt.Errorf("target %s: it ends a connection with 1003 at a binary message, unless the API has binaryMediaTypes", t.Name))
	}
	for i := range p.Sent {
		r := p.Sent[i].At(&t)
		if most := t.Kind.Limits.MessageBytes; r.Socket != nil && r.Socket.Does == Sends && most > 0 && int64(len(r.Body)) > most {
			if n := len(references.ReplaceAll(r.Body, nil)); int64(n) > most { // what stands in place of ${…} is left out
				all = append(all, fmt.Errorf("target %s: it ends a connection with 1009 at a message above %d KB, and %s has %d bytes or more", t.Name, most>>10, p.Sent[i].Name, n))
			}
		}
	}
	if most := t.Kind.Limits.FrameBytes; most > 0 && own.Frame > most {
		all = append(all, fmt.Errorf("target %s: it ends a connection with 1009 at a frame above %d KB, and websocket.frame allows larger ones", t.Name, most>>10))
	}
	return all
}
