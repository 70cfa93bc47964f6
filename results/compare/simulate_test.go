package compare

// The runs of this file are simulated, with known differences between targets and
// between days, so that tests can count the error rates of comparisons. They are
// runs as results.Open returns them, so that the code of the product works on them.

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

	Day   float64 // from day to day
	Rerun float64 // from run to run of one day
	Bad   float64 // share of days that are slow as a whole
	Worst float64 // by how much at most: a bad day is slower by up to this share

	Within float64 // runs differ uniformly, by up to this share in either direction

	Disturbs float64 // level that comes and goes, of both targets alike; standard deviation
	Lasts    float64 // turns after which it is forgotten but for 1/e

	Neighbor bool // takes half of the machine in every third run
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

// A Day is what all runs of one day have in common.
type Day struct {
	Date     time.Time
	Effect   float64
	Neighbor bool // is there, from some block on
}

// Today draws a day.
func (w World) Today(chance *rand.Rand, date time.Time) Day {
	e := w.Day * chance.NormFloat64()
	if chance.Float64() < w.Bad {
		e += math.Log1p(w.Worst * chance.Float64())
	}
	return Day{Date: date, Effect: e}
}

const blockLength = time.Second

// Run plays one run of a day.
func (w World) Run(chance *rand.Rand, n Day, p Plan) *results.Run {
	run := &results.Run{
		Document: document(n.Date, p), Scenario: []byte("name: simulated\n"),
		Series: map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{},
		Sizes: map[results.SizeKey]*results.Sizes{},
	}
	level := n.Effect + w.Rerun*chance.NormFloat64() + math.Log1p(w.Within*(2*chance.Float64()-1))
	due, comes, disturbed := time.Duration(0), p.Blocks, 0.0
	if n.Neighbor {
		comes = chance.IntN(max(1, p.Blocks/2))
	}
	for block := range p.Blocks {
		shared := level + w.Block*chance.NormFloat64()
		if block >= comes { // half of the machine: everything takes twice as long
			shared += math.Ln2
		}
		for _, i := range chance.Perm(len(p.Targets)) {
			if w.Lasts > 0 {
				keep := math.Exp(-1 / w.Lasts)
				disturbed = keep*disturbed + math.Sqrt(1-keep*keep)*w.Disturbs*chance.NormFloat64()
			}
			w.turn(chance, run, uint16(i), uint32(block), disturbed+shared+w.Own*chance.NormFloat64(), due, p)
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

// Lab is the lab's front doors on a machine with two processors and little else
// to do, fitted by hand to eight recorded runs of four doors in ten blocks of
// 750 requests: the median of a block varies by 2 % from target to target
// beyond what its requests explain, requests by 23 % around their median with
// a pause now and then, and one block in thirty is hit by the machine's
// standing still. How days differ was not measured: 4 %, and one day in
// twenty that is slow as a whole, are assumed.
func Lab() World {
	return World{
		Median: 15 * time.Millisecond, Request: 0.23, Tail: 0.002, Pause: 20 * time.Millisecond,
		Block: 0.03, Own: 0.02, Stall: 0.03, Stalled: 0.05, Errors: 0.0002,
		Day: 0.04, Rerun: 0.02, Bad: 0.05, Worst: 0.15,
	}
}

// Busy is the same where other programs compete for the processors: those
// recorded runs that were suspect.
func Busy() World {
	return World{
		Median: 15 * time.Millisecond, Request: 0.25, Tail: 0.01, Pause: 25 * time.Millisecond,
		Block: 0.05, Own: 0.035, Stall: 0.20, Stalled: 0.10, Errors: 0.0002,
		Day: 0.08, Rerun: 0.04, Bad: 0.10, Worst: 0.30,
	}
}

// Described is a server whose times are log-normal, and nothing else: no drift, no
// pause, and runs that lie within a share of each other's middle.
func Described(runs float64) World {
	return World{Median: 20 * time.Millisecond, Request: 0.5, Within: runs}
}

// Shared is the same on a machine that a neighbor takes half of in every third run.
func Shared(runs float64) World {
	w := Described(runs)
	w.Neighbor = true
	return w
}

// Disturbed is the same with disturbances that outlast three blocks of two targets.
func Disturbed() World {
	w := Described(0)
	w.Disturbs, w.Lasts = 0.2, 6
	return w
}

// everyThird says whether the neighbor is there in a run.
func (w World) everyThird(run int) bool { return w.Neighbor && run%3 == 0 }

// A Soak is one target under steady load for long. From second to second its
// level wanders, and comes back: a first-order autoregression, whose seconds know
// of each other.
type Soak struct {
	World
	Blocks  int
	Seconds int // of a block
	Rate    int // requests a second

	Wander float64       // standard deviation of the logarithm of the level
	Memory time.Duration // after which a level is forgotten but for 1/e; 0: each second is new

	Creep float64 // share by which the end is slower than the beginning
	Step  float64 // share by which the second half is slower
	Fails float64 // share of requests that fail in the last third
}

// Run plays one soak.
func (s Soak) Run(chance *rand.Rand) *results.Run {
	p := Plan{Targets: []Target{{Name: "api"}}, Blocks: s.Blocks, Requests: s.Rate}
	run := &results.Run{
		Document: document(time.Unix(0, 0), p), Scenario: []byte("name: simulated\n"),
		Series: map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{},
		Sizes: map[results.SizeKey]*results.Sizes{},
	}
	total := s.Blocks * s.Seconds
	stage := &run.Document.Stages[0]
	stage.Seconds, stage.BlockS, stage.Due = float64(total), float64(s.Seconds), int64(total*s.Rate)
	keep := 0.0
	if s.Memory > 0 {
		keep = math.Exp(-1 / s.Memory.Seconds())
	}
	level := s.Wander * chance.NormFloat64()
	for second := range total {
		level = keep*level + math.Sqrt(1-keep*keep)*s.Wander*chance.NormFloat64()
		at := float64(second) / float64(total)
		slower := s.Creep * at
		if at >= 0.5 {
			slower += s.Step
		}
		if p.Targets[0].Failed = 0; at >= 2.0/3 {
			p.Targets[0].Failed = s.Fails
		}
		s.turn(chance, run, 0, uint32(second/s.Seconds), level+math.Log1p(slower), time.Duration(second)*time.Second, p)
	}
	return run
}
