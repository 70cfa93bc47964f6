package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/targets"
)

// A SocketStep is what a request of a scenario does over WebSocket.
type SocketStep struct {
	Does   SocketAction
	Reply  Reply // of a message; of a step that receives, what it waits for
	Binary bool  // the message is not a text
	Code   int   // of the Close frame, where a step closes or waits for the server to
}

// A SocketAction is what a step does. All but sending messages are for flows.
type SocketAction uint8

// The actions.
const (
	Sends         SocketAction = iota
	Connects                   // opens a connection, on which the steps after it go on
	Receives                   // waits for a message that is no reply
	Closes                     // ends the connection, and waits until the server has, too
	AwaitsClosure              // waits until the server ends the connection
	Fetches                    // sends a request to another host, over HTTP, not over the connection
)

// String is how run.json spells it.
func (a SocketAction) String() string {
	switch a {
	case Connects:
		return results.StepConnects
	case Receives, AwaitsClosure: // as scenarios spell it: receive: {close: 4000}
		return results.StepReceives
	case Closes:
		return results.StepCloses
	}
	return results.StepSends
}

// A Reply is how the reply to a message is found among those that come.
type Reply struct {
	None  bool        // there is none: a message ends when it is sent
	Match *check.Path // a value that the message and its reply have; nil: replies come in the order of messages
}

// The keys by which a message says what it holds.
var messageKeys = []string{"send", "send_file", "send_base64"}

// actionKeys are keys of which a step over WebSocket has one, and a request has none.
var actionKeys = append(slices.Clone(messageKeys), "connect", "receive", "close")

// overSocket says whether a request is one over WebSocket.
func overSocket(v document.Value) bool {
	return slices.ContainsFunc(actionKeys, func(key string) bool { return v.Find(key) != nil })
}

// socketStep reads a request over WebSocket, as in.request reads others.
func (in *input) socketStep(v document.Value, steps []string, further ...string) Request {
	f := in.fields(v, append(slices.Concat(further, actionKeys), "name", "reply", "binary", "keys", "weight", "timeout", "expect")...)
	f.Need("name")
	r := Request{
		Name: f.Get("name").Name(), Method: http.MethodGet, Header: targets.Header{}, Weight: int(f.WholeOr("weight", 1, maxWeight, 1)),
		Timeout: f.DurationOr("timeout", time.Millisecond, longestTimeout, DefaultTimeout), Values: in.values, Steps: steps, Socket: &SocketStep{},
	}
	switch key := f.action(len(further) > 0); key {
	case "":
	case "connect":
		in.connectStep(f.Get(key), &r)
	case "receive":
		in.receiveStep(f.Get(key), &r)
	case "close":
		r.Socket.Does, r.Socket.Code = Closes, closeCode(f.Get(key))
	default:
		f.messageOf(key, &r)
	}
	if r.Socket.Does != Sends {
		f.onlyOfMessages()
	}
	if keys := f.Get("keys"); keys.Node != nil {
		r.Keys = readKeys(keys)
	}
	f.placed(&r)
	for _, key := range actionKeys {
		r.checkNames(f.At(f.Find(key), f.Below(key)))
		in.conceal(f.Find(key))
	}
	in.conceal(f.Find("expect"))
	if expect := f.Get("expect"); expect.Node != nil {
		in.expectReply(expect, &r)
	}
	return r
}

// action is the key that says what a step does.
func (f fields) action(inFlow bool) (action string) {
	for _, key := range actionKeys {
		switch {
		case !f.Has(key):
		case action != "":
			f.Get(key).Problem("a step does one thing, and this one has %s, too: make them two steps", action)
		case !inFlow && !slices.Contains(messageKeys, key):
			f.Get(key).Problem("is a step of a flow: single requests are messages, over connections that are held for them; write flows: in place of requests:")
		default:
			action = key
		}
	}
	return action
}

