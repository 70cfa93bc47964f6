package pricing

import (
	"testing"

	"pgregory.net/rapid"
)

func TestStepsApplyToEachValueAndNotToTheMean(t *testing.T) {
	sizes := Dist{Buckets: []Bucket{{1 << 10, 990}, {1 << 20, 10}}}
	if got := sizes.Expect(units(512 << 10)); got.Cmp(Ratio(1010, 1000)) != 0 {
		t.Errorf("a thousand responses, ten of 1 MiB, are %s units each; want 1.01", got)
	}
	if got := units(512 << 10)(int64(sizes.Mean().Float())); got != 1 {
		t.Errorf("their mean size is %d units; want 1, which is the mistake to avoid", got)
	}
}

func TestDistributionsOfNothingAndOfNonsense(t *testing.T) {
	for name, d := range map[string]Dist{
		"no buckets":      {},
		"no counts":       {Buckets: []Bucket{{7, 0}}},
		"negative counts": {Buckets: []Bucket{{7, -3}}},
	} {
		if !d.Empty() || d.Mean().Sign() != 0 || d.Sum().Sign() != 0 || d.Count().Sign() != 0 {
			t.Errorf("%s: empty %v, mean %s, sum %s, count %s; want nothing at all", name, d.Empty(), d.Mean(), d.Sum(), d.Count())
		}
	}
	below := Dist{Buckets: []Bucket{{-5, 1}, {10, 1}}}
	if got := below.Mean(); got.Cmp(Whole(5)) != 0 {
		t.Errorf("values below zero count as zero: mean is %s, want 5", got)
	}
	huge := Dist{Buckets: []Bucket{{1<<63 - 1, 1<<63 - 1}, {1<<63 - 1, 1}}}
	if got := huge.Mean(); got.Cmp(Whole(1<<63-1)) != 0 {
		t.Errorf("the mean of the largest value is %s", got)
	}
	if got := meanLarger(huge, huge); got.Cmp(Whole(1<<63-1)) != 0 {
		t.Errorf("the larger of two of the largest values is %s", got)
	}
}

// dists draws small distributions, some buckets repeated and out of order.
var dists = rapid.Custom(func(t *rapid.T) Dist {
	buckets := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Bucket {
		return Bucket{rapid.Int64Range(0, 5000).Draw(t, "value"), rapid.Int64Range(1, 9).Draw(t, "count")}
	}), 1, 8).Draw(t, "buckets")
	return Dist{Buckets: buckets}
})

// overPairs is the mean of f over every pair of values.
func overPairs(a, b Dist, f func(x, y int64) int64) (mean Quantity) {
	for _, x := range a.Buckets {
		for _, y := range b.Buckets {
			mean = mean.Add(Whole(f(x.Value, y.Value) * x.Count * y.Count))
		}
	}
	return mean.Div(a.Count().Mul(b.Count()))
}

func TestMeansOfPairsEqualTheirEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := dists.Draw(t, "a"), dists.Draw(t, "b")
		larger := func(x, y int64) int64 { return max(x, y) }
		if got, want := meanLarger(a, b), overPairs(a, b, larger); got.Cmp(want) != 0 {
			t.Errorf("mean of the larger is %s, want %s", got, want)
		}
		unit := rapid.Int64Range(1, 1200).Draw(t, "unit")
		sum := func(x, y int64) int64 { return units(unit)(x + y) }
		if got, want := meanSumUnits(a, b, unit), overPairs(a, b, sum); got.Cmp(want) != 0 {
			t.Errorf("mean of the rounded sum is %s, want %s", got, want)
		}
	})
}

func TestMappingKeepsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, step := dists.Draw(t, "d"), units(rapid.Int64Range(1, 900).Draw(t, "unit"))
		m := d.Map(step)
		if m.Mean().Cmp(d.Expect(step)) != 0 || m.Count().Cmp(d.Count()) != 0 {
			t.Errorf("mapped mean %s of %s, want %s of %s", m.Mean(), m.Count(), d.Expect(step), d.Count())
		}
		for i := 1; i < len(m.Buckets); i++ {
			if m.Buckets[i-1].Value >= m.Buckets[i].Value {
				t.Errorf("values out of order: %v", m.Buckets)
			}
		}
	})
}
