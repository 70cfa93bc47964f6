package doors

import (
	"strings"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
)

// A ledger is where the doors of one account publish.
type ledger struct {
	store       *cloudwatch.Store
	account     workforce
	provisioned int                             // environments of all functions together
	parts       map[string][]*cloudwatch.Series // of the account's metrics, by name
}

func newLedger(store *cloudwatch.Store) *ledger {
	return &ledger{store: store, parts: map[string][]*cloudwatch.Series{}}
}

// A meter publishes what happens at a door under the names that AWS has for it.
type meter struct {
	perRequest  []gauge
	connections *cloudwatch.Series // nil: the kind has no such metric
	bytes       *cloudwatch.Series
	capacity    *capacity
	staff       *staff // nil: there is no function
}

// A gauge is one metric that requests put values into.
type gauge struct {
	metric
	series   *cloudwatch.Series
	function bool // see family
	nonzero  bool
	routes   func(*exchange) *cloudwatch.Series // nil: none has a series of its own
}

// newMeter opens the series of d.
func newMeter(d *door, l *ledger) *meter {
	m := &meter{}
	for _, f := range families(d) {
		for _, one := range f.metrics {
			s := l.open(f, one)
			if one.read != nil {
				m.perRequest = append(m.perRequest, gauge{one, s, f.function, f.nonzero, l.routes(f, one)})
				continue
			}
			switch one.name {
			case "NewConnectionCount":
				m.connections = s
			case "ProcessedBytes", "DataProcessed":
				m.bytes = s
			case "ConsumedLCUs":
				m.lcu().series = s
			case "ActiveConnectionCount":
				m.lcu().connected = s
			}
		}
		if f.function {
			m.staff = newStaff(d, l)
		}
	}
	return m
}

func (m *meter) lcu() *capacity {
	if m.capacity == nil {
		m.capacity = &capacity{}
	}
	return m.capacity
}

// open returns the series of a metric, which has all the names of its family;
// those of functions add up to the account's.
func (l *ledger) open(f family, m metric) *cloudwatch.Series {
	s := l.store.Series(f.namespace, m.name, m.unit, f.dimensions[0])
	for _, also := range f.dimensions[1:] {
		l.store.Sum(f.namespace, m.name, m.unit, also, s)
	}
	if f.function {
		l.parts[m.name] = append(l.parts[m.name], s)
		l.store.Sum(f.namespace, m.name, m.unit, nil, l.parts[m.name]...)
	}
	return s
}

// count publishes one exchange.
func (m *meter) count(x *exchange) {
	if x.uncounted {
		return
	}
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
	// "There is a nonzero value" is when a load balancer reports most metrics.
	// Source: ALB user guide, "CloudWatch metrics".
	if !applies || g.nonzero && value == 0 {
		return
	}
	at := x.begun
	if g.function {
		at = x.invocation.at
	}
	g.series.Put(at, value)
	if g.routes == nil {
		return
	}
	if s := g.routes(x); s != nil {
		s.Put(at, value)
	}
}

// routes finds the series that a request's route has of its own.
func (l *ledger) routes(f family, m metric) func(*exchange) *cloudwatch.Series {
	if f.detail == nil {
		return nil
	}
	return func(x *exchange) *cloudwatch.Series {
		dims := f.detail(x)
		if dims == nil {
			return nil
		}
		return l.store.Series(f.namespace, m.name, m.unit, dims)
	}
}

func always(*exchange) (float64, bool) { return 1, true }

func latency(x *exchange) (float64, bool) { return in(time.Millisecond, x.elapsed), true }

func behind(unit time.Duration) func(*exchange) (float64, bool) {
	return func(x *exchange) (float64, bool) { return in(unit, x.integration), x.called }
}

func statuses(from, to int) func(*exchange) (float64, bool) {
	return func(x *exchange) (float64, bool) {
		return one(x.answer.status >= from && x.answer.status <= to), true
	}
}

// groupDimension is what the TargetGroup dimension has of a target group's ARN.
func groupDimension(arn string) string {
	if i := strings.LastIndexByte(arn, ':'); i >= 0 {
		return arn[i+1:]
	}
	return arn
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func in(unit, d time.Duration) float64 { return float64(d) / float64(unit) }
