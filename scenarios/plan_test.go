package scenarios

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/targets"
)

// scenarioOf makes a scenario with that many targets, one request and stages.
func scenarioOf(targetCount int, stages ...Stage) *Scenario {
	s := &Scenario{Name: "made", Seed: 1, Stages: stages, Requests: []Request{{Name: "health", Weight: 1}}}
	for i := range targetCount {
		u := &url.URL{Scheme: "http", Host: "127.0.0.1"}
		s.Targets = append(s.Targets, targets.Target{Name: fmt.Sprintf("t%d", i), Kind: &targets.Origin, URL: u})
	}
	return s
}

func planOf(t interface {
	Helper()
	Fatal(...any)
}, s *Scenario,
) *Plan {
	t.Helper()
	p, err := NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// flat is a turn with its blocks in memory.
type flat struct {
	Turn
	blocks []Block
}

func turns(p *Plan) (all []flat) {
	for turn := range p.Populations[0].Turns() {
		all = append(all, flat{turn, slices.Collect(turn.Blocks)})
	}
	return all
}

func TestEveryTargetReceivesTheSameBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stages []Stage
		for range rapid.IntRange(1, 3).Draw(t, "stages") {
			d := time.Duration(rapid.Int64Range(int64(100*time.Millisecond), int64(15*time.Second)).Draw(t, "length"))
			shape, _ := drawShape(t, d)
			stages = append(stages, Stage{Load: Arrivals{shape}, For: d})
		}
		s := scenarioOf(rapid.IntRange(1, 5).Draw(t, "targets"), stages...)
		s.Blocks = rapid.IntRange(0, 20).Draw(t, "blocks")
		p := planOf(t, s)
		checkSameForAll(t, p)
		checkAllDueTimesAreThere(t, p)
	})
}

// checkSameForAll: targets differ in nothing but when their turns come.
func checkSameForAll(t *rapid.T, p *Plan) {
	seen := map[uint16][]Block{}
	for _, turn := range turns(p) {
		var length time.Duration
		for _, b := range turn.blocks {
			if b.From != length {
				t.Fatalf("block %d begins at %v of its turn, and the one before it ended at %v", b.Number, b.From, length)
			}
			length += b.For
			for _, due := range b.Due {
				if due < b.From || due >= length {
					t.Fatalf("a request due at %v is in block %d, [%v, %v)", due, b.Number, b.From, length)
				}
			}
		}
		if length != turn.For {
			t.Fatalf("a turn of %v has blocks of %v", turn.For, length)
		}
		seen[turn.Target] = append(seen[turn.Target], turn.blocks...)
	}
	for target, blocks := range seen {
		var seq uint64
		for i, b := range blocks {
			if int(b.Number) != i {
				t.Fatalf("target %d: block %d has the number %d", target, i, b.Number)
			}
			if b.FirstSeq != seq {
				t.Fatalf("target %d: block %d begins with request %d, want %d", target, i, b.FirstSeq, seq)
			}
			seq += uint64(len(b.Due))
			if first := seen[0][i]; b.For != first.For || !slices.Equal(b.Due, first.Due) {
				t.Fatalf("targets 0 and %d receive different blocks %d", target, i)
			}
		}
	}
	if len(seen) != len(p.Scenario.Targets) {
		t.Fatalf("%d targets of %d had a turn", len(seen), len(p.Scenario.Targets))
	}
}

// checkAllDueTimesAreThere: cutting a stage loses and moves nothing.
func checkAllDueTimesAreThere(t *rapid.T, p *Plan) {
	due := make([][]time.Duration, len(p.Stages))
	start := make([]time.Duration, len(p.Stages))
	for _, turn := range turns(p) {
		if turn.Target != 0 {
			continue
		}
		for _, b := range turn.blocks {
			for _, d := range b.Due {
				due[turn.Stage] = append(due[turn.Stage], start[turn.Stage]+d)
			}
		}
		start[turn.Stage] += turn.For
	}
	var n int64
	for i, stage := range p.Stages {
		want := slices.Collect(iterate(stage.Load.(Arrivals).Schedule(stage.For, stage.seed)))
		if !slices.Equal(due[i], want) {
			t.Fatalf("stage %d: %d requests in blocks, %d in the schedule, or other times", i, len(due[i]), len(want))
		}
		n += int64(len(want))
	}
	if want := n * int64(len(p.Scenario.Targets)); p.Requests() != want {
		t.Fatalf("the plan says %d requests, its schedules %d", p.Requests(), want)
	}
}

