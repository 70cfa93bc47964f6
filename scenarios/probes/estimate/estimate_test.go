package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func lognormal(chance *rand.Rand, median, sigma float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = median * math.Exp(sigma*chance.NormFloat64())
	}
	return values
}

func TestIntervalsHoldTheTruthAsOftenAsTheySay(t *testing.T) {
	const repetitions = 200
	truthP90 := 10 * math.Exp(0.4*1.2815515655)
	for _, row := range []struct {
		name  string
		truth float64
		draw  func(*rand.Rand) (Interval, bool)
	}{
		{"the median of 40 values", 10, func(r *rand.Rand) (Interval, bool) {
			return Quantile(slices.Sorted(slices.Values(lognormal(r, 10, 0.4, 40))), 0.5)
		}},
		{"the p90 of 150 values", truthP90, func(r *rand.Rand) (Interval, bool) {
			return Quantile(slices.Sorted(slices.Values(lognormal(r, 10, 0.4, 150))), 0.9)
		}},
		{"a share of 3 % of 400", 0.03, func(r *rand.Rand) (Interval, bool) {
			var k int64
			for range 400 {
				if r.Float64() < 0.03 {
					k++
				}
			}
			return Share(k, 400)
		}},
		{"a mean over eight blocks that differ from each other", 5, func(r *rand.Rand) (Interval, bool) {
			var blocks [][]float64
			for range 8 {
				level := 5 + r.NormFloat64()
				block := make([]float64, 20)
				for i := range block {
					block[i] = level + r.NormFloat64()
				}
				blocks = append(blocks, block)
			}
			return Mean(blocks)
		}},
		{"a delay that is seen on top of another", 100, func(r *rand.Rand) (Interval, bool) {
			base, raised := lognormal(r, 14, 0.25, 300), lognormal(r, 14, 0.25, 120)
			for i, d := range lognormal(r, 100, 0.15, 120) {
				raised[i] += d
			}
			d, ok := Hidden(raised, base)
			return d.Quantile(0.5), ok
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			chance, held := rand.New(rand.NewPCG(1, 2)), 0
			for range repetitions {
				i, ok := row.draw(chance)
				if !ok {
					t.Fatal("no estimate")
				}
				if i.Holds(row.truth) {
					held++
				}
			}
			share := float64(held) / repetitions
			t.Logf("nominal 95 %%, held %.1f %%", 100*share)
			if share < 0.92 {
				t.Errorf("the intervals hold the truth in %.1f %%", 100*share)
			}
		})
	}
}

func TestASampleThatIsTooSmallHasNoQuantile(t *testing.T) {
	sample := make([]float64, 100)
	if _, ok := Quantile(sample, 0.99); ok {
		t.Error("100 values gave a p99 with an interval")
	}
	if _, ok := Quantile(sample, 0.5); !ok {
		t.Error("100 values gave no median")
	}
}

func TestTwoClassesAreDistinguished(t *testing.T) {
	for _, row := range []struct {
		name            string
		n               int
		slowShare, init float64 // in medians of the fast sort
	}{
		{"one in a hundred five times slower", 5000, 0.01, 5},
		{"one in ten five times slower", 2000, 0.10, 5},
		{"most are slow", 1000, 0.8, 5},
		{"hits and misses three times apart", 4000, 0.4, 2},
		{"few of few", 60, 0.1, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			worst, worstShare := 1.0, 0.0
			for seed := range uint64(6) {
				chance := rand.New(rand.NewPCG(seed, 7))
				values, slow := served(chance, row.n), make([]bool, row.n)
				k := int(float64(row.n) * row.slowShare)
				for i, d := range lognormal(chance, 14*row.init, 0.2, k) {
					values[i] += d
					slow[i] = true
				}
				m, ok := Fit(values)
				if !ok {
					t.Fatalf("seed %d: no two sorts were found", seed)
				}
				worst = min(worst, f1(m, values, slow))
				worstShare = max(worstShare, math.Abs(m.Slow.Weight-float64(k)/float64(row.n)))
			}
			t.Logf("worst F1 %.4f, worst share off by %.4f", worst, worstShare)
			if row.init >= 5 && worst < 0.98 {
				t.Errorf("F1 %.4f", worst)
			}
			if worstShare > 0.02 {
				t.Errorf("the share is off by %.4f", worstShare)
			}
		})
	}
}

// served are warm responses as the lab models them: a door's time and a
// function's.
func served(chance *rand.Rand, n int) []float64 {
	values := lognormal(chance, 6, 0.3, n)
	for i, d := range lognormal(chance, 8, 0.3, n) {
		values[i] += d
	}
	return values
}

func f1(m Mixture, values []float64, slow []bool) float64 {
	var found, wrong, missed float64
	for i, v := range values {
		switch {
		case m.IsSlow(v) && slow[i]:
			found++
		case m.IsSlow(v):
			wrong++
		case slow[i]:
			missed++
		}
	}
	return 2 * found / (2*found + wrong + missed)
}

func TestOneClassIsNotTakenForTwo(t *testing.T) {
	taken := 0
	for seed := range uint64(12) {
		if _, ok := Fit(served(rand.New(rand.NewPCG(seed, 3)), 500)); ok {
			taken++
		}
	}
	t.Logf("%d of 12 samples of one log-normal were taken for two", taken)
	if taken > 1 {
		t.Error("one sort is taken for two too often")
	}
}

func TestALifetimeIsFoundFromFewAges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		truth := rapid.Float64Range(0.3, 3000).Draw(t, "truth")
		first := rapid.Float64Range(0.05, 60).Draw(t, "first")
		var seen []Survival
		for range 40 {
			age, more := Next(seen, first, 1e5, 0.03)
			if !more {
				break
			}
			seen = append(seen, Survival{Least: age, Most: age * 1.001, Alive: age < truth})
		}
		l, ok := Bracket(seen)
		if !ok || !l.Bracketed || l.Uneven || l.Low > truth || l.High < truth*0.999 {
			t.Fatalf("truth %v: %+v after %d looks", truth, l, len(seen))
		}
		if off := math.Abs(l.Value/truth - 1); off > 0.04 {
			t.Fatalf("off by %v", off)
		}
	})
}

func TestUnequalLivesAreReported(t *testing.T) {
	l, ok := Bracket([]Survival{{4, 4, true}, {4.2, 4.2, false}, {4.5, 4.5, true}, {5, 5, false}})
	if !ok || !l.Uneven || l.Low != 4.2 || l.High != 4.5 {
		t.Errorf("%+v", l)
	}
}

func TestWhatWasNotBracketedSaysSo(t *testing.T) {
	l, ok := Bracket([]Survival{{4, 4, true}, {9, 9, true}})
	if !ok || l.Bracketed || l.Low != 9 || !math.IsInf(l.High, 1) {
		t.Errorf("%+v", l)
	}
}

func TestOneWrongObservationDoesNotMoveTheBounds(t *testing.T) {
	var seen []Survival
	for _, age := range Ages(1, 8, 30) {
		seen = append(seen, Survival{age, age, age < 4})
	}
	seen[2].Alive = false // a stall that was taken for a miss
	l, ok := Lives(seen, 0.95, 0.05)
	if !ok || l.Uneven || !l.Holds(4) {
		t.Errorf("%+v", l)
	}
	seen[2].Alive = true
	for i := 12; i < 20; i++ {
		seen[i].Alive = i%2 == 0 // not one wrong look: these live unequally long
	}
	if l, _ := Lives(seen, 0.95, 0.05); !l.Uneven {
		t.Errorf("unequal lives were taken for wrong looks: %+v", l)
	}
}
