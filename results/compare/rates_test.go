package compare

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
)

// "make rates" runs with -rates=1; the table of doc.go was made with -rates=3.
var rates = flag.Int("rates", 0, "multiply the number of simulated runs by this; 0 for a quick check with a sixtieth of them, at least four")

// many returns how many times to repeat something that the long form repeats n
// times; only a few with the race detector, which slows arithmetic down.
func many(n int) int {
	switch {
	case raceEnabled:
		return max(2, n/50)
	case *rates == 0:
		return max(4, n/60)
	}
	return n * *rates
}

// upTo is the largest share of n repetitions that a true rate explains with a
// probability of 99 %.
func upTo(rate float64, n int) float64 { return rate + 2.33*math.Sqrt(rate*(1-rate)/float64(n)) }

// from is the smallest such share.
func from(rate float64, n int) float64 { return rate - 2.33*math.Sqrt(rate*(1-rate)/float64(n)) }

// A tally counts what comparisons of simulated runs came to.
type tally struct {
	runs, any int
	missed    int // truths that the 95 % interval of the median left out, before adjustment
	found     map[Metric]int
}

func (t *tally) share(n int) float64 { return float64(n) / float64(t.runs) }

// each plays n runs as p says, as many at once as there are processors, and calls do with
// each of them, also at once.
func (w World) each(seed uint64, n int, p Plan, do func(run *results.Run)) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				chance := rand.New(rand.NewPCG(seed, uint64(i)))
				day := w.Today(chance, time.Unix(0, 0))
				day.Neighbor = w.everyThird(int(i))
				run := w.Run(chance, day, p)
				run.Document.Seed = uint64(i)
				do(run)
			}
		})
	}
	all.Wait()
}

// count compares n simulated runs of a target and another that is slower, or
// has a longer tail.
func count(w World, seed uint64, n, blocks int, other Target) *tally {
	t := &tally{runs: n, found: map[Metric]int{}}
	var mu sync.Mutex
	w.each(seed, n, Plan{Targets: []Target{{Name: "base"}, other}, Blocks: blocks, Requests: 1000}, func(run *results.Run) {
		c, err := Targets(run, Options{withoutRatios: true})
		if err != nil {
			panic(err)
		}
		mu.Lock()
		defer mu.Unlock()
		t.add(c, 1+other.Slower)
	})
	return t
}

func (t *tally) add(c *Comparison, median float64) {
	any := false
	for _, e := range c.Pairs[0].Effects {
		if e.Verdict == Better || e.Verdict == Worse {
			any = true
			t.found[e.Metric]++
		}
	}
	if any {
		t.any++
	}
	if e := c.Pairs[0].Effect(P50); e.Low != nil && (*e.Low > median || *e.High < median) {
		t.missed++
	}
}

func TestErrorRatesOfComparisons(t *testing.T) {
	t.Parallel()
	same, slower, tail := Target{Name: "head"}, Target{Name: "head", Slower: 0.05}, Target{Name: "head", Tail: 0.10}
	rows := []struct {
		what   string
		world  World
		n      int
		blocks int
		other  Target
		metric Metric  // that must be found; "": none may be
		least  float64 // power
	}{
		{"lab machine, A/A", Lab(), 300, 10, same, "", 0},
		{"lab machine, A/A", Lab(), 200, 20, same, "", 0},
		{"busy machine, A/A", Busy(), 200, 10, same, "", 0},
		{"busy machine, A/A", Busy(), 100, 20, same, "", 0},
		{"lab machine, all 5 % slower", Lab(), 100, 20, slower, P50, 0.90},
		{"lab machine, tail 10 % longer", Lab(), 100, 20, tail, P99, 0.90},
		{"identical servers", Described(0), 200, 20, same, "", 0},
		{"5 % more at the median", Described(0), 100, 20, slower, P50, 0.90},
		{"only the tail 10 % longer", Described(0), 100, 20, tail, P99, 0.90},
		{"neighbor in every third run, A/A", Shared(0), 200, 20, same, "", 0},
		{"neighbor in every third run, +5 %", Shared(0), 100, 20, slower, P50, 0.90},
		{"disturbances of three blocks, A/A", Disturbed(), 200, 20, same, "", 0},
		{"busy machine, all 5 % slower", Busy(), 50, 20, slower, P50, 0},
		{"busy machine, tail 10 % longer", Busy(), 50, 20, tail, P99, 0},
	}
	if raceEnabled {
		rows = rows[:1]
	}
	t.Logf("%-32s %6s %6s | %7s %6s %6s %6s %6s | %s", "", "blocks", "runs", "any", "p50", "p90", "p95", "p99", "95 % interval of p50 misses")
	for i, row := range rows {
		got := count(row.world, uint64(i), many(row.n), row.blocks, row.other)
		line := fmt.Sprintf("%-32s %6d %6d | %6.1f%%", row.what, row.blocks, got.runs, 100*got.share(got.any))
		for _, m := range []Metric{P50, P90, P95, P99} {
			line += fmt.Sprintf(" %5.1f%%", 100*got.share(got.found[m]))
		}
		t.Log(line + fmt.Sprintf(" | %5.1f%%", 100*got.share(got.missed)))
		if raceEnabled {
			continue // too few for a rate
		}
		if got.share(got.missed) > upTo(0.05, got.runs) {
			t.Errorf("%s, %d blocks: the 95 %% interval of the median misses the truth in %.1f %%", row.what, row.blocks, 100*got.share(got.missed))
		}
		if row.metric == "" && got.share(got.any) > upTo(DefaultLevel, got.runs) {
			t.Errorf("%s, %d blocks: %.1f %% false alarms, want at most 5 %%", row.what, row.blocks, 100*got.share(got.any))
		}
		if row.metric != "" && got.share(got.found[row.metric]) < from(row.least, got.runs) {
			t.Errorf("%s: found %.1f %% of the times, want at least %.0f %%", row.what, 100*got.share(got.found[row.metric]), 100*row.least)
		}
	}
}

