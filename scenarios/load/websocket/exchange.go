package websocket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/scenarios/values"
)

// An exchange is a message and its reply.
type exchange struct {
	endpoint *endpoint
	message  *load.Message
	reply    *scenarios.Reply
	sending  values.Sending
	sample   results.Sample
	payload  []byte
	unsent   error  // why the message cannot be rendered
	key      string // by which its reply is found
	ended    atomic.Bool
	done     chan struct{} // closed when it has been recorded
}

var errNoKey = errors.New("the message has no value at the path by which its reply is to be found")

func (x *exchange) render() {
	r, err := x.message.Render(&x.sending)
	if err != nil {
		x.unsent = err
		return
	}
	x.payload = r.Body
	if x.reply.Match != nil {
		var found bool
		if x.key, found = keyIn(x.reply.Match, x.payload); !found {
			x.unsent = errNoKey
		}
	}
}

// keyIn is the first value at a path of a message.
func keyIn(path *check.Path, message []byte) (key string, found bool) {
	d := json.NewDecoder(bytes.NewReader(message))
	d.UseNumber()
	var doc any
	if d.Decode(&doc) != nil {
		return "", false
	}
	for _, value := range path.Select(doc) {
		if text, is := value.(string); is {
			return text, true
		}
		if value != nil {
			return check.Compact(value), true
		}
	}
	return "", false
}

// run sends the message, on the connection of a user if there is one, and returns when it
// has been recorded.
func (x *exchange) run(ctx context.Context, own *held) {
	x.sample.Sent = x.sample.Begun
	if x.unsent != nil {
		x.fail(x.unsent, load.WhileSigning)
		return
	}
	deadline := x.endpoint.engine.job.Epoch.Add(x.sample.Begun + x.message.Timeout)
	within, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	c, err := x.endpoint.take(within, own)
	for ; err == nil; c, err = x.endpoint.take(within, own) {
		if err := c.send(x); err == nil {
			break
		} else if err != errClosed { // it ended between the two, and nothing was sent
			x.fail(err, load.WhileExchanging)
			return
		}
	}
	if err != nil {
		x.refused(err)
		return
	}
	if x.reply.None {
		x.end(nil, 0)
		return
	}
	select {
	case <-x.done:
	case <-within.Done():
		c.forget(x)
		why := within.Err()
		if ctx.Err() != nil { // not the message's time is over
			why = context.Canceled
		}
		x.fail(why, load.WhileExchanging)
		<-x.done // another goroutine may be recording it
	}
}

// refused ends a message for which there is no connection.
func (x *exchange) refused(err error) {
	refusal, is := errors.AsType[*refusal](err)
	if !is {
		during, failed := phaseOf(err)
		x.fail(failed, during)
		return
	}
	if x.ended.Swap(true) {
		return
	}
	s := &x.sample
	s.Code, s.Protocol = refusal.status, results.HTTP11
	s.Mark.Fault = x.message.Refusal(s.Code, refusal.body)
	failure := x.message.Evaluate(s, nil)
	if x.endpoint.engine.firsts.Take(s) {
		s.Excerpt = load.ResponseExcerpt(refusal.names, "", refusal.body, int64(len(refusal.body)), failure, x.message.Mask())
	}
	x.record()
}

// fail ends a message without a reply.
func (x *exchange) fail(err error, during load.Phase) {
	if x.ended.Swap(true) {
		return
	}
	s := &x.sample
	s.Service = max(x.endpoint.engine.now()-s.Sent, 0)
	if s.Err = load.Classify(err, during); x.endpoint.engine.firsts.Take(s) {
		s.Excerpt = load.FailureExcerpt(err, during, x.message.Timeout, 0, x.message.Mask(x.message.Secrets(&x.sending)...))
	}
	x.record()
}

// switched is the status code of a handshake that succeeded, and of the messages after it.
const switched = 101

// end ends a message with its reply, of which so many bytes came.
func (x *exchange) end(reply []byte, wire int64) {
	if x.ended.Swap(true) {
		return
	}
	s, e := &x.sample, x.endpoint.engine
	s.Service = max(e.now()-s.Sent, 0)
	s.FirstByte = s.Service
	s.In, s.Body, s.Code, s.Protocol = wire, int64(len(reply)), switched, results.WebSocket
	if status, told := x.endpoint.faultIn(reply); told {
		s.Code = status
	}
	window := reply[:min(len(reply), check.Window)]
	failure := x.message.Evaluate(s, &check.Response{Status: s.Code, Header: func(string) []string { return nil }, Body: window, Size: s.Body})
	if e.firsts.Take(s) {
		mask := x.message.Mask(x.message.Secrets(&x.sending)...)
		s.Excerpt = load.ResponseExcerpt(nil, "", reply[:min(len(reply), load.ExcerptBytes)], s.Body, failure, mask)
	}
	x.record()
}

func (x *exchange) record() {
	e := x.endpoint.engine
	e.counters.Ended()
	e.record(&x.sample)
	close(x.done)
}

// faultIn is the status code that a message about a fault stands for.
func (p *endpoint) faultIn(reply []byte) (status int, is bool) {
	faults := p.target.Kind.MessageErrors
	if len(faults) == 0 || !bytes.HasPrefix(reply, []byte(`{"message"`)) || len(reply) > 1<<10 {
		return 0, false
	}
	var told map[string]string
	if json.Unmarshal(reply, &told) != nil || told["connectionId"] == "" || told["requestId"] == "" || len(told) != 3 {
		return 0, false
	}
	status, is = faults[told["message"]]
	return status, is
}
