package monitor

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
	x.at(at, func(b *bucket) { b.add(value, 1) })
}

// at changes the minute that a time belongs to, unless it is long forgotten.
func (x *Series) at(t time.Time, change func(*bucket)) {
	minute := minuteOf(t)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.last == nil || x.lastMin != minute {
		if x.last, x.lastMin = x.open(minute), minute; x.last == nil {
			return
		}
	}
	change(x.last)
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

// visible says whether any minute before the horizon holds a value.
func (x *Series) visible(horizon int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for minute := range x.minutes {
		if minute < horizon {
			return true
		}
	}
	return false
}

// span merges the minutes [from, to) that lie before the horizon.
func (x *Series) span(from, to, horizon int64) bucket {
	var sum bucket
	x.mu.Lock()
	defer x.mu.Unlock()
	for minute := from; minute < min(to, horizon); minute++ {
		if b := x.minutes[minute]; b != nil {
			sum.merge(b)
		}
	}
	return sum
}

// bounds returns the oldest minute and the one after the newest; equal where
// there is none.
func (x *Series) bounds() (from, to int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.minutes) == 0 {
		return 0, 0
	}
	from = x.latest
	for minute := range x.minutes {
		from = min(from, minute)
	}
	return from, x.latest + 1
}

func minuteOf(t time.Time) int64 {
	s := t.Unix()
	if s < 0 {
		s -= 59
	}
	return s / 60
}
