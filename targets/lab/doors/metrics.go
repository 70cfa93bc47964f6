package doors

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/function/runtime"
)

// Metrics publish what happens at a door: the metrics that its kind is watched by,
// under the names that AWS has for them. What a role counts stands here once, for
// every kind.
type metrics struct {
	nonzero     bool // CloudWatch gets no zeros
	perRequest  []gauge
	connections *cloudwatch.Series // nil: the kind has no such metric
	bytes       *cloudwatch.Series
	capacity    *capacity
}

type gauge struct {
	series *cloudwatch.Series
	read   reading
	canary *cloudwatch.Series                 // of requests that met the canary release; nil: there is none
	detail func(*exchange) *cloudwatch.Series // of the route; nil: no route has a series of its own
}

// A reading is what an exchange adds to a metric, and whether it adds anything.
type reading func(*exchange) (value float64, applies bool)

// readings are what requests add to the metrics of each role. Those of connections
// are counted as bytes pass.
//
// Sources: API Gateway developer guide, "Amazon API Gateway dimensions and metrics"
// and "Working with metrics for HTTP APIs"; Lambda developer guide, "Types of
// metrics for Lambda functions" and "Monitoring Lambda function URLs"; Application
// Load Balancer user guide, "CloudWatch metrics".
var readings = map[targets.Role]reading{
	targets.RoleCount:       func(*exchange) (float64, bool) { return 1, true },
	targets.RoleClientError: func(x *exchange) (float64, bool) { return one(x.response.status/100 == 4), true },
	targets.RoleServerError: func(x *exchange) (float64, bool) { return one(x.response.status/100 == 5), true },
	targets.RoleLatency:     func(x *exchange) (float64, bool) { return milliseconds(x.elapsed), true },
	targets.RoleIntegration: func(x *exchange) (float64, bool) {
		return milliseconds(x.integration), x.called || x.edge != nil && x.edge.asked
	},
	targets.RoleCacheHit:  func(x *exchange) (float64, bool) { return one(x.cache == cacheHit), x.cache != notCached },
	targets.RoleCacheMiss: func(x *exchange) (float64, bool) { return one(x.cache == cacheMiss), x.cache != notCached },
	targets.RoleHitRate:   func(x *exchange) (float64, bool) { return 100 * one(x.cache == cacheHit), x.cache != notCached },
	targets.RoleSent:      (*exchange).downloaded,
	targets.RoleReceived:  (*exchange).uploaded,

	targets.RoleUserErrors:     func(x *exchange) (float64, bool) { return 1, x.called && x.fault != "" },
	targets.RoleInternalErrors: func(*exchange) (float64, bool) { return 0, false }, // Lambda itself does not fail here
	targets.RoleRejected:       func(*exchange) (float64, bool) { return 0, false }, // as many connections are taken as come

	targets.RoleConnects:          func(x *exchange) (float64, bool) { return 1, x.connected },
	targets.RoleMessages:          func(x *exchange) (float64, bool) { return float64(x.messages), x.messages > 0 },
	targets.RoleRefusals:          func(x *exchange) (float64, bool) { return one(x.fault != "" && !x.broken()), true },
	targets.RoleIntegrationErrors: func(x *exchange) (float64, bool) { return one(x.failedBehind), true },
	targets.RoleExecutionErrors:   func(x *exchange) (float64, bool) { return one(x.broken()), true },
}

// broken says whether the door failed to call what is behind it.
func (x *exchange) broken() bool {
	return x.fault != "" && x.errors[x.fault].status >= http.StatusInternalServerError
}

// functionReadings are those of functions (functionmetrics.go), whose values belong to
// the start of the invocation.
var functionReadings = map[targets.Role]reading{
	targets.RoleInvocations: func(x *exchange) (float64, bool) { return 1, x.invoking() },
	targets.RoleErrors:      func(x *exchange) (float64, bool) { return one(x.invocation.Ending != runtime.Returned), x.invoking() },
	targets.RoleThrottles:   func(x *exchange) (float64, bool) { return one(x.invocation.Ending.Throttled()), x.called },
	targets.RoleDuration:    func(x *exchange) (float64, bool) { return milliseconds(x.invocation.Duration), x.invoking() },
	targets.RoleConcurrency: func(x *exchange) (float64, bool) {
		return float64(x.invocation.Concurrent), x.invoking() && x.invocation.Concurrent > 0
	},
	targets.RoleSpillover: func(x *exchange) (float64, bool) { return 1, x.invoking() && x.invocation.spilled },
}

func (x *exchange) invoking() bool { return x.called && !x.invocation.Ending.Refused() }

func newMetrics(d *door, store *cloudwatch.Store) *metrics {
	m := &metrics{nonzero: d.kind.nonzero}
	target := d.named(d.kind.Kind)
	for w, of := range target.Watched("") {
		if functionReadings[w.Role] != nil { // which the function counts, whatever calls it
			continue
		}
		dims := cloudwatch.Dimensions(of)
		s := store.Series(w.Namespace, w.Metric, unitOf(w), dims)
		switch w.Role {
		case targets.RoleConnections:
			m.connections = s
		case targets.RoleBytes:
			m.bytes = s
		case targets.RoleLCU:
			m.capacity = &capacity{series: s}
		default:
			g := gauge{series: s, read: readingOf(w)}
			ofStage := wafReadings[w.Role] == nil
			if d.config.Detailed && ofStage {
				g.detail = details(d, store, w, dims)
			}
			if d.config.Canary != nil && ofStage {
				dims["Stage"] = targets.CanaryStage(d.Stage)
				g.canary = store.Series(w.Namespace, w.Metric, unitOf(w), dims)
			}
			m.perRequest = append(m.perRequest, g)
		}
	}
	return m
}

