package saturation

import (
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// Four threads of 20 ms complete 200/s. Behind a proxy that gives up after a second and
// tries once more, they collapse above that, and stay busy with what was given up.
func TestATargetThatRetriesKeepBusyHasAHighestRate(t *testing.T) {
	m := &simulate.Machine{Threads: 4, Queue: simulate.Unbounded, Work: func() float64 { return 0.02 }, Timeout: 1, Retries: 1}
	f, _ := play(t, "saturation: {from: 20/s, to: 1000/s, for: 5s}", m.Respond)
	v, there := f.Values["highest_rate"]
	if !there || *v.Low > 200 || *v.High < 195 || *v.High > 1.2**v.Low {
		t.Errorf("%v: %s %s", v, f.Conclusion, f.Reasons)
	}
}

func TestMergedBatchesLeaveTheirPartsAsTheyWere(t *testing.T) {
	first, second := batch{n: 10, good: 10, over: []int{1, 2}}, batch{n: 5, good: 4, failed: 1, over: []int{0, 3}}
	sum := first
	sum.merge(second)
	if sum.n != 15 || sum.good != 14 || sum.failed != 1 || sum.over[0] != 1 || sum.over[1] != 5 {
		t.Errorf("the sum is %+v", sum)
	}
	if first.over[1] != 2 || second.over[1] != 3 {
		t.Errorf("the parts became %+v and %+v", first, second)
	}
}
