package load

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The percentile that a report of health has is that of the sorted lags, to 3 %.
func TestHealthHasTheLagsOfAllCounters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lags := rapid.SliceOfN(rapid.Int64Range(0, int64(20*time.Second)), 0, 300).Draw(t, "lags")
		var c [2]Counters
		for i, lag := range lags {
			c[i%2].Taken(time.Duration(lag))
		}
		h := Health(NewProcessStats(), &c[0], &c[1])
		slices.Sort(lags)
		var p99, most time.Duration
		if n := len(lags); n > 0 {
			p99, most = time.Duration(lags[(99*n+99)/100-1]), time.Duration(lags[n-1])
		}
		if h.LagMax != most || h.LagP99 < p99 || h.LagP99 > p99+p99/32 || h.InFlight != len(lags) {
			t.Fatalf("%d lags, p99 %v, max %v; want %d, %v and %v", h.InFlight, h.LagP99, h.LagMax, len(lags), p99, most)
		}
		if again := Health(NewProcessStats(), &c[0], &c[1]); again.LagP99 != 0 || again.LagMax != 0 {
			t.Fatalf("reported twice: %v", again.LagP99)
		}
	})
}
