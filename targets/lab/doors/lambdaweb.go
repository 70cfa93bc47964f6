package doors

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// A WebFunction is what a Lambda Web Function is set to.
type WebFunction struct {
	Concurrency  int        `json:"concurrency,omitempty" doc:"min=1;max=128"`        // requests at a time in one environment; default 64
	Environments int        `json:"max_environments,omitempty" doc:"min=2;max=10000"` // default 1,000, the quota of an account
	Rate         *PerSecond `json:"rate_limit,omitempty"`                             // in the steps that there are; none: the quota of an account, 10,000/s
	CPU          Duration   `json:"cpu,omitempty"`                                    // of a modelled function: how long a request keeps the one thread of its environment busy
	Throttled    int        `json:"throttled_status,omitempty"`                       // of refused requests; default 429, which AWS does not document
}

func (w *WebFunction) filled() *WebFunction {
	f := *or(w, WebFunction{})
	f.Concurrency = cmp.Or(f.Concurrency, targets.WebPerEnvironment)
	f.Environments = cmp.Or(f.Environments, targets.WebQuotaEnvironments)
	f.Rate = or(f.Rate, PerSecond(targets.WebQuotaRate))
	f.Throttled = cmp.Or(f.Throttled, targets.WebThrottled)
	return &f
}

func (w *WebFunction) check(at string, p *problems) {
	within(p, at+".concurrency", w.Concurrency, 1, targets.WebMostPerEnvironment)
	within(p, at+".max_environments", w.Environments, targets.WebLeastEnvironments, targets.WebMostEnvironments)
	within(p, at+".throttled_status", w.Throttled, 400, 599)
	p.between(at+".cpu", w.CPU, 0, targets.WebLongestTimeout)
	if rate := float64(*w.Rate); rate != float64(int64(rate)) || !targets.IsWebRate(int64(rate)) {
		p.add("%s.rate_limit: %v/s must be 0/s, 100/s to 1000/s in steps of 100/s, or 2000/s to 10000/s in steps of 1000/s", at, rate)
	}
}

// lambdaWeb is a Lambda Web Function: no event, but HTTP, to an environment that serves
// several requests at a time (webpool.go).
//
// Assumed: that throttling is a token bucket with a burst of one second; INIT and idle
// environments as of functions; that a request waits for INIT within its timeout; that a
// modelled function has one thread, as Node.js, the only runtime, and is not slowed down by
// anything else.
var lambdaWeb = kind{
	Kind:     &targets.LambdaWeb,
	errors:   webErrors(),
	overhead: LogNormal{Median: Duration(1 * time.Millisecond), Sigma: 0.3},
	keys:     []string{"authorizer", "web_function"},
	fill: func(d *DoorConfig) {
		d.Web, d.Timeout = d.Web.filled(), cmp.Or(d.Timeout, Duration(targets.WebTimeout))
	},
	check:     checkLambdaWeb,
	open:      openLambdaWeb,
	start:     (*door).startWeb,
	id:        webID,
	requestID: func(*exchange) string { return requestID() },
	renames:   passedOn,
	nonzero:   true,
	onDemand:  true,
}

// webErrors are those of targets.LambdaWeb, and one of the lab's own, which does not read
// bodies of any size.
func webErrors() targets.ErrorResponses {
	all := targets.ErrorResponses{targets.FaultTooLarge: {Status: 413, Type: jsonType, Body: `{"error":"the lab reads 10 MiB of a body"}`}}
	for fault, e := range targets.LambdaWeb.Errors {
		all[fault] = e
	}
	return all
}

// passedOn says under which name a server's header reaches the client: "" of those that are
// about a connection.
func passedOn(header string) string {
	if hopByHop[header] {
		return ""
	}
	return header
}

func checkLambdaWeb(_ *kind, d DoorConfig, at string, p *problems) {
	d.Web.check(at+".web_function", p)
	p.between(at+".timeout", d.Timeout, targets.WebShortestTimeout, targets.WebLongestTimeout)
	d.Authorizer.check(at+".authorizer", p)
	if d.Authorizer != nil && d.Authorizer.Type != "iam" {
		p.add("%s.authorizer.type: a Web Function knows iam only", at)
	}
	if d.Web.CPU > 0 && (len(d.Function.Command) > 0 || d.Function.Proxy != "") {
		p.add("%s.web_function.cpu: it is of a modelled function; a server takes as long as it does", at)
	}
}

func openLambdaWeb(d *door) []stage {
	d.WebFunction, d.FunctionName = d.Name, ""
	refusal := *d.errors[targets.FaultThrottled]
	refusal.status = d.config.Web.Throttled
	d.errors[targets.FaultThrottled] = &refusal
	d.web = newWebPool(d)
	iam := newAuthorizer(d, d.config.Authorizer)
	return []stage{
		refuseWebRequests(webHosts(d.Name)),
		limits(nil),
		authenticate(func(*exchange) authorizer { return iam }),
		throttle(newBucket(webThrottle(*d.config.Web.Rate), d.started), byStage),
		func(x *exchange) bool { return d.serveWeb(x) },
	}
}

