package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"tollgate/results"
)

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
