package doors

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/identity"
	"tollgate/targets/lab/timer"
)

type door struct {
	Door
	kind     *kind
	config   DoorConfig
	seed     uint64
	started  time.Time
	timer    *timer.Timer
	account  *bucket
	stages   []stage
	errors   map[targets.Fault]*response
	overhead draw
	arrived  atomic.Uint64 // the position in the streams
	ids      []idHeader
	server   []string
	cache    *responseCache // nil: none
	closers  []func()

	function   *lambda                // that is called where no route says which
	qualifier  string                 // by which it is called; "": by none
	functions  map[string]*lambda     // of the lab, by their names
	behind     func(*exchange) callee // the function and its qualifier, which may depend on stage variables
	answers    readyAnswers           // of its modelled function, in place of the application's
	shop       *shop                  // behind a modelled function, and an origin
	format     event.Format
	background sync.WaitGroup // invocations that no exchange waits for any more
	canaries   stream         // draws of which requests meet the canary release

	mostBytes int64     // of a request
	left      *response // what is counted for a client that did not wait; nil: what it would have had
	metrics   *metrics
	counters  counters

	siblings   map[string]*door // the stages of its API by their names, itself among them; nil: it is the only one
	address    string           // of its listener
	sockets    *socketSet       // nil: it is no WebSocket API
	accessLog  *accessLog       // nil: it writes none
	web        *webPool         // nil: it is no Web Function
	webServer  *webBackend      // nil: the Web Function is modelled
	gate       *acceptGate      // nil: the door is not at a socket
	life       context.Context  // ends with the set
	handshakes atomic.Uint64
	edge       *distribution               // nil: it is no distribution
	faults     atomic.Pointer[[]*Injected] // that its requests and handshakes meet
}

type idHeader struct {
	name string
	make func(*exchange) string
}

// newDoor builds the door that config, which is filled and checked, describes.
// The address is that of its listener.
func newDoor(config DoorConfig, seed uint64, address string, account *bucket, w *timer.Timer, issuer *identity.Issuer, functions map[string]*lambda, now time.Time) *door {
	k := kindNamed(config.Kind) // checked
	d := &door{
		Door:      Door{Kind: config.Kind, Name: config.Name, URL: "http://" + address},
		kind:      k,
		address:   address,
		config:    config,
		seed:      seed,
		started:   now,
		timer:     w,
		account:   account,
		errors:    errorResponses(k),
		overhead:  newDraw(*config.Overhead, seed, config.Name+" overhead"),
		functions: functions,
		answers:   config.Function.Answers.ready(),
		shop:      newShop(issuer),
		canaries:  newStream(seed, config.Name+" canary"),
		mostBytes: k.Limits.RequestBytes,
	}
	d.accessLog = newAccessLog(d)
	d.own(now)
	d.counters.truth.Refused, d.counters.truth.Injected = map[string]int64{}, map[string]int64{}
	if config.Canary != nil {
		d.counters.truth.Canary = &CanaryTruth{Status: map[string]int64{}}
	}
	if k.format != nil {
		d.format = k.format(config)
	}
	if config.TLS {
		d.URL = "https://" + address
	}
	for _, name := range k.RequestIDs {
		id := idHeader{name, func(*exchange) string { return gatewayID() }}
		if name == "x-amzn-RequestId" || k.ErrorHeader != "" {
			id.make = k.requestID
		}
		d.ids = append(d.ids, id)
	}
	if k.Server != "" {
		d.server = []string{k.Server}
	}
	d.stages = k.open(d)
	d.behind = d.calling("")
	return d
}

// own settles which function the door calls where no route says so: one of its own,
// unless it names another.
func (d *door) own(now time.Time) {
	if d.config.FunctionName != "" {
		c := d.callee(d.config.FunctionName, d.config.Variables)
		d.function, d.qualifier, d.FunctionName = c.function, c.qualifier, cmp.Or(d.config.soleCallee(), c.called())
		if canary := d.callee(d.config.FunctionName, d.config.canaryVariables()); canary.function == c.function && canary != c {
			d.FunctionName = c.function.name // both releases call it
		}
		return
	}
	if d.function = d.functions[d.Name]; d.function == nil { // an origin has one that is not counted
		d.function = newLambda(d.Name, *d.config.Function, d.seed, now)
	}
	d.answerTo(d.function)
	d.FunctionName = cmp.Or(d.config.soleCallee(), d.Name)
}

