package doors

import (
	"bytes"
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

// stream calls a function whose response is passed on as it comes.
func (d *door) stream(x *exchange) bool {
	if x.received > d.kind.largestEvent {
		return x.fail(targets.FaultTooLarge)
	}
	d.choose(x)
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
	select {
	case kind := <-begun:
		x.relay = &relay{kind, read, ended}
		x.integration = time.Since(x.ready)
		d.begin(x)
	case out := <-ended:
		x.integration = time.Since(x.ready)
		d.settle(x, request, out)
	}
	return false
}

func (d *door) begin(x *exchange) {
	said, err := &event.Response{Status: http.StatusOK, Header: []event.Line{{Name: "Content-Type", Value: x.relay.kind}}}, error(nil)
	if x.relay.kind == runtime.StreamType {
		said, err = readPrelude(x.relay.body)
	}
	if err != nil {
		x.fail(targets.FaultMalformed)
		return
	}
	x.response = d.decoded(said)
}

// readPrelude reads the status and the headers of a stream, which is all that the
// format without a body may say.
func readPrelude(r io.Reader) (*event.Response, error) {
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
	whole, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	return event.FunctionURL.Decode(&event.Request{}, whole)
}

// pass sends a stream as it comes, and counts the exchange before its last byte,
// which is the end of the response, can be read.
func (d *door) pass(w http.ResponseWriter, x *exchange) {
	malformed := x.fault != ""
	if !malformed && !x.abandoned {
		d.head(w, x)
		delete(w.Header(), "Content-Length")
		w.WriteHeader(x.response.status)
		x.abandoned = !flow(w, x.relay.body)
	}
	_, _ = io.Copy(io.Discard, x.relay.body) // the rest is dropped; it ends with the function
	x.invocation = <-x.relay.done
	if malformed && x.invocation.Ending == runtime.Returned {
		x.invocation.Ending = runtime.Malformed
	}
	x.elapsed = time.Since(x.begun)
	x.integration = x.elapsed
	d.count(x)
	switch {
	case x.abandoned, !malformed && x.invocation.Ending != runtime.Returned: // a stream that ends early must not look whole
		panic(http.ErrAbortHandler)
	case malformed:
		d.head(w, x)
		x.response.send(w)
	}
}

// flow copies what comes at once. It returns false when the client is gone.
func flow(w http.ResponseWriter, r io.Reader) bool {
	controller := http.NewResponseController(w)
	piece := make([]byte, 32<<10)
	for {
		n, err := r.Read(piece)
		if n > 0 {
			if _, err := w.Write(piece[:n]); err != nil || controller.Flush() != nil {
				return false
			}
		}
		if err != nil {
			return true
		}
	}
}
