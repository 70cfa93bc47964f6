package doors

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// Where everything is, as far as names in events and of functions tell.
const (
	region  = "us-east-1"
	account = "123456789012"
)

// startFunction readies the processes behind d, where its function is a command.
// secret says that only the user has the keys of the AWS endpoint.
// The origin stays the sample application: a Lambda function has no server.
func (d *door) startFunction(secret bool) error {
	c := d.config.Function
	d.secret = secret
	if len(c.Command) == 0 || d.FunctionName == "" {
		return nil
	}
	real, err := runtime.NewFunction(runtime.Config{
		Name: d.FunctionName, Command: c.Command, Dir: c.Dir, Handler: c.Handler, Environment: c.Environment,
		Region: region, Account: account, Path: os.Getenv("PATH"),
		Memory: c.Memory, Timeout: time.Duration(c.Timeout), Concurrency: *c.Concurrency, Idle: time.Duration(c.Idle),
		Scale: d.function.scale,
	}, d.log)
	if err != nil {
		return err
	}
	d.real = real
	d.closers = append(d.closers, real.Close, d.late.Wait)
	return nil
}

// scale says whether one more environment may start now.
func (f *function) scale(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.scaling.take(now)
}

// retire ends every environment, as a change of a function's configuration does:
// the next ones are new, and processes see the given variables.
func (d *door) retire(environment map[string]string) {
	if d.real != nil {
		d.real.Renew(d.granted(environment))
		return
	}
	d.function.mu.Lock()
	defer d.function.mu.Unlock()
	d.function.pool.retire(time.Now())
}

// granted is what processes get of the variables that a client of the Lambda
// endpoint asks for. A variable can make a program load any code. Where the keys
// of the endpoint are those that everybody knows, only variables of Tollgate's
// own change.
func (d *door) granted(environment map[string]string) map[string]string {
	if d.secret {
		return environment
	}
	granted := map[string]string{}
	maps.Copy(granted, d.config.Function.Environment)
	for name, value := range environment {
		if strings.HasPrefix(name, "TOLLGATE_") {
			granted[name] = value
		}
	}
	return granted
}

// shown is what the Lambda endpoint tells of a function's variables: names
// alone, where everybody knows the endpoint's keys.
func (d *door) shown() map[string]string {
	if d.secret {
		return d.config.Function.Environment
	}
	return d.config.Function.public().Environment
}

// keysAreSecret says whether the keys of the endpoint are the user's own.
func (c Config) keysAreSecret() bool {
	return !slices.ContainsFunc(c.Credentials, func(k Credential) bool { return k.AccessKeyID == targets.LabKeys.ID })
}

// callReal asks the processes behind the door. The time that takes is real.
func (d *door) callReal(x *exchange, path string) {
	request := d.received(x, path)
	payload, err := d.format.Encode(request)
	if err != nil { // never: the event is plain values
		d.fail(x, targets.FaultThrown)
		return
	}
	if out, there := d.invoke(x, runtime.Invocation{Event: payload}); there {
		d.settle(x, request, out)
	}
}

// invoke calls the function and waits as long as the door does. Where the door
// does not wait to the end, the invocation counts when it has ended.
func (d *door) invoke(x *exchange, in runtime.Invocation) (out runtime.Outcome, there bool) {
	if !d.mayInvoke(x) {
		return out, false
	}
	in.ID, in.Trace = x.invoked, x.trace
	done := d.run(in)
	patience := context.Background()
	if limit := time.Duration(d.config.Timeout); limit > 0 {
		ctx, cancel := context.WithDeadline(patience, x.ready.Add(limit))
		defer cancel()
		patience = ctx
	}
	select {
	case out = <-done:
		x.integration = time.Since(x.ready)
		return out, true
	case <-patience.Done():
		x.integration = time.Duration(d.config.Timeout)
		d.fail(x, targets.FaultTimeout)
	case <-d.life.Done():
		x.integration = time.Since(x.ready)
		d.fail(x, targets.FaultThrown)
	}
	x.pending = true
	d.late.Go(func() { d.countLate(<-done) })
	return out, false
}

