package doors

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/s3"
	"tollgate/targets/lab/function/runtime"
	"tollgate/targets/lab/identity"
)

// A Truth is what really happened in a lab. Tests compare with it; reports and
// analyses never read it.
type Truth struct {
	Seed        uint64          `json:"seed"`
	Account     Throttle        `json:"account"`
	MetricDelay Duration        `json:"metric_delay"`
	Doors       []DoorTruth     `json:"doors"`
	Functions   []FunctionTruth `json:"functions"`
	Domains     []DomainTruth   `json:"domains,omitempty"`
	Faults      []*Injected     `json:"faults"` // under way or to come

	Tokens  *identity.Truth `json:"tokens,omitempty"`  // of the token endpoint and the user pool; nil: none was asked for
	Objects *s3.Truth       `json:"objects,omitempty"` // what happened at the object store, if anything did

	Metrics []cloudwatch.Truth `json:"metrics"` // what CloudWatch should say once all is published
}

// DoorTruth is what really happened at one door. A request counts as soon as
// its response is certain, before the client has it.
type DoorTruth struct {
	Name        string                  `json:"name"`
	Kind        string                  `json:"kind"`
	Requests    int64                   `json:"requests"`
	Billable    int64                   `json:"billable_requests"`
	Preflights  int64                   `json:"preflights,omitempty"` // of the requests, those by which browsers ask what pages may do
	Status      map[string]int64        `json:"status"`
	Protocols   map[string]int64        `json:"requests_by_protocol"`
	Abandoned   int64                   `json:"abandoned"`             // of the requests, those whose client left before the response
	Broken      int64                   `json:"broken"`                // requests that never became whole; they are not counted elsewhere
	Refused     map[string]int64        `json:"refused"`               // by what refused them
	Plans       []PlanTruth             `json:"usage_plans,omitempty"` // usage_plan, then more_usage_plans
	Invocations int64                   `json:"invocations"`
	ColdStarts  int64                   `json:"cold_starts"`
	Errors      int64                   `json:"function_errors"`
	Throttles   int64                   `json:"function_throttles"`
	InitMS      float64                 `json:"init_ms"`                                 // of all cold starts together
	InitTimes   []float64               `json:"init_times_ms"`                           // of each cold start, in their order; of the first 10,000
	Waited      int64                   `json:"requests_that_waited_for_init,omitempty"` // of a Web Function, whose environments serve several at a time
	Provisioned int64                   `json:"provisioned_invocations,omitempty"`
	Spilled     int64                   `json:"provisioned_spillover,omitempty"` // invocations that the provisioned environments did not take
	Ahead       int64                   `json:"proactive_inits,omitempty"`       // new environments that were initialised before their first request
	DurationMS  float64                 `json:"duration_ms"`
	BilledMS    int64                   `json:"billed_ms"`
	CacheHits   int64                   `json:"cache_hits"`
	CacheMisses int64                   `json:"cache_misses"`
	Authorizers int64                   `json:"authorizer_invocations,omitempty"`
	Expired     int64                   `json:"tokens_expired,omitempty"`   // requests that an authorizer or the application refused for a token that had expired
	Rules       int64                   `json:"rule_evaluations,omitempty"` // the default rule included, the free ones too
	Streamed    int64                   `json:"streamed,omitempty"`
	Beyond      int64                   `json:"streamed_beyond_6mb_bytes,omitempty"` // of each streamed response, what Lambda bills by its size
	Events      *EventTruth             `json:"events,omitempty"`                    // of GET /events, where it was streamed
	Queued      int64                   `json:"queued,omitempty"`                    // messages that a queue took
	Services    map[string]ServiceTruth `json:"services,omitempty"`                  // behind it, by their names and actions
	Injected    map[string]int64        `json:"injected,omitempty"`                  // requests, or handshakes, by the injected fault that they met
	Foreign     int64                   `json:"foreign,omitempty"`                   // requests that only CloudWatch saw
	BytesIn     int64                   `json:"bytes_in"`                            // on the wire
	BytesOut    int64                   `json:"bytes_out"`
	Connections int64                   `json:"connections"` // opened so far
	Open        int64                   `json:"connections_open"`
	Routes      map[string]RouteTruth   `json:"routes,omitempty"` // of an API, by "GET /users"
	Canary      *CanaryTruth            `json:"canary,omitempty"` // of the requests, those that met the canary release
	Sockets     *SocketTruth            `json:"websocket,omitempty"`
	Shop        *ShopTruth              `json:"application,omitempty"` // what happened in the application; nil: nothing that it remembers
	Config      DoorConfig              `json:"config"`                // without keys, tokens and other secrets

	Distribution *DistributionTruth `json:"distribution,omitempty"`
}

// PlanTruth is what came of the requests with the keys of one usage plan.
type PlanTruth struct {
	Requests  int64 `json:"requests"`
	Throttled int64 `json:"throttled"` // by the plan or by another limit
}

// UnmarshalJSON reads "befallen", too, the old name of "injected".
func (t *DoorTruth) UnmarshalJSON(text []byte) error {
	type fields DoorTruth
	old := struct {
		*fields
		Befallen map[string]int64 `json:"befallen"`
	}{fields: (*fields)(t)}
	if err := json.Unmarshal(text, &old); err != nil {
		return err
	}
	if t.Injected == nil {
		t.Injected = old.Befallen
	}
	return nil
}

