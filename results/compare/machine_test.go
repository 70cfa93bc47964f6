package compare

// This file simulates one target that is measured from a machine with other work. It is
// written from what such a machine does to a thread that wakes, and knows nothing of how
// verdicts and gates evaluate that.

import (
	"math"
	"math/rand/v2"
	"time"

	"tollgate/results"
)

// A SharedMachine has two processors, and neighbors whose threads want them in bursts.
type SharedMachine struct {
	Median  time.Duration // of the target's responses, as they leave it
	Request float64       // standard deviation of their logarithm
	Within  float64       // runs differ uniformly, by up to this share in either direction
	Quiet   float64       // share of runs without any burst
	Burst   time.Duration // mean length of a burst
	Most    float64       // a run that is not quiet spends up to this share of its time in bursts
	Threads int           // of neighbors in a burst, at most
	Local   time.Duration // processor time of a response, where the target runs on this machine, too; 0: elsewhere
}

// slice is how long a thread may run while others wait. Source: Linux, kernel/sched/fair.c,
// base_slice_ns, scaled for two processors.
const slice = 3 * time.Millisecond

// Conditions are what a run and its rerun have in common.
type Conditions struct {
	Level float64 // logarithm of a factor on all times
	Busy  float64 // share of the time in bursts
}

// draw draws the conditions of a run.
func (m SharedMachine) draw(chance *rand.Rand) Conditions {
	c := Conditions{Level: math.Log1p(m.Within * (2*chance.Float64() - 1))}
	if chance.Float64() >= m.Quiet {
		c.Busy = m.Most * chance.Float64()
	}
	return c
}

// A load of bursts: how many threads of others want a processor, from when on.
type bursts struct {
	until   time.Duration
	threads int
	chance  *rand.Rand
	m       SharedMachine
	busy    float64
}

// at is how many threads compete at a moment; moments are asked for in order.
func (b *bursts) at(now time.Duration) int {
	for now >= b.until {
		if b.threads > 0 || b.busy == 0 {
			b.threads = 0
			pause := 24 * time.Hour
			if b.busy > 0 {
				pause = time.Duration(float64(b.m.Burst) * (1 - b.busy) / b.busy * b.chance.ExpFloat64())
			}
			b.until += pause
			continue
		}
		b.threads = 1 + b.chance.IntN(b.m.Threads)
		b.until += time.Duration(float64(b.m.Burst) * b.chance.ExpFloat64())
	}
	return b.threads
}

// wake is how long a thread that wakes waits for a processor. With fewer threads than
// processors it runs at once. Else it mostly takes over from a thread that has run for
// long, and sometimes has to wait until those before it have used up their slices.
func wake(chance *rand.Rand, threads int) time.Duration {
	if threads < 2 || chance.Float64() < 0.8 {
		return time.Duration(20e3 * chance.ExpFloat64())
	}
	return time.Duration(float64(slice) * float64(threads-1) / 2 * (0.2 + 1.8*chance.Float64()))
}

// Run plays twenty seconds of 150 requests a second, and has the product summarise them.
func (m SharedMachine) Run(chance *rand.Rand, date time.Time, c Conditions, slower float64) *results.Run {
	const rate, blocks = 150, 10
	const block = 2 * time.Second
	p := Plan{Targets: []Target{{Name: "api"}}, Blocks: blocks, Requests: rate * 2}
	run := &results.Run{
		Document: document(date, p), Series: map[results.Key]*results.Histogram{},
		Lag: map[results.Group]*results.Histogram{}, Control: map[results.Group]*results.Histogram{}, Sizes: map[results.SizeKey]*results.Sizes{},
	}
	stage := &run.Document.Stages[0]
	stage.Seconds, stage.BlockS, stage.Due = blocks*block.Seconds(), block.Seconds(), rate*blocks*2
	b := &bursts{chance: chance, m: m, busy: c.Busy}
	if chance.Float64() < c.Busy {
		b.threads, b.until = 1+chance.IntN(m.Threads), time.Duration(float64(m.Burst)*chance.ExpFloat64())
	}
	run.Series, run.Control = m.play(chance, b, c.Level+math.Log1p(slower), run)
	doc := results.Summarise(run)
	run.Document.Verdict, run.Document.Reasons = doc.Verdict, doc.Reasons
	return run
}

// play sends every request, and 25 control measurements a second between them.
func (m SharedMachine) play(chance *rand.Rand, b *bursts, level float64, run *results.Run) (map[results.Key]*results.Histogram, map[results.Group]*results.Histogram) {
	stage := run.Document.Stages[0]
	if m.Local > 0 {
		run.Document.Targets[0].URL = "http://127.0.0.1:8000"
	} else {
		run.Document.Targets[0].URL = "https://api.example.com"
	}
	series, controls := map[results.Key]*results.Histogram{}, map[results.Group]*results.Histogram{}
	per := int(stage.Due) / stage.Blocks
	step := time.Duration(stage.BlockS * 1e9 / float64(per))
	for k := range stage.Blocks {
		good, lags, control, begun := results.New(), results.New(), results.New(), time.Duration(0)
		first := time.Duration(k*per) * step
		for i := range per {
			due := first + time.Duration(i)*step
			threads := b.at(due)
			lag := wake(chance, threads)
			lags.Record(lag)
			good.Record(lag + m.service(chance, threads, level) + wake(chance, threads))
			begun = due + lag
			if i%6 == 0 {
				control.Record(20*time.Microsecond + wake(chance, threads) + wake(chance, threads))
			}
		}
		series[results.Key{Block: uint32(k), Outcome: results.OK, Clock: results.Response}] = good
		run.Lag[results.Group{Block: uint32(k)}], controls[results.Group{Block: uint32(k)}] = lags, control
		s := results.Second{Second: int(first / time.Second), Block: uint32(k), Status: map[int]int64{200: good.Count()}, Errors: map[results.ErrClass]int64{}, FirstDue: first, LastBegun: begun}
		s.Ended[results.OK] = good.Count()
		run.Seconds = append(run.Seconds, s)
	}
	return series, controls
}

// service is how long the target takes. One on this machine has to wake, and shares the
// processors while it computes.
func (m SharedMachine) service(chance *rand.Rand, threads int, level float64) time.Duration {
	d := time.Duration(float64(m.Median) * math.Exp(level+m.Request*chance.NormFloat64()))
	if m.Local == 0 {
		return d
	}
	// It runs with priority over threads that computed all along, but they share caches
	// and memory with it.
	compute := float64(m.Local) * math.Exp(level) * (1 + 0.15*float64(min(threads, 2)))
	return d + wake(chance, threads) + wake(chance, threads) + time.Duration(compute)
}
