package doors

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
	"tollgate/targets/lab/timer"
)

// A door is one front door at work.
type door struct {
	Door
	kind     *targets.Kind
	config   DoorConfig
	timer    *timer.Timer
	account  *bucket
	function *function
	real     *runtime.Function // nil: the function is modelled
	log      *runtime.Log
	format   event.Format
	late     sync.WaitGroup // invocations that nobody waits for any more
	secret   bool           // only the user has the keys of the AWS endpoint
	overhead draw
	arrived  atomic.Uint64 // the position in the streams
	rule     func(*exchange)
	endings  map[ending]targets.Fault // how this kind shows what became of an invocation
	answers  map[targets.Fault]*answer
	ids      []idHeader
	traced   bool    // answers of the function carry a trace
	tracer   *tracer // nil: X-Ray records nothing
	server   []string
	cache    *responseCache      // nil: none
	plan     map[string]*planKey // nil: none
	seed     uint64
	started  time.Time
	unproven targets.Fault // how this kind shows that a signature is missing
	closers  []func()

	mostBytes int64   // of a request
	streams   int64   // that one connection carries over HTTP/2
	left      *answer // what is counted for a client that did not wait; nil: what it would have had
	meter     *meter
	tally     tally

	gate       *gate           // nil: the door is not at a socket
	life       context.Context // ends with the lab
	handshakes atomic.Uint64
	suffering  atomic.Pointer[[]*Injected]
}

// An idHeader is a response header that carries a request id.
type idHeader struct {
	name string
	make func(*exchange) string
}

// ServeHTTP answers one request: it works out the answer and how long it would
// have taken at once, waits until then, and counts the request before the
// client can have its answer.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchanges.Get().(*exchange)
	x.request, x.begun = r, time.Now()
	d.serve(w, x)
	x.recycle()
}

// serve does so. It panics where the connection must end without an answer; the
// exchange is then left to the garbage collector.
func (d *door) serve(w http.ResponseWriter, x *exchange) {
	d.answer(x)
	d.record(x)
	x.release()
	x.abandoned = d.timer.Wait(x.request.Context(), x.ready.Add(x.overhead+x.integration)) != nil
	if x.relay != nil {
		d.pass(w, x)
		return
	}
	if x.abandoned && d.left != nil {
		x.answer, x.own = d.left, true
	}
	now := time.Now()
	x.elapsed = now.Sub(x.begun) + x.rest
	if x.keep != "" {
		d.cache.put(x.keep, x.answer, now, x.keepFor)
	}
	d.tally.count(x, d.billable(x))
	d.meter.count(x)
	if x.abandoned { // or net/http would send an empty 200 to a client that only stopped writing
		panic(http.ErrAbortHandler)
	}
	if x.deliver != nil {
		x.deliver(w)
		return
	}
	d.head(w, x)
	x.answer.send(w)
}

// answer reads the request and works out the answer, and how long it takes.
func (d *door) answer(x *exchange) {
	tooLarge, err := x.receive(d.mostBytes)
	if err != nil { // nothing that could be answered: the request never became whole
		d.tally.broken.Add(1)
		panic(http.ErrAbortHandler)
	}
	x.nth = d.arrived.Add(1) - 1
	x.overhead = d.overhead.at(x.nth)
	d.befall(x)
	if x.answer != nil { // of a fault on demand
		return
	}
	switch refused := d.refusedHead(x.request); {
	case refused != "":
		d.fail(x, refused)
	case tooLarge:
		d.fail(x, targets.FaultTooLarge)
	default:
		d.rule(x)
	}
}

// fail lets the door itself answer.
func (d *door) fail(x *exchange, fault targets.Fault) {
	x.fault, x.answer = fault, d.answers[fault]
}

// refuse fails x and remembers what turned it away.
func (d *door) refuse(x *exchange, fault targets.Fault, by layer) {
	x.refused = by
	d.fail(x, fault)
}

// refusals are the layers of the endings that refuse.
var refusals = map[ending]layer{notPermitted: byPermission, overRate: byFunctionRate, overLimit: byFunctionConcurrency, overScaling: byFunctionScaling}

// call asks the function, and answers for it where it fails.
func (d *door) call(x *exchange, path string) {
	if unfit := d.unfit(x); unfit != "" {
		d.fail(x, unfit)
		return
	}
	if d.real != nil {
		d.callReal(x, path)
		return
	}
	x.called = true
	x.invocation = d.function.invoke(x.ready, x.request.Method, path, x.content())
	d.report(x)
	d.meter.staff.modelled(&x.invocation)
	x.integration = x.invocation.took()
	switch limit := time.Duration(d.config.Timeout); {
	case limit > 0 && x.integration > limit: // the function goes on without us
		x.integration = limit
		d.fail(x, targets.FaultTimeout)
	case x.invocation.ending == returned && d.kind == &targets.ALB && x.invocation.answer.size() > d.kind.Limits.ResponseBytes:
		d.fail(x, targets.FaultMalformed)
	case x.invocation.ending == returned:
		x.answer = x.invocation.answer
	default:
		d.refuse(x, d.endings[x.invocation.ending], refusals[x.invocation.ending])
	}
}

// head sets the headers that tell this kind of door, and those of the answer.
func (d *door) head(w http.ResponseWriter, x *exchange) {
	h := w.Header()
	for i, id := range d.ids {
		if x.ids != nil {
			h[id.name] = x.ids[i : i+1 : i+1]
			continue
		}
		h[id.name] = x.line(id.make(x))
	}
	if d.server != nil {
		h["Server"] = d.server
	}
	if d.traced && x.called && x.fault == "" {
		h["X-Amzn-Trace-Id"] = x.line(d.traceOf(x))
	}
	x.answer.head(h)
	for _, line := range x.extra {
		h[line[0]] = append(h[line[0]], line[1])
	}
	if x.last {
		h["Connection"] = []string{"close"}
	}
	if d.config.Edge {
		edge(h, x.answer.status)
	}
}

// edge adds what CloudFront adds to the answers of an edge-optimised API.
// Source: as recorded in LocalStack's snapshots; the place is made up.
func edge(h http.Header, status int) {
	h["Via"] = []string{"1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)"}
	h["X-Amz-Cf-Pop"] = []string{"FRA00-P1"}
	h["X-Amz-Cf-Id"] = []string{gatewayID() + gatewayID()}
	h["X-Cache"] = []string{"Miss from cloudfront"}
	if status >= 400 {
		h["X-Cache"] = []string{"Error from cloudfront"}
	}
}
