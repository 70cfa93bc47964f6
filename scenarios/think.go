package scenarios

import (
	"fmt"
	"time"

	"tollgate/scenarios/values"
)

// A Distribution is how long users think between an answer and their next
// request: equally long where both quantiles are equal, else log-normally, which
// two quantiles determine.
type Distribution struct{ P50, P99 time.Duration }

// Always is the distribution of a constant.
func Always(d time.Duration) Distribution { return Distribution{d, d} }

// law is the distribution of nanoseconds.
func (d Distribution) law() values.LogNormal {
	return values.LogNormal{P50: float64(d.P50), P99: float64(d.P99)}
}

// thinkSalt keeps think times independent of the keys of the same requests.
const thinkSalt = 0x7468696e6b

// After is how long the user thinks who sent the seq'th request of a run with that
// seed. It is the same in every run, at every target and with every engine.
func (d Distribution) After(seed, seq uint64) time.Duration {
	return time.Duration(d.law().At(values.Mix(seed^thinkSalt, seq)))
}

// Mean is the mean think time, but for the cut-off.
func (d Distribution) Mean() time.Duration { return time.Duration(d.law().Mean()) }

// Least is the shortest think time.
func (d Distribution) Least() time.Duration { return time.Duration(d.law().Least()) }

// String says it in words: "1s", or "p50 1s, p99 5s".
func (d Distribution) String() string {
	if d.P50 == d.P99 {
		return d.P50.String()
	}
	return fmt.Sprintf("p50 %v, p99 %v", d.P50, d.P99)
}
