package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// logNormals are n values with a median.
func logNormals(c *rand.Rand, n int, median, sigma float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = median * math.Exp(sigma*c.NormFloat64())
	}
	return values
}

func TestTheTailOfTheHypergeometricDistribution(t *testing.T) {
	for name, row := range map[string]struct {
		k, top, some, all int
		want              float64
	}{
		"none is certain":                    {0, 4, 5, 10, 1},
		"all four of four, from five of ten": {4, 4, 5, 10, 5.0 / 210},
		"three or more":                      {3, 4, 5, 10, 55.0 / 210},
		"more than there can be":             {5, 4, 5, 10, 0},
		"as few as there must be":            {3, 8, 5, 10, 1},
	} {
		if got := Among(row.k, row.top, row.some, row.all); math.Abs(got-row.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

// Values of the same kind exceed each other by chance no more often than p says.
func TestValuesOfTheSameKindDoNotExceedEachOther(t *testing.T) {
	c := rand.New(rand.NewPCG(3, 1))
	const rounds = 1000
	below := map[float64]int{0.1: 0, 0.01: 0}
	for range rounds {
		p, _ := Exceeds(logNormals(c, 60, 20, 0.5), logNormals(c, 90, 20, 0.5))
		for limit := range below {
			if p <= limit {
				below[limit]++
			}
		}
	}
	for limit, n := range below {
		if share := float64(n) / rounds; share > limit {
			t.Errorf("p is %v or less in %.4f of all cases", limit, share)
		}
	}
}

func TestAFewHighValuesExceedAndTiesDoNot(t *testing.T) {
	c := rand.New(rand.NewPCG(3, 2))
	some, others := logNormals(c, 250, 20, 0.2), logNormals(c, 250, 20, 0.2)
	for i := range 25 {
		some[i] += 200
	}
	if p, from := Exceeds(some, others); p > 1e-5 || from < 30 || from > 225 {
		t.Errorf("p %v from %v", p, from)
	}
	if p, _ := Exceeds(slices.Repeat([]float64{5}, 100), slices.Repeat([]float64{5}, 100)); p < 1 {
		t.Errorf("equal values exceed each other, p %v", p)
	}
	if p, _ := Exceeds(nil, nil); p != 1 {
		t.Errorf("nothing exceeds nothing, p %v", p)
	}
}

func TestSpreadIsThatOfTheLargestClass(t *testing.T) {
	c := rand.New(rand.NewPCG(3, 3))
	values := append(logNormals(c, 700, 20, 0.1), logNormals(c, 300, 400, 0.1)...)
	if got := Spread(values); got < 1.5 || got > 3.5 {
		t.Errorf("%v, want about 2.6", got)
	}
	if got := Spread([]float64{7}); got != 0 {
		t.Errorf("one value has a spread of %v", got)
	}
}

// Delays are found on top of one and of two classes, where they are apart and where
// they overlap.
func TestUnmixFindsHowManyWereDelayedAndByHowMuch(t *testing.T) {
	for name, row := range map[string]struct {
		delayed      int
		delay, sigma float64
		slow         float64 // share of base that is ten times as high
	}{
		"a tenth":                          {25, 250, 0.15, 0},
		"nearly all":                       {225, 250, 0.15, 0},
		"four spreads":                     {100, 16, 0.1, 0},
		"a second class at the same place": {100, 180, 0.1, 0.1},
		"a second class below":             {100, 600, 0.15, 0.2},
	} {
		t.Run(name, func(t *testing.T) {
			const rounds = 16
			count, median := 0, 0
			for seed := range uint64(rounds) {
				c := rand.New(rand.NewPCG(seed, 4))
				draw := func() []float64 {
					values := logNormals(c, 250, 20, 0.2)
					for i := range values {
						if c.Float64() < row.slow {
							values[i] *= 10
						}
					}
					return values
				}
				values, base := draw(), draw()
				for i, d := range logNormals(c, row.delayed, row.delay, row.sigma) {
					values[i] += d
				}
				_, from := Exceeds(values, base)
				d, ok := Unmix(values, base, from)
				if !ok {
					continue
				}
				if d.Count.Holds(float64(row.delayed)) {
					count++
				}
				if d.Delay.Quantile(0.5).Holds(row.delay) {
					median++
				}
			}
			t.Logf("the interval of the count held it in %d of %d, that of the delay in %d", count, rounds, median)
			if count < rounds*7/8 || median < rounds*7/8 {
				t.Error("too seldom")
			}
		})
	}
}

func TestUnmixNeedsValues(t *testing.T) {
	if _, ok := Unmix([]float64{1, 2}, []float64{1, 2}, 1); ok {
		t.Error("two values were enough")
	}
	same := slices.Repeat([]float64{5}, 50)
	if _, ok := Unmix(same, same, 5); ok {
		t.Error("equal values have a delay")
	}
}
