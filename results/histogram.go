package results

import (
	"iter"
	"math"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// A Histogram counts latencies. Every Histogram has the same buckets, from 1 µs
// to one hour with three significant digits, so that any two merge exactly.
// Latencies out of that range are clamped into it and counted. The zero value
// is an empty Histogram; a nil one reads as empty. A Histogram must not be
// copied by value once something is recorded.
type Histogram struct {
	bins
	clamped int64
}

// New returns an empty Histogram.
func New() *Histogram { return &Histogram{} }

// Record counts one latency. The hot path is Shard.Record.
func (h *Histogram) Record(d time.Duration) { h.RecordN(d, 1) }

// RecordN counts n equal latencies.
func (h *Histogram) RecordN(d time.Duration, n int64) {
	if n <= 0 {
		return
	}
	v, out := latencies.clamp(int64(d))
	if out {
		h.clamped += n
	}
	h.add(latencies, v, n)
}

// Merge adds all that o has counted. It loses nothing.
func (h *Histogram) Merge(o *Histogram) {
	if o != nil {
		h.clamped += o.clamped
		h.merge(latencies, &o.bins)
	}
}

// Count returns how many latencies were recorded.
func (h *Histogram) Count() int64 {
	if h == nil {
		return 0
	}
	return h.count()
}

// Clamped returns how many of them lay out of range. Latencies that came
// through a run directory are clamped too, but counted in Second.Clamped.
func (h *Histogram) Clamped() int64 {
	if h == nil {
		return 0
	}
	return h.clamped
}

// Quantile returns the latency that the share q of all latencies does not
// exceed: the largest value of the bucket in which the ceil(q·n)'th smallest
// lies. An empty Histogram has none and returns 0.
func (h *Histogram) Quantile(q float64) time.Duration { return h.Quantiles(q)[0] }

// Quantiles returns several quantiles in one pass. They must be given in ascending order.
func (h *Histogram) Quantiles(qs ...float64) []time.Duration {
	all := make([]time.Duration, len(qs))
	total, i, seen := h.Count(), 0, int64(0)
	for d, n := range h.Buckets() {
		for seen += n; i < len(qs) && seen >= rank(qs[i], total); i++ {
			all[i] = d
		}
		if i == len(qs) {
			break
		}
	}
	return all
}

// rank returns ceil(q·n), in [1, n]. The step down makes up for the binary fraction
// of q: 0.999 of 1000 is 999.
func rank(q float64, n int64) int64 {
	x := q * float64(n)
	r := int64(math.Ceil(math.Nextafter(x, 0)))
	return max(1, min(r, n))
}

// Carries says whether there are enough latencies for the quantile q to have
// an upper confidence bound at all: the chance q^n that all n of them lie below
// the true quantile must not exceed 2.5 %. The median needs 6, p99 needs 368.
func (h *Histogram) Carries(q float64) bool { return carries(q, h.Count()) }

func carries(q float64, n int64) bool {
	return n > 0 && q >= 0 && q < 1 && math.Pow(q, float64(n)) <= 0.025
}

// Needed returns how many latencies the quantile q needs to be carried.
func Needed(q float64) int64 {
	if q <= 0 || q >= 1 {
		return 1
	}
	return int64(math.Ceil(math.Log(0.025) / math.Log(q)))
}

// Mean returns the mean latency, to three digits.
func (h *Histogram) Mean() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.packed.Mean())
}

// Min returns the smallest latency, to three digits.
func (h *Histogram) Min() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.packed.Min())
}

// Max returns the largest latency, to three digits.
func (h *Histogram) Max() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.packed.Max())
}

// Buckets yields every bucket in use in ascending order: the largest latency
// that it holds, and how many.
func (h *Histogram) Buckets() iter.Seq2[time.Duration, int64] {
	return func(yield func(time.Duration, int64) bool) {
		if h == nil {
			return
		}
		for v, n := range h.uppermost(latencies) {
			if !yield(time.Duration(v), n) {
				return
			}
		}
	}
}

// MarshalText writes HdrHistogram's compressed V2 encoding in base64. How many
// latencies were clamped is not in it.
func (h *Histogram) MarshalText() ([]byte, error) {
	var p *hdr.PackedHistogram
	if h != nil {
		p = h.packed
	}
	return new(encoder).encode(latencies, numbered(latencies, p)), nil
}

// UnmarshalText reads HdrHistogram's compressed V2 encoding, of any writer that
// uses our buckets.
func (h *Histogram) UnmarshalText(text []byte) error {
	p, err := new(decoder).decode(latencies, text)
	if err == nil {
		*h = Histogram{bins: bins{p}}
	}
	return err
}

// numbered yields the buckets of p by their numbers.
func numbered(g geometry, p *hdr.PackedHistogram) iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		if p != nil {
			p.ForEachBucket(func(v, n int64) bool { return yield(g.index(v), n) })
		}
	}
}
