package compare

import (
	"math/rand/v2"
	"testing"
	"time"
)

// varying is the lab's machine with another variation from run to run.
func varying(rerun float64) World {
	w := Lab()
	w.Rerun = rerun
	return w
}

// twice plays two runs of one hour, the second of a target that is slower or fails more,
// and returns their comparison.
func twice(w World, chance *rand.Rand, other Target) *Comparison {
	day := w.Today(chance, time.Unix(0, 0))
	base := w.Run(chance, day, Plan{Targets: []Target{{Name: "api"}}, Blocks: 10, Requests: 400})
	other.Name = "api"
	day.Date = day.Date.Add(time.Minute)
	head := w.Run(chance, day, Plan{Targets: []Target{other}, Blocks: 10, Requests: 400})
	c, err := Runs(base, head, nil)
	if err != nil {
		panic(err)
	}
	return c
}

// TestErrorRatesOfBeforeAndAfter counts how often two runs of one hour seem to differ though
// nothing changed, and how often a change is found, without a history.
func TestErrorRatesOfBeforeAndAfter(t *testing.T) {
	t.Parallel()
	rows := []struct {
		what  string
		world World
		other Target
		n     int
		found bool    // the change must be found, at p50
		least float64 // how often
	}{
		{"lab machine, no difference", Lab(), Target{}, 600, false, 0},
		{"runs differ by what is assumed at p50", varying(0.025), Target{}, 600, false, 0},
		{"runs within ± 3 %", Described(0.03), Target{}, 600, false, 0},
		{"lab machine, 15 % slower", Lab(), Target{Slower: 0.15}, 300, true, 0.70},
		{"runs within ± 3 %, 15 % slower", Described(0.03), Target{Slower: 0.15}, 300, true, 0.70},
		{"lab machine, 25 % slower", Lab(), Target{Slower: 0.25}, 300, true, 0.95},
	}
	for i, row := range rows {
		n, any, found := many(row.n), 0, 0
		for k := range n {
			c := twice(row.world, rand.New(rand.NewPCG(uint64(1000+i), uint64(k))), row.other)
			wrong := false
			for _, e := range c.Pairs[0].Effects {
				wrong = wrong || e.Verdict == Better || e.Verdict == Worse
			}
			any, found = any+one(wrong), found+one(c.Pairs[0].Effect(P50).Verdict == Worse)
		}
		t.Logf("%-40s %5d pairs | any %5.1f%%  p50 slower %5.1f%%", row.what, n, 100*float64(any)/float64(n), 100*float64(found)/float64(n))
		switch share := float64(any) / float64(n); {
		case raceEnabled:
		case !row.found && share > upTo(DefaultLevel, n):
			t.Errorf("%s: %.1f %% of pairs differ, want at most 5 %%", row.what, 100*share)
		case row.found && float64(found)/float64(n) < from(row.least, n):
			t.Errorf("%s: found %d of %d, want %.0f %%", row.what, found, n, 100*row.least)
		}
	}
}
