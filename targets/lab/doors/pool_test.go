package doors

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A referenceEnvironment is one environment as a queue model has it.
type referenceEnvironment struct {
	freeAt      time.Time
	provisioned bool
}

// referencePlace says where an invocation goes when every environment is looked
// at one by one: into the idle one that worked last, or a new one.
func referencePlace(all []*referenceEnvironment, now time.Time, limit int, idle time.Duration) ([]*referenceEnvironment, *referenceEnvironment, placement) {
	busy := 0
	var best *referenceEnvironment
	all = slices.DeleteFunc(all, func(e *referenceEnvironment) bool { return !e.freeAt.After(now) && now.Sub(e.freeAt) >= idle })
	for _, e := range all {
		switch {
		case e.freeAt.After(now):
			busy++
		case best == nil || e.freeAt.After(best.freeAt):
			best = e
		}
	}
	switch {
	case busy >= limit:
		return all, nil, notPlaced
	case best != nil:
		return all, best, placedWarm
	}
	e := &referenceEnvironment{}
	return append(all, e), e, placedCold
}

func TestARetiredEnvironmentServesNoInvocationAndCountsUntilItEnds(t *testing.T) {
	p := environments{limit: 2, idle: time.Hour}
	p.occupy(p.place(noon), noon.Add(time.Second))
	p.occupy(p.place(noon), noon.Add(time.Minute))
	p.retire(noon.Add(2 * time.Second)) // one is idle then, the other busy
	if got := p.place(noon.Add(3 * time.Second)); got != placedCold {
		t.Errorf("placement %d after a change, want a new environment", got)
	}
	p.occupy(placedCold, noon.Add(time.Hour))
	if got := p.place(noon.Add(4 * time.Second)); got != notPlaced {
		t.Errorf("placement %d, want none: the retired one still counts", got)
	}
	if got := p.place(noon.Add(2 * time.Minute)); got != placedCold {
		t.Errorf("placement %d, want a new environment: the retired one is gone", got)
	}
}

func TestEnvironmentsArePlacedAsInAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(0, 6).Draw(t, "limit")
		idle := time.Duration(rapid.Int64Range(1, 40).Draw(t, "idle"))
		p := environments{limit: limit, idle: idle}
		var all []*referenceEnvironment
		now := noon
		for i := range rapid.IntRange(1, 150).Draw(t, "invocations") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 12).Draw(t, "later")))
			runs := time.Duration(rapid.Int64Range(1, 30).Draw(t, "runs"))
			got := p.place(now)
			var chosen *referenceEnvironment
			var want placement
			all, chosen, want = referencePlace(all, now, limit, idle)
			if got != want {
				t.Fatalf("invocation %d: placement %d, want %d", i, got, want)
			}
			if want != notPlaced {
				chosen.freeAt = now.Add(runs)
				p.occupy(got, now.Add(runs))
			}
			if len(p.busy)+len(p.free) != len(all) {
				t.Fatalf("%d environments, want %d", len(p.busy)+len(p.free), len(all))
			}
		}
	})
}
