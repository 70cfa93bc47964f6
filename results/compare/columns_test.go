package compare

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// What stands in the columns is as far apart as the estimate says, in every metric.
func TestColumnsAgreeWithTheEstimate(t *testing.T) {
	c := compared(t, played(11, 14, 400, Target{Name: "base"}, Target{Name: "head", Slower: 0.08, Failed: 0.01}), Options{})
	for _, e := range c.Pairs[0].Effects {
		base, head := e.Compared()
		switch {
		case e.Estimate == nil:
		case e.Scale == Ratio:
			near(t, string(e.Metric), *head / *base, *e.Estimate, 1e-9)
		default:
			near(t, string(e.Metric), *head-*base, *e.Estimate, 1e-9)
		}
	}
}

// One block in which the head stands still sets its p99 over all requests, and does
// not decide the comparison: both are said.
func TestOneBadBlockIsSaidAndDoesNotDecide(t *testing.T) {
	play := func() *results.Run {
		return Described(0).Run(rand.New(rand.NewPCG(12, 1)), Day{Date: run}, Plan{Targets: []Target{{Name: "base"}, {Name: "head"}}, Blocks: 20, Requests: 400})
	}
	run := play()
	bad := run.Series[results.Key{Target: 1, Block: 3, Outcome: results.OK, Clock: results.Response}]
	for range 300 {
		bad.Record(900 * time.Millisecond)
	}
	c := compared(t, run, Options{})
	e, whole := c.Pairs[0].Effect(P99), c.Pairs[0].WholeRun()
	if base, head := e.Compared(); *e.Head < 3**e.Base || *head > 1.2**base || e.Verdict == Worse {
		t.Errorf("p99 %v and %v over all, %v and %v in a typical block: %s", *e.Base, *e.Head, *base, *head, e.Words)
	}
	if !strings.Contains(whole, "head vs. base over all requests together: ") || !strings.Contains(whole, "p99 ") || strings.Contains(whole, "p50 ") {
		t.Errorf("%q", whole)
	}
	var b bytes.Buffer
	if err := c.Text(&b); err != nil || !strings.Contains(b.String(), whole) || !strings.Contains(b.String(), "values of a typical block") {
		t.Errorf("%v:\n%s", err, b.String())
	}
	if quiet := compared(t, play(), Options{}).Pairs[0].WholeRun(); quiet != "" {
		t.Errorf("without the bad block: %q", quiet)
	}
}

// Of a run of one steady stage the advice is to add blocks to it.
func TestAdviceAddsBlocksWhereItCan(t *testing.T) {
	run := played(3, 12, 400, Target{Name: "base"}, Target{Name: "head", Slower: 0.01})
	c := compared(t, run, Options{})
	if e := c.Pairs[0].Effect(P99); !strings.Contains(e.Words, ", run --continue with --decide p99:3% would probably decide it (") || e.More < 20 {
		t.Errorf("%s", e.Words)
	}
	if notes := strings.Join(c.Notes, "\n"); !strings.Contains(notes, "to go on: tollgate run SCENARIO --continue "+run.Document.ID+" --decide p") {
		t.Errorf("notes %q", notes)
	}
	for what, change := range map[string]func(*results.Document){
		"a ramp":             func(d *results.Document) { d.Stages[0].Load = "ramp 1/s to 9/s" },
		"a second stage":     func(d *results.Document) { d.Stages = append(d.Stages, d.Stages[0]) },
		"a run of ab":        func(d *results.Document) { d.Generated = true },
		"an interrupted run": func(d *results.Document) { d.State = results.Interrupted },
		"a part of a run":    func(d *results.Document) { d.Stages[0].FirstBlock = 4 },
	} {
		run := played(3, 12, 400, Target{Name: "base"}, Target{Name: "head", Slower: 0.01})
		change(&run.Document)
		c := compared(t, run, Options{})
		if e := c.Pairs[0].Effect(P99); strings.Contains(e.Words, "--continue") || strings.Contains(strings.Join(c.Notes, ""), "--continue") {
			t.Errorf("%s: %s", what, e.Words)
		}
	}
	x := extent{stages: run.Document.Stages, targets: 2, run: "a"}
	if got := x.advise(&Effect{Metric: P50, Blocks: 10, More: 6531, Margin: 0.03}); got != ", run --continue with --decide p50:3% would probably decide it (3h37m42s, 6,531 more blocks, 5,224,800 requests)" {
		t.Errorf("%q", got)
	}
	if got := x.advise(&Effect{Metric: P50, Blocks: 10, More: 20_000, Margin: 0.03}); got != ", and no run of up to 24 hours and 10000 blocks would decide it" {
		t.Errorf("%q", got)
	}
}

