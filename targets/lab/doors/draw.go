package doors

import (
	"hash/fnv"
	"math"
	"time"

	"tollgate/pricing/document"
)

// A stream is an endless row of random numbers that can be entered anywhere: the
// n'th is the same in whatever order they are drawn, and drawing takes no lock. The mixing is that of SplitMix64 (Steele, Lea and Flood, 2014).
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

// A LogNormal is a distribution of durations: half lie below the median, and
// 84 % below the median times e to the Sigma.
type LogNormal struct {
	Median Duration `json:"median"`
	Sigma  float64  `json:"sigma"`
}

// usualSigma is how far durations spread that are written as their median alone, as a scenario
// writes them.
const usualSigma = 0.3

// Decode reads {median: 300ms, sigma: 0.3}, or a duration alone.
func (l *LogNormal) Decode(v document.Value) {
	if v.Type == document.Mapping {
		type keys LogNormal // without this method
		v.Decode((*keys)(l))
		return
	}
	l.Sigma = usualSigma
	v.Decode(&l.Median)
}

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

// identifier makes up a name of n characters as AWS would, the same for the
// same name and seed.
func identifier(of string, seed uint64, n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	stream := newStream(seed, of)
	text := make([]byte, n)
	for i := range text {
		text[i] = alphabet[stream.bits(uint64(i))%uint64(len(alphabet))]
	}
	return string(text)
}

func hashOf(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return h.Sum64()
}