func TestBlocks(t *testing.T) {
	constant := Constant{PerSecond(500)}
	for _, row := range []struct {
		name          string
		asked, blocks int
		stage         Stage
		block         time.Duration
	}{
		{"ten by default", 0, 10, Stage{Load: Arrivals{constant}, For: 15 * time.Second}, 1500 * time.Millisecond},
		{"as many as asked for", 3, 3, Stage{Load: Arrivals{constant}, For: 15 * time.Second}, 5 * time.Second},
		{"never shorter than a second", 10, 4, Stage{Load: Arrivals{constant}, For: 4 * time.Second}, time.Second},
		{"one where the whole stage is shorter than that", 10, 1, Stage{Load: Arrivals{constant}, For: 300 * time.Millisecond}, 300 * time.Millisecond},
		{"never longer than a minute", 10, 60, Stage{Load: Arrivals{constant}, For: time.Hour}, time.Minute},
		{"never more requests than fit in memory", 2, 40, Stage{Load: Arrivals{Constant{PerSecond(MaxRate)}}, For: 41 * time.Second}, 1025 * time.Millisecond},
		{"a burst stays whole", 10, 1, Stage{Load: Arrivals{Burst{3000, PerSecond(300)}}, For: 20 * time.Second}, 20 * time.Second},
		{"the closed model is cut as well", 10, 10, Stage{Load: Users{N: 5}, For: 20 * time.Second}, 2 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := scenarioOf(2, row.stage)
			s.Blocks = row.asked
			stage := planOf(t, s).Stages[0]
			if stage.Blocks != row.blocks || stage.Block != row.block {
				t.Errorf("%d blocks of %v, want %d of %v", stage.Blocks, stage.Block, row.blocks, row.block)
			}
		})
	}
}

func TestTurnsOfSeveralTargetsInterleaveInSeededRandomOrder(t *testing.T) {
	s := scenarioOf(4, Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: 20 * time.Second})
	order := func() (names []string) {
		var round []byte
		for _, turn := range turns(planOf(t, s)) {
			if len(turn.blocks) != 1 || turn.blocks[0].Number != uint32(len(names)) {
				t.Fatalf("turn %d has not just the block %d", len(round), len(names))
			}
			if round = append(round, byte('0'+turn.Target)); len(round) == 4 {
				names, round = append(names, string(round)), nil
			}
		}
		return names
	}
	first := order()
	if !slices.Equal(first, order()) {
		t.Error("the same seed gave another order")
	}
	distinct := map[string]bool{}
	for _, round := range first {
		distinct[round] = true
		for _, target := range "0123" {
			if strings.Count(round, string(target)) != 1 {
				t.Errorf("round %s does not visit every target once", round)
			}
		}
	}
	if len(distinct) < 5 {
		t.Errorf("ten rounds have only %d different orders: %v", len(distinct), first)
	}
	if s.Seed = 2; slices.Equal(first, order()) {
		t.Error("another seed gave the same order")
	}
}

