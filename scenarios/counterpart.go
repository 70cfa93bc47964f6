package scenarios

import (
	"net/http"
	"slices"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/targets"
)

// messageKey names what targets that take messages receive in place of a request. It stands
// in the request, so that both are one piece of work: picked by one weight, recorded under
// one name, and compared with each other.
//
// Rejected: requests and messages as entries of their own, which a key pairs. Each would need
// the same weight, name and timeout as the other, and nothing would show that one lacks its pair.
const messageKey = "message"

// counterpart reads the message of a request.
func (in *input) counterpart(v document.Value, r *Request) {
	if v.Node == nil {
		return
	}
	if r.Elsewhere() {
		v.Problem("takes the place of a request to the target, and this one goes to another host: remove the message, or url")
		return
	}
	f := in.fields(v, append(slices.Clone(messageKeys), "reply", "binary", "expect")...)
	m := Request{
		Name: r.Name, Method: http.MethodGet, Header: targets.Header{}, Weight: r.Weight, Timeout: r.Timeout,
		Keys: r.Keys, Values: r.Values, Steps: r.Steps, Hidden: r.Hidden, Socket: &SocketStep{},
	}
	switch key := f.action(false); {
	case key != "":
		f.messageOf(key, &m)
	case !slices.ContainsFunc(messageKeys, f.Has):
		v.Problem("holds no message: write message: {send: {action: …}}")
	}
	for _, key := range messageKeys {
		m.checkNames(f.At(f.Find(key), f.Below(key)))
		in.conceal(f.Find(key))
	}
	in.conceal(f.Find("expect"))
	if expect := f.Get("expect"); expect.Node != nil {
		in.expectReply(expect, &m)
	}
	r.Message = &m
}

// messageOfStep checks what belongs to a step of a flow and not to its message: what is
// compared later has to be the same at targets of both sorts.
func (r *stepReader) messageOfStep(v document.Value, request *Request, step *Step) {
	m := request.Message
	if m == nil {
		return
	}
	m.Name, m.Hidden = request.Name, request.Hidden
	socketExtracts(v, m, step.Extract)
	r.replied = append(r.replied, step.Slot)
}

// condition reads a condition of a step. The status of a reply over WebSocket is that of the
// handshake, 101: it decides nothing where a response has another one.
func (r *stepReader) condition(v document.Value) *Condition {
	c := readCondition(v, v.Node.Template(), r.slots)
	if c != nil && slices.Contains(r.replied, c.slot) {
		v.Problem("%q: a message takes the place of that step at some targets, and a reply over WebSocket has no status: extract a value of the body, which the response and the reply both have, and compare that", c.Text)
	}
	return c
}

// At is the request as a target receives it: over WebSocket it is the request's message.
func (r *Request) At(t *targets.Target) *Request {
	if t.Messages && r.Message != nil {
		return r.Message
	}
	return r
}

// OverSocket is what a request does over WebSocket, at all targets or at those that take
// messages; nil: nothing.
func (r *Request) OverSocket() *SocketStep {
	if r.Message != nil {
		return r.Message.Socket
	}
	return r.Socket
}

// MessagesOf are requests as targets receive them that take messages. Those to other hosts
// stay what they are. Any other without a message goes to none of these targets, and stands
// there for its number.
func MessagesOf(all []Request) []Request {
	own := slices.Clone(all)
	for i := range own {
		r := &own[i]
		switch {
		case r.Message != nil:
			m := *r.Message
			m.Name = r.Name // a population may have renamed it
			*r = m
		case r.Elsewhere():
			r.Socket = &SocketStep{Does: Fetches}
		case r.Socket == nil:
			*r = Request{Name: r.Name, Method: http.MethodGet, Header: targets.Header{}, Timeout: r.Timeout, Socket: &SocketStep{}}
		}
	}
	return own
}

// BothSorts says what is compared where some targets receive requests and others messages;
// "": all receive the same sort.
func (p *Plan) BothSorts() string {
	var requests, messages []string
	for _, t := range p.Scenario.Targets {
		if t.Messages {
			messages = append(messages, t.Name)
		} else {
			requests = append(requests, t.Name)
		}
	}
	return results.BothSorts(requests, messages)
}
