package doors

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
)

// A tally counts what happened at a door, exactly.
type tally struct {
	requests, abandoned, broken, billable         atomic.Int64
	invocations, coldStarts, errors, throttles    atomic.Int64
	billed, init, duration                        atomic.Int64 // nanoseconds
	provisioned, spilled, ahead                   atomic.Int64 // invocations
	hits, misses                                  atomic.Int64
	in, out, opened, open                         atomic.Int64
	refused                                       [numLayers]atomic.Int64
	status                                        [600]atomic.Int64
	foreign, authorizers, queued, rules, streamed atomic.Int64
	befallen                                      sync.Map // of *atomic.Int64 by the name of a fault on demand

	mu    sync.Mutex
	inits []time.Duration // of the first cold starts
}

// mostInits is how many cold starts are remembered one by one.
const mostInits = 10_000

// count adds one exchange.
func (t *tally) count(x *exchange, billable int64) {
	t.requests.Add(1)
	t.status[x.answer.status].Add(1)
	t.refused[x.refused].Add(1)
	if x.abandoned {
		t.abandoned.Add(1)
	}
	t.billable.Add(billable)
	switch x.cache {
	case cacheHit:
		t.hits.Add(1)
	case cacheMiss:
		t.misses.Add(1)
	}
	if x.called && !x.pending {
		t.invoked(&x.invocation)
	}
	if x.authorized {
		t.authorizers.Add(1)
	}
	t.rules.Add(int64(x.rules))
	if x.rest > 0 || x.relay != nil {
		t.streamed.Add(1)
	}
	if x.queued {
		t.queued.Add(1)
	}
	for _, fault := range x.befallen {
		t.suffered(fault)
	}
}

// suffered counts a request, or a handshake, that a fault on demand befell.
func (t *tally) suffered(fault string) {
	n, _ := t.befallen.LoadOrStore(fault, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

func (t *tally) invoked(in *invocation) {
	switch {
	case in.ending.throttled():
		t.throttles.Add(1)
		return
	case in.ending.refused():
		return
	}
	t.invocations.Add(1)
	if in.ending != returned {
		t.errors.Add(1)
	}
	if in.cold {
		t.startedCold(in.init)
	}
	switch {
	case in.where == placedProvisioned:
		t.provisioned.Add(1)
	case in.spilled:
		t.spilled.Add(1)
	}
	if in.ahead {
		t.ahead.Add(1)
	}
	t.duration.Add(int64(in.duration))
	t.billed.Add(int64(in.billed()))
}

func (t *tally) startedCold(took time.Duration) {
	t.coldStarts.Add(1)
	t.init.Add(int64(took))
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.inits) < mostInits {
		t.inits = append(t.inits, took)
	}
}

// initTimes are the INIT times that are remembered, in milliseconds.
func (t *tally) initTimes() []float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	times := make([]float64, len(t.inits))
	for i, took := range t.inits {
		times[i] = milliseconds(int64(took))
	}
	return times
}

// Truth is what really happened in a lab. Tests compare with it; reports and
// analyses never read it.
type Truth struct {
	Seed        uint64      `json:"seed"`
	Account     Throttle    `json:"account"`
	MetricDelay Duration    `json:"metric_delay"`
	Doors       []DoorTruth `json:"doors"`
	Faults      []*Injected `json:"faults"` // under way or to come

	Metrics []cloudwatch.Truth `json:"metrics"` // what CloudWatch should say once all is published
}

