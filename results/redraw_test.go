package results

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/targets"
)

// A laid block is how many requests it has at each target, and of what size
// the answers are.
type laid struct {
	n    int64
	size []int64 // one each of these, n times
}

// layRun makes a run of two equal targets with the given blocks, by stage.
func layRun(stages ...[]laid) *Run {
	run := &Run{
		Document: Document{Seconds: 10, State: Finished, Targets: []TargetDoc{{Name: "rest"}, {Name: "http"}}},
		Series:   map[Key]*Histogram{}, Sizes: map[SizeKey]*Sizes{},
	}
	number := uint32(0)
	for _, blocks := range stages {
		run.Document.Stages = append(run.Document.Stages, StageDoc{Blocks: len(blocks), BlockS: 1})
		for _, b := range blocks {
			for target := range uint16(2) {
				run.lay(Group{Target: target, Block: number}, b)
			}
			number++
		}
	}
	return run
}

func (r *Run) lay(g Group, b laid) {
	s := Second{Second: int(g.Block), Target: g.Target, Block: g.Block}
	r.Sizes[SizeKey{g, true}] = &Sizes{}
	for _, size := range b.size {
		s.Ended[OK] += b.n
		s.In += b.n * size
		r.Sizes[SizeKey{g, true}].Record(size, b.n)
	}
	r.Seconds = append(r.Seconds, s)
}

// repeated is n blocks that are made by their number.
func repeated(n int, block func(i int) laid) (bs []laid) {
	for i := range n {
		bs = append(bs, block(i))
	}
	return bs
}

func lambdaless(name string) targets.Target {
	return targets.Target{Name: name, Kind: &targets.Kind{Door: pricing.Door{Billed: []pricing.Dimension{pricing.HTTPRequests}}}}
}

// meansOf are the mean sizes of answers in the months that are drawn.
func meansOf(t *testing.T, run *Run, target int) (means []float64) {
	t.Helper()
	months, from := Redraw(run, target, lambdaless("rest"), Month{Requests: 1_000_000})
	if months == nil {
		t.Fatal("nothing is drawn")
	}
	if !strings.Contains(from, "blocks") {
		t.Errorf("drawn from %q", from)
	}
	for m := range months {
		if m.Requests.Quantity.String() != "1000000" {
			t.Errorf("a month of %s requests", m.Requests.Quantity)
		}
		means = append(means, m.ResponseBytes.Mean().Float())
	}
	return means
}

func spread(xs []float64) (mean, deviation float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		deviation += (x - mean) * (x - mean) / float64(len(xs)-1)
	}
	return mean, math.Sqrt(deviation)
}

func TestRunsAreDrawnBlockByBlock(t *testing.T) {
	for name, row := range map[string]struct {
		run      *Run
		mean, sd float64 // of the mean size
	}{
		"blocks that differ make months that differ": {
			layRun(repeated(20, func(i int) laid { return laid{100, []int64{1000 + 100*int64(i%2)}} })), 1050, 50 / math.Sqrt(20),
		},
		"requests that differ within blocks that are alike do not": {
			layRun(repeated(20, func(int) laid { return laid{100, []int64{100, 100_000}} })), 50_050, 0,
		},
		"stages that differ do not, if each keeps its blocks": {
			layRun(repeated(10, func(int) laid { return laid{100, []int64{1000}} }), repeated(10, func(int) laid { return laid{100, []int64{5000}} })), 3000, 0,
		},
		"many blocks are drawn in batches": {
			layRun(repeated(1000, func(i int) laid { return laid{10, []int64{1000 + 100*int64(i/10%2)}} })), 1050, 50 / math.Sqrt(100),
		},
	} {
		t.Run(name, func(t *testing.T) {
			means := meansOf(t, row.run, 0)
			mean, sd := spread(means)
			if math.Abs(mean-row.mean) > row.mean/100+3 || math.Abs(sd-row.sd) > row.sd/5+0.01 {
				t.Errorf("mean sizes of %d months: %.1f ± %.2f, want %.1f ± %.2f", len(means), mean, sd, row.mean, row.sd)
			}
		})
	}
}

