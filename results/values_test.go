package results

import (
	"math/rand/v2"
	"testing"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// TestHistogramsOfOtherBucketsAreRead has the library encode histograms of several
// geometries: every bucket in use has to come back with its values and its count.
func TestHistogramsOfOtherBucketsAreRead(t *testing.T) {
	var d ValueDecoder
	var v Values
	for _, c := range []struct {
		name            string
		lowest, highest int64
		digits          int
	}{
		{"microseconds to a minute", 1, 60e6, 3},
		{"two digits, as wrk2 has it", 1, 24 * 3600 * 1e6, 2},
		{"one digit", 1, 3600e9, 1},
		{"five digits", 1, 1e9, 5},
		{"Tollgate's own", latencies.lowest, latencies.highest, digits},
		{"from a hundred on", 100, 1e12, 4},
	} {
		h, chance := hdr.New(c.lowest, c.highest, c.digits), rand.New(rand.NewPCG(1, uint64(c.digits)))
		for range 2000 {
			if err := h.RecordValue(min(c.highest, int64(1000*(1+chance.ExpFloat64()*chance.ExpFloat64())*float64(1+chance.IntN(1000))))); err != nil {
				t.Fatal(err)
			}
		}
		text, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Decode(text, &v); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var total int64
		for i, s := range v.Spans {
			if total += s.N; s.Low > s.High || i > 0 && s.Low <= v.Spans[i-1].High {
				t.Errorf("%s: bucket %d from %g to %g, after %+v", c.name, i, s.Low, s.High, v.Spans[max(0, i-1)])
			}
		}
		if total != h.TotalCount() || v.Digits != c.digits {
			t.Errorf("%s: %d values with %d digits, want %d", c.name, total, v.Digits, h.TotalCount())
		}
		for _, q := range []float64{0, 50, 99, 99.9, 100} {
			if got, want := valueAt(&v, q), float64(h.ValueAtQuantile(q)); got != want && q > 0 {
				t.Errorf("%s: p%g is %g, and the library says %g", c.name, q, got, want)
			}
		}
	}
}

func valueAt(v *Values, percent float64) float64 {
	var all, seen int64
	for _, s := range v.Spans {
		all += s.N
	}
	for _, s := range v.Spans {
		if seen += s.N; float64(seen) >= percent/100*float64(all)-0.5 {
			return s.High
		}
	}
	return 0
}

func FuzzValues(f *testing.F) {
	text, _ := filled(3).MarshalText()
	f.Add(text)
	h := hdr.New(1, 1e9, 2)
	_ = h.RecordValues(1234, 5)
	other, _ := h.Encode(hdr.V2CompressedEncodingCookieBase)
	f.Add(other)
	f.Fuzz(func(t *testing.T, text []byte) {
		var d ValueDecoder
		var v Values
		if err := d.Decode(text, &v); err != nil {
			return
		}
		var last float64
		for i, s := range v.Spans {
			if s.N <= 0 || !(s.Low >= 0) || s.High < s.Low || i > 0 && s.Low < last {
				t.Errorf("bucket %d: %+v after %g", i, s, last)
			}
			last = s.High
		}
	})
}
