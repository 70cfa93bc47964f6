package compare

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollgate/results"
)

// differences are drawn one by one.
type differences struct {
	name string
	next func(*rand.Rand) float64
}

func differenceKinds() []differences {
	return []differences{
		{"normal", func(c *rand.Rand) float64 { return c.NormFloat64() }},
		{"of Cauchy's distribution", func(c *rand.Rand) float64 { return c.NormFloat64() / c.NormFloat64() }},
		{"a few stalled blocks", func(c *rand.Rand) float64 {
			if c.Float64() < 0.1 {
				return 50 * c.NormFloat64()
			}
			return c.NormFloat64()
		}},
		{"two kinds of blocks", func(c *rand.Rand) float64 { return float64(2*c.IntN(2)-1) + 0.1*c.NormFloat64() }},
		{"mostly none", func(c *rand.Rand) float64 {
			if c.Float64() < 0.8 {
				return 0
			}
			return c.NormFloat64()
		}},
	}
}

func series(kind differences, seed uint64, n int) []float64 {
	chance := rand.New(rand.NewPCG(seed, 7))
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = kind.next(chance)
	}
	return xs
}

// Whatever came before, a difference and its opposite together leave a gambler with what
// it had.
func TestBetsAreFair(t *testing.T) {
	for _, kind := range differenceKinds() {
		xs := series(kind, 1, 40)
		for n := 1; n < len(xs); n++ {
			for _, side := range []float64{1, -1} {
				before := newGame(xs[:n-1]).gain(0, side)
				up := newGame(append(slices.Clone(xs[:n-1]), xs[n])).gain(0, side)
				down := newGame(append(slices.Clone(xs[:n-1]), -xs[n])).gain(0, side)
				near(t, kind.name, (math.Exp(up-before)+math.Exp(down-before))/2, 1, 1e-9)
			}
		}
	}
}

func TestBetsAndIntervalsAgree(t *testing.T) {
	for _, kind := range differenceKinds() {
		for seed := range uint64(20) {
			xs := series(kind, seed, 12+int(seed)*3)
			for i := range xs {
				xs[i] += float64(seed%4) / 4
			}
			g := newGame(xs)
			low, high, ok := g.interval(0.02)
			if excluded := ok && (low > 0 || high < 0); excluded != (g.p() <= 0.02) {
				t.Errorf("%s: %d blocks, %g to %g, and p is %g", kind.name, len(xs), low, high, g.p())
			}
			last := math.Inf(1)
			for theta := -5.0; theta < 5; theta += 0.25 {
				now := g.gain(theta, 1)
				if now > last+1e-9 {
					t.Fatalf("%s: a bet above %g gains more than one above a lower value", kind.name, theta)
				}
				last = now
			}
		}
	}
}

// The interval moves with the blocks, and grows and shrinks with them.
func TestIntervalsFollowUnitsAndSigns(t *testing.T) {
	xs := series(differenceKinds()[0], 3, 50)
	moved, turned := make([]float64, len(xs)), make([]float64, len(xs))
	for i, x := range xs {
		moved[i], turned[i] = 3*x+7, -x
	}
	low, high, _ := newGame(xs).interval(0.05)
	movedLow, movedHigh, _ := newGame(moved).interval(0.05)
	turnedLow, turnedHigh, _ := newGame(turned).interval(0.05)
	near(t, "low", movedLow, 3*low+7, 1e-6)
	near(t, "high", movedHigh, 3*high+7, 1e-6)
	near(t, "turned low", turnedLow, -high, 1e-6)
	near(t, "turned high", turnedHigh, -low, 1e-6)
}

// At every block, and not only at the looks of a run, the intervals of hardly any series
// leave out the truth.
func TestIntervalsHoldForAllNumbersOfBlocksTogether(t *testing.T) {
	const level = 0.10
	for k, kind := range differenceKinds() {
		n, blocks, missed, mean := many(300), 200, 0, 0
		for i := range n {
			xs := series(kind, uint64(1000*k+i), blocks)
			wrong, far := false, false
			g := newGame(xs) // spreads are those of the blocks before: it holds the games of all parts
			for have := MinBlocks; have <= blocks && !wrong; have++ {
				g.xs = xs[:have]
				wrong = g.p() <= level
			}
			for have := MinBlocks; have <= blocks && !far; have += 5 {
				e := asymptotic(xs[:have], level)
				far = e.low > 0 || e.high < 0
			}
			missed, mean = missed+one(wrong), mean+one(far)
		}
		t.Logf("%-26s %5d series: bets miss %.1f %%, means %.1f %%", kind.name, n, 100*float64(missed)/float64(n), 100*float64(mean)/float64(n))
		if share := float64(missed) / float64(n); share > upTo(level, n) {
			t.Errorf("%s: intervals leave out the truth in %.1f %% of the series, want at most %.0f %%", kind.name, 100*share, 100*level)
		}
	}
}

