package session

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A responder is an engine whose targets respond after a known time, which varies from
// block to block.
type responder struct {
	idler
	shard  load.Shard
	median [2]time.Duration
	block  float64 // by which the logarithm of a block's level varies, of each target for itself
	chance *rand.Rand
}

func (r *responder) Run(ctx context.Context, turn scenarios.Turn, at time.Duration) error {
	for b := range turn.Blocks {
		level := math.Exp(r.block * r.chance.NormFloat64())
		for i, due := range b.Due {
			took := time.Duration(float64(r.median[turn.Target]) * level * math.Exp(0.2*r.chance.NormFloat64()))
			r.shard.Record(&results.Sample{
				Target: turn.Target, Block: b.Number, Seq: b.FirstSeq + uint64(i), Code: 200, Reused: true,
				Due: at + due, Begun: at + due, Sent: at + due, FirstByte: took, Service: took,
			})
		}
	}
	return r.idler.Run(ctx, turn, at)
}

// deciding drives one run until it is decided, in no time, and opens what it left.
func deciding(t *testing.T, s *scenarios.Scenario, earlier *results.Run, slower, block float64, stop time.Duration) *results.Run {
	t.Helper()
	plan, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	var dir string
	out := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		if earlier != nil {
			time.Sleep(time.Hour)
		}
		ctx, cancel := context.WithTimeout(t.Context(), stop)
		defer cancel()
		c := &session{Config: Config{Scenario: s, Continue: earlier}, plan: plan, targets: s.Targets}
		doc := c.document(time.Now())
		dir = filepath.Join(out, doc.ID)
		recorder, err := results.Create(dir, doc, s.Source)
		if err != nil {
			t.Fatal(err)
		}
		d := &driver{session: c, recorder: recorder, epoch: doc.Started, stopping: c.newStopping(ctx)}
		defer d.stopping.close()
		w := &walker{driver: d, sender: &sender{PlannedPopulation: &plan.Populations[0], targets: s.Targets}}
		d.walkers = []*walker{w}
		w.engine = &responder{
			shard: w.shard(), block: block, chance: rand.New(rand.NewPCG(uint64(s.Decide.After), 5)),
			median: [2]time.Duration{20 * time.Millisecond, time.Duration(float64(20*time.Millisecond) * (1 + slower))},
		}
		if err := d.drive(); err != nil {
			t.Error(err)
		}
		if err := end(recorder, nil, ctx.Err() != nil); err != nil {
			t.Error(err)
		}
	})
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	run.Document = results.Summarise(run)
	return run
}

const everSoLong = 24 * time.Hour

// twoTargets is a scenario that is to decide about two.
func twoTargets(t *testing.T, decide string) *scenarios.Scenario {
	return scenario(t, []string{"http://127.0.0.1:1", "http://127.0.0.1:2"}, "constant: {rate: 100/s, for: 10s}", decide)
}

func compared(t *testing.T, run *results.Run) *compare.Comparison {
	t.Helper()
	c, err := compare.Targets(run, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARunGoesOnUntilItIsDecided(t *testing.T) {
	rows := []struct {
		name          string
		decide        string
		slower, block float64
		verdict       compare.Verdict
		least, most   int // blocks
	}{
		{"a target that takes half as long again", "decide: 5%", 0.5, 0.02, compare.Worse, 10, 16},
		{"the same target", "decide: 10%", 0, 0.02, compare.Equivalent, 10, 24},
		{"the same target on a machine that varies", "decide: {margin: 10%, metrics: [p50]}", 0, 0.08, compare.Equivalent, 20, 120},
		{"a machine that varies too much for a minute", "decide: {margin: 2%, metrics: [p50], within: 1m}", 0, 0.10, compare.Inconclusive, 30, 30},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			run := deciding(t, twoTargets(t, row.decide), nil, row.slower, row.block, everSoLong)
			d, c := &run.Document, compared(t, run)
			stage := d.Stages[0]
			if e := c.Pairs[0].Effect(compare.P50); e.Verdict != row.verdict || !e.Asked {
				t.Errorf("p50 is %s after %d blocks, want %s", e.Words, e.Blocks, row.verdict)
			}
			if stage.Blocks < row.least || stage.Blocks > row.most || c.Blocks != stage.Blocks || stage.Due != int64(100*stage.Blocks) || stage.Seconds != float64(stage.Blocks) {
				t.Errorf("%+v, want %d to %d blocks", stage, row.least, row.most)
			}
			last := d.Decide.Looks[len(d.Decide.Looks)-1]
			if last.Blocks != stage.Blocks || d.Decide.Decided() != (row.verdict != compare.Inconclusive) || (len(c.Undecided()) == 0) != d.Decide.Decided() {
				t.Errorf("the last look %+v, and the comparison %q", last, c.Conclusion())
			}
			if d.Verdict != results.Valid || d.State != results.Finished {
				t.Errorf("%s, %s: %v", d.State, d.Verdict, d.Reasons)
			}
		})
	}
}

// Both parts together are compared, and the earlier part is left as it was.
func TestARunIsContinuedUntilItIsDecided(t *testing.T) {
	first := deciding(t, twoTargets(t, "decide: {margin: 5%, metrics: [p50], within: 40s}"), nil, 0, 0.08, everSoLong)
	if first.Document.Decide.Decided() || first.Document.Stages[0].Blocks != 20 {
		t.Fatalf("%+v", first.Document.Decide)
	}
	s := twoTargets(t, "decide: {margin: 5%, metrics: [p50], within: 40s}")
	s.Decide.Within, s.Decide.After = time.Hour, 20
	second := deciding(t, s, first, 0, 0.08, everSoLong)
	stage := second.Document.Stages[0]
	if stage.FirstBlock != 20 || !second.Document.Decide.Decided() || second.Document.Decide.Looks[0].Blocks <= 20 {
		t.Fatalf("%+v, %+v", stage, second.Document.Decide)
	}
	for g := range second.Lag {
		if g.Block < 20 {
			t.Fatalf("block %d was sent again", g.Block)
		}
	}
	whole, err := results.MergeDirs(t.TempDir(), second.Dir, first.Dir)
	if err != nil {
		t.Fatal(err)
	}
	d, c := &whole.Document, compared(t, whole)
	if c.Blocks != stage.Blocks || len(c.Undecided()) > 0 || d.Stages[0].FirstBlock != 0 || d.Stages[0].Due != int64(100*stage.Blocks) || d.Stages[0].Seconds != float64(stage.Blocks) {
		t.Errorf("%d blocks, undecided %v, %+v", c.Blocks, c.Undecided(), d.Stages[0])
	}
	if len(d.Decide.Looks) != len(first.Document.Decide.Looks)+len(second.Document.Decide.Looks) || d.Machine != first.Document.Machine {
		t.Errorf("%+v on %+v", d.Decide, d.Machine)
	}
	if again, err := results.Open(first.Dir); err != nil || again.Document.Decide.Decided() {
		t.Errorf("the earlier run: %+v, %v", again, err)
	}
	if _, err := results.Merge(first, first); err == nil {
		t.Error("a run that went on until it was decided was merged with itself")
	}
}

func TestAnInterruptedRunHasTheBlocksThatWereBegun(t *testing.T) {
	run := deciding(t, twoTargets(t, "decide: {margin: 1%, metrics: [p50]}"), nil, 0, 0.08, 31500*time.Millisecond)
	d := &run.Document
	if d.State != results.Interrupted || d.Stages[0].Blocks < 11 || d.Stages[0].Blocks > 16 || d.Decide.Decided() {
		t.Errorf("%s with %+v: %+v", d.State, d.Stages[0], d.Decide)
	}
}
