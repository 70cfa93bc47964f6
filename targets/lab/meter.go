package lab

import (
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/monitor"
)

// A meter publishes what happens at a door under the names that its kind is
// watched by.
type meter struct {
	perRequest  []gauge
	connections *monitor.Series // nil: the kind has no such metric
	bytes       *monitor.Series
	capacity    *capacity
}

// A gauge is one metric that requests put values into.
type gauge struct {
	series   *monitor.Series
	read     func(*exchange) (value float64, applies bool)
	function bool // the value belongs to the start of the invocation, not of the request
	nonzero  bool // zeros are not reported
}

// newMeter opens the series of d in store.
func newMeter(d *door, store *monitor.Store) *meter {
	m := &meter{}
	target := d.named(d.kind)
	for _, w := range d.kind.Watch {
		dims := w.Dimensions(target)
		if dims == nil {
			continue
		}
		series := store.Series(w.Namespace, w.Metric, unitOf(w), dims)
		switch w.Role {
		case targets.RoleConnections:
			m.connections = series
		case targets.RoleBytes:
			m.bytes = series
		case targets.RoleLCU:
			m.capacity = &capacity{series: series}
		default:
			m.perRequest = append(m.perRequest, gauge{
				series:   series,
				read:     reader(w, d.cache != nil),
				function: strings.HasPrefix(string(w.Role), "function_") || w.Role == targets.RoleInvocations,
				// "There is a nonzero value" is when a load balancer reports most
				// metrics. Source: ALB user guide, "CloudWatch metrics".
				nonzero: w.Namespace == "AWS/ApplicationELB",
			})
		}
	}
	return m
}

// count publishes one exchange.
func (m *meter) count(x *exchange) {
	if m.capacity != nil && x.rules > freeRules {
		m.capacity.evaluate(x.begun, x.rules-freeRules)
	}
	for i := range m.perRequest {
		if g := &m.perRequest[i]; !g.function || !x.pending {
			g.put(x)
		}
	}
}

// invoked publishes an invocation alone.
func (m *meter) invoked(x *exchange) {
	for i := range m.perRequest {
		if g := &m.perRequest[i]; g.function {
			g.put(x)
		}
	}
}

func (g *gauge) put(x *exchange) {
	value, applies := g.read(x)
	if !applies || g.nonzero && value == 0 {
		return
	}
	at := x.begun
	if g.function {
		at = x.invocation.at
	}
	g.series.Put(at, value)
}

func unitOf(w targets.Watch) monitor.Unit {
	switch w.Role {
	case targets.RoleLatency, targets.RoleIntegration, targets.RoleDuration:
		if w.Seconds {
			return monitor.Seconds
		}
		return monitor.Milliseconds
	case targets.RoleBytes:
		return monitor.Bytes
	}
	return monitor.Count
}

// reader returns how an exchange is read for a metric.
func reader(w targets.Watch, cached bool) func(*exchange) (float64, bool) {
	unit := time.Millisecond
	if w.Seconds {
		unit = time.Second
	}
	invoked := func(x *exchange) bool { return x.called && !x.invocation.ending.refused() }
	switch w.Role {
	case targets.RoleClientError:
		return statusReader(w.Metric, 400, 499)
	case targets.RoleServerError:
		return statusReader(w.Metric, 500, 599)
	case targets.RoleLatency:
		return func(x *exchange) (float64, bool) { return in(unit, x.elapsed), true }
	case targets.RoleIntegration:
		return func(x *exchange) (float64, bool) { return in(unit, x.integration), x.called }
	case targets.RoleCacheHit:
		return func(x *exchange) (float64, bool) { return one(x.cache == cacheHit), cached && x.cache != notCached }
	case targets.RoleCacheMiss:
		return func(x *exchange) (float64, bool) { return one(x.cache == cacheMiss), cached && x.cache != notCached }
	case targets.RoleInvocations:
		return func(x *exchange) (float64, bool) { return 1, invoked(x) }
	case targets.RoleErrors:
		return func(x *exchange) (float64, bool) { return one(x.invocation.ending != returned), invoked(x) }
	case targets.RoleThrottles:
		return func(x *exchange) (float64, bool) { return one(x.invocation.ending.throttled()), x.called }
	case targets.RoleDuration:
		return func(x *exchange) (float64, bool) { return in(unit, x.invocation.duration), invoked(x) }
	}
	return func(*exchange) (float64, bool) { return 1, true } // RoleCount
}

// statusReader counts statuses of a class. A load balancer tells its own
// answers from its target's.
func statusReader(metric string, from, to int) func(*exchange) (float64, bool) {
	own, targets := strings.Contains(metric, "_ELB_"), strings.Contains(metric, "_Target_")
	return func(x *exchange) (float64, bool) {
		if byDoor := x.fault != "" || x.own; own && !byDoor || targets && byDoor {
			return 0, true
		}
		return one(x.answer.status >= from && x.answer.status <= to), true
	}
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func in(unit, d time.Duration) float64 { return float64(d) / float64(unit) }
