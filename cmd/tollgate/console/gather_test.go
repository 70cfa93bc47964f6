package console

import (
	"math"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
)

func plan(t *testing.T, load string) *scenarios.Plan {
	t.Helper()
	text := "name: p\ntargets:\n  a: {kind: origin, url: \"http://127.0.0.1:1\"}\n  b: {kind: origin, url: \"http://127.0.0.1:1\"}\nrequests:\n  - {name: r, path: /}\nload:\n" + load
	s, err := scenarios.Parse("p.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheRateAskedForFollowsTheSchedule(t *testing.T) {
	p := plan(t, "  - constant: {rate: 100/s, for: 10s}\n  - ramp: {from: 100/s, to: 1000/s, for: 30s}\n  - closed: {users: 4, for: 10s}\n")
	s := newSchedule(&p.Populations[0], p.Seed)
	for _, row := range []struct {
		turn int
		ago  time.Duration
		want float64
	}{
		{1, 0, 100},
		{20, time.Second / 2, 100},
		{21, 0, 115},
		{22, 0, 115}, // the ramp's first block, at each target
		{39, 0, 925},
		{40, 2500 * time.Millisecond, 985},
		{40, time.Hour, 985},
		{41, 0, 0},
		{60, 0, 0},
		{61, 0, 0},
		{0, 0, 0},
	} {
		if got := s.at(row.turn, row.ago); math.Abs(got-row.want) > 20 {
			t.Errorf("turn %d after %v: %v requests per second, want %v", row.turn, row.ago, got, row.want)
		}
	}
}

// TestWhatWasRecordedIsShown records 12 seconds of two targets and looks on.
func TestWhatWasRecordedIsShown(t *testing.T) {
	p := plan(t, "  - constant: {rate: 100/s, for: 6s}\n")
	limit := pricing.Money(pricing.Whole(1))
	g := Gather(Config{Plan: p, CPUs: 2, Limit: &limit, Estimate: &scenarios.Estimate{Total: scenarios.Range{
		Likely: pricing.Money(pricing.Whole(2)), High: pricing.Money(pricing.Whole(4)),
	}}})
	var last Snapshot
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "run")
		r, err := results.Create(dir, results.Document{
			Scenario: "p", Digest: "d", Requests: []string{"r"}, Targets: []results.TargetDoc{{Name: "a", Kind: "origin"}, {Name: "b", Kind: "origin"}},
			Stages: []results.StageDoc{{Load: "constant 100/s", Seconds: 6, Blocks: 6, BlockS: 1}},
		}, []byte("name: p\n"), watcher{g})
		if err != nil {
			t.Fatal(err)
		}
		r.Watch(func() results.Health { return results.Health{InFlight: 5, CPU: 0.5, LagP99: time.Millisecond} })
		shard := r.Shard()
		for i := range 1200 {
			at := time.Duration(i) * 10 * time.Millisecond
			s := results.Sample{Target: uint16(i / 600), Due: at, Begun: at, Sent: at, Service: time.Duration(1+i/600) * 10 * time.Millisecond, Code: 200}
			if i%100 == 0 {
				s.Code = 503
			}
			shard.Record(&s)
			time.Sleep(10 * time.Millisecond)
			if i%25 == 0 {
				last = g.Tell(session.Progress{Step: session.Loading, Dir: dir, Under: []session.Underway{{Target: "a", Turn: 1 + i/100, Began: at.Truncate(time.Second)}}, Elapsed: at, Total: 12 * time.Second, Ended: int64(i), Planned: 1200})
			}
		}
		if err := r.Close(results.Finished); err != nil {
			t.Fatal(err)
		}
		if math.Abs(last.Achieved-100) > 2 || last.Asked != 100 || last.Cost != "$1.96 likely so far, at most $4.00 in the end, limit $1.00" {
			t.Errorf("asked %v, achieved %v, spent %s", last.Asked, last.Achieved, last.Cost)
		}
		last = g.Tell(session.Progress{Step: session.Concluding})
	})
	if a := last.Targets[0]; a.Outcomes[results.OK] != 594 || a.Outcomes[results.ServerError] != 6 || g.overall[0].Count() != 594 {
		t.Errorf("of the first target: outcomes %v, %d latencies", a.Outcomes, g.overall[0].Count())
	}
	if b := last.Targets[1]; b.ended() != 600 || b.Overall[0].Round(time.Millisecond) != 20*time.Millisecond || b.Recent[0].Round(time.Millisecond) != 20*time.Millisecond || b.Overall[2] < 0 {
		t.Errorf("of the second: %d ended, %v, lately %v", b.ended(), b.Overall, b.Recent)
	}
	if n := g.lately(0).Count(); n < 200 || n > 500 {
		t.Errorf("%d latencies of the first target lie within the last ten seconds", n)
	}
	if last.Health.InFlight != 5 || len(last.Rates) < 12 || last.Step != session.Concluding {
		t.Errorf("health %+v, %d rates, step %s", last.Health, len(last.Rates), last.Step)
	}
}

// A watcher is an output that only gathers.
type watcher struct{ *Gatherer }

func (watcher) Close(*results.Run) error { return nil }

// The rate asked for is that of all populations together, each in its own turn.
func TestTheRateAskedForIsOfAllPopulations(t *testing.T) {
	s, err := scenarios.Parse("p.yaml", []byte("name: p\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}}\nrequests: [{name: r, path: /}]\npopulations:\n  free: {load: [{constant: {rate: 100/s, for: 10s}}]}\n  late: {start: 5s, load: [{ramp: {from: 10/s, to: 30/s, for: 10s}}]}\n"), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	g := Gather(Config{Plan: p})
	under := []session.Underway{{Index: 0, Population: "free", Target: "a", Turn: 1}, {Index: 1, Population: "late", Target: "a", Turn: 1, Began: 5 * time.Second}}
	for _, row := range []struct {
		elapsed time.Duration
		under   []session.Underway
		asked   float64
		text    string
	}{
		{time.Second, under[:1], 100, "free at a"},
		{7 * time.Second, under, 115, "free at a, late at a"},
	} {
		now := g.Tell(session.Progress{Step: session.Loading, Elapsed: row.elapsed, Under: row.under})
		if math.Abs(now.Asked-row.asked) > 2 || underText(now.Under) != row.text {
			t.Errorf("after %v: %v/s asked for of %q, want %v/s of %q", row.elapsed, now.Asked, underText(now.Under), row.asked, row.text)
		}
	}
}
