package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// flowing is a run whose targets are alike in their requests, and whose users walk flows that
// take slower times as long at the second one. Blocks differ, in the same way at both.
func flowing(blocks int, slower float64) *results.Run {
	run, chance := played(7, blocks, 400, Target{Name: "base"}, Target{Name: "head"}), rand.New(rand.NewPCG(7, 2))
	run.Document.Flows = []results.FlowDoc{{Name: "buy", Weight: 1}}
	run.FlowSeries = map[results.Key]*results.Histogram{}
	for block := range uint32(blocks) {
		level := math.Exp(0.1 * chance.NormFloat64())
		for target := range uint16(2) {
			h := results.New()
			for range 200 {
				took := level * math.Exp(0.3*chance.NormFloat64()) * float64(120*time.Millisecond)
				if target == 1 {
					took *= slower
				}
				h.Record(time.Duration(took))
			}
			flow := run.Document.Flow(0)
			run.FlowSeries[results.Key{Target: target, Request: flow, Block: block, Outcome: results.OK, Clock: results.Response}] = h
			run.FlowSeconds = append(run.FlowSeconds, results.Second{Target: target, Request: flow, Block: block, Ended: [results.NumOutcomes]int64{200}})
		}
	}
	return run
}

func TestDurationsOfFlowsAreComparedBlockByBlock(t *testing.T) {
	for _, row := range []struct {
		name    string
		blocks  int
		slower  float64
		verdict Verdict
	}{
		{"flows that take a fifth longer", 20, 1.2, Worse},
		{"flows that take a fifth less", 20, 0.8, Better},
		{"the same flows", 40, 1, Equivalent},
		{"nine blocks", 9, 1.5, Inconclusive},
	} {
		c := compared(t, flowing(row.blocks, row.slower), Options{})
		e := c.Pairs[0].Effect(FlowP50)
		if e == nil || e.Verdict != row.verdict || e.Unit != "ms" || e.Blocks != row.blocks {
			t.Errorf("%s: %+v", row.name, e)
			continue
		}
		if base, _ := e.Compared(); base == nil || *base < 100 || *base > 140 {
			t.Errorf("%s: %v ms in a typical block", row.name, base)
		}
		if request := c.Pairs[0].Effect(P50); request.Verdict == Worse || request.Verdict == Better {
			t.Errorf("%s: requests are %s", row.name, request.Words)
		}
		if row.verdict == Inconclusive && strings.Contains(e.Words, "--decide flow") {
			t.Errorf("%s: %s", row.name, e.Words)
		}
	}
	if e := compared(t, played(7, 12, 400, Target{Name: "base"}, Target{Name: "head"}), Options{}).Pairs[0].Effect(FlowP50); e != nil {
		t.Errorf("a run without flows has %+v", e)
	}
}

// What the generator adds to a request it adds to each one of a flow.
func TestTheGeneratorAddsToEachRequestOfAFlow(t *testing.T) {
	run := flowing(12, 1)
	added := addedOf(run, 0)
	if per := run.RequestsPerFlow(0); per != 2 || math.Abs(added[FlowP50]-2*added[P50]) > 1e-9 {
		t.Errorf("%v requests each; %v ms to flows, %v ms to requests", per, added[FlowP50], added[P50])
	}
	for _, v := range ValuesOf(run).Values {
		if v.Metric == FlowP50 && v.N != 12*200 {
			t.Errorf("%+v", v)
		}
	}
}

func TestRunsThatReadOtherDataAreComparedWithACaution(t *testing.T) {
	reading := func(digest string) *results.Run {
		run := played(8, 12, 100, Target{Name: "a"})
		run.Document.Inputs = []results.Input{{Role: results.InputFile, Name: "users.csv", Digest: digest}, {Role: results.InputPrices, Name: "prices.json", Digest: digest}}
		return run
	}
	const caution = "the runs read different contents of users.csv: the data may cause a difference"
	for digest, want := range map[string]bool{"1a": false, "2b": true, "": false} {
		c, err := Runs(reading("1a"), reading(digest), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(c.Notes, caution); got != want {
			t.Errorf("%q: %q", digest, c.Notes)
		}
	}
	now, before := ValuesOf(reading("2b")), []RunValues{ValuesOf(reading("1a")), ValuesOf(reading("2b")), {}}
	if got := baselineFiles(&now, before); len(got) != 1 || !strings.HasPrefix(got[0], "1 baseline run read other files, or other contents, than this run") {
		t.Errorf("%q", got)
	}
}