// Costs of blocks are skewed: one in ten has responses ten times as large. The mean of n
// blocks of which each is such a one with a chance of 0.1 is binomial, so its quantiles are
// known: of 20 blocks, 0, 2 and 4 large ones at the p10, the p50 and the p90, and P(0) is
// 12.2 %, P(≤ 2) 67.7 % and P(≤ 4) 95.7 %.
func TestQuantilesAreThoseOfTheBinomial(t *testing.T) {
	run := layRun(repeated(20, func(i int) laid { return laid{100, []int64{1000 + 9000*int64(i%10/9)}} }))
	means := meansOf(t, run, 0)
	mean, _ := spread(means)
	if math.Abs(mean-1900) > 0.5 {
		t.Errorf("the mean over all months is %.2f, and that of the run 1,900", mean)
	}
	for most, want := range map[float64]float64{0: 0.1216, 1: 0.3917, 2: 0.6769, 3: 0.8670, 4: 0.9568} {
		below := 0
		for _, m := range means {
			if m < 1000+450*(most+0.5) {
				below++
			}
		}
		if got := float64(below) / float64(len(means)); math.Abs(got-want) > 0.03 {
			t.Errorf("%.1f %% of the months have up to %v large blocks, want %.1f %%", 100*got, most, 100*want)
		}
	}
}

func TestAllTargetsOfARunAreDrawnTogether(t *testing.T) {
	run := layRun(repeated(12, func(i int) laid { return laid{100, []int64{1000 + int64(i*i)}} }))
	first, second := meansOf(t, run, 0), meansOf(t, run, 1)
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("month %d: %v bytes at one of two equal targets, %v at the other", i, first[i], second[i])
		}
	}
	if again := meansOf(t, run, 0); again[7] != first[7] {
		t.Errorf("the same run is drawn otherwise the next time: %v, then %v", first[7], again[7])
	}
}

func TestTooFewBlocksAreNotDrawn(t *testing.T) {
	alone := func(int) laid { return laid{100, []int64{1000}} }
	for name, run := range map[string]*Run{
		"four blocks":                       layRun(repeated(4, alone)),
		"seven stages of a single block":    layRun(repeated(1, alone), repeated(1, alone), repeated(1, alone), repeated(1, alone), repeated(1, alone), repeated(1, alone), repeated(1, alone)),
		"a run that ended before its first": layRun(),
	} {
		t.Run(name, func(t *testing.T) {
			if months, _ := Redraw(run, 0, lambdaless("rest"), Month{}); months != nil {
				t.Error("months are drawn all the same")
			}
		})
	}
}

// Of many runs whose blocks differ by chance, about four in five have the true
// mean between the p10 and the p90 of their months: with 20 blocks a little
// less, as the bootstrap takes the blocks it has for all there are.
func TestFourInFiveIntervalsHoldTheTruth(t *testing.T) {
	const runs, truth = 40, 10_000
	held := 0
	for n := range runs {
		random := rand.New(rand.NewPCG(uint64(n), 5))
		run := layRun(repeated(20, func(int) laid { return laid{50, []int64{int64(truth + 800*random.NormFloat64())}} }))
		run.Document.Seed = uint64(n)
		means := meansOf(t, run, 0)
		below := 0
		for _, m := range means {
			if m < truth {
				below++
			}
		}
		if share := float64(below) / float64(len(means)); share > 0.1 && share < 0.9 {
			held++
		}
	}
	t.Logf("%d of %d intervals hold the truth", held, runs)
	if held < runs*68/100 || held > runs*90/100 {
		t.Errorf("%d of %d intervals hold the truth, want about four in five", held, runs)
	}
}

func TestWhatAWSReportsIsDrawnByTheMinute(t *testing.T) {
	run := layRun(repeated(10, func(int) laid { return laid{100, []int64{1000}} }))
	watch(run, targets.RoleInvocations, map[string]float64{"Sum": 900})
	watch(run, targets.RoleDuration, map[string]float64{"Average": 10, "SampleCount": 900})
	points := &run.Observed.Targets[0].Metrics[1].Points
	for _, ms := range []float64{20, 30, 40} {
		*points = append(*points, ObservedPoint{Values: map[string]float64{"Average": ms, "SampleCount": 900}})
	}
	months, _ := Redraw(run, 0, rest, Month{Requests: 1_000_000})
	var means []float64
	for m := range months {
		means = append(means, m.Duration.Mean().Float())
		if m.Invocations.Quantity.String() != "900000" || m.Duration.Basis != pricing.Reported {
			t.Fatalf("%s invocations, durations %s", m.Invocations.Quantity, m.Duration.Basis)
		}
	}
	if mean, sd := spread(means); math.Abs(mean-25_500) > 1000 || math.Abs(sd-5590) > 1000 {
		t.Errorf("durations %.0f ± %.0f µs, want 25500 ± 5590", mean, sd)
	}
}

func BenchmarkRedraw(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 5))
	run := layRun(repeated(100, func(int) laid {
		return laid{10, []int64{random.Int64N(5000), random.Int64N(50_000), random.Int64N(5_000_000)}}
	}))
	book, err := books.Latest()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		months, from := Redraw(run, 0, rest, Month{Requests: 1_000_000})
		if _, err := book.Bounds("us-east-1", rest.Door().Billed, months, from); err != nil {
			b.Fatal(err)
		}
	}
}
