package whatif

import (
	"testing"
	"time"

	"golang.org/x/time/rate"
	"pgregory.net/rapid"

	"tollgate/scenarios/accesslog"
)

// golang.org/x/time/rate is a token bucket of others. It counts in floating point: rates are
// halves and times multiples of 1/512 s, which it adds without rounding, so that every request
// has to fare alike.
func TestAThrottleRefusesAsTheLimiterOfOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, at := New(), start/int64(time.Second)*int64(time.Second)
		halves, burst := rapid.IntRange(1, 400).Draw(t, "rate in halves"), rapid.IntRange(1, 50).Draw(t, "burst")
		limiters, refused := map[byte]*rate.Limiter{}, int64(0)
		keyed := rapid.Bool().Draw(t, "keyed")
		for range rapid.IntRange(1, 300).Draw(t, "requests") {
			at += rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 20), rapid.Int64Range(0, 3000)).Draw(t, "gap in 1/512 s") * int64(time.Second) / 512
			key := byte(rapid.IntRange('a', 'c').Draw(t, "key"))
			l.Add(&accesslog.Entry{What: accesslog.Request, Arrived: at, Resolution: time.Microsecond, Status: 200, User: []byte{key}})
			if !keyed {
				key = 0
			}
			if limiters[key] == nil {
				limiters[key] = rate.NewLimiter(rate.Limit(halves)/2, burst)
			}
			if !limiters[key].AllowN(time.Unix(0, at), 1) {
				refused++
			}
		}
		if got := l.Refused(Throttle{Rate: float64(halves) / 2, Burst: int64(burst), Keyed: keyed}); got.Requests != refused {
			t.Fatalf("%d refused, and %d by x/time/rate", got.Requests, refused)
		}
	})
}
