package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"tollgate/results"
)

// A World is how times vary. All effects are standard deviations of the
// logarithm of a time.
type World struct {
	Median  time.Duration // of a response
	Request float64       // from one request to the next
	Tail    float64       // share of requests that meet a pause
	Pause   time.Duration // mean of that pause
	Block   float64       // from block to block, of all targets alike
	Own     float64       // from block to block, of each target for itself
	Stall   float64       // share of a target's blocks in which the machine stood still
	Stalled float64       // share of such a block's requests that felt it
	Errors  float64       // share of requests that fail

	Night float64 // from night to night
	Rerun float64 // from run to run of one night
	Bad   float64 // share of nights that are slow as a whole
	Worst float64 // by how much at most: a bad night is slower by up to this share
}

// Plan is the load of a simulated run.
type Plan struct {
	Targets  []Target
	Blocks   int
	Requests int // of each target in each block
}

// A Target is a simulated front door.
type Target struct {
	Name   string
	Slower float64 // 0.05: every request takes 5 % longer
	Tail   float64 // 0.10: the slowest twentieth takes 10 % longer
	Failed float64 // share of requests that fail, beyond the world's
}

// A Night is what all runs of one night have in common.
type Night struct {
	Date   time.Time
	Effect float64
}

// Tonight draws a night.
func (w World) Tonight(chance *rand.Rand, date time.Time) Night {
	e := w.Night * chance.NormFloat64()
	if chance.Float64() < w.Bad {
		e += math.Log1p(w.Worst * chance.Float64())
	}
	return Night{Date: date, Effect: e}
}

const blockLength = time.Second

// Run plays one run of a night.
func (w World) Run(chance *rand.Rand, n Night, p Plan) *results.Run {
	run := &results.Run{
		Document: document(n.Date, p), Scenario: []byte("name: simulated\n"),
		Series: map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{},
		Sizes: map[results.SizeKey]*results.Sizes{},
	}
	level := n.Effect + w.Rerun*chance.NormFloat64()
	due := time.Duration(0)
	for block := range p.Blocks {
		shared := level + w.Block*chance.NormFloat64()
		for _, i := range chance.Perm(len(p.Targets)) {
			w.turn(chance, run, uint16(i), uint32(block), shared+w.Own*chance.NormFloat64(), due, p)
			due += blockLength
		}
	}
	return run
}

// turn plays one second of one target in one block.
func (w World) turn(chance *rand.Rand, run *results.Run, target uint16, block uint32, level float64, due time.Duration, p Plan) {
	t := p.Targets[target]
	good := results.New()
	median := float64(w.Median) * math.Exp(level) * (1 + t.Slower)
	stalled := chance.Float64() < w.Stall
	var failed int64
	for range p.Requests {
		if chance.Float64() < w.Errors+t.Failed {
			failed++
			continue
		}
		z := chance.NormFloat64()
		d := median * math.Exp(w.Request*z)
		if z > tailFrom {
			d *= 1 + t.Tail
		}
		if chance.Float64() < w.Tail {
			d += float64(w.Pause) * chance.ExpFloat64()
		}
		if stalled && chance.Float64() < w.Stalled {
			d += float64(200*time.Millisecond) * chance.Float64()
		}
		good.Record(time.Duration(d))
	}
	key := results.Key{Target: target, Block: block, Outcome: results.OK, Clock: results.Response}
	if before := run.Series[key]; before != nil {
		before.Merge(good)
	} else {
		run.Series[key] = good
	}
	s := results.Second{
		Second: int(due / time.Second), Target: target, Block: block, Failed: failed,
		Status: map[int]int64{200: good.Count()}, Errors: map[results.ErrClass]int64{},
		FirstDue: due, LastBegun: due + blockLength - blockLength/time.Duration(p.Requests),
	}
	s.Ended[results.OK], s.Ended[results.ServerError] = good.Count(), failed
	if failed > 0 {
		s.Status[502] = failed
	}
	run.Seconds = append(run.Seconds, s)
}

// tailFrom is where the slowest twentieth of a normal distribution begins.
const tailFrom = 1.645

// document is the run.json of a simulated run.
func document(date time.Time, p Plan) results.Document {
	d := results.Document{
		Version: results.Version, ID: date.UTC().Format("20060102T150405Z") + "-simulated", Scenario: "simulated", Digest: "simulated",
		State: results.Finished, Verdict: results.Valid, Started: date, Seed: 1, Tool: "simulator",
		Machine:  results.Machine{OS: "none", Arch: "none", CPUs: 2, Go: "none"},
		Engine:   results.EngineChoice{Name: "simulator", Why: "nothing was sent"},
		Requests: []string{"get"},
		Stages: []results.StageDoc{{
			Load: fmt.Sprintf("constant %d/s", p.Requests), Seconds: float64(p.Blocks) * blockLength.Seconds(),
			Blocks: p.Blocks, BlockS: blockLength.Seconds(), Due: int64(p.Blocks * p.Requests),
		}},
		Thresholds: []results.ThresholdResult{},
	}
	for _, t := range p.Targets {
		d.Targets = append(d.Targets, results.TargetDoc{Name: t.Name, Kind: "origin", Title: "simulated", URL: "http://127.0.0.1"})
	}
	return d
}
