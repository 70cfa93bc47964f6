package results

import (
	"math"
	"slices"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// anyLatency draws from every order of magnitude, and from beyond the range.
func anyLatency(t *rapid.T) time.Duration {
	scale := rapid.IntRange(0, 43).Draw(t, "bits")
	return time.Duration(rapid.Int64Range(-1, 1<<scale).Draw(t, "latency"))
}

func anyHistogram(t *rapid.T) *Histogram {
	h := New()
	for range rapid.IntRange(0, 50).Draw(t, "how many") {
		h.RecordN(anyLatency(t), rapid.Int64Range(1, 1000).Draw(t, "n"))
	}
	return h
}

func same(a, b *Histogram) bool {
	text := func(h *Histogram) string { s, _ := h.MarshalText(); return string(s) }
	return text(a) == text(b) && a.Count() == b.Count() && a.Clamped() == b.Clamped()
}

// The library is the oracle: our buckets, pages and encoding must be its own.
func TestQuantilesAreThoseOfSinglePasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New()
		for _, ms := range rapid.SliceOf(rapid.IntRange(0, 5000)).Draw(t, "latencies") {
			h.Record(time.Duration(ms) * time.Millisecond)
		}
		qs := slices.Sorted(slices.Values(rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "quantiles")))
		for i, d := range h.Quantiles(qs...) {
			left := rank(qs[i], h.Count())
			want := time.Duration(0)
			for upper, n := range h.Buckets() {
				if left -= n; left <= 0 {
					want = upper
					break
				}
			}
			if d != want || h.Quantile(qs[i]) != want {
				t.Errorf("quantile %v: %v, want %v", qs[i], d, want)
			}
		}
	})
}

func TestBucketsAreTheLibrarys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ours counters
		var pages freePages
		theirs := hdr.New(latencies.lowest, latencies.highest, digits)
		for range rapid.IntRange(1, 100).Draw(t, "how many") {
			v, _ := latencies.clamp(int64(anyLatency(t)))
			ours.add(latencies.index(v), &pages)
			if err := theirs.RecordValue(v); err != nil {
				t.Fatal(err)
			}
			i := latencies.index(v)
			if lo, hi := latencies.lower(i), latencies.upper(i); v < lo || v > hi || !theirs.ValuesAreEquivalent(lo, hi) || theirs.ValuesAreEquivalent(hi, hi+1) {
				t.Fatalf("%d is put in the bucket [%d, %d]", v, lo, hi)
			}
		}
		decoded, err := hdr.Decode(new(encoder).encode(latencies, ours.buckets()))
		if err != nil {
			t.Fatal(err)
		}
		if !decoded.Equals(theirs) || decoded.TotalCount() != theirs.TotalCount() {
			t.Fatalf("%v\nis not\n%v", decoded.Distribution(), theirs.Distribution())
		}
	})
}

func TestEncodingComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistogram(t)
		text, _ := h.MarshalText()
		var back Histogram
		if err := back.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
		back.clamped = h.clamped // not in the encoding
		if !same(h, &back) {
			t.Fatalf("%d latencies went in and %d came back", h.Count(), back.Count())
		}
	})
}

// What the library writes, we read, and the other way round.
func TestTheLibrarysEncodingIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistogram(t)
		h.clamped = 0 // not in the encoding
		h.ready(latencies)
		text, err := h.packed.EncodeV2()
		if err != nil {
			t.Fatal(err)
		}
		var back Histogram
		if err := back.UnmarshalText(text); err != nil || !same(h, &back) {
			t.Fatalf("%v: %d latencies were written and %d read", err, h.Count(), back.Count())
		}
	})
}

func TestLargeCountsAreEncoded(t *testing.T) {
	for _, n := range []int64{1, 63, 64, 1 << 20, 1<<42 - 1, 1 << 42} {
		h := New()
		h.RecordN(time.Second, n)
		text, _ := h.MarshalText()
		var back Histogram
		if err := back.UnmarshalText(text); err != nil || back.Count() != n {
			t.Errorf("%d: %v, %d", n, err, back.Count())
		}
	}
	for _, v := range []int64{0, -1, 1 << 55, 1<<62 - 1, math.MaxInt64, -24000} { // the ninth byte has eight bits
		var e encoder
		e.number(v)
		back, n := readNumber(e.plain.Bytes())
		if n > 9 || n != e.plain.Len() || back != v {
			t.Errorf("%d takes %d bytes and comes back as %d", v, n, back)
		}
	}
}

func TestMergingHistogramsIsExactInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyHistogram(t), anyHistogram(t), anyHistogram(t)
		left, right := New(), New()
		for _, h := range []*Histogram{a, b, c} {
			left.Merge(h)
		}
		bc := New()
		bc.Merge(c)
		bc.Merge(b)
		right.Merge(bc)
		right.Merge(a)
		if !same(left, right) || left.Count() != a.Count()+b.Count()+c.Count() {
			t.Fatalf("(a+b)+c has %d, (c+b)+a has %d", left.Count(), right.Count())
		}
	})
}

func TestQuantilesAreOfTheSortedSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)), 1, 200).Draw(t, "latencies")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		h := New()
		for _, v := range all {
			h.Record(time.Duration(v))
		}
		slices.Sort(all)
		want := all[max(0, int(math.Ceil(math.Nextafter(q*float64(len(all)), 0)))-1)]
		if got := int64(h.Quantile(q)); latencies.index(got) != latencies.index(want) || got < want {
			t.Fatalf("quantile %v of %v is %d, want %d up to its bucket", q, all, got, want)
		}
	})
}

func TestQuantilesOfRoundSamples(t *testing.T) {
	h := New()
	for i := 1; i <= 1000; i++ {
		h.Record(time.Duration(i) * time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{0.5: 500, 0.9: 900, 0.95: 950, 0.99: 990, 0.999: 999, 1: 1000, 0: 1} {
		got := h.Quantile(q)
		if low := want * time.Millisecond; got < low || float64(got) > float64(low)*1.001 {
			t.Errorf("quantile %v is %v, want %v", q, got, low)
		}
	}
	if h.Min() > time.Millisecond || h.Max() < time.Second || math.Abs(h.Mean().Seconds()-0.5005) > 0.0005 {
		t.Errorf("min %v, max %v, mean %v", h.Min(), h.Max(), h.Mean())
	}
}

func TestLatenciesOutOfRangeAreClampedAndCounted(t *testing.T) {
	h := New()
	h.Record(-time.Nanosecond)
	h.Record(2 * time.Hour)
	h.Record(time.Hour)
	h.Record(0)
	if h.Count() != 4 || h.Clamped() != 2 {
		t.Errorf("%d recorded, %d clamped, want 4 and 2", h.Count(), h.Clamped())
	}
	if m := h.Max(); m < time.Hour || m > time.Hour+4*time.Second {
		t.Errorf("two hours became %v", m)
	}
	if h.Quantile(0.25) >= time.Microsecond {
		t.Errorf("less than nothing became %v", h.Quantile(0.25))
	}
}

func TestASampleCarriesAQuantileFrom(t *testing.T) {
	for _, c := range []struct {
		q float64
		n int64
	}{{0.5, 6}, {0.9, 36}, {0.95, 72}, {0.99, 368}, {0.999, 3688}} {
		if Needed(c.q) != c.n || carries(c.q, c.n-1) || !carries(c.q, c.n) {
			t.Errorf("quantile %v needs %d, want %d", c.q, Needed(c.q), c.n)
		}
	}
	if carries(0.5, 0) || carries(1, 1<<40) || (*Histogram)(nil).Carries(0.5) {
		t.Error("no sample carries the maximum, and none at all carries nothing")
	}
}

func TestAnEmptyHistogramReadsAsNothing(t *testing.T) {
	for _, h := range []*Histogram{nil, {}, New()} {
		if h.Count() != 0 || h.Quantile(0.5) != 0 || h.Mean() != 0 || h.Max() != 0 || h.Min() != 0 || h.Clamped() != 0 {
			t.Errorf("%+v is not empty", h)
		}
		for d := range h.Buckets() {
			t.Errorf("a bucket at %v", d)
		}
		text, _ := h.MarshalText()
		var back Histogram
		if err := back.UnmarshalText(text); err != nil || back.Count() != 0 {
			t.Errorf("came back as %d latencies, %v", back.Count(), err)
		}
	}
}

func TestHistogramsWithOtherBucketsAreRefused(t *testing.T) {
	for _, other := range []*hdr.Histogram{hdr.New(1, 3600*1e9, 3), hdr.New(1000, 60*1e9, 3), hdr.New(1000, 3600*1e9, 2)} {
		text, err := other.EncodeV2()
		if err != nil {
			t.Fatal(err)
		}
		if err := New().UnmarshalText(text); err == nil {
			t.Errorf("%d to %d with %d digits was merged", other.LowestTrackableValue(), other.HighestTrackableValue(), other.SignificantFigures())
		}
	}
}

func FuzzHistogram(f *testing.F) {
	for _, n := range []int{0, 1, 1000} {
		text, _ := filled(n).MarshalText()
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var h Histogram
		if h.UnmarshalText(text) != nil {
			return
		}
		theirs, err := hdr.DecodePacked(text)
		if err != nil || theirs.TotalCount() != h.Count() || h.Count() > 0 && theirs.Max() != int64(h.Max()) {
			t.Errorf("the library reads it otherwise: %v", err)
		}
		if h.Count() > maxCount || h.Quantile(0.99) > h.Quantile(1) {
			t.Errorf("%d latencies, p99 %v, max %v", h.Count(), h.Quantile(0.99), h.Quantile(1))
		}
	})
}

func TestSizesRoundUpExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]int64{32 << 10, 512 << 10, 10 << 20}).Draw(t, "unit")
		near := unit * rapid.Int64Range(1, 5).Draw(t, "units")
		size := max(1, near+rapid.Int64Range(-2, 2).Draw(t, "off"))
		var s Sizes
		s.Record(size, 3)
		for v, n := range s.Buckets() {
			if n != 3 || v < size || (v+unit-1)/unit != (size+unit-1)/unit {
				t.Fatalf("%d bytes are counted as %d: other units of %d", size, v, unit)
			}
		}
	})
}