// ServeHTTP answers one request: it works out the response and how long it would
// have taken at once, waits until then, and counts the request before the
// client can have its response.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.at(r.URL.Path).receive(w, r, r.URL.Path, nil)
}

// receive does so for a stage. The path is without what a domain's mapping takes of it.
func (d *door) receive(w http.ResponseWriter, r *http.Request, path string, by *domain) {
	x := exchanges.Get().(*exchange)
	x.request, x.path, x.domain, x.errors, x.begun = r, path, by, d.errors, time.Now()
	d.serve(w, x)
	x.recycle()
}

// serve does so. It panics where the connection must end without a response; the
// exchange is then left to the garbage collector.
func (d *door) serve(w http.ResponseWriter, x *exchange) {
	d.respond(x)
	d.record(x)
	x.release()
	x.abandoned = d.timer.Wait(x.request.Context(), x.ready.Add(x.overhead+x.integration)) != nil
	if x.relay != nil {
		d.pass(w, x)
		return
	}
	if x.abandoned && d.left != nil {
		x.response, x.own = d.left, true
	}
	now := time.Now()
	x.elapsed = now.Sub(x.begun) + x.rest
	if x.store != nil && x.fault == "" && x.response.status == http.StatusOK {
		x.store(now)
	}
	d.count(x)
	if x.abandoned { // or net/http would send an empty 200 to a client that only stopped writing
		panic(http.ErrAbortHandler)
	}
	if x.send != nil {
		x.send(w)
		return
	}
	d.head(w, x)
	x.response.send(w)
}

func (d *door) respond(x *exchange) {
	if err := x.receive(d.mostBytes); err != nil { // there is nothing to respond to: the request never became whole
		d.counters.locked(func(t *DoorTruth) { t.Broken++ })
		panic(http.ErrAbortHandler)
	}
	x.nth = d.arrived.Add(1) - 1
	x.overhead = d.overhead.at(x.nth)
	d.inject(x)
	if x.response == nil { // of an injected fault
		for i := 0; i < len(d.stages) && d.stages[i](x); i++ { // until one responds
		}
	}
}

func (d *door) count(x *exchange) {
	billable := int64(1)
	switch {
	case x.uncounted && x.domain == nil && d.config.NoDefaultEndpoint:
		billable = 0
	case d.kind.billable != nil:
		billable = d.kind.billable(x)
	}
	d.counters.count(x, billable)
	d.publish(x)
}

// publish tells CloudWatch what x was, and counts what it called at the function.
func (d *door) publish(x *exchange) {
	d.metrics.count(x)
	d.accessLog.write(x)
	if x.called && !x.pending {
		x.version.of.count(x)
	}
}

// head sets the headers by which this kind is recognised, and those of the response.
func (d *door) head(w http.ResponseWriter, x *exchange) { d.headers(w.Header(), x) }

func (d *door) headers(h http.Header, x *exchange) {
	for i, id := range d.ids {
		if x.ids != nil {
			h[id.name] = x.ids[i : i+1 : i+1]
			continue
		}
		h[id.name] = []string{id.make(x)}
	}
	if d.server != nil {
		h["Server"] = d.server
	}
	if d.kind.traced && x.called && x.fault == "" {
		h["X-Amzn-Trace-Id"] = []string{d.traceOf(x)}
	}
	x.response.head(h)
	for _, line := range x.extra {
		h[line[0]] = append(h[line[0]], line[1])
	}
	if x.last {
		h["Connection"] = []string{"close"}
	}
	if d.edge != nil {
		d.edgeHeaders(h, x)
	}
	if d.config.Edge {
		addCloudFront(h, x.response.status)
	}
}
