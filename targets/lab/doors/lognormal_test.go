package doors

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestDrawsHaveTheMedianAndTheSpreadThatWereAskedFor(t *testing.T) {
	d := newDraw(LogNormal{Median: Duration(6 * time.Millisecond), Sigma: 0.3}, 42, "test")
	const n = 100_000
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d.at(uint64(i))
	}
	slices.Sort(all)
	for q, want := range map[float64]float64{0.5: 6, 0.8413447: 6 * math.Exp(0.3), 0.9772499: 6 * math.Exp(0.6), 0.0227501: 6 * math.Exp(-0.6)} {
		got := all[int(q*n)].Seconds() * 1000
		if math.Abs(got/want-1) > 0.015 {
			t.Errorf("quantile %v is %.3f ms, want %.3f", q, got, want)
		}
	}
}

func TestTheSameSeedDrawsTheSame(t *testing.T) {
	l := LogNormal{Median: Duration(time.Second), Sigma: 1}
	a, b := newDraw(l, 7, "x"), newDraw(l, 7, "x")
	otherSeed, otherPurpose := newDraw(l, 8, "x"), newDraw(l, 7, "y")
	for n := range uint64(100) {
		if a.at(n) != b.at(n) {
			t.Fatal("draws differ")
		}
		if a.at(n) == otherSeed.at(n) || a.at(n) == otherPurpose.at(n) || a.at(n) == a.at(n+1) {
			t.Fatal("draws that should differ are the same")
		}
	}
}

func TestADrawIsNeverNegativeNorEndless(t *testing.T) {
	d := newDraw(LogNormal{Median: Duration(longestFunction), Sigma: 3}, 1, "long")
	for n := range uint64(10_000) {
		if v := d.at(n); v < 0 || v > longestFunction {
			t.Fatalf("drew %v", v)
		}
	}
	if v := newDraw(LogNormal{Median: 5}, 1, "").at(3); v != 5 {
		t.Errorf("without a spread: %v", v)
	}
}
