package doors

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// Where everything is, as names in events and of functions have it.
const (
	region  = "us-east-1"
	account = "123456789012"
)

// lambda calls the function as the kind does.
func (d *door) lambda(x *exchange) bool {
	if d.kind.invoke != nil {
		return d.kind.invoke(d, x)
	}
	if d.config.streams() {
		return d.invokeStream(x)
	}
	return d.invoke(x)
}

// call is what an exchange asks of the application.
func (x *exchange) call() call {
	return call{x.request.Method, x.path, x.request.URL.Query, x.request.Header.Get("Authorization"), x.content(), x.ready}
}

// invoke calls the function, and responds for it where it fails.
func (d *door) invoke(x *exchange) bool {
	v := d.choose(x)
	switch {
	case x.received > d.kind.largestEvent:
		return x.fail(targets.FaultTooLarge)
	case v.call != nil:
		return d.invokeReal(x)
	}
	x.called = true
	x.invocation = v.invokeAs(x.ready, callMode{takes: d.takes(x)}, func() *response { return v.signed(d.answer(x)) })
	x.report()
	x.integration = x.invocation.took()
	switch limit := time.Duration(d.config.Timeout); {
	case limit > 0 && x.integration > limit: // the function goes on without us
		x.integration = limit
		return x.fail(targets.FaultTimeout)
	case x.invocation.Ending == runtime.Returned:
		x.response = x.invocation.response
		return false
	}
	return d.refuseEnding(x)
}

// answer is what the application behind a door answers. HTTP APIs and function URLs say for
// it what pages may do.
func (d *door) answer(x *exchange) *response {
	if d.kind.application != nil {
		return d.kind.application(x)
	}
	if r := d.answers.find(x.request.Method, x.path); r != nil {
		return r
	}
	cors := d.config.CORS
	if d.kind.allowsOrigins {
		cors = nil
	}
	return cors.behind(x, d.kind.PreflightStatus, func() *response { return d.shop.answer(x.call()) })
}

// takes is how long the sample application waits by itself, as a request asks.
func (d *door) takes(x *exchange) time.Duration {
	if d.kind.application != nil {
		return 0
	}
	script, _ := scriptOf(x.request.Method, x.path, x.request.URL.Query)
	return script.lasts()
}

// refusals are the enforcers of the endings that refuse.
var refusals = map[runtime.Ending]enforcer{runtime.Forbidden: byPermission, runtime.AtRate: byFunctionRate, runtime.AtLimit: byFunctionConcurrency, runtime.AtScaling: byFunctionScaling}

func (d *door) refuseEnding(x *exchange) bool {
	return x.refuse(cmp.Or(d.kind.endings[x.invocation.Ending], endings[x.invocation.Ending]), refusals[x.invocation.Ending])
}

// report writes what the log of a modelled function says about the invocation
// of x.
func (x *exchange) report() {
	in := &x.invocation
	if in.Ending.Refused() {
		return
	}
	x.invoked = runtime.NewRequestID()
	x.version.log(in.Report(x.invoked, in.Begun.Add(in.took()), int(x.version.Memory), modelledMemory))
}

// invokeReal asks the processes or the server behind the door. The time that takes is
// real.
func (d *door) invokeReal(x *exchange) bool {
	request := d.eventRequest(x)
	payload, err := d.format.Encode(request)
	if err != nil { // never: the event is plain values
		return x.fail(targets.FaultThrown)
	}
	if out, there := d.await(x, runtime.Invocation{Event: payload}); there {
		d.settle(x, request, out)
	}
	return false
}

// await calls the function and waits as long as the door does. Where the door
// does not wait to the end, the invocation counts when it has ended.
func (d *door) await(x *exchange, in runtime.Invocation) (out invocation, there bool) {
	if !d.mayInvoke(x) {
		return out, false
	}
	in.ID, in.Trace = x.invoked, x.trace
	done := x.run(in)
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
		x.fail(targets.FaultTimeout)
	case <-d.life.Done():
		x.integration = time.Since(x.ready)
		x.fail(targets.FaultThrown)
	}
	x.pending = true
	v, qualifier := x.version, x.qualifier // x is used again
	d.background.Go(func() { d.countInvocation(v, qualifier, <-done) })
	return out, false
}