func TestAdviceCanBeFollowed(t *testing.T) {
	stage := func(blocks int, seconds float64) results.StageDoc {
		return results.StageDoc{Blocks: blocks, Seconds: seconds, BlockS: seconds / float64(blocks)}
	}
	for _, row := range []struct {
		name         string
		stages       []results.StageDoc
		targets      int
		blocks, more int
		want         string
	}{
		{"a longer stage", []results.StageDoc{stage(10, 10)}, 2, 10, 14, ", for: 24s and blocks: 24 would probably decide it"},
		{"blocks of two seconds", []results.StageDoc{stage(10, 20)}, 2, 10, 10, ", for: 40s and blocks: 20 would probably decide it"},
		{"several stages", []results.StageDoc{stage(10, 10), stage(10, 20)}, 2, 20, 30, ", stages 3 times as long and blocks: 30 would probably decide it"},
		{"a burst is not cut", []results.StageDoc{stage(10, 10), stage(1, 5)}, 2, 10, 10, ", for: 20s and blocks: 20 would probably decide it"},
		{"only every second block has the metric", []results.StageDoc{stage(20, 20)}, 2, 10, 10, ", for: 40s and blocks: 40 would probably decide it"},
		{"more blocks than a scenario may have", []results.StageDoc{stage(10, 10)}, 2, 10, 6531, ", and no run of up to 24 hours and 1000 blocks would decide it"},
		{"longer than a day", []results.StageDoc{stage(10, 600)}, 4, 10, 900, ", and no run of up to 24 hours and 1000 blocks would decide it"},
		{"nothing to extend", nil, 2, 10, 10, ""},
		{"no block has the metric", []results.StageDoc{stage(10, 10)}, 2, 0, 10, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := extent{stages: row.stages, targets: row.targets}
			if got := x.advise(&Effect{Blocks: row.blocks, More: row.more}); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// Where no block carries a percentile, more blocks are no help: more requests are.
func TestAPercentileThatNoBlockCarriesNamesTheRate(t *testing.T) {
	e := compared(t, played(3, 12, 400, Target{Name: "base"}, Target{Name: "head"}), Options{}).Pairs[0].Effect(P999)
	if !strings.Contains(e.Why, "a block needs 3688 good responses, which takes 3688/s") || strings.Contains(e.Words, "for:") {
		t.Errorf("%s: %s", e.Words, e.Why)
	}
}

// Where a third of the baseline runs were as bad, a bad run is no alarm and no pass.
func TestABaselineOfTwoKindsDecidesNothing(t *testing.T) {
	w := Shared(0.03)
	var history []RunValues
	at := time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC)
	runOf := func(i int, neighbor bool) RunValues {
		day := Day{Date: at.AddDate(0, 0, i), Neighbor: neighbor}
		return ValuesOf(w.Run(rand.New(rand.NewPCG(uint64(i), 3)), day, Plan{Targets: []Target{{Name: "api"}}, Blocks: 10, Requests: 300}))
	}
	for i := range 30 {
		history = append(history, runOf(i, w.everyThird(i)))
	}
	if d := Check(runOf(40, true), history, GateOptions{}); d.Outcome != Undecided || !strings.Contains(strings.Join(d.Notes, "; "), "of two kinds") {
		t.Errorf("with the neighbor: %s %q", d.Outcome, d.Notes)
	}
	if d := Check(runOf(41, false), history, GateOptions{}); d.Outcome != Passed {
		t.Errorf("without: %s %q", d.Outcome, d.Notes)
	}
}
