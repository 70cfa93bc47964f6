package cloudwatch

import (
	"fmt"
	"maps"
	"math"
	"slices"
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
	Percent      Unit = "Percent"
)

// A Store keeps metrics by the minute. It may be used by any number of
// goroutines.
type Store struct {
	now   func() time.Time
	delay time.Duration

	mu     sync.Mutex
	series map[string]*Series // by key

	distort atomic.Pointer[func(Metric, time.Time) Distortion] // nil: nothing is distorted
}

// New returns an empty Store. A minute can be read once it has ended and delay
// has passed since; with no delay, also while it is still open.
func New(now func() time.Time, delay time.Duration) *Store {
	return &Store{now: now, delay: delay, series: map[string]*Series{}}
}

// Series returns the metric of that name, which appears to readers with its first
// value. The unit is that of the first call.
func (s *Store) Series(namespace, metric string, unit Unit, dims Dimensions) *Series {
	key := seriesKey(namespace, metric, dims)
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.series[key]
	if x == nil {
		x = &Series{namespace: namespace, metric: metric, unit: unit, dims: maps.Clone(dims), minutes: map[int64]*bucket{}}
		s.series[key] = x
	}
	return x
}

func (s *Store) lookup(namespace, metric string, dims Dimensions) *Series {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.series[seriesKey(namespace, metric, dims)]
}

// all returns every metric that readers can see, in a stable order.
func (s *Store) all() []*Series {
	s.mu.Lock()
	defer s.mu.Unlock()
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

// seriesKey is unambiguous: fmt quotes the parts, and sorts dimensions by name.
func seriesKey(namespace, metric string, dims Dimensions) string {
	return fmt.Sprintf("%q %q %q", namespace, metric, dims)
}

// retention is how many minutes of a metric are kept. CloudWatch keeps minutes
// for 15 days; a lab that runs for days must not grow for ever.
const retention = 24 * 60

// A Series is one metric: a name, its dimensions and its minutes.
type Series struct {
	namespace, metric string
	unit              Unit
	dims              Dimensions

	mu      sync.Mutex
	minutes map[int64]*bucket
	latest  int64 // the newest minute
}

// Put adds one value that belongs to the time at. CloudWatch refuses values
// that are not finite; they are left out. A nil Series takes none.
func (x *Series) Put(at time.Time, value float64) {
	if x == nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	minute := minuteOf(at)
	x.mu.Lock()
	if b := x.open(minute); b != nil {
		b.add(value)
	}
	x.mu.Unlock()
}

// open returns the bucket of a minute, or nil where it is older than anything kept;
// the lock is held.
func (x *Series) open(minute int64) *bucket {
	if b := x.minutes[minute]; b != nil {
		return b
	}
	if len(x.minutes) == 0 || minute > x.latest {
		x.latest = minute
		for old := range x.minutes {
			if old <= minute-retention {
				delete(x.minutes, old)
			}
		}
	} else if minute <= x.latest-retention {
		return nil
	}
	b := &bucket{}
	x.minutes[minute] = b
	return b
}

// gather merges minutes into those that they are reported as, for as far as
// place says so.
func (x *Series) gather(into map[int64]*bucket, place func(minute int64) (reported int64, seen bool)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for minute, b := range x.minutes {
		reported, seen := place(minute)
		if !seen {
			continue
		}
		if into[reported] == nil {
			into[reported] = &bucket{}
		}
		into[reported].merge(b)
	}
}

func (x *Series) has(place func(minute int64) (int64, bool)) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for minute := range x.minutes {
		if _, seen := place(minute); seen {
			return true
		}
	}
	return false
}

func minuteOf(t time.Time) int64 {
	s := t.Unix()
	return (s - floorMod(s, 60)) / 60
}

// A Metric is a metric's whole name.
type Metric struct {
	Namespace, Name string
	Dimensions      Dimensions
}

// A Distortion is what is wrong with how a minute of a metric is reported.
type Distortion struct {
	Missing bool          // it never appears
	Late    time.Duration // it appears so much later than others, in whole minutes
	Shift   time.Duration // its timestamp is wrong by so much, in whole minutes
}

// Distort lets the endpoint report minutes wrongly, as how says by the minute's
// beginning. The truth stays what it is.
func (s *Store) Distort(how func(Metric, time.Time) Distortion) {
	s.distort.Store(&how)
}

// placing says as which minute one of a metric is reported, and whether it is
// seen before the horizon.
func (s *Store) placing(x *Series, horizon int64) func(minute int64) (reported int64, seen bool) {
	distort := s.distort.Load()
	if distort == nil {
		return func(minute int64) (int64, bool) { return minute, minute < horizon }
	}
	name := Metric{x.namespace, x.metric, x.dims}
	return func(minute int64) (int64, bool) {
		d := (*distort)(name, time.Unix(minute*60, 0).UTC())
		late := int64((d.Late + time.Minute - 1) / time.Minute)
		return minute + int64(d.Shift/time.Minute), !d.Missing && minute+late < horizon
	}
}

// A Truth is what readers of one metric should see once all is published.
type Truth struct {
	Namespace  string     `json:"namespace"`
	Metric     string     `json:"metric"`
	Dimensions Dimensions `json:"dimensions,omitempty"`
	Unit       Unit       `json:"unit"`
	Set
	Minutes []Minute `json:"minutes,omitempty"` // the latest ones; see MinutesTold
}

// A Set is what is known of many values, CloudWatch's statistic set.
type Set struct {
	Count float64 `json:"count"`
	Sum   float64 `json:"sum"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
}

func (s *Set) add(o Set) {
	if s.Count == 0 {
		s.Min, s.Max = o.Min, o.Max
	}
	s.Count += o.Count
	s.Sum += o.Sum
	s.Min, s.Max = min(s.Min, o.Min), max(s.Max, o.Max)
}

// A Minute is what a metric should say of one minute.
type Minute struct {
	At time.Time `json:"at"`
	Set
}

// MinutesTold is how many minutes of each metric a truth lists.
const MinutesTold = 60

// Truth is what every metric should say, including what is not published yet, or
// published late, wrongly or never.
func (s *Store) Truth() []Truth {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Truth{}
	for _, key := range slices.Sorted(maps.Keys(s.series)) {
		x := s.series[key]
		minutes := map[int64]*bucket{}
		x.gather(minutes, func(minute int64) (int64, bool) { return minute, true })
		if len(minutes) == 0 {
			continue
		}
		t := Truth{Namespace: x.namespace, Metric: x.metric, Dimensions: x.dims, Unit: x.unit}
		var whole Set
		starts := slices.Sorted(maps.Keys(minutes))
		for i, m := range starts {
			b := minutes[m]
			whole.add(b.Set)
			if i >= len(starts)-MinutesTold {
				t.Minutes = append(t.Minutes, Minute{time.Unix(m*60, 0).UTC(), b.Set})
			}
		}
		t.Set = whole
		all = append(all, t)
	}
	return all
}