// A followed is what became of runs that go on until they are decided.
type followed struct {
	runs    int
	wrong   int   // a wrong verdict on any metric, at any look
	decided []int // blocks until the asked ones were decided
	mean    float64
	fixed   map[int]int // runs that a run of so many blocks would have decided
}

// part is the first blocks of slots.
func (t *slots) part(blocks int) *slots {
	p := &slots{name: t.name, blocks: map[uint32]*slot{}}
	for b, s := range t.blocks {
		if int(b) < blocks {
			p.blocks[b] = s
		}
	}
	return p
}

// compareFirst compares the first blocks of a run, as Targets compares all.
func compareFirst(run *results.Run, all []slots, blocks int, o Options) *Comparison {
	c := &Comparison{Level: DefaultLevel, Seed: run.Document.Seed, extent: extentOf(&run.Document), Decide: run.Document.Decide}
	p, pending := pairOf(all[0].part(blocks), all[1].part(blocks), c, &o, 1)
	c.Pairs = append(c.Pairs, p)
	c.settle(pending)
	return c
}

// wrongly says whether a verdict contradicts what is known of the simulated targets.
func wrongly(e *Effect, other Target) bool {
	truth := 0.0 // of the logarithm of the ratio
	switch e.Metric {
	case P50, P90, P95, P99, P999:
		truth = other.Slower
	case Goodput, ErrorShare:
	default:
		return false
	}
	switch e.Verdict {
	case Worse:
		return truth <= 0
	case Better:
		return truth >= 0
	case Equivalent:
		return math.Abs(truth) > e.Margin
	}
	return false
}

