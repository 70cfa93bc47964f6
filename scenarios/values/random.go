package values

import (
	"hash/fnv"
	"math"
	"slices"
)

// Mix derives an independent seed for the n'th thing of a seed (SplitMix64's
// finaliser, Steele, Lea and Flood 2014).
func Mix(seed, n uint64) uint64 {
	z := seed + (n+1)*golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

const golden = 0x9e3779b97f4a7c15

// named is the seed of a value of that name.
func named(seed uint64, name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return Mix(seed, h.Sum64())
}

// share is random bits as a number from 0 up to 1, without 1.
func share(bits uint64) float64 { return float64(bits>>11) / (1 << 53) }

// A Zipf draws whole numbers by Zipf's law: the n'th has a share in proportion to
// n^-exponent.
type Zipf struct{ sums []float64 } // of the shares up to each

// NewZipf is the law over the numbers from 0 to count-1.
func NewZipf(count int, exponent float64) Zipf {
	sums, sum := make([]float64, count), 0.0
	for n := range sums {
		sum += math.Pow(float64(n+1), -exponent)
		sums[n] = sum
	}
	return Zipf{sums}
}

// At is the number that random bits draw, from 0.
func (z Zipf) At(bits uint64) int {
	at := share(bits) * z.sums[len(z.sums)-1]
	i, _ := slices.BinarySearch(z.sums, math.Nextafter(at, math.Inf(1)))
	return min(i, len(z.sums)-1)
}

// A LogNormal is a log-normal distribution, by two of its quantiles. Where both are
// equal it is a constant. Values beyond the 0.1th and 99.9th percentile are cut off, so
// that there is a bound.
type LogNormal struct{ P50, P99 float64 }

// Standard normal quantiles.
const (
	z99  = 2.3263478740408408
	z999 = 3.0902323061678132
)

// Sigma is that of the logarithm.
func (l LogNormal) Sigma() float64 {
	if l.P50 == l.P99 {
		return 0
	}
	return math.Log(l.P99/l.P50) / z99
}

func (l LogNormal) at(z float64) float64 {
	if l.P50 == l.P99 {
		return l.P50
	}
	return l.P50 * math.Exp(z*l.Sigma())
}

// At is the value that random bits draw.
func (l LogNormal) At(bits uint64) float64 {
	if l.P50 == l.P99 {
		return l.P50
	}
	middle := (float64(bits>>11) + 0.5) / (1 << 53) // neither 0 nor 1
	return l.at(min(max(math.Sqrt2*math.Erfinv(2*middle-1), -z999), z999))
}

// Mean is the mean, but for the cut-off.
func (l LogNormal) Mean() float64 { return l.at(l.Sigma() / 2) }

// Least is the smallest value.
func (l LogNormal) Least() float64 { return l.at(-z999) }

// Most is the largest value.
func (l LogNormal) Most() float64 { return l.at(z999) }
