package cloudwatch

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Unit is a metric's unit as CloudWatch spells it.
type Unit string

// The units of the metrics that front doors and functions publish.
const (
	Count        Unit = "Count"
	Milliseconds Unit = "Milliseconds"
	Seconds      Unit = "Seconds"
	Bytes        Unit = "Bytes"
	None         Unit = "None"
)

// A Store keeps metrics by the minute. It may be used by any number of
// goroutines.
type Store struct {
	now   func() time.Time
	delay time.Duration

	mu     sync.RWMutex
	series map[string]*Series // by key

	faults  faults
	distort atomic.Pointer[func(Metric, time.Time) Distortion] // nil: nothing is distorted
}

// New returns an empty Store. A minute can be read once it has ended and delay
// has passed since; with no delay, also while it is still open.
func New(now func() time.Time, delay time.Duration) *Store {
	return &Store{now: now, delay: delay, series: map[string]*Series{}}
}

// Series returns the metric of that name, which appears to readers with its
// first value. Whoever puts many values keeps the Series; the unit is that of
// the first call.
func (s *Store) Series(namespace, metric string, unit Unit, dims Dimensions) *Series {
	key := seriesKey(namespace, metric, dims)
	s.mu.RLock()
	x := s.series[key]
	s.mu.RUnlock()
	if x != nil {
		return x
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if x = s.series[key]; x == nil {
		x = &Series{namespace: namespace, metric: metric, unit: unit, dims: maps.Clone(dims), minutes: map[int64]*bucket{}}
		s.series[key] = x
	}
	return x
}

// Sum makes a metric that is the sum of others, such as that of a whole account.
// Values are put into those.
func (s *Store) Sum(namespace, metric string, unit Unit, dims Dimensions, parts ...*Series) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &Series{namespace: namespace, metric: metric, unit: unit, dims: maps.Clone(dims), parts: slices.Clone(parts)}
	s.series[seriesKey(namespace, metric, dims)] = x
}

// Put adds one value to a metric.
func (s *Store) Put(namespace, metric string, unit Unit, dims Dimensions, at time.Time, value float64) {
	s.Series(namespace, metric, unit, dims).Put(at, value)
}

// lookup returns the metric of exactly that name, or nil.
func (s *Store) lookup(namespace, metric string, dims Dimensions) *Series {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.series[seriesKey(namespace, metric, dims)]
}

// all returns every metric that readers can see, in a stable order.
func (s *Store) all() []*Series {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var seen []*Series
	horizon := s.horizon()
	for _, key := range slices.Sorted(maps.Keys(s.series)) {
		if x := s.series[key]; x.has(s.placing(x, horizon)) {
			seen = append(seen, x)
		}
	}
	return seen
}

// horizon is the first minute that cannot be read yet.
func (s *Store) horizon() int64 {
	if s.delay <= 0 {
		return minuteOf(s.now()) + 1
	}
	return minuteOf(s.now().Add(-s.delay))
}

// seriesKey is unambiguous: no part can hold its separators.
func seriesKey(namespace, metric string, dims Dimensions) string {
	var b strings.Builder
	part := func(s string) { b.WriteString(strings.ReplaceAll(s, "\x00", "\x00\x01")); b.WriteString("\x00\x02") }
	part(namespace)
	part(metric)
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		part(name)
		part(dims[name])
	}
	return b.String()
}