// DoorTruth is what really happened at one door. A request counts as soon as
// its answer is certain, before the client has it.
type DoorTruth struct {
	Name        string           `json:"name"`
	Kind        string           `json:"kind"`
	Requests    int64            `json:"requests"`
	Billable    int64            `json:"billable_requests"`
	Status      map[string]int64 `json:"status"`
	Abandoned   int64            `json:"abandoned"` // of the requests, those whose client left before the answer
	Broken      int64            `json:"broken"`    // requests that never became whole; they are not counted elsewhere
	Refused     map[string]int64 `json:"refused"`   // by layer
	Invocations int64            `json:"invocations"`
	ColdStarts  int64            `json:"cold_starts"`
	Errors      int64            `json:"function_errors"`
	Throttles   int64            `json:"function_throttles"`
	InitMS      float64          `json:"init_ms"`       // of all cold starts together
	InitTimes   []float64        `json:"init_times_ms"` // of each cold start, in their order; of the first 10,000
	Provisioned int64            `json:"provisioned_invocations,omitempty"`
	Spilled     int64            `json:"provisioned_spillover,omitempty"` // invocations that the provisioned environments did not take
	Ahead       int64            `json:"proactive_inits,omitempty"`       // new environments that were initialised before their first request
	DurationMS  float64          `json:"duration_ms"`
	BilledMS    int64            `json:"billed_ms"`
	CacheHits   int64            `json:"cache_hits"`
	CacheMisses int64            `json:"cache_misses"`
	Authorizers int64            `json:"authorizer_invocations,omitempty"`
	Rules       int64            `json:"rule_evaluations,omitempty"` // the default rule included, the free ones too
	Streamed    int64            `json:"streamed,omitempty"`
	Queued      int64            `json:"queued,omitempty"`   // messages that a queue took
	Befallen    map[string]int64 `json:"befallen,omitempty"` // requests, or handshakes, by the fault on demand that they met
	Foreign     int64            `json:"foreign,omitempty"`  // requests that only CloudWatch saw
	BytesIn     int64            `json:"bytes_in"`           // on the wire
	BytesOut    int64            `json:"bytes_out"`
	Connections int64            `json:"connections"` // opened so far
	Open        int64            `json:"connections_open"`
	Config      DoorConfig       `json:"config"` // without keys, tokens and other secrets
}

// Truth is what really happened so far.
func (s *Set) Truth() Truth {
	t := Truth{Seed: s.config.Seed, Account: *s.config.Account, MetricDelay: s.config.MetricDelay, Faults: s.Faults()}
	for _, d := range s.doors {
		t.Doors = append(t.Doors, d.truth())
	}
	t.Metrics = s.store.Truth()
	return t
}

// truth reads the tally.
func (d *door) truth() DoorTruth {
	t := &d.tally
	truth := DoorTruth{
		Name: d.Name, Kind: d.Kind,
		Requests: t.requests.Load(), Billable: t.billable.Load(),
		Abandoned: t.abandoned.Load(), Broken: t.broken.Load(),
		Invocations: t.invocations.Load(), ColdStarts: t.coldStarts.Load(), Errors: t.errors.Load(), Throttles: t.throttles.Load(),
		InitMS: milliseconds(t.init.Load()), DurationMS: milliseconds(t.duration.Load()),
		BilledMS:  t.billed.Load() / int64(time.Millisecond),
		CacheHits: t.hits.Load(), CacheMisses: t.misses.Load(),
		BytesIn: t.in.Load(), BytesOut: t.out.Load(), Connections: t.opened.Load(), Open: t.open.Load(),
		Status: map[string]int64{}, Refused: map[string]int64{}, Config: d.config,
	}
	for code := range t.status {
		if n := t.status[code].Load(); n > 0 {
			truth.Status[strconv.Itoa(code)] = n
		}
	}
	for by := letIn + 1; by < numLayers; by++ {
		if n := t.refused[by].Load(); n > 0 {
			truth.Refused[layerNames[by]] = n
		}
	}
	truth.Rules, truth.Streamed = t.rules.Load(), t.streamed.Load()
	truth.Foreign, truth.Authorizers, truth.Queued = t.foreign.Load(), t.authorizers.Load(), t.queued.Load()
	t.befallen.Range(func(fault, n any) bool {
		if truth.Befallen == nil {
			truth.Befallen = map[string]int64{}
		}
		truth.Befallen[fault.(string)] = n.(*atomic.Int64).Load()
		return true
	})
	truth.InitTimes, truth.Provisioned, truth.Spilled, truth.Ahead = t.initTimes(), t.provisioned.Load(), t.spilled.Load(), t.ahead.Load()
	truth.Config = d.config.public()
	return truth
}

func milliseconds(ns int64) float64 { return float64(ns) / float64(time.Millisecond) }

// public is d without its secrets.
func (d DoorConfig) public() DoorConfig {
	if p := d.UsagePlan; p != nil {
		d.UsagePlan = &UsagePlan{Throttle: p.Throttle, Methods: p.Methods, Quota: p.Quota}
	}
	d.MorePlans = slices.Clone(d.MorePlans)
	for i := range d.MorePlans {
		d.MorePlans[i].Keys = nil
	}
	if d.Authorizer != nil {
		d.Authorizer = d.Authorizer.public()
	}
	d.Function = d.Function.public()
	d.Routes = slices.Clone(d.Routes)
	for i := range d.Routes {
		if a := d.Routes[i].Authorizer; a != nil {
			d.Routes[i].Authorizer = a.public()
		}
	}
	return d
}
