package whatif

import (
	"math"
	"time"
)

// perToken is one token in units of which a rate in thousandths of a token a second refills a
// whole number each nanosecond.
const perToken = 1_000_000_000_000

// mostTokens still fit, twice [Most].
const mostTokens = 8 << 20 * perToken

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

// Refused is what the throttle would have refused. Of a large log, [Log.RefusedWithin] says
// how exact that is.
func (l *Log) Refused(t Throttle) Refusals { return l.refused(t, true) }

func (l *Log) refused(t Throttle, spread bool) (r Refusals) {
	l.sort()
	refill, full := int64(math.Round(t.Rate*1000)), min(t.Burst, mostTokens/perToken)*perToken
	buckets := make([]bucket, 1)
	if t.Keyed {
		buckets = make([]bucket, len(l.users)+1)
	}
	for i := range buckets {
		buckets[i] = bucket{full, l.first}
	}
	minute, inMinute := int64(0), int64(0)
	users := map[uint32]bool{}
	l.arrivals(spread, func(at int64, user uint32) {
		which := uint32(0)
		if t.Keyed {
			if which = user; which == 0 {
				return
			}
		}
		if buckets[which].take(at, refill, full) {
			return
		}
		r.Requests++
		if user > 0 {
			users[user] = true
		}
		if m := at / int64(time.Minute); m != minute {
			minute, inMinute = m, 0
		}
		if inMinute++; inMinute > r.InWorst {
			r.InWorst, r.Worst = inMinute, time.Unix(minute*60, 0).UTC()
		}
	})
	r.Users = len(users)
	return r
}

// RefusedWithin bounds what the throttle would have refused. Both are the same unless the
// log is large. Of one of whole seconds the bounds would often be none and all: they are what
// it refuses with the requests of each second together, and evenly within it.
func (l *Log) RefusedWithin(t Throttle) (least, most int64) {
	l.sort()
	if l.slots.coarse > 0 && l.slots.width <= time.Second {
		apart, close := l.refused(t, true).Requests, l.refused(t, false).Requests
		return min(apart, close), max(apart, close)
	}
	more, less := t, t
	slack := l.slack(t.Rate)
	more.Burst, less.Burst = t.Burst+slack, max(0, t.Burst-slack)
	return l.refused(more, false).Requests, l.refused(less, false).Requests
}

// BurstFor is the least burst that refuses nothing at a rate: the most tokens that are ever
// missing, counting the request's own. Of a large log it may be a little more than that.
func (l *Log) BurstFor(rate float64) int64 {
	l.sort()
	refill := int64(math.Round(rate * 1000))
	if l.n > mostTokens/perToken {
		return l.burstOfMany(rate)
	}
	missing, most, at := int64(0), int64(0), int64(0)
	l.arrivals(false, func(now int64, _ uint32) {
		if passed := now - at; refill > 0 && passed >= missing/refill+1 {
			missing = 0
		} else {
			missing = max(0, missing-passed*refill)
		}
		at = now
		missing += perToken
		most = max(most, missing)
	})
	return (most+perToken-1)/perToken + l.slack(rate)
}

// burstOfMany is the same in floating point, rounded up.
func (l *Log) burstOfMany(rate float64) int64 {
	missing, most, at := 0.0, 0.0, int64(0)
	l.arrivals(false, func(now int64, _ uint32) {
		missing = max(0, missing-float64(now-at)*rate/1e9) + 1
		at, most = now, max(most, missing)
	})
	return int64(math.Ceil(most)) + l.slack(rate)
}
