package doors

import (
	"math"
	"sync"
	"time"

	"tollgate/targets"
)

// A Throttle is a token bucket: Burst tokens at most, refilled at Rate a second.
type Throttle struct {
	Rate  PerSecond `json:"rate" doc:"was=rate_per_s:/s"`
	Burst int       `json:"burst"`
}

func throttle(b *bucket, by enforcer) stage {
	return func(x *exchange) bool { return b.take(x.ready) || x.refuse(targets.FaultThrottled, by) }
}

func throttleMethod(x *exchange) bool {
	return x.route.limit == nil || x.route.limit.take(x.ready) || x.refuse(targets.FaultThrottled, byStage)
}

// A bucket is a token bucket. It counts in whole numbers, so that no token is ever
// lost to rounding.
type bucket struct {
	mu     sync.Mutex
	refill int64 // units a nanosecond
	full   int64 // units
	units  int64
	at     time.Time // when units was right
}

// perToken is one token in units: with rates in thousandths of a token a second,
// a nanosecond refills a whole number of units. The largest burst, a million,
// still fits.
const perToken = 1_000_000_000_000

func newBucket(t Throttle, now time.Time) *bucket {
	full := int64(t.Burst) * perToken
	return &bucket{refill: int64(math.Round(float64(t.Rate) * 1000)), full: full, units: full, at: now}
}

// take takes a token. Callers may be a little out of order: time never goes back.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if passed := now.Sub(b.at); passed > 0 {
		b.at = now
		if missing := b.full - b.units; b.refill > 0 && int64(passed) > missing/b.refill {
			b.units = b.full
		} else {
			b.units += int64(passed) * b.refill
		}
	}
	if b.units < perToken {
		return false
	}
	b.units -= perToken
	return true
}