// webThrottle is the bucket of a rate limit. One of 0 never has a token.
func webThrottle(rate PerSecond) Throttle { return Throttle{Rate: rate, Burst: int(rate)} }

func newWebPool(d *door) *webPool {
	init := d.function.latest.init
	return &webPool{
		per: d.config.Web.Concurrency, most: d.config.Web.Environments, idle: time.Duration(d.config.Function.Idle),
		init: func(number int) time.Duration { return init.at(uint64(number)) },
	}
}

func webID(name string) string { return identifier(name, 0, 16) }

// webHosts says whether a host is one of the service, and not that of the door.
// Source: Lambda developer guide, "HTTP requests" of web functions: the host in lower case,
// without a port, finds the endpoint.
func webHosts(name string) func(host string) bool {
	ours := webID(name)
	return func(host string) bool {
		id, domain, _ := strings.Cut(strings.ToLower(hostOf(host)), ".")
		return strings.Contains("."+domain, ".lambda-web.") && strings.HasSuffix(domain, ".on.aws") && id != ours
	}
}

// refuseWebRequests refuses what never reaches the server.
func refuseWebRequests(elsewhere func(host string) bool) stage {
	return func(x *exchange) bool {
		q := x.request
		switch {
		case !q.ProtoAtLeast(1, 1):
			return x.fail(targets.FaultVersion)
		case elsewhere(q.Host):
			x.uncounted = true
			return x.fail(targets.FaultNoEndpoint)
		case headerLines(q) > targets.WebHeaderLines:
			return x.fail(targets.FaultHeaders)
		case q.Header.Get("Expect") != "":
			return x.fail(targets.FaultExpect)
		case !targets.IsWebMethod(q.Method):
			return x.fail(targets.FaultMethod)
		}
		return true
	}
}

// headerLines counts the lines of a request's header, Host among them.
func headerLines(q *http.Request) int {
	n := 1
	for _, values := range q.Header {
		n += len(values)
	}
	return n
}

// startWeb readies what serves behind the door; a modelled function needs nothing.
func (d *door) startWeb() error {
	switch f := d.config.Function; {
	case f.Proxy != "":
		d.proxyWeb(f.Proxy)
	case len(f.Command) > 0:
		return d.runWeb(f)
	}
	return nil
}

// serveWeb answers a request by an environment.
func (d *door) serveWeb(x *exchange) bool {
	x.served, x.invocation = true, invocation{Outcome: runtime.Outcome{Begun: x.ready}}
	if d.webServer != nil {
		return d.webServer.serve(x)
	}
	return d.modelWeb(x)
}

// modelWeb answers by a modelled function. Shares of invocations that fail are those of the
// function; a response that is none is a failure, too.
func (d *door) modelWeb(x *exchange) bool {
	in, f := &x.invocation, d.function.latest
	n := x.nth
	duration, work := f.warm.at(n), time.Duration(d.config.Web.CPU)
	d.web.mu.Lock()
	e, isNew := d.web.place(x.ready)
	if e == nil {
		d.web.mu.Unlock()
		in.Ending = runtime.AtLimit
		return x.refuse(targets.FaultThrottled, byFunctionConcurrency)
	}
	init, thread := d.web.occupy(e, x.ready, duration, work)
	d.web.mu.Unlock()
	x.waits(e, isNew, init)
	in.Duration = thread + duration
	x.integration = init + in.Duration
	x.extra = append(x.extra, d.webStream(e))
	switch limit := time.Duration(d.config.Timeout); {
	case x.integration > limit:
		x.integration, in.Ending = limit, runtime.Overtime
		return x.fail(targets.FaultTimeout)
	case f.faults.uniform(n) < f.Thrown+f.Malformed:
		in.Ending = runtime.Failed
		return x.fail(targets.FaultThrown)
	}
	if x.response = d.answers.find(x.request.Method, x.path); x.response == nil {
		x.response = d.shop.answer(x.call())
	}
	return false
}

// waits notes how long a request waits for an environment, and whether that was started
// for it.
func (x *exchange) waits(e *webEnvironment, isNew bool, init time.Duration) {
	x.waited = init > 0
	x.invocation.Cold = isNew
	if isNew {
		x.invocation.Init = e.ready.Sub(e.born)
		x.invocation.where = placedCold
	}
}

// webStream names the log stream of an environment, as every response does. That each has
// one of its own is assumed, as of functions.
func (d *door) webStream(e *webEnvironment) [2]string {
	stream := fmt.Sprintf("%s/%d", d.started.UTC().Format("2006/01/02"), e.number)
	if s, is := e.server.(*runtime.Server); is {
		stream = s.Stream
	}
	return [2]string{"lambda-web-logstream", stream + "-" + account + "-" + region}
}
