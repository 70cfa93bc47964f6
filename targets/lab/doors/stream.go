package doors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// A relay is a response that a function streams while the door passes it on.
type relay struct {
	kind string // the content type as the function gave it
	body *io.PipeReader
	done <-chan invocation
}

const longestPrelude = 128 << 10

// prelude ends with eight zero bytes.
// Source: Lambda developer guide, "Response streaming for Lambda functions", as
// aws-lambda-go writes it.
var preludeEnd = make([]byte, 8)

// stream calls a function, which takes real time and whose response is passed on as it
// comes.
func (d *door) stream(x *exchange) bool {
	request := d.eventRequest(x)
	payload, err := d.format.Encode(request)
	if err != nil { // never: the event is plain values
		return x.fail(targets.FaultThrown)
	}
	if !d.mayInvoke(x) {
		return false
	}
	read, write := io.Pipe()
	begun := make(chan string, 1)
	done := x.run(runtime.Invocation{ID: x.invoked, Trace: x.trace, Event: payload, Stream: func(kind string) io.Writer {
		begun <- kind
		return write
	}})
	ended := make(chan invocation, 1)
	d.background.Go(func() {
		out := <-done
		write.Close() // what was written can still be read
		ended <- out
	})
	late, stop := d.firstByteLimit(x)
	defer stop()
	select {
	case kind := <-begun:
		x.relay = &relay{kind, read, ended}
		x.integration = time.Since(x.ready)
		d.begin(x)
	case out := <-ended:
		x.integration = time.Since(x.ready)
		d.settle(x, request, out)
	case <-late:
		x.integration = time.Since(x.ready)
		read.CloseWithError(errDoorEnded)
		d.leave(x, ended)
		return x.fail(targets.FaultTimeout)
	}
	return false
}

// errDoorEnded is what a function meets that writes to a response that its door has ended.
var errDoorEnded = errors.New("the front door has ended the response")

// firstByteLimit ends when the door has waited long enough for the first byte of a response.
func (d *door) firstByteLimit(x *exchange) (late <-chan time.Time, stop func()) {
	limit := time.Duration(cmp.Or(d.config.StreamIdle, d.config.Timeout))
	if limit == 0 {
		return nil, func() {}
	}
	t := time.NewTimer(time.Until(x.ready.Add(limit)))
	return t.C, func() { t.Stop() }
}

// leave counts the invocation of x when it has ended.
func (d *door) leave(x *exchange, ended <-chan invocation) {
	x.pending = true
	v, qualifier := x.version, x.qualifier // x is used again
	d.background.Go(func() { d.countInvocation(v, qualifier, <-ended) })
}

func (d *door) begin(x *exchange) {
	said, err := &event.Response{Status: http.StatusOK, Header: []event.Line{{Name: "Content-Type", Value: x.relay.kind}}}, error(nil)
	if x.relay.kind == runtime.StreamType {
		said, err = readPrelude(d.format, x.relay.body)
	}
	if err != nil {
		x.fail(targets.FaultMalformed)
		return
	}
	x.response = d.decoded(said)
}

// readPrelude reads the status and the headers of a stream, which is all that the
// format without a body may say.
func readPrelude(format event.Format, r io.Reader) (*event.Response, error) {
	var text []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(text, preludeEnd) {
		if len(text) > longestPrelude {
			return nil, errors.New("the stream does not say what it is")
		}
		if _, err := io.ReadFull(r, one); err != nil {
			return nil, err
		}
		text = append(text, one[0])
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(bytes.TrimSuffix(text, preludeEnd), &head); err != nil || head == nil {
		return nil, errors.New("the stream does not say what it is")
	}
	if _, given := head["statusCode"]; !given {
		head["statusCode"] = json.RawMessage("200")
	}
	delete(head, "body")
	if cookies, given := head["cookies"]; given && format.Name == event.REST.Name { // which has them in a list of headers elsewhere
		head["multiValueHeaders"] = withCookies(head["multiValueHeaders"], cookies)
	}
	whole, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	return format.Decode(&event.Request{}, whole)
}

// withCookies adds cookies to lists of headers.
func withCookies(lists, cookies json.RawMessage) json.RawMessage {
	all := map[string]json.RawMessage{}
	if json.Unmarshal(lists, &all) != nil || all == nil {
		all = map[string]json.RawMessage{}
	}
	all["Set-Cookie"] = cookies
	text, err := json.Marshal(all)
	if err != nil {
		return lists
	}
	return text
}

// pass sends a stream as it comes, and counts the exchange before its last byte,
// which is the end of the response, can be read.
func (d *door) pass(w http.ResponseWriter, x *exchange) {
	malformed, ended := x.fault != "", false
	if !malformed && !x.abandoned {
		d.head(w, x)
		delete(w.Header(), "Content-Length")
		w.WriteHeader(x.response.status)
		if !x.called { // headers of a server do not wait for its body
			_ = http.NewResponseController(w).Flush()
		}
		f := flow{pace: d.paceOf(x), door: d, exchange: x, out: w}
		ended = f.copy()
		x.abandoned, x.passed = f.left, f.sent
		if d.config.streams() {
			x.streamed = f.sent
		}
	}
	if ended { // the function goes on, and finds out when it writes
		x.relay.body.CloseWithError(errDoorEnded)
		if x.called {
			d.leave(x, x.relay.done)
		}
	} else {
		_, _ = io.Copy(io.Discard, x.relay.body) // the rest is dropped; it ends with the function
		x.invocation = <-x.relay.done
	}
	if malformed && x.invocation.Ending == runtime.Returned {
		x.invocation.Ending = runtime.Malformed
	}
	if x.elapsed = time.Since(x.begun); x.called {
		x.integration = x.elapsed
	}
	d.count(x)
	switch {
	case ended || x.abandoned, !malformed && x.invocation.Ending != runtime.Returned: // a stream that ends early must not look whole
		panic(http.ErrAbortHandler)
	case malformed:
		d.head(w, x)
		x.response.send(w)
	}
}
