package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestStratifiedHoldsTheTruthAsOftenAsItSays(t *testing.T) {
	for name, row := range map[string]struct {
		sizes, seen []int64
		shares      []float64
	}{
		"another part of each stratum": {[]int64{100, 1000, 400}, []int64{20, 60, 100}, []float64{0.9, 0.02, 0.4}},
		"few of each":                  {[]int64{100, 100, 300}, []int64{9, 9, 19}, []float64{0.95, 0.6, 0.03}},
		"one whole, the other in part": {[]int64{50, 500}, []int64{50, 40}, []float64{0.5, 0.1}},
	} {
		t.Run(name, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(5, 9))
			const repetitions = 2000
			held, off := 0, 0.0
			for range repetitions {
				var strata []Stratum
				hits, size := 0.0, 0.0
				for i, n := range row.sizes {
					s := Stratum{Size: n, Seen: row.seen[i]}
					for j := range n { // which are seen does not depend on which are hits
						if chance.Float64() < row.shares[i] {
							hits++
							if j < s.Seen {
								s.Hits++
							}
						}
					}
					size += float64(n)
					strata = append(strata, s)
				}
				got, ok := Stratified(strata)
				if !ok {
					t.Fatal("nothing was seen")
				}
				if got.Holds(hits / size) {
					held++
				}
				off += got.Value - hits/size
			}
			t.Logf("held in %.1f %%, off by %+.4f in the mean", 100*float64(held)/repetitions, off/repetitions)
			if held < repetitions*93/100 || math.Abs(off/repetitions) > 0.01 {
				t.Errorf("held in %d of %d, off by %+.4f", held, repetitions, off/repetitions)
			}
		})
	}
}

func TestStratifiedStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Stratum
		var seen int64
		for range rapid.IntRange(0, 5).Draw(t, "strata") {
			s := Stratum{Size: rapid.Int64Range(0, 50).Draw(t, "size")}
			s.Seen = rapid.Int64Range(0, s.Size).Draw(t, "seen")
			s.Hits = rapid.Int64Range(0, s.Seen).Draw(t, "hits")
			seen += s.Seen
			all = append(all, s)
		}
		got, ok := Stratified(all)
		if ok != (seen > 0) || !(0 <= got.Low && got.Low <= got.Value && got.Value <= got.High && got.High <= 1) {
			t.Fatalf("%+v, %v of %+v", got, ok, all)
		}
		if len(all) == 1 && ok && all[0].Seen == all[0].Size && got.High != got.Low {
			t.Fatalf("what was seen whole is %+v", got)
		}
	})
}
