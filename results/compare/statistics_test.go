package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestStudentAgreesWithItsTables(t *testing.T) {
	near(t, "97.5 % at 9", studentQuantile(0.975, 9), 2.262157, 1e-5)
	near(t, "2.5 % at 9", studentQuantile(0.025, 9), -2.262157, 1e-5)
	near(t, "99.5 % at 19", studentQuantile(0.995, 19), 2.860935, 1e-5)
	near(t, "the middle", studentQuantile(0.5, 5), 0, 0)
	near(t, "above 2.262157 at 9", studentAbove(2.262157, 9), 0.025, 1e-6)
	near(t, "above infinity", studentAbove(math.Inf(1), 9), 0, 0)
	near(t, "above minus infinity", studentAbove(math.Inf(-1), 9), 1, 0)
}

func TestHolmAdjustsAsInItsExample(t *testing.T) {
	got := holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "adjusted", got[i], want, 1e-12)
	}
	if len(holm(nil)) != 0 {
		t.Error("a family of none is adjusted to some")
	}
}

func TestTrimmedMeanAndItsError(t *testing.T) {
	xs := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 1000}
	s := locate(xs, nil, 1)
	near(t, "mean without the ends", s.mean, 5.5, 1e-12)
	// Winsorised: 2 2 3 4 5 6 7 8 9 9, whose squares about 5.5 sum to 66.5.
	near(t, "error", s.se, math.Sqrt(66.5/9)*math.Sqrt(10)/8, 1e-12)
	near(t, "error untrimmed", locate([]float64{1, 2, 3, 4}, nil, 0).se, math.Sqrt(5.0/3)/2, 1e-12)
	if trims(9, true) != 0 || trims(10, true) != 1 || trims(29, true) != 2 || trims(40, false) != 0 {
		t.Error("a tenth is trimmed at either end, rounded down")
	}
}

// A resample given by how often each value occurs is the resample written out.
func TestCountedResamplesAreResamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-10, 10), 3, 30).Draw(t, "values")
		slices.Sort(xs)
		g := rapid.IntRange(0, (len(xs)-1)/2).Draw(t, "trimmed")
		times, written := make([]int32, len(xs)), []float64{}
		for range xs {
			i := rapid.IntRange(0, len(xs)-1).Draw(t, "drawn")
			times[i]++
			written = append(written, xs[i])
		}
		a, b := locate(xs, times, g), locate(slices.Sorted(slices.Values(written)), nil, g)
		if math.Abs(a.mean-b.mean) > 1e-9 || math.Abs(a.se-b.se) > 1e-9 {
			t.Fatalf("counted %+v, written out %+v", a, b)
		}
	})
}

func TestSpreadIsThatOfNormalSamplesAndIgnoresOutliers(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{10, 11, 30, 60} {
		var sum float64
		const times = 500
		for range times {
			xs := make([]float64, n)
			for i := range xs {
				xs[i] = chance.NormFloat64()
			}
			sum += spread(xs)
		}
		near(t, "mean spread of normal samples", sum/times, 1, 0.06)
	}
	xs := make([]float64, 31)
	for i := range xs {
		xs[i] = chance.NormFloat64()
		if i%3 == 0 {
			xs[i] = 1e6
		}
	}
	if s := spread(xs); s > 4 {
		t.Errorf("a third of outliers makes a spread of %v", s)
	}
	near(t, "spread of one", spread([]float64{3}), 0, 0)
}

func TestADistanceOfPairsIsThatOfAllPairsInOrder(t *testing.T) {
	value := rapid.OneOf(rapid.Float64Range(-3, 3), rapid.SampledFrom([]float64{0, 1, math.Nextafter(1, 2), 1e-300, 5e-324, 1e300}))
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(value, 2, 12).Draw(t, "xs")
		var all []float64
		for i, a := range xs {
			for _, b := range xs[:i] {
				all = append(all, math.Abs(a-b))
			}
		}
		slices.Sort(all)
		k := rapid.IntRange(1, len(all)).Draw(t, "k")
		if got := smallestDistance(slices.Sorted(slices.Values(xs)), k); got != all[k-1] {
			t.Fatalf("%v, want %v", got, all[k-1])
		}
	})
}

// A run beyond the limit of 1 % comes one time in a hundred.
func TestPredictionsHoldTheirLevel(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(7, 8))
	times, within := 5_000, 0.006
	if raceEnabled {
		times, within = 1000, 0.012
	}
	for _, n := range []int{10, 20, 60} {
		beyond := 0
		xs := make([]float64, n)
		for range times {
			for i := range xs {
				xs[i] = chance.NormFloat64()
			}
			if predict(xs, 0).above(chance.NormFloat64()) <= 0.01 {
				beyond++
			}
		}
		near(t, "share beyond the limit", float64(beyond)/float64(times), 0.01, within)
	}
}

func TestIntervalsHoldTheirLevelAndShrinkWithBlocks(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(9, 10))
	before, times := math.Inf(1), 400
	if raceEnabled {
		times = 100
	}
	for _, n := range []int{10, 40, 160} {
		missed, width := 0, 0.0
		for range times {
			xs := make([]float64, n)
			for i := range xs {
				xs[i] = 3 + chance.NormFloat64()
			}
			e := studentised(xs, 0.05, true, 499, chance)
			if e.low > 3 || e.high < 3 {
				missed++
			}
			width += (e.high - e.low) / float64(times)
		}
		if missed > times*9/100 {
			t.Errorf("%d blocks: %d of %d intervals miss the truth", n, missed, times)
		}
		if width > before*0.6 {
			t.Errorf("%d blocks: intervals are %.2f wide, and %.2f with a quarter of the blocks", n, width, before)
		}
		before = width
	}
}

func TestBlocksThatAllSayTheSameAreCertain(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 1))
	if e := studentised(slices.Repeat([]float64{0}, 12), 0.05, true, 99, chance); e.p != 1 || e.low != 0 || e.high != 0 {
		t.Errorf("no difference at all: %+v", e)
	}
	if e := studentised(slices.Repeat([]float64{0.5}, 12), 0.05, true, 999, chance); e.p > 0.002 || e.low != 0.5 || e.high != 0.5 {
		t.Errorf("always the same difference: %+v", e)
	}
	if e := flipped(slices.Repeat([]float64{0}, 12), 0.05, 999, chance); e.p != 1 {
		t.Errorf("no errors on either side: %+v", e)
	}
	if e := flipped(slices.Repeat([]float64{0.2}, 12), 0.05, 9999, chance); e.p > 0.005 {
		t.Errorf("a fifth more errors in each of twelve blocks: %+v", e)
	}
	if e := flipped(append(make([]float64, 18), 0.001, 0.001), 0.05, 999, chance); e.p < 0.3 {
		t.Errorf("two errors in twenty blocks: %+v", e)
	}
}

func TestBlocksForASmallerEffectAreMore(t *testing.T) {
	if a, b := blocksFor(0.1, 0.05, 0.03, 0.05), blocksFor(0.1, 0.02, 0.03, 0.05); a >= b {
		t.Errorf("%d blocks for 5 %%, %d for 2 %%", a, b)
	}
	if n := blocksFor(0.04, 0.05, 0.03, 0.05); n != MinBlocks {
		t.Errorf("%d blocks for a plain difference, want the fewest, %d", n, MinBlocks)
	}
	if n := blocksFor(100, 0, 0.03, 0.05); n != mostBlocks {
		t.Errorf("%d blocks in noise without end, want no more than %d", n, mostBlocks)
	}
}