func TestASingleTargetReceivesAStageInOneTurn(t *testing.T) {
	all := turns(planOf(t, scenarioOf(1,
		Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: 15 * time.Second},
		Stage{Load: Users{N: 3, Think: Always(time.Second)}, For: 2 * time.Second},
		Stage{Load: Arrivals{Burst{Requests: 5}}, For: 3 * time.Second},
	)))
	if len(all) != 3 {
		t.Fatalf("%d turns, want one for each stage", len(all))
	}
	if b := all[0].blocks[9]; b.From != 13500*time.Millisecond || b.Due[0] != b.From {
		t.Errorf("the last block counts from %v and begins with a request due at %v; want both 13.5s from the start of the turn", b.From, b.Due[0])
	}
	closed := all[1]
	if closed.Load != (Users{N: 3, Think: Always(time.Second)}) || len(closed.blocks) != 2 || closed.blocks[1].Due != nil {
		t.Errorf("the closed stage became %+v", closed)
	}
	if first, second := closed.blocks[0], closed.blocks[1]; first.FirstSeq != 150 || second.FirstSeq-first.FirstSeq < 1<<30 {
		t.Errorf("closed blocks begin with requests %d and %d: without room for requests that cannot be counted", first.FirstSeq, second.FirstSeq)
	}
	if burst := all[2].blocks[0]; burst.FirstSeq < closed.blocks[1].FirstSeq+1<<30 || burst.Number != 12 {
		t.Errorf("the burst is block %d and begins with request %d", burst.Number, burst.FirstSeq)
	}
}

func TestStoppingEarlyIsPossibleAnywhere(t *testing.T) {
	p := planOf(t, scenarioOf(3, Stage{Load: Arrivals{Constant{PerSecond(100)}}, For: 5 * time.Second}, Stage{Load: Users{N: 1}, For: 2 * time.Second}))
	for n := range 3 * 7 {
		seen := 0
		for turn := range p.Populations[0].Turns() {
			if seen++; seen > n {
				break
			}
			for range turn.Blocks {
				break
			}
		}
		if seen != n+1 {
			t.Fatalf("stopped after turn %d, saw %d", n+1, seen)
		}
	}
}

func TestPickKeepsTheWeightsExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scenarioOf(2, Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second})
		s.Requests = nil
		weights := rapid.SliceOfN(rapid.IntRange(1, 12), 1, 6).Draw(t, "weights")
		var round int
		for _, w := range weights {
			s.Requests = append(s.Requests, Request{Weight: w})
		}
		divisor := commonDivisor(weights)
		for _, w := range weights {
			round += w / divisor
		}
		p := planOf(t, s)
		from := uint64(round) * rapid.Uint64Range(0, 1<<40).Draw(t, "round")
		counts := make([]int, len(weights))
		for seq := range uint64(round) {
			counts[p.Populations[0].Pick(from+seq)]++
		}
		for i, w := range weights {
			if counts[i] != w/divisor {
				t.Fatalf("weights %v: request %d was picked %d times in a round of %d", weights, i, counts[i], round)
			}
		}
	})
}

func TestPlanTotals(t *testing.T) {
	p := planOf(t, scenarioOf(4,
		Stage{Load: Arrivals{Constant{PerSecond(500)}}, For: 15 * time.Second},
		Stage{Load: Users{N: 8}, For: 5 * time.Second},
	))
	if p.Duration() != 80*time.Second || p.Requests() != 4*7500 {
		t.Errorf("%v and %d requests, want 1m20s and 30000", p.Duration(), p.Requests())
	}
}

// A week of Poisson arrivals is planned without drawing each of them.
func TestPlanningALongRandomStageIsQuick(t *testing.T) {
	long := Stage{Load: Arrivals{Poisson{PerSecond(100_000)}}, For: longestStage}
	p := planOf(t, scenarioOf(1, long, Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second}))
	if want := 100_000 * int64(longestStage/time.Second); p.Stages[0].Starts != want {
		t.Errorf("%d requests, want the mean, %d", p.Stages[0].Starts, want)
	}
	if after, mean := p.Stages[1].firstSeq, uint64(p.Stages[0].Starts); after < mean+mean/200 {
		t.Errorf("the next stage begins with request %d, where this one may still be", after)
	}
}

func TestNewPlanRefusesWhatCannotRun(t *testing.T) {
	for want, s := range map[string]*Scenario{
		"no targets":        scenarioOf(0, Stage{Load: Users{N: 1}, For: time.Second}),
		"no load":           scenarioOf(1),
		"stage 1 needs":     scenarioOf(1, Stage{Load: Users{N: 1}}),
		"arrivals or users": scenarioOf(1, Stage{For: math.MaxInt32}),
	} {
		if _, err := NewPlan(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