// follow plays n runs of up to so many blocks, and looks at them while they grow.
func (w World) follow(seed uint64, n, blocks int, other Target, d *results.Decide) followed {
	out := followed{runs: n, fixed: map[int]int{}}
	var mu sync.Mutex
	w.each(seed, n, Plan{Targets: []Target{{Name: "base"}, other}, Blocks: blocks, Requests: 400}, func(run *results.Run) {
		run.Document.Decide = d
		all, wrong, decided := slotsOf(run, nil), false, 0
		var fixed []int
		for have := NextLook(0); have <= blocks; have = NextLook(have) {
			c := compareFirst(run, all, have, Options{withoutRatios: true})
			wrong = wrong || slices.ContainsFunc(c.Pairs[0].Effects, func(e Effect) bool { return wrongly(&e, other) })
			if decided == 0 && len(c.Undecided()) == 0 {
				decided = have
			}
			if atOnce(all, have, d) {
				fixed = append(fixed, have)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		out.wrong += one(wrong)
		if out.mean += float64(blocks) / float64(n); decided > 0 {
			out.decided = append(out.decided, decided)
			out.mean -= float64(blocks-decided) / float64(n)
		}
		for _, have := range fixed {
			out.fixed[have]++
		}
	})
	slices.Sort(out.decided)
	return out
}

// atOnce says whether the first blocks decide all that is asked, if they are looked at only
// once, at the same level.
func atOnce(all []slots, blocks int, d *results.Decide) bool {
	for _, m := range d.Metrics {
		t, _ := traitOf(Metric(m))
		t.margin = d.Margin
		base, head := all[0].part(blocks), all[1].part(blocks)
		xs := sidesOf(t, base, head, base.shared(head)).differences()
		g := trims(len(xs), t.trim)
		l := locate(slices.Sorted(slices.Values(xs)), nil, g)
		e := student(l.mean, l.se, float64(len(xs)-2*g-1), DefaultLevel/float64(len(d.Metrics)))
		if e.low <= 0 && e.high >= 0 && (e.low < -t.inner() || e.high > t.inner()) {
			return false
		}
	}
	return true
}

// needed is the fewest blocks of a run of fixed length that decide in a share of the runs.
func (f *followed) needed(share float64) string {
	for _, have := range slices.Sorted(maps.Keys(f.fixed)) {
		if float64(f.fixed[have]) >= share*float64(f.runs) {
			return fmt.Sprint(have)
		}
	}
	return "–"
}

// until is the number of blocks within which a share of the runs was decided.
func (f *followed) until(share float64) string {
	k := int(math.Ceil(share*float64(f.runs))) - 1
	if k >= len(f.decided) {
		return "–"
	}
	return fmt.Sprint(f.decided[k])
}

func TestErrorRatesOfRunsUntilDecided(t *testing.T) {
	t.Parallel()
	rows := []struct {
		what   string
		world  World
		n      int
		blocks int
		slower float64
		least  float64 // share of the runs that must be decided
	}{
		{"lab machine", Lab(), 200, 80, 0, 0},
		{"busy machine", Busy(), 200, 150, 0, 0},
		{"identical servers", Described(0), 200, 150, 0, 0},
		{"the same, with a neighbor", Shared(0), 200, 150, 0, 0},
		{"disturbances of three blocks", Disturbed(), 200, 150, 0, 0},
		{"lab machine", Lab(), 200, 150, 0.025, 0},
		{"lab machine", Lab(), 200, 150, 0.055, 0},
		{"identical servers", Described(0), 200, 150, 0.055, 0},
		{"the same, with a neighbor", Shared(0), 200, 150, 0.055, 0},
		{"lab machine", Lab(), 200, 150, 0.10, 0.9},
		{"lab machine", Lab(), 200, 80, 0.20, 0.9},
	}
	d := &results.Decide{Margin: 0.05, Metrics: []string{"p50", "p99"}}
	switch {
	case raceEnabled:
		rows = rows[:1]
	case *rates == 0: // a glance: the loop above counts the errors of each kind of difference
		rows = slices.Concat(rows[:1], rows[len(rows)-1:])
	}
	for i, row := range rows {
		t.Run(fmt.Sprintf("%s, %g %% slower", row.what, 100*row.slower), func(t *testing.T) {
			t.Parallel()
			got := row.world.follow(uint64(500+i), many(row.n), row.blocks, Target{Name: "head", Slower: row.slower}, d)
			t.Logf("%-30s %4.1f %% slower %5d runs of at most %d blocks | wrong %4.1f%% | decided %5.1f%%, %.1f blocks in the mean, half within %s, 90 %% within %s | 90 %% by a fixed number of %s",
				row.what, 100*row.slower, got.runs, row.blocks, 100*float64(got.wrong)/float64(got.runs), 100*float64(len(got.decided))/float64(got.runs), got.mean, got.until(0.5), got.until(0.9), got.needed(0.9))
			if raceEnabled {
				return
			}
			if share := float64(got.wrong) / float64(got.runs); share > upTo(DefaultLevel, got.runs) {
				t.Errorf("a wrong verdict at some look in %.1f %% of the runs, want at most 5 %%", 100*share)
			}
			if share := float64(len(got.decided)) / float64(got.runs); share < from(row.least, got.runs) {
				t.Errorf("decided %.0f %% of the runs, want at least %.0f %%", 100*share, 100*row.least)
			}
		})
	}
}

// A run that is decided is not inconclusive for what it was not asked, and what is worse
// is an alarm whether or not it was asked for.
func TestADecidedRunIsNoInconclusiveOne(t *testing.T) {
	d := &results.Decide{Margin: 0.05, Metrics: []string{"p50"}}
	few := played(6, 14, 200, Target{Name: "base"}, Target{Name: "head"})
	few.Document.Decide, few.Document.Verdict = &results.Decide{Margin: 0.5, Metrics: []string{"p50"}}, results.Valid
	decided := CheckTargets(ValuesOf(few), compared(t, few, Options{}), GateOptions{})
	if text := decided.headline(); decided.Outcome != Passed || !strings.HasPrefix(text, "p50 no worse than base; not asked for, and not decided: p90") {
		t.Errorf("%s: %s", decided.Outcome, text)
	}
	for _, row := range []struct {
		name    string
		head    Target
		worst   Verdict
		outcome Outcome
	}{
		{"the same", Target{Name: "head"}, Equivalent, Passed},
		{"half as slow again", Target{Name: "head", Slower: 0.5}, Worse, Regression},
		{"as fast, with errors that were not asked for", Target{Name: "head", Failed: 0.2}, Worse, Regression},
	} {
		run := played(5, 60, 200, Target{Name: "base"}, row.head)
		run.Document.Decide = d
		c := compared(t, run, Options{})
		if worst, open := c.Worst(), c.Undecided(); worst != row.worst || len(open) > 0 {
			t.Errorf("%s: %s, and undecided %v", row.name, worst, open)
		}
		run.Document.Verdict = results.Valid
		if got := CheckTargets(ValuesOf(run), c, GateOptions{}); got.Outcome != row.outcome {
			t.Errorf("%s: %s, want %s; %q", row.name, got.Outcome, row.outcome, got.Notes)
		}
	}
}
