package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tollgate/results"
)

// streaming is a run whose targets take the same time for their responses. The second sends its
// first byte and its first event after a share of that, and pauses for as long.
func streaming(blocks int, share float64) *results.Run {
	run, chance := played(7, blocks, 400, Target{Name: "base"}, Target{Name: "head"}), rand.New(rand.NewPCG(7, 3))
	for block := range uint32(blocks) {
		level := math.Exp(0.05 * chance.NormFloat64())
		for target := range uint16(2) {
			for clock, median := range map[results.Clock]time.Duration{results.FirstByte: 120, results.FirstEvent: 130, results.LongestGap: 40} {
				h := results.New()
				for range 200 {
					took := level * math.Exp(0.3*chance.NormFloat64()) * float64(median*time.Millisecond)
					if target == 1 && clock != results.LongestGap {
						took *= share
					}
					h.Record(time.Duration(took))
				}
				run.Series[results.Key{Target: target, Block: block, Outcome: results.OK, Clock: clock}] = h
			}
		}
	}
	return run
}

// spreadAt says of a target that its first bytes come long before its last ones.
func spreadAt(run *results.Run, target int) {
	half, whole := 60.0, 120.0
	run.Document.Targets[target].Latency = map[string]results.Percentiles{
		results.Transfer.String(): {P50: &half, N: 200}, results.Service.String(): {P50: &whole, N: 200},
	}
}

func TestFirstBytesAndEventsAreComparedBlockByBlock(t *testing.T) {
	run := streaming(20, 0.2)
	spreadAt(run, 1)
	c := compared(t, run, Options{})
	for metric, want := range map[Metric]Verdict{FirstByteP50: Better, FirstEventP50: Better, FirstEventP90: Better, LongestGapP50: Inconclusive} {
		e := c.Pairs[0].Effect(metric)
		if e == nil || e.Unit != "ms" || e.Blocks != 20 || e.Verdict != want && want == Better {
			t.Errorf("%s: %+v, want %s", metric, e, want)
			continue
		}
		if want == Better && (*e.Estimate < 0.17 || *e.Estimate > 0.23) {
			t.Errorf("%s: ×%v, want ×0.2", metric, *e.Estimate)
		}
	}
	if e := c.Pairs[0].Effect(FirstEventP99); e != nil && e.Estimate != nil {
		t.Errorf("200 events carry a p99: %+v", e)
	}
}

// Where responses are small and whole, their first byte is no news.
func TestFirstBytesAreLeftOutWhereTheySayNothing(t *testing.T) {
	run := streaming(12, 0.2)
	if e := compared(t, run, Options{}).Pairs[0].Effect(FirstByteP50); e != nil {
		t.Errorf("%+v", e)
	}
	has := func(v RunValues) bool {
		return slices.ContainsFunc(v.Values, func(v Value) bool { return v.Metric == FirstByteP50 })
	}
	if has(ValuesOf(run)) {
		t.Error("the history has it")
	}
	spreadAt(run, 0)
	if v := ValuesOf(run); !has(v) {
		t.Error("the history lacks it")
	} else if i := slices.IndexFunc(v.Values, func(v Value) bool { return v.Metric == FirstEventP50 }); v.Values[i].N != 12*200 {
		t.Errorf("first events of %d responses", v.Values[i].N)
	}
}

// Two runs, of which only the later one streams: what that changes is the point.
func TestARunThatBeganToStreamIsComparedWithOneThatDidNot(t *testing.T) {
	base, head := streaming(12, 1), streaming(12, 0.2)
	head.Document.ID = "later"
	spreadAt(head, 1)
	c, err := Runs(base, head, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := c.Pairs[1].Effect(FirstByteP50)
	if e == nil || e.Base == nil || e.Head == nil || *e.Head > *e.Base/4 {
		t.Errorf("%+v", e)
	}
}
