package scenarios

import (
	"fmt"
	"math"
	"time"
)

// A Distribution is how long users think between an answer and their next
// request: equally long where both quantiles are equal, else log-normally, which
// two quantiles determine.
type Distribution struct{ P50, P99 time.Duration }

// Always is the distribution of a constant.
func Always(d time.Duration) Distribution { return Distribution{d, d} }

// Standard normal quantiles. Think times beyond the 0.1th and 99.9th percentile
// are cut off, so that a rate has a bound and a user comes back.
const (
	z99  = 2.3263478740408408
	z999 = 3.0902323061678132
)

// sigma is that of the logarithm.
func (d Distribution) sigma() float64 {
	if d.P50 == d.P99 {
		return 0
	}
	return math.Log(float64(d.P99)/float64(d.P50)) / z99
}

// at is the think time of a standard normal z.
func (d Distribution) at(z float64) time.Duration {
	if d.P50 == d.P99 {
		return d.P50
	}
	return time.Duration(float64(d.P50) * math.Exp(z*d.sigma()))
}

// thinkSalt keeps think times independent of the keys of the same requests.
const thinkSalt = 0x7468696e6b

// After is how long the user thinks who sent the seq'th request of a run with that
// seed. It is the same in every run, at every target and with every engine.
func (d Distribution) After(seed, seq uint64) time.Duration {
	if d.P50 == d.P99 {
		return d.P50
	}
	share := (float64(mix(seed^thinkSalt, seq)>>11) + 0.5) / (1 << 53)
	return d.at(min(max(math.Sqrt2*math.Erfinv(2*share-1), -z999), z999))
}

// Mean is the mean think time, but for the cut-off.
func (d Distribution) Mean() time.Duration { return d.at(d.sigma() / 2) }

// Least is the shortest think time.
func (d Distribution) Least() time.Duration { return d.at(-z999) }

// String says it in words: "1s", or "p50 1s, p99 5s".
func (d Distribution) String() string {
	if d.P50 == d.P99 {
		return d.P50.String()
	}
	return fmt.Sprintf("p50 %v, p99 %v", d.P50, d.P99)
}
