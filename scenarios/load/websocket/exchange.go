package websocket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/nethttp"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// An exchange is what one step does: a message and its reply, a handshake, a message that is
// waited for, the end of a connection.
type exchange struct {
	endpoint *endpoint
	message  *load.Message
	step     *scenarios.SocketStep
	walk     *load.Walk // that it is a step of; nil: it stands alone
	sending  values.Sending
	sample   results.Sample
	request  *targets.Request
	fetch    nethttp.Step // in place of that, where it goes to another host
	payload  []byte
	secrets  []string // of a handshake of another's, which was refused
	unsent   error    // why the message cannot be rendered
	key      string   // by which its reply is found, or the message that it waits for
	ended    atomic.Bool
	done     chan struct{} // closed when it has been recorded
}

var errNoKey = errors.New("the message has no value at the path by which its reply is to be found")

// render makes what is sent.
func (x *exchange) render() {
	if x.step.Does == scenarios.Fetches {
		x.fetch, x.unsent = x.endpoint.engine.http.Render(x.endpoint.number, x.walk)
		return
	}
	if x.request, x.unsent = x.message.Render(&x.sending); x.unsent != nil {
		return
	}
	x.payload = x.request.Body
	switch {
	case x.step.Does == scenarios.Receives:
		x.key = string(x.payload)
	case x.step.Reply.Match != nil:
		var found bool
		if x.key, found = keyIn(x.step.Reply.Match, x.payload); !found {
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

// run does the step where the user sits, and returns when it has been recorded.
func (x *exchange) run(ctx context.Context, at *seat) {
	x.sample.Sent = x.sample.Begun
	if e := x.endpoint.engine; x.step.Does == scenarios.Fetches {
		x.sample = e.http.Send(ctx, x.fetch, &x.sample)
		e.counters.Ended()
		return
	}
	if x.unsent != nil {
		x.fail(x.unsent, load.WhileSigning)
		return
	}
	within, cancel := context.WithDeadline(ctx, x.endpoint.engine.job.Epoch.Add(x.sample.Begun+x.message.Timeout))
	defer cancel()
	switch x.step.Does {
	case scenarios.Connects:
		x.connect(within, at)
		return
	case scenarios.Sends:
		x.send(within, at)
	case scenarios.Closes:
		x.close(within, at)
	default:
		x.receive(within, at)
	}
	select {
	case <-x.done:
	case <-within.Done():
		x.giveUp(ctx, within, at)
	}
}

// giveUp ends an exchange whose time is over, or that of its run.
func (x *exchange) giveUp(ctx, within context.Context, at *seat) {
	if at.conn != nil {
		at.conn.forget(x)
	}
	why := within.Err()
	if ctx.Err() != nil {
		why = context.Canceled
	}
	x.fail(why, load.WhileExchanging)
	<-x.done // another goroutine may be recording it
}

// send sends a message.
func (x *exchange) send(ctx context.Context, at *seat) {
	for {
		c, err := at.take(ctx)
		if err != nil {
			x.refused(err)
			return
		}
		switch err := c.send(x); {
		case err == errClosed: // it ended between the two, and nothing was sent
			continue
		case err != nil:
			x.fail(err, load.WhileExchanging)
		case x.step.Reply.None:
			x.end(nil, 0)
		}
		return
	}
}

// refused ends an exchange for which there is no connection.
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
	x.sample.Code, x.sample.Protocol = refusal.status, results.HTTP11
	x.secrets = refusal.secrets
	x.sample.Mark.Fault = x.message.Refusal(refusal.status, refusal.body)
	response := &check.Response{Status: refusal.status, Header: refusal.header.Values, Body: refusal.body, Size: int64(len(refusal.body))}
	if refusal.status < http.StatusBadRequest && !x.message.Expect.Names(refusal.status) { // good as an answer to a request, and no connection
		x.unexpected(response, refusal.header, (&check.Expect{Status: []check.Statuses{{From: switched, To: switched}}}).Causes(refusal.status)[0], "")
		return
	}
	x.answered(response, refusal.header)
}

// unexpected records what came as what the scenario does not expect; the response is nil
// where there is none.
func (x *exchange) unexpected(r *check.Response, header http.Header, what, saw string) {
	failure := load.Unexpected(&x.sample, what, saw)
	if x.endpoint.engine.firsts.Take(&x.sample) {
		x.sample.Excerpt = x.excerpt(r, header, failure)
	}
	x.record()
}

func (x *exchange) excerpt(r *check.Response, header http.Header, failure *check.Failure) *results.Excerpt {
	if r == nil {
		return load.ResponseExcerpt(nil, "", nil, 0, failure, x.mask())
	}
	return x.message.Excerpt(x.walk, r, http1.Noted{Names: slices.Collect(maps.Keys(header))}, failure, x.mask())
}

// fail ends an exchange without a reply.
func (x *exchange) fail(err error, during load.Phase) {
	if x.ended.Swap(true) {
		return
	}
	s := &x.sample
	s.Service = max(x.endpoint.engine.now()-s.Sent, 0)
	if s.Err = load.Classify(err, during); x.endpoint.engine.firsts.Take(s) {
		within := x.message.Timeout
		if late, is := errors.AsType[lateError](err); is { // that of a connection that is held
			within = time.Duration(late)
		}
		s.Excerpt = load.FailureExcerpt(err, during, within, 0, x.mask())
	}
	x.record()
}

// switched is the status code of a handshake that succeeded, and of the messages after it.
const switched = 101

// end ends an exchange with a message, of which so many bytes came.
func (x *exchange) end(reply []byte, wire int64) {
	if x.ended.Swap(true) {
		return
	}
	s := &x.sample
	s.Service = max(x.endpoint.engine.now()-s.Sent, 0)
	s.FirstByte = s.Service
	s.In, s.Body, s.Code, s.Protocol = wire, int64(len(reply)), switched, results.WebSocket
	if status, told := x.endpoint.faultIn(reply); told {
		s.Code = status
	}
	x.answered(&check.Response{Status: s.Code, Header: noHeader, Body: reply[:min(len(reply), check.Window)], Size: s.Body}, nil)
}

func noHeader(string) []string { return nil }

// answered evaluates what came, and records it.
func (x *exchange) answered(r *check.Response, header http.Header) {
	s := &x.sample
	failure := x.message.Evaluate(s, r)
	if x.walk != nil && s.Outcome() == results.OK {
		failure = x.walk.Leave(s, r)
	}
	if x.endpoint.engine.firsts.Take(s) {
		s.Excerpt = x.excerpt(r, header, failure)
	}
	x.record()
}

// mask knows what is not to be shown.
func (x *exchange) mask() *targets.Mask {
	secrets := append(x.message.Secrets(&x.sending), targets.HeaderSecrets(x.endpoint.handshake.Request.Sent())...)
	secrets = append(secrets, x.secrets...)
	if x.request != nil {
		secrets = append(secrets, targets.HeaderSecrets(x.request.Header)...)
	}
	return x.message.Mask(secrets...)
}

func (x *exchange) record() {
	e := x.endpoint.engine
	e.counters.Ended()
	e.shared.Record(&x.sample)
	close(x.done)
}

// faultIn is the status code that a message about a fault stands for.
func (p *endpoint) faultIn(reply []byte) (status int, is bool) {
	faults := p.target.Kind.MessageErrors
	if len(faults) == 0 || !bytes.HasPrefix(reply, []byte(`{"message"`)) || len(reply) > 1<<10 {
		return 0, false
	}
	var told map[string]string
	if json.Unmarshal(reply, &told) != nil || told["connectionId"] == "" || told["requestId"]+told["messageId"] == "" || len(told) != 3 {
		return 0, false
	}
	status, is = faults[told["message"]]
	return status, is
}
