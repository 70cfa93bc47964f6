package cloudwatch

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func bucketOf(values []float64) *bucket {
	b := &bucket{}
	for _, v := range values {
		b.add(v)
	}
	return b
}

func TestRanksKeepTheOrderAndTheSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(-1e12, 1e12).Draw(t, "a"), rapid.Float64Range(-1e12, 1e12).Draw(t, "b")
		if a < b && rankOf(a) > rankOf(b) {
			t.Fatalf("%v < %v, but their ranks are %d and %d", a, b, rankOf(a), rankOf(b))
		}
		if back := valueOf(rankOf(a)); math.Abs(back-a) > math.Abs(a)/1024+math.SmallestNonzeroFloat64*(1<<42) {
			t.Fatalf("%v became %v", a, back)
		}
	})
}

func TestWholeNumbersBelow2048AreExact(t *testing.T) {
	for n := range 2048 {
		for _, v := range []float64{float64(n), -float64(n)} {
			if got := valueOf(rankOf(v)); got != v {
				t.Fatalf("%v became %v", v, got)
			}
		}
	}
	if rankOf(math.Copysign(0, -1)) != rankOf(0) {
		t.Error("minus zero is not zero")
	}
}

func TestQuantilesEqualThoseOfTheValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var values []float64
		for _, n := range rapid.SliceOfN(rapid.IntRange(-100, 2047), 1, 300).Draw(t, "values") {
			values = append(values, float64(n))
		}
		b := bucketOf(values)
		slices.Sort(values)
		for _, q := range []float64{0, 0.1, 0.5, 0.9, 0.99, 0.999, 1} {
			rank := max(1, int(math.Ceil(q*float64(len(values)))))
			got := b.quantile(q)
			if want := values[rank-1]; got != want {
				t.Fatalf("quantile %v of %v is %v, want %v", q, values, got, want)
			}
		}
	})
}

func TestMergingEqualsPuttingTogether(t *testing.T) {
	values := rapid.SliceOf(rapid.Float64Range(-1e6, 1e6))
	rapid.Check(t, func(t *rapid.T) {
		a, b := values.Draw(t, "a"), values.Draw(t, "b")
		got := bucketOf(a)
		got.merge(bucketOf(b))
		want := bucketOf(slices.Concat(a, b))
		if got.Count != want.Count || got.Min != want.Min || got.Max != want.Max || !slices.Equal(got.cells, want.cells) || math.Abs(got.Sum-want.Sum) > 1e-6 {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestAMergedMinuteIsNotTheOriginal(t *testing.T) {
	original := bucketOf([]float64{1, 2})
	var sum bucket
	sum.merge(original)
	sum.add(1)
	if original.Count != 2 || original.cells[0].count != 1 {
		t.Errorf("reading a minute changed it: %+v", original)
	}
}
