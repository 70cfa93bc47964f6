package otlp

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"tollgate/results"
)

// TestPercentilesLieInTheBucketOfTheirRank draws durations of many orders of magnitude. The
// percentile of the run's histogram has to lie within the exponential bucket, and between
// the explicit bounds, that its rank falls into.
func TestPercentilesLieInTheBucketOfTheirRank(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		h := results.New()
		middle, width := random.Float64()*16-12, random.Float64()*2 // of ln seconds: 6 µs to 55 s
		n := 1 + random.IntN(3000)
		for range n {
			h.Record(time.Duration(math.Exp(middle+width*random.NormFloat64()) * 1e9))
		}
		if random.IntN(4) == 0 {
			h.Record(0)
			h.Record(time.Hour)
			n += 2
		}
		scale, zeros, buckets := exponentialOf(h)
		if len(buckets.BucketCounts) > maxBuckets || scale > finest {
			t.Fatalf("%d buckets of scale %d", len(buckets.BucketCounts), scale)
		}
		if len(buckets.BucketCounts) <= maxBuckets/2-1 && scale < finest {
			t.Errorf("%d buckets of scale %d: a finer scale had room", len(buckets.BucketCounts), scale)
		}
		explicit := explicitOf(h)
		for _, q := range []float64{0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1} {
			rank := uint64(max(1, math.Ceil(math.Nextafter(q*float64(n), 0))))
			want := h.Quantile(q)
			low, high := 0.0, zeroBelow.Seconds()
			seen := zeros
			for i := 0; seen < rank; i++ {
				seen += buckets.BucketCounts[i]
				low, high = bound(int(buckets.Offset)+i, scale), bound(int(buckets.Offset)+i+1, scale)
			}
			if s := want.Seconds(); s < low*(1-1e-9) || s > high*(1+1e-9) {
				t.Errorf("quantile %v of %d is %v, not within %v and %v s", q, n, want, low, high)
			}
			seen, i := explicit[0], 0
			for seen < rank {
				i++
				seen += explicit[i]
			}
			if s := want.Seconds(); i > 0 && s <= explicitBounds[i-1] || i < len(explicitBounds) && s > explicitBounds[i] {
				t.Errorf("quantile %v of %d is %v, not within the explicit bounds before number %d", q, n, want, i)
			}
		}
		var all, between uint64
		for _, k := range buckets.BucketCounts {
			all += k
		}
		for _, k := range explicit {
			between += k
		}
		if all+zeros != uint64(n) || between != uint64(n) {
			t.Errorf("%d and %d of %d durations were counted", all+zeros, between, n)
		}
	}
}

// bound is 2^(i/2^scale).
func bound(i int, scale int32) float64 { return math.Exp2(float64(i) / math.Exp2(float64(scale))) }

func TestAnEmptyHistogramHasNoBuckets(t *testing.T) {
	if scale, zeros, b := exponentialOf(results.New()); scale != finest || zeros != 0 || b.BucketCounts != nil {
		t.Errorf("scale %d, %d zeros, %v", scale, zeros, b)
	}
}
