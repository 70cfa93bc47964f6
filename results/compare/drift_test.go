package compare

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/results"
)

func always(int) bool { return true }

// calm is a soak of the lab's world: 24 blocks of ten seconds.
func calm() Soak {
	return Soak{World: Lab(), Blocks: 24, Seconds: 10, Rate: 60, Wander: 0.03, Memory: 5 * time.Second}
}

// drifted is the only finding of one simulated soak.
func drifted(t *testing.T, run *results.Run) results.Finding {
	t.Helper()
	all := Drift(run, always)
	if len(all) != 1 {
		t.Fatalf("%d findings, want one", len(all))
	}
	return all[0]
}

func TestDriftInPlainWords(t *testing.T) {
	rows := []struct {
		name  string
		alter func(*Soak)
		run   func(*results.Run)
		says  []string
	}{
		{"nothing happens", func(s *Soak) { s.Wander, s.Stall, s.Blocks = 0.005, 0, 48 }, nil, []string{"No drift: the last quarter of constant 60/s for 8m0s", "p50 ×"}},
		{"responses take ever longer", func(s *Soak) { s.Creep = 0.4 }, nil, []string{"Worse in p50, p90"}},
		{"one day everything is slower", func(s *Soak) { s.Step = 0.3 }, nil, []string{"Worse in p50, p90"}},
		{"it warms up", func(s *Soak) { s.Creep = -0.4 }, nil, []string{"etter in p50, p90"}},
		{"errors begin", func(s *Soak) { s.Fails = 0.05 }, nil, []string{"orse in errors", "points ["}},
		{"pauses hide the tail", func(s *Soak) { s.Stall, s.Stalled = 0.2, 0.1 }, nil, []string{"nconclusive in", "p99", ". A longer stage narrows the intervals."}},
		{"nine blocks", func(s *Soak) { s.Blocks = 9 }, nil, []string{"Cannot tell", "8 whole blocks after the first", "needs 10 blocks", "set blocks"}},
		{"ten blocks", func(s *Soak) { s.Blocks, s.Creep = 10, 0.5 }, nil, []string{"orse in p50", "nconclusive in", "set blocks: 24 in"}},
		{"the run was broken off in its tenth block", func(s *Soak) { s.Blocks = 10 }, func(r *results.Run) { r.Document.State = results.Interrupted }, []string{"8 whole blocks"}},
		{"the generator was late at the end", func(s *Soak) { s.Creep = 1 }, func(r *results.Run) { lateFrom(r, 20) }, []string{"nconclusive in p50, p90", "The load generator was 20.0 ms behind its schedule at p99 in the last quarter, where ", "a quieter machine"}},
		{"the generator was late in between", func(s *Soak) { s.Creep = 1 }, func(r *results.Run) { lateFrom(r, 10, 11, 12) }, []string{"Worse in p50, p90"}},
		{"the generator failed", func(s *Soak) { s.Creep = 1 }, func(r *results.Run) { r.Document.Verdict = results.Invalid }, []string{"Cannot tell: the run is invalid"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := calm()
			row.alter(&s)
			run := s.Run(rand.New(rand.NewPCG(7, 7)))
			if row.run != nil {
				row.run(run)
			}
			f := drifted(t, run)
			for _, want := range row.says {
				if !strings.Contains(f.Conclusion, want) {
					t.Errorf("%s\nwant %q in it", f.Conclusion, want)
				}
			}
			if f.Verdict != run.Document.Verdict || f.Probe != ProbeDrift || f.Target != "api" {
				t.Errorf("%s at %s is %s", f.Probe, f.Target, f.Verdict)
			}
			if err := results.WriteFindings(t.TempDir(), []results.Finding{f}); err != nil {
				t.Error(err)
			}
		})
	}
}

// lateFrom has the generator be 20 ms late in each of the blocks, or from the only
// one on.
func lateFrom(run *results.Run, blocks ...uint32) {
	for k := range run.Series {
		if slices.Contains(blocks, k.Block) || len(blocks) == 1 && k.Block >= blocks[0] {
			h := results.New()
			h.RecordN(20*time.Millisecond, 100)
			run.Lag[results.Group{Target: k.Target, Request: k.Request, Block: k.Block}] = h
		}
	}
}

// What is told in numbers is what happened.
func TestDriftIsMeasured(t *testing.T) {
	s := calm()
	s.Wander, s.Stall, s.Errors, s.Creep, s.Blocks = 0.01, 0, 0, 0.4, 40
	f := drifted(t, s.Run(rand.New(rand.NewPCG(1, 1))))
	// Of a creep of 0.4 over 40 blocks of which the first is left out, the middle
	// of the first quarter has had about a seventh, that of the last six sevenths.
	change, trend := f.Values["p50_change"], f.Values["p50_trend_per_hour"]
	if change.Value < 0.24 || change.Value > 0.31 || *change.Low > change.Value || *change.High < change.Value {
		t.Errorf("p50 changes by %.3f [%.3f, %.3f]", change.Value, *change.Low, *change.High)
	}
	if want := math.Log(1.4) / (400.0 / 3600); math.Abs(trend.Value/want-1) > 0.1 || *trend.Low > want || *trend.High < 0.9*want {
		t.Errorf("p50 grows by %.2f an hour [%.2f, %.2f], want %.2f", trend.Value, *trend.Low, *trend.High, want)
	}
	if len(f.Tables) != 1 || len(f.Tables[0].Rows) != 4 || len(f.Series) != 3 {
		t.Errorf("%d series, tables %v", len(f.Series), f.Tables)
	}
	points := f.Series[0].Points
	if first, last := points[0], points[len(points)-1]; len(points) != 24 || first[0] < 0.16 || first[0] > 0.3 || last[0] < 6.3 || last[0] > 6.67 || last[1] < first[1]*1.25 {
		t.Errorf("%d points from %v to %v", len(points), first, last)
	}
}