type counters struct {
	in, out, opened, open, foreign atomic.Int64

	mu             sync.Mutex
	truth          DoorTruth // what is not in other fields
	status         [600]int64
	protocols      [numVersions]int64
	init, duration time.Duration
}

const mostInits = 10_000

func (c *counters) count(x *exchange, billable int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.truth
	t.Requests++
	t.Billable += billable
	t.Rules += int64(x.rules)
	c.status[x.response.status]++
	c.protocols[protocolOf(x.request)]++
	if x.refused != "" {
		t.Refused[string(x.refused)]++
	}
	if x.plan > 0 {
		t.Plans[x.plan-1].Requests++
		addIf(&t.Plans[x.plan-1].Throttled, x.response.status == http.StatusTooManyRequests)
	}
	addIf(&t.Preflights, isPreflight(x.request))
	addIf(&t.Abandoned, x.abandoned)
	addIf(&t.CacheHits, x.cache == cacheHit)
	addIf(&t.CacheMisses, x.cache == cacheMiss)
	addIf(&t.Authorizers, x.authorized)
	addIf(&t.Expired, x.expired)
	addIf(&t.Streamed, x.rest > 0 || x.relay != nil)
	t.Beyond += beyondIncluded(x.streamed)
	addIf(&t.Queued, x.queued)
	c.countService(x)
	addIf(&t.Waited, x.waited)
	t.Distribution.count(x.edge)
	if (x.called || x.served) && !x.pending {
		c.add(&x.invocation)
	}
	c.countRoute(x)
	c.countCanary(x)
	t.inject(x.injected)
}

func (t *DoorTruth) inject(faults []string) {
	for _, fault := range faults {
		t.Injected[fault]++
	}
}

func addIf(n *int64, is bool) {
	if is {
		*n++
	}
}

func (c *counters) locked(change func(*DoorTruth)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.truth)
}

// countInvocation counts an invocation that its door did not wait for.
func (c *counters) countInvocation(in *invocation) { c.locked(func(*DoorTruth) { c.add(in) }) }

// add adds an invocation; the lock is held.
func (c *counters) add(in *invocation) {
	t := &c.truth
	switch {
	case in.Ending.Throttled():
		t.Throttles++
		return
	case in.Ending.Refused():
		return
	}
	t.Invocations++
	addIf(&t.Errors, in.Ending != runtime.Returned)
	addIf(&t.Provisioned, in.where == placedProvisioned)
	addIf(&t.Spilled, in.spilled)
	addIf(&t.Ahead, in.ahead)
	if in.Cold {
		t.ColdStarts++
		c.init += in.Init
		if len(t.InitTimes) < mostInits {
			t.InitTimes = append(t.InitTimes, milliseconds(in.Init))
		}
	}
	c.duration += in.Duration
	t.BilledMS += runtime.Billed(in.Init, in.Duration).Milliseconds()
}

// Truth is what really happened so far.
func (s *Set) Truth() Truth {
	t := Truth{Seed: s.config.Seed, Account: *s.config.Account, MetricDelay: s.config.MetricDelay, Faults: s.Faults()}
	for _, d := range s.doors {
		t.Doors = append(t.Doors, d.truth())
	}
	for _, m := range s.domains {
		m.mu.Lock()
		t.Domains = append(t.Domains, m.truth)
		m.mu.Unlock()
	}
	for _, f := range s.functions {
		t.Functions = append(t.Functions, f.truth())
	}
	if seen := s.objects.Truth(); seen != (s3.Truth{}) {
		t.Objects = &seen
	}
	t.Tokens, t.Metrics = s.issuer.Truth(), s.store.Truth()
	return t
}

func (d *door) truth() DoorTruth {
	c := &d.counters
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.truth
	t.Name, t.Kind, t.Config = d.Name, d.Door.Kind, d.config.masked()
	t.InitMS, t.DurationMS = milliseconds(c.init), milliseconds(c.duration)
	t.InitTimes = append([]float64{}, t.InitTimes...)
	t.Shop = d.shop.seen()
	if t.Events != nil {
		seen := *t.Events
		t.Events = &seen
	}
	t.Expired += d.shop.outdated()
	t.Sockets = d.sockets.seen()
	t.Ahead += d.web.startedAhead()
	t.Services = maps.Clone(t.Services)
	t.Injected, t.Refused, t.Plans, t.Routes = maps.Clone(t.Injected), maps.Clone(t.Refused), slices.Clone(t.Plans), maps.Clone(t.Routes)
	t.Canary = t.Canary.clone()
	t.Distribution = t.Distribution.clone()
	t.BytesIn, t.BytesOut, t.Connections, t.Open, t.Foreign = c.in.Load(), c.out.Load(), c.opened.Load(), c.open.Load(), c.foreign.Load()
	t.Protocols = byProtocol(c.protocols)
	t.Status = map[string]int64{}
	for code, n := range c.status {
		if n > 0 {
			t.Status[strconv.Itoa(code)] = n
		}
	}
	return t
}
