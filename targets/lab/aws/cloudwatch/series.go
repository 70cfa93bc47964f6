package cloudwatch

import (
	"math"
	"sync"
	"time"
)

// retention is how many minutes of a metric are kept. CloudWatch keeps minutes
// for 15 days; a lab that runs for days must not grow for ever.
const retention = 24 * 60

// A Series is one metric: a name, its dimensions and its minutes.
type Series struct {
	namespace, metric string
	unit              Unit
	dims              Dimensions
	parts             []*Series // it is the sum of these and holds nothing itself; nil: it does

	mu      sync.Mutex
	minutes map[int64]*bucket
	latest  int64   // the newest minute
	last    *bucket // the bucket that the last value went to, and its minute
	lastMin int64
}

// Put adds one value that belongs to the time at. CloudWatch refuses values
// that are not finite; they are left out.
func (x *Series) Put(at time.Time, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	minute := minuteOf(at)
	x.mu.Lock()
	if b := x.of(minute); b != nil {
		b.add(value, 1)
	}
	x.mu.Unlock()
}

// of returns the bucket of a minute, or nil where it is older than anything
// kept; the lock is held.
func (x *Series) of(minute int64) *bucket {
	if x.last == nil || x.lastMin != minute {
		x.last, x.lastMin = x.open(minute), minute
	}
	return x.last
}

// open returns the bucket of a minute, or nil where it is older than anything kept.
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
	for _, part := range x.sources() {
		part.mu.Lock()
		for minute, b := range part.minutes {
			reported, seen := place(minute)
			if !seen {
				continue
			}
			if into[reported] == nil {
				into[reported] = &bucket{}
			}
			into[reported].merge(b)
		}
		part.mu.Unlock()
	}
}

// has says whether any minute holds a value and is seen.
func (x *Series) has(place func(minute int64) (int64, bool)) bool {
	for _, part := range x.sources() {
		part.mu.Lock()
		for minute := range part.minutes {
			if _, seen := place(minute); seen {
				part.mu.Unlock()
				return true
			}
		}
		part.mu.Unlock()
	}
	return false
}

// sources are the series that hold the values of x.
func (x *Series) sources() []*Series {
	if x.parts == nil {
		return []*Series{x}
	}
	return x.parts
}

func minuteOf(t time.Time) int64 {
	s := t.Unix()
	if s < 0 {
		s -= 59
	}
	return s / 60
}
