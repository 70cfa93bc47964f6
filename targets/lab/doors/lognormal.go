package doors

import (
	"math"
	"time"
)

// A stream is an endless row of random numbers that can be entered anywhere:
// the n'th is the same whoever asks, in whatever order, and nobody waits for a
// lock. The mixing is that of SplitMix64 (Steele, Lea and Flood, 2014).
type stream uint64

// newStream returns the stream of a seed and a purpose; other purposes have
// other streams.
func newStream(seed uint64, purpose string) stream {
	return stream(mix(seed ^ mix(hashOf(purpose))))
}

func (s stream) bits(n uint64) uint64 { return mix(uint64(s) + (n+1)*0x9e3779b97f4a7c15) }

// uniform returns the n'th number, evenly between 0 and 1 without either.
func (s stream) uniform(n uint64) float64 {
	return (float64(s.bits(n)>>11) + 0.5) / (1 << 53)
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A draw is a log-normal distribution with its own stream.
type draw struct {
	LogNormal
	stream stream
}

func newDraw(l LogNormal, seed uint64, purpose string) draw {
	return draw{LogNormal: l, stream: newStream(seed, purpose)}
}

// at returns the n'th duration. It is cut off at the longest that Lambda
// allows, which only an absurd sigma reaches.
func (d draw) at(n uint64) time.Duration {
	if d.Sigma == 0 {
		return time.Duration(d.Median)
	}
	z := math.Sqrt2 * math.Erfinv(2*d.stream.uniform(n)-1)
	return time.Duration(min(float64(d.Median)*math.Exp(d.Sigma*z), float64(longestFunction)))
}

// longest is a duration that no draw has ever come near: eight sigmas out.
func (d draw) longest() time.Duration {
	return time.Duration(min(float64(d.Median)*math.Exp(8*d.Sigma), float64(longestFunction)))
}