// mayInvoke says whether Lambda takes a request at all.
func (d *door) mayInvoke(x *exchange) bool {
	x.called = true
	x.invocation = invocation{at: x.ready}
	switch {
	case d.function.forbidden:
		x.invocation.ending = notPermitted
	case !d.function.requestRate.take(x.ready):
		x.invocation.ending = overRate
	default:
		return true
	}
	d.refuse(x, d.endings[x.invocation.ending], refusals[x.invocation.ending])
	return false
}

// run starts an invocation.
func (d *door) run(in runtime.Invocation) <-chan runtime.Outcome {
	done := make(chan runtime.Outcome, 1)
	go func() {
		end := d.meter.staff.real(time.Now())
		out := d.real.Invoke(in)
		end()
		done <- out
	}()
	return done
}

// countLate counts an invocation that its door did not wait for.
func (d *door) countLate(out runtime.Outcome) {
	x := exchange{called: true, invocation: invoked(out)}
	d.tally.invoked(&x.invocation)
	d.meter.invoked(&x)
}

// endingOf says in the model's words how a process went.
var endingOf = map[runtime.Ending]ending{
	runtime.Returned: returned, runtime.Failed: threw, runtime.Overtime: timedOut,
	runtime.AtLimit: overLimit, runtime.AtScaling: overScaling, runtime.Closed: overLimit,
}

// invoked is an outcome as the truth counts it.
func invoked(out runtime.Outcome) invocation {
	in := invocation{at: out.Begun, ending: endingOf[out.Ending], cold: out.Cold, init: out.Init, duration: out.Duration}
	if out.Cold {
		in.where = placedCold
	}
	if out.ErrorType == "Function.ResponseSizeTooLarge" {
		in.ending = overSize
	}
	return in
}

// settle turns what became of an invocation into the door's answer.
func (d *door) settle(x *exchange, request *event.Request, out runtime.Outcome) {
	x.invocation = invoked(out)
	if x.invocation.ending == returned {
		got, err := d.format.Decode(request, out.Payload)
		if err == nil {
			x.invocation.answer = d.responded(got)
			x.answer = x.invocation.answer
			return
		}
		x.invocation.ending = misreturned
	}
	d.refuse(x, d.endings[x.invocation.ending], refusals[x.invocation.ending])
}

// responded makes a function's response the door's answer.
func (d *door) responded(got *event.Response) *answer {
	a := &answer{
		status: got.Status, body: got.Body,
		contentType: []string{got.Get("Content-Type")}, length: []string{strconv.Itoa(len(got.Body))},
	}
	for _, line := range got.Header {
		if name := d.headerOf(line.Name); name != "" {
			a.extra = append(a.extra, [2]string{name, line.Value})
		}
	}
	return a
}

// headerOf is what a header of a function's response is called outside; "" where
// it is left out or set apart.
func (d *door) headerOf(name string) string {
	name = http.CanonicalHeaderKey(name)
	if name == "Content-Type" || hopByHop[name] && name != "Connection" && name != "Content-Length" {
		return ""
	}
	return d.headerName(name)
}

// customReal is the non-proxy integration of a real function: the body is the
// event, and what the function returns is the body.
func customReal(d *door, status func(message string) int) integration {
	return func(x *exchange, path string) {
		d.received(x, path) // for the ids
		body := x.content()
		if len(body) == 0 {
			body = []byte("{}")
		}
		out, there := d.invoke(x, runtime.Invocation{Event: append([]byte(nil), body...)})
		if !there {
			return
		}
		x.invocation = invoked(out)
		switch x.invocation.ending {
		case returned:
			x.answer = newAnswer(http.StatusOK, jsonType, string(out.Payload))
		case threw, timedOut, overSize:
			x.answer = newAnswer(status(messageOf(out.Payload)), jsonType, string(out.Payload))
		default:
			d.refuse(x, d.endings[x.invocation.ending], refusals[x.invocation.ending])
		}
	}
}

// formatOf is how a door talks to its function.
func formatOf(c DoorConfig) event.Format {
	switch c.Kind {
	case targets.RESTAPI.Name:
		return event.REST
	case targets.HTTPAPI.Name:
		if cmp.Or(c.Payload, payload2) == payload1 {
			return event.HTTP1
		}
		return event.HTTP2
	case targets.FunctionURL.Name:
		return event.FunctionURL
	}
	if c.MultiValue {
		return event.ALBMulti
	}
	return event.ALB
}