// onlyOfMessages reports keys of messages at a step that sends none.
func (f fields) onlyOfMessages() {
	for _, key := range []string{"reply", "binary"} {
		if f.Has(key) {
			f.Get(key).Problem("belongs to a message, and this step sends none")
		}
	}
}

// messageOf reads a message.
func (f fields) messageOf(key string, r *Request) {
	r.Socket.Reply, r.Socket.Binary = readReply(f.Get("reply")), f.yes("binary")
	v := f.Get(key)
	switch {
	case key == "send_base64":
		r.Socket.Binary = true
		if f.Has("binary") {
			f.Get("binary").Problem("is not needed: what is written in base64 is a binary message")
		}
		r.bytes(decodeBase64(v))
	case key == "send_file":
		body := f.in.file(v, MaxBody, ", the largest body that is loaded")
		if !r.Socket.Binary && !utf8.Valid(body) {
			v.Bad("is not UTF-8, as a text message must be: add binary: true")
		}
		r.bytes(body)
	case v.Type == document.String:
		r.Body = textBody(v.Node, r)
	case v.Node != nil:
		r.Body = v.Node.JSONTemplate()
		r.Header.Set("Content-Type", "application/json") // says how values are escaped; it is not sent
	}
	switch path := r.Socket.Reply.Match; {
	case path == nil:
	case noJSON(r.Body):
		f.Get("reply").Problem("finds the reply by a value of the message, which has none: it is not JSON; send a mapping, or write in order")
	case lacks(r.Body, path):
		f.Get("reply").Problem("finds the reply by a value that the message does not have: put one there, such as ${uuid}, or write in order")
	}
}

// bytes makes a body of bytes that are sent as they are.
func (r *Request) bytes(b []byte) {
	r.Body = bytes.ReplaceAll(b, []byte("${"), []byte("$${"))
	r.Header.Set("Content-Type", "application/octet-stream") // as above
}

func decodeBase64(v document.Value) []byte {
	text, ok := v.Scalar("a text in base64")
	if !ok {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		v.Bad("is not base64: it consists of A-Z, a-z, 0-9, + and /, with = at its end")
	}
	return b
}

// expectReply reads what a good reply is.
func (in *input) expectReply(expect document.Value, r *Request) {
	if r.Socket.Does != Connects {
		for _, key := range []string{"status", "headers"} {
			if n := expect.Find(key); n != nil {
				expect.At(n, expect.Below(key)).Problem("a reply over WebSocket has none: state what its body is like")
			}
		}
	}
	r.Expect = in.expect(expect, r.Method, nil)
	switch {
	case len(r.Expect.Checks) == 0:
	case r.Socket.Reply.None:
		expect.Problem("checks a reply, and this message has none")
	case r.Socket.Does == Closes || r.Socket.Does == AwaitsClosure:
		expect.Problem("checks a message, and this step receives none")
	}
}

// readReply reads how a reply is found.
func readReply(v document.Value) Reply {
	const rule = `is not a way to find a reply: write in order, none, or {match: "$.id"}`
	switch {
	case v.Node == nil:
		return Reply{}
	case v.Type == document.Mapping:
		f := v.Fields("match")
		f.Need("match")
		return Reply{Match: matchPath(f.Get("match"))}
	case v.Node.Text == "in order":
		return Reply{}
	case v.Node.Text == "none":
		return Reply{None: true}
	}
	v.Bad(rule)
	return Reply{}
}

func matchPath(v document.Value) *check.Path {
	if v.Node == nil {
		return nil
	}
	return check.ReadPath(v, v.Node.Text)
}

// lacks says whether a message that is surely JSON has no value at a path. Places in its texts
// are texts, too.
func lacks(body []byte, path *check.Path) bool {
	var doc any
	return json.Unmarshal(body, &doc) == nil && !slices.ContainsFunc(path.Select(doc), func(v any) bool { return v != nil })
}

// noJSON says whether a body is surely not JSON: one with places may become some.
func noJSON(body []byte) bool {
	return len(body) > 0 && !bytes.Contains(body, []byte("${")) && !json.Valid(body)
}
