package otlp

import (
	"math"
	"time"

	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"

	"tollgate/results"
)

const (
	finest     = 8   // scale: 2^8 buckets for each doubling
	maxBuckets = 160 // as OpenTelemetry's SDKs have by default
)

// zeroBelow is the largest duration that counts as zero: the first bucket of a run's
// histogram.
const zeroBelow = 511 * time.Nanosecond

// exponentialOf are the buckets of h at the finest scale that needs no more than maxBuckets.
// Bucket i holds what is above 2^(i/2^scale) seconds and not above 2^((i+1)/2^scale).
func exponentialOf(h *results.Histogram) (scale int32, zeros uint64, buckets *metrics.ExponentialHistogramDataPoint_Buckets) {
	first, last := math.MaxInt, math.MinInt
	for d := range h.Buckets() {
		if d > zeroBelow {
			i := exponentOf(d)
			first, last = min(first, i), max(last, i)
		}
	}
	buckets = &metrics.ExponentialHistogramDataPoint_Buckets{}
	shift := 0
	if first <= last {
		for last>>shift-first>>shift >= maxBuckets {
			shift++
		}
		buckets.Offset = int32(first >> shift)
		buckets.BucketCounts = make([]uint64, last>>shift-first>>shift+1)
	}
	for d, n := range h.Buckets() {
		if d <= zeroBelow {
			zeros += uint64(n)
			continue
		}
		buckets.BucketCounts[exponentOf(d)>>shift-first>>shift] += uint64(n)
	}
	return int32(finest - shift), zeros, buckets
}

// exponentOf is the number of a duration's bucket at the finest scale. That at a scale
// below is half of it, rounded down.
func exponentOf(d time.Duration) int {
	return int(math.Ceil(math.Log2(d.Seconds())*(1<<finest))) - 1
}

// explicitBounds are in seconds: those that the semantic conventions advise for
// http.client.request.duration (5 ms to 10 s), and further ones at both ends, since a
// server on the same machine or a function that runs for long is outside of these.
var explicitBounds = []float64{
	0.0001, 0.00025, 0.0005, 0.001, 0.0025,
	0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
	30, 60,
}

// explicitOf are the counts of h between explicitBounds: one more than bounds, each up to
// and with its bound.
func explicitOf(h *results.Histogram) []uint64 {
	counts := make([]uint64, len(explicitBounds)+1)
	i := 0
	for d, n := range h.Buckets() {
		for i < len(explicitBounds) && d.Seconds() > explicitBounds[i] {
			i++
		}
		counts[i] += uint64(n)
	}
	return counts
}

// sumOf is the mean that reports show, times the count.
func sumOf(h *results.Histogram) float64 { return h.Mean().Seconds() * float64(h.Count()) }
