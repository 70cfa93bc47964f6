package compare

import (
	"math/rand/v2"
	"testing"

	"tollgate/results"
)

// What the forecast takes for decided is what a comparison does.
func TestForecastsDecideAsComparisonsDo(t *testing.T) {
	for seed := range uint64(12) {
		run := played(seed, 30, 400, Target{Name: "base"}, Target{Name: "head", Slower: float64(seed%3) * 0.04})
		run.Document.Decide = &results.Decide{Margin: 0.05, Metrics: []string{"p50"}, Most: 30}
		all := slotsOf(run, nil)
		for _, have := range []int{10, 20, 30} {
			c := compareFirst(run, all, have, Options{withoutRatios: true})
			tr, level := c.asks(traitNamed(P50))
			base, head := all[0].part(have), all[1].part(have)
			xs := sidesOf(tr, base, head, base.shared(head)).differences()
			if got := newGame(xs).decides(tr.inner(), level); got != (len(c.Undecided()) == 0) {
				t.Errorf("seed %d, %d blocks: the forecast has decided %v, and %s", seed, have, got, c.Pairs[0].Effect(P50).Words)
			}
		}
	}
}

func traitNamed(m Metric) trait {
	t, _ := traitOf(m)
	return t
}

// Half of the runs are decided within the median that is forecast from one of them, about.
func TestForecastsFromARunAreRight(t *testing.T) {
	d := &results.Decide{Margin: 0.05, Metrics: []string{"p50"}, Most: 200}
	for name, head := range map[string]Target{"no difference": {Name: "head"}, "a tenth more": {Name: "head", Slower: 0.10}} {
		w := Described(0)
		play := func(seed uint64, blocks int) *results.Run {
			return w.Run(rand.New(rand.NewPCG(seed, 4)), Day{Date: run}, Plan{Targets: []Target{{Name: "base"}, head}, Blocks: blocks, Requests: 100})
		}
		f := ForecastFrom(play(1, 60), d)
		if f == nil || f.Median == 0 || f.Ninety < f.Median || f.Of != 60 {
			t.Fatalf("%s: %+v", name, f)
		}
		within := 0
		for seed := range uint64(20) {
			run := play(10+seed, f.Ninety)
			run.Document.Decide = d
			if open, err := Look(run); err != nil {
				t.Fatal(err)
			} else if len(open) == 0 {
				within++
			}
		}
		t.Logf("%s: %+v, and %d of 20 runs were decided with %d blocks", name, f, within, f.Ninety)
		if within < 14 {
			t.Errorf("%s: %d of 20 runs were decided within %d blocks, in which nine tenths were to be", name, within, f.Ninety)
		}
	}
}

func TestForecastsOfWhatIsNotKnown(t *testing.T) {
	d := &results.Decide{Margin: 0.05, Metrics: []string{"p50"}, Most: 150}
	many, few := ForecastAssumed(d, 2, 1000), ForecastAssumed(d, 2, 50)
	if many.Median < MinBlocks || few.Median > 0 && few.Median < 2*many.Median || many.Of != 0 {
		t.Errorf("with 1,000 requests a block %+v, with 50 %+v", many, few)
	}
	d.Most = 20
	if f := ForecastAssumed(d, 2, 50); f.Median != 0 || f.Ninety != 0 {
		t.Errorf("in 20 blocks: %+v", f)
	}
	if f := ForecastFrom(played(1, 9, 100, Target{Name: "a"}, Target{Name: "b"}), d); f != nil {
		t.Errorf("from nine blocks: %+v", f)
	}
}
