package doors

import (
	"cmp"
	"context"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
	return d.invoke(x)
}

// call is what an exchange asks of the application.
func (x *exchange) call() call {
	return call{x.request.Method, x.path, x.request.URL.Query, x.request.Header.Get("Authorization"), x.content(), x.ready}
}

// invoke calls the function, and responds for it where it fails.
func (d *door) invoke(x *exchange) bool {
	switch {
	case x.received > d.kind.largestEvent:
		return x.fail(targets.FaultTooLarge)
	case d.call != nil:
		return d.invokeReal(x)
	}
	x.called = true
	x.invocation = d.function.invoke(x.ready, func() *response { return d.answer(x) })
	d.report(x)
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
	cors := d.config.CORS
	if d.kind.allowsOrigins {
		cors = nil
	}
	return cors.behind(x, d.kind.PreflightStatus, func() *response { return d.shop.answer(x.call()) })
}

// refusals are the enforcers of the endings that refuse.
var refusals = map[runtime.Ending]enforcer{runtime.Forbidden: byPermission, runtime.AtRate: byFunctionRate, runtime.AtLimit: byFunctionConcurrency, runtime.AtScaling: byFunctionScaling}

func (d *door) refuseEnding(x *exchange) bool {
	return x.refuse(cmp.Or(d.kind.endings[x.invocation.Ending], endings[x.invocation.Ending]), refusals[x.invocation.Ending])
}

// report writes what the log of a modelled function says about the invocation
// of x.
func (d *door) report(x *exchange) {
	in := &x.invocation
	if in.Ending.Refused() {
		return
	}
	x.invoked = runtime.NewRequestID()
	d.log.Add(in.Report(x.invoked, in.Begun.Add(in.took()), int(d.config.Function.Memory), modelledMemory))
}

// startFunction readies the processes behind d, where its function is a command.
// Secret says that only the user has the keys of the AWS endpoint.
// An origin has no function.
func (d *door) startFunction(secret bool) error {
	c := d.config.Function
	d.secret = secret
	switch {
	case d.FunctionName == "":
		return nil
	case c.Proxy != "":
		d.startProxied()
		return nil
	case len(c.Command) == 0:
		return nil
	}
	real, err := runtime.NewFunction(runtime.Config{
		Name: d.FunctionName, Command: c.Command, Dir: c.Dir, Handler: c.Handler, Environment: d.environment(),
		Region: region, Account: account, Path: os.Getenv("PATH"),
		Memory: int(c.Memory), Timeout: time.Duration(c.Timeout), Concurrency: *c.Concurrency, Idle: time.Duration(c.Idle),
		Scale: d.function.scale,
	}, d.log)
	if err != nil {
		return err
	}
	d.real = real
	d.call = func(in runtime.Invocation) invocation { return outcomeOf(real.Invoke(in)) }
	d.closers = append(d.closers, real.Close, d.background.Wait)
	return nil
}

// environment is what the user states of the function's, and where the SDKs find the
// @connections API of a WebSocket API.
func (d *door) environment() map[string]string {
	stated := d.config.Function.Environment
	if d.sockets == nil {
		return stated
	}
	key := d.sockets.config.Credentials[0]
	all := map[string]string{
		"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": strings.Replace(d.URL, "ws", "http", 1),
		"AWS_ACCESS_KEY_ID":                        key.AccessKeyID, "AWS_SECRET_ACCESS_KEY": key.SecretAccessKey,
	}
	maps.Copy(all, stated)
	return all
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
	d.function.environments.retire(time.Now())
}

// granted is what processes get of the variables that a client of the Lambda
// endpoint asks for. A variable can make a program load any code. Where the keys
// of the endpoint are the well-known ones, only variables of Tollgate itself change.
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

// shown is what the Lambda endpoint shows of a function's variables: names
// alone, where the endpoint's keys are the well-known ones.
func (d *door) shown() map[string]string {
	if d.secret {
		return d.config.Function.Environment
	}
	return d.config.Function.masked().Environment
}

func (c Config) keysAreSecret() bool {
	return !slices.ContainsFunc(c.Credentials, func(k Credential) bool { return k.AccessKeyID == targets.LabKeys.ID })
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
		x.fail(targets.FaultTimeout)
	case <-d.life.Done():
		x.integration = time.Since(x.ready)
		x.fail(targets.FaultThrown)
	}
	x.pending = true
	d.background.Go(func() { d.countInvocation(<-done) })
	return out, false
}

// mayInvoke says whether Lambda takes a request at all.
func (d *door) mayInvoke(x *exchange) bool {
	x.called = true
	x.invocation = invocation{Outcome: runtime.Outcome{Begun: x.ready}}
	switch {
	case d.function.Forbidden:
		x.invocation.Ending = runtime.Forbidden
	case !d.function.requestRate.take(x.ready):
		x.invocation.Ending = runtime.AtRate
	default:
		return true
	}
	return d.refuseEnding(x)
}

func (d *door) run(in runtime.Invocation) <-chan invocation {
	done := make(chan invocation, 1)
	go func() { done <- d.call(in) }()
	return done
}

// countInvocation counts an invocation that its door did not wait for.
func (d *door) countInvocation(out invocation) {
	x := exchange{called: true, invocation: out}
	d.counters.countInvocation(&x.invocation)
	d.metrics.countInvocation(&x)
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
		Account: account, Region: region, API: d.kind.id(d.Name), Stage: d.Stage, Binary: d.config.Binary,
		Group: d.targetGroup(),
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

var credentialOf = regexp.MustCompile(`Credential=([A-Za-z0-9]{1,128})/`)

func accessKey(authorization string) string {
	if found := credentialOf.FindStringSubmatch(authorization); found != nil {
		return found[1]
	}
	return ""
}