// mayInvoke says whether Lambda takes a request at all.
func (d *door) mayInvoke(x *exchange) bool {
	x.called = true
	x.invocation = invocation{Outcome: runtime.Outcome{Begun: x.ready}}
	switch {
	case x.version.Forbidden:
		x.invocation.Ending = runtime.Forbidden
	case !x.version.requestRate.take(x.ready):
		x.invocation.Ending = runtime.AtRate
	default:
		return true
	}
	return d.refuseEnding(x)
}

func (x *exchange) run(in runtime.Invocation) <-chan invocation {
	done, v := make(chan invocation, 1), x.version
	in.Qualifier = x.qualifier
	go func() { done <- v.call(in) }()
	return done
}

// countInvocation counts an invocation that its door did not wait for.
func (d *door) countInvocation(v *version, qualifier string, out invocation) {
	x := exchange{called: true, invocation: out, version: v, qualifier: qualifier}
	d.counters.countInvocation(&x.invocation)
	v.of.count(&x)
}

// outcomeOf is an outcome as the truth counts it.
func outcomeOf(out runtime.Outcome) invocation {
	in := invocation{Outcome: out}
	switch {
	case out.Ending == runtime.Closed:
		in.Ending = runtime.AtLimit
	case out.ErrorType == runtime.ErrorTooLarge:
		in.Ending = runtime.TooLarge
	}
	if out.Cold {
		in.where = placedCold
	}
	return in
}

// settle turns what became of an invocation into the door's response.
func (d *door) settle(x *exchange, request *event.Request, out invocation) {
	x.invocation = out
	if x.invocation.Ending == runtime.Returned {
		got, err := d.format.Decode(request, out.Payload)
		if err == nil {
			x.invocation.response = d.decoded(got)
			x.response = x.invocation.response
			return
		}
		x.invocation.Ending = runtime.Malformed
	}
	d.refuseEnding(x)
}

func (d *door) decoded(got *event.Response) *response {
	r := &response{
		status: got.Status, body: got.Body,
		contentType: []string{got.Get("Content-Type")}, length: []string{strconv.Itoa(len(got.Body))},
	}
	for _, line := range got.Header {
		if name := d.headerName(line.Name); name != "" {
			r.extra = append(r.extra, [2]string{name, line.Value})
		}
	}
	return r
}

// eventRequest is x as the function sees it. It settles the ids of x, which the
// response's headers repeat.
func (d *door) eventRequest(x *exchange) *event.Request {
	q := x.request
	x.identify(d)
	r := &event.Request{
		Method: q.Method, Path: x.path, Full: q.URL.Path, RawFull: q.URL.EscapedPath(), Query: q.URL.RawQuery, Proto: q.Proto,
		Host: q.Host, Header: q.Header, Body: slices.Clone(x.content()), Scheme: "http", Time: x.begun,
		ID: x.ids[0], Extended: x.ids[len(x.ids)-1], Trace: x.trace,
		Account: account, Region: region, API: d.kind.id(d.apiName()), Stage: d.Stage, Binary: d.config.Binary,
		Group: d.targetGroup(), Variables: x.variables(d),
	}
	if host, _, err := net.SplitHostPort(q.RemoteAddr); err == nil {
		r.SourceIP = host
	}
	if _, port, err := net.SplitHostPort(q.Host); err == nil {
		r.Port = port
	}
	if d.config.TLS {
		r.Scheme = "https"
	}
	if x.domain != nil {
		r.Domain = x.domain.Name
	}
	if x.route != nil {
		r.Resource, r.RouteKey, r.Parameters = x.route.Path, x.route.key(), x.route.parameters(x.path)
	}
	if x.connection != nil {
		r.Socket, r.RouteKey = x.connection, x.routeKey
	}
	if d.config.Authorizer != nil { // of a Function URL
		r.AccessKey = accessKey(q.Header.Get("Authorization"))
	}
	return r
}

// identify makes up the ids of an exchange, once.
func (x *exchange) identify(d *door) {
	x.invoked = runtime.NewRequestID()
	d.traceOf(x)
	x.ids = []string{""}
	if len(d.ids) > 0 {
		x.ids = x.ids[:0]
	}
	for _, id := range d.ids {
		x.ids = append(x.ids, id.make(x))
	}
}

var credentialOf = document.Form(`Credential=([A-Za-z0-9]{1,128})/`)

func accessKey(authorization string) string {
	if found := credentialOf().FindStringSubmatch(authorization); found != nil {
		return found[1]
	}
	return ""
}