func TestOnlySteadyStagesAreLookedAt(t *testing.T) {
	run := calm().Run(rand.New(rand.NewPCG(1, 1)))
	if all := Drift(run, func(int) bool { return false }); len(all) != 0 {
		t.Errorf("%d findings of a stage that is not steady", len(all))
	}
}

// The pieces of a stage are all of its tested blocks, each once, whatever their
// number, and a metric that few requests carry has fewer of them.
func TestPiecesAreAllBlocksInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		blocks := rapid.IntRange(MinBlocks, 200).Draw(t, "blocks")
		began, of := map[uint32]time.Duration{}, map[uint32]*slot{}
		for b := range uint32(blocks) {
			began[b] = time.Duration(b) * time.Second
			of[b] = &slot{good: results.New(), requests: 1, values: map[Metric]float64{}}
		}
		run := &results.Run{Document: results.Document{State: results.Finished}}
		c := steadyStageOf(run, &slots{name: "api", blocks: of}, began, results.StageDoc{Blocks: blocks, BlockS: 1}, 0)
		for _, most := range lineLengths {
			next, before := uint32(1), -1.0
			for _, p := range c.cut(min(most, len(c.blocks))) {
				for _, b := range p.blocks {
					if b != next {
						t.Fatalf("block %d comes after block %d", b, next-1)
					}
					next++
				}
				if p.at <= before || p.slot.requests != int64(len(p.blocks)) {
					t.Fatalf("a piece at %v after one at %v, of %d blocks with %d requests", p.at, before, len(p.blocks), p.slot.requests)
				}
				before = p.at
			}
			if next != uint32(blocks) {
				t.Fatalf("%d of %d blocks in pieces", next-1, blocks-1)
			}
		}
	})
}

// What got worse would have got better the other way round, as surely; and how
// high the level was all the time is of no account.
func TestDriftSeenBackwardsIsItsOpposite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := quarters * rapid.IntRange(2, 6).Draw(t, "pieces of a quarter")
		xs := rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n).Draw(t, "values")
		level := rapid.Float64Range(-5, 5).Draw(t, "level")
		back := make([]float64, n)
		for i, x := range xs {
			back[n-1-i] = x + level
		}
		a, b := (&line{xs: xs}).change(DefaultLevel), (&line{xs: back}).change(DefaultLevel)
		same := func(x, y float64) bool { return math.Abs(x-y) <= 1e-6*(1+math.Abs(x)) }
		if !same(a.at, -b.at) || a.se > 1e-6 && (!same(a.p, b.p) || !same(a.low, -b.high) || !same(a.high, -b.low)) {
			t.Fatalf("%+v, and backwards %+v", a, b)
		}
		if a.p < 0 || a.p > 1 || a.low > a.at || a.high < a.at {
			t.Fatalf("%+v", a)
		}
	})
}

// Of white noise the swing is its standard deviation, whatever the means of the
// quarters, of six pieces each.
func TestTheSwingIsThatOfThePieces(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 5))
	var squares float64
	const times = 2000
	for range times {
		l := line{xs: make([]float64, 24)}
		for i := range l.xs {
			l.xs[i] = 100*float64(i/6) + 2*chance.NormFloat64()
		}
		sd, freedom := l.swing(0, 1, 2, 3)
		if freedom != 8 {
			t.Fatalf("%v degrees of freedom, want 8", freedom)
		}
		squares += sd * sd / times
	}
	l := line{xs: make([]float64, 24)}
	l.xs[8] = 1e6 // in the second quarter
	if sd, freedom := l.swing(0, 3); sd != 0 || freedom != 4 {
		t.Errorf("the swing of the outer quarters is %v with %v degrees of freedom", sd, freedom)
	}
	if sd := math.Sqrt(squares); math.Abs(sd/2-1) > 0.03 {
		t.Errorf("the swing is %.3f, want 2", sd)
	}
}

func TestFindingsOfDriftSurviveTheirFile(t *testing.T) {
	f := drifted(t, calm().Run(rand.New(rand.NewPCG(3, 3))))
	f.Reasons = []string{}
	valid(t, results.FindingsSchema(), results.Findings{Version: results.FindingsVersion, Findings: []results.Finding{f}})
	dir := t.TempDir()
	if err := results.WriteFindings(dir, []results.Finding{f}); err != nil {
		t.Fatal(err)
	}
	back, err := findingsIn(dir)
	if err != nil || len(back) != 1 {
		t.Fatal(back, err)
	}
	a, errA := json.Marshal(f.Values)
	b, errB := json.Marshal(back[0].Values)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("%s\nbecame\n%s", a, b)
	}
}

// findingsIn reads the findings of a run directory.
func findingsIn(dir string) ([]results.Finding, error) {
	data, err := results.ReadFile(dir, results.FileFindings)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return results.ParseFindings(data)
}
