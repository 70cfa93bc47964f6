package whatif

import (
	"math"
	"time"
)

// perToken is one token in units of which a rate in thousandths of a token a second refills a
// whole number each nanosecond. [Most] tokens still fit.
const perToken = 1_000_000_000_000

// A Throttle is a token bucket, full at the start.
type Throttle struct {
	Rate  float64 // requests a second, to a thousandth
	Burst int64
	Keyed bool // one for each API key; requests without a key pass
}

// Refusals are what a throttle would have refused.
type Refusals struct {
	Requests int64
	Users    int       // API keys that they are of, if the log has keys
	Worst    time.Time // the minute with the most of them; zero: none
	InWorst  int64
}

type bucket struct{ units, at int64 }

// take refills the bucket up to a time, and takes a token if there is one.
func (b *bucket) take(at, refill, full int64) bool {
	if passed := at - b.at; passed > 0 {
		b.at = at
		if missing := full - b.units; refill > 0 && passed > missing/refill {
			b.units = full
		} else {
			b.units += passed * refill
		}
	}
	if b.units < perToken {
		return false
	}
	b.units -= perToken
	return true
}

// Refused is what the throttle would have refused.
func (l *Log) Refused(t Throttle) (r Refusals) {
	l.sort()
	refill, full := int64(math.Round(t.Rate*1000)), t.Burst*perToken
	buckets := make([]bucket, 1)
	if t.Keyed {
		buckets = make([]bucket, len(l.users)+1)
	}
	for i := range buckets {
		buckets[i] = bucket{full, math.MinInt64 / 4}
		if len(l.requests) > 0 {
			buckets[i].at = l.requests[0].at
		}
	}
	minute, inMinute := int64(0), int64(0)
	users := map[uint32]bool{}
	for i := range l.requests {
		one, which := &l.requests[i], uint32(0)
		if t.Keyed {
			if which = one.user; which == 0 {
				continue
			}
		}
		if buckets[which].take(one.at, refill, full) {
			continue
		}
		r.Requests++
		if one.user > 0 {
			users[one.user] = true
		}
		if m := one.at / int64(time.Minute); m != minute {
			minute, inMinute = m, 0
		}
		if inMinute++; inMinute > r.InWorst {
			r.InWorst, r.Worst = inMinute, time.Unix(minute*60, 0).UTC()
		}
	}
	r.Users = len(users)
	return r
}

// BurstFor is the least burst that refuses nothing at a rate: the most tokens that are ever
// missing, counting the request's own.
func (l *Log) BurstFor(rate float64) int64 {
	l.sort()
	refill := int64(math.Round(rate * 1000))
	missing, most, at := int64(0), int64(0), int64(0)
	for i := range l.requests {
		now := l.requests[i].at
		if passed := now - at; refill > 0 && passed >= missing/refill+1 {
			missing = 0
		} else {
			missing = max(0, missing-passed*refill)
		}
		at = now
		missing += perToken
		most = max(most, missing)
	}
	return (most + perToken - 1) / perToken
}