func unitOf(w targets.Watch) cloudwatch.Unit {
	switch {
	case w.Seconds:
		return cloudwatch.Seconds
	case w.Role == targets.RoleLatency || w.Role == targets.RoleIntegration || w.Role == targets.RoleDuration:
		return cloudwatch.Milliseconds
	case w.Role == targets.RoleBytes, w.Role == targets.RoleSent, w.Role == targets.RoleReceived:
		return cloudwatch.Bytes
	case w.Percent, w.Role == targets.RoleHitRate:
		return cloudwatch.Percent
	}
	return cloudwatch.Count
}

// readingOf is that of a metric's role. Where a kind counts errors of its own and
// those of its targets separately, the metric's name says which.
func readingOf(w targets.Watch) reading {
	read := readings[w.Role]
	if wafReadings[w.Role] != nil {
		return wafReadings[w.Role]
	}
	ofDoor, ofTarget := strings.Contains(w.Metric, "_ELB_"), strings.Contains(w.Metric, "_Target_")
	return func(x *exchange) (float64, bool) {
		value, applies := read(x)
		if byDoor := x.fault != "" || x.own; ofDoor && !byDoor || ofTarget && byDoor {
			value = 0
		}
		if w.Seconds {
			value /= 1000
		}
		if w.Percent {
			value *= 100
		}
		return value, applies
	}
}

// details finds the series that a request's route has of its own.
func details(d *door, store *cloudwatch.Store, w targets.Watch, dims cloudwatch.Dimensions) func(*exchange) *cloudwatch.Series {
	return func(x *exchange) *cloudwatch.Series {
		if x.route == nil {
			return nil
		}
		named := d.kind.details(x.route)
		maps.Copy(named, dims)
		return store.Series(w.Namespace, w.Metric, unitOf(w), named)
	}
}

func (m *metrics) count(x *exchange) {
	if x.uncounted {
		return
	}
	if x.rules > freeRules {
		m.capacity.add(x.begun, usage{rules: x.rules - freeRules})
	}
	for i := range m.perRequest {
		m.put(&m.perRequest[i], x)
	}
}

func (m *metrics) put(g *gauge, x *exchange) {
	value, applies := g.read(x)
	// "There is a nonzero value" is when a load balancer reports most metrics.
	// Source: ALB user guide, "CloudWatch metrics".
	if !applies || m.nonzero && value == 0 {
		return
	}
	g.series.Put(x.begun, value)
	if x.canary {
		g.canary.Put(x.begun, value)
	}
	if g.detail != nil {
		g.detail(x).Put(x.begun, value)
	}
}

func (m *metrics) opened() {
	now := time.Now()
	m.connections.Put(now, 1)
	m.capacity.add(now, usage{opened: 1})
}

func (m *metrics) closed() { m.capacity.add(time.Now(), usage{closed: 1}) }

func (m *metrics) passed(bytes int) {
	now := time.Now()
	m.bytes.Put(now, float64(bytes))
	m.capacity.add(now, usage{bytes: bytes})
}

// A capacity publishes the load balancer capacity units of each minute while
// it goes on: the Sum of a minute's values is the largest of the minute's terms.
type capacity struct {
	series *cloudwatch.Series

	mu          sync.Mutex
	minute      int64
	opened      float64 // new connections in this minute
	active      float64 // connections that were open at some time in it
	bytes       float64
	rules       float64 // tried beyond the free ones
	published   float64 // for this minute
	connections float64 // open now
}

// A usage is what uses capacity: connections that opened or closed, bytes that
// passed, and rules that were tried beyond the free ones.
type usage struct{ opened, closed, bytes, rules int }

// What one LCU holds, with a Lambda function as the target. Of the rules that a
// request passes, the first ten are free.
// Source: Elastic Load Balancing pricing page.
const (
	lcuNewPerSecond   = 25
	lcuActive         = 3_000
	lcuBytesPerHour   = 0.4e9
	lcuRulesPerSecond = 1_000
	freeRules         = 10
)

// add publishes what the minute's units grow by. Nil is the capacity of what is no
// load balancer.
func (c *capacity) add(now time.Time, u usage) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Unix() / 60; minute > c.minute {
		c.minute, c.opened, c.active, c.bytes, c.rules, c.published = minute, 0, c.connections, 0, 0, 0
	}
	c.connections += float64(u.opened - u.closed)
	c.opened += float64(u.opened)
	c.active += float64(u.opened)
	c.bytes += float64(u.bytes)
	c.rules += float64(u.rules)
	units := max(c.opened/60/lcuNewPerSecond, c.active/lcuActive, c.bytes*60/lcuBytesPerHour, c.rules/60/lcuRulesPerSecond)
	if units > c.published {
		c.series.Put(now, units-c.published)
		c.published = units
	}
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