// A watch counts what the gate says run by run.
type watch struct {
	runs, alarms, confirmed int
	shifted, found          int // runs that were also run with a slower target
}

const gateHistory = 30

// keep runs the gate for n runs on end, every tenth also with a slower target.
// Alarms are confirmed by a rerun of the same run, whose effect it shares.
func keep(w World, seed uint64, n int, slower float64) watch {
	chance := rand.New(rand.NewPCG(seed, seed))
	var out watch
	var history []RunValues
	play := func(run Day, by float64) RunValues {
		return ValuesOf(w.Run(chance, run, Plan{
			Targets: []Target{{Name: "api", Slower: by}}, Blocks: 10, Requests: 300,
		}))
	}
	evaluate := func(run Day, first RunValues, by float64) (alarm, confirmed bool) {
		d := Check(first, history[len(history)-gateHistory:], GateOptions{})
		if d.Outcome != Regression {
			return false, false
		}
		second := play(run, by)
		second.Run, second.RerunOf = first.Run+"-again", first.Run
		d.Confirm(Check(second, history[len(history)-gateHistory:], GateOptions{}))
		return true, d.Outcome == Regression
	}
	for i := range n + gateHistory {
		run := w.Today(chance, time.Date(2020, 1, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, i))
		run.Neighbor = w.everyThird(i)
		first := play(run, 0)
		if i >= gateHistory {
			out.runs++
			alarm, confirmed := evaluate(run, first, 0)
			out.alarms += one(alarm)
			out.confirmed += one(confirmed)
			if i%10 == 0 {
				out.shifted++
				_, found := evaluate(run, play(run, slower), slower)
				out.found += one(found)
			}
		}
		history = append(history, first)
	}
	return out
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestErrorRatesOfTheGate(t *testing.T) {
	t.Parallel()
	rows := []struct {
		what   string
		world  World
		slower float64
		least  float64 // share of slower runs that must be found
	}{
		{"lab machine, +10 %", Lab(), 0.10, 0},
		{"lab machine, +20 %", Lab(), 0.20, 0},
		{"lab machine, +30 %", Lab(), 0.30, 0.85},
		{"busy machine, +30 %", Busy(), 0.30, 0},
		{"runs ± 3 %, +15 %", Described(0.03), 0.15, 0.90},
		{"neighbor, ± 3 %, +15 %", Shared(0.03), 0.15, 0},
	}
	parts := 4
	if *rates == 0 {
		parts = 1 // each begins with a history, which takes longer than a few runs
	}
	if raceEnabled {
		rows = rows[:1]
	}
	var all sync.WaitGroup
	lines, failed := make([]string, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		all.Go(func() {
			var sum watch
			for part := range parts {
				got := keep(row.world, uint64(100*i+part), many(500)/parts, row.slower)
				sum.runs, sum.alarms, sum.confirmed = sum.runs+got.runs, sum.alarms+got.alarms, sum.confirmed+got.confirmed
				sum.shifted, sum.found = sum.shifted+got.shifted, sum.found+got.found
			}
			share := 100 * float64(sum.confirmed) / float64(sum.runs)
			lines[i] = fmt.Sprintf("%-20s %6d runs | %5.1f%% alarms %5.2f%% confirmed | found %5.1f%% of %d", row.what, sum.runs,
				100*float64(sum.alarms)/float64(sum.runs), share, 100*float64(sum.found)/float64(max(1, sum.shifted)), sum.shifted)
			if share > 100*upTo(0.01, sum.runs) {
				failed[i] = fmt.Sprintf("%s: %.2f %% of runs alarm falsely, want at most 1 %%", row.what, share)
			}
			if found := float64(sum.found) / float64(max(1, sum.shifted)); sum.shifted > 0 && found < from(row.least, sum.shifted) {
				failed[i] = fmt.Sprintf("%s: found %.0f %% of the times, want at least %.0f %%", row.what, 100*found, 100*row.least)
			}
		})
	}
	all.Wait()
	t.Log("\n" + strings.Join(lines, "\n"))
	for _, f := range failed {
		if f != "" {
			t.Error(f)
		}
	}
}
