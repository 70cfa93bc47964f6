package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// The bounds of a block. A block shorter than a second is over before a tail
// can show; one longer than a minute lets the quiet minute of a network, or of
// a neighbour, fall to one target alone. The bound on its requests bounds the
// memory of a run, whatever the run's length and rate.
const (
	DefaultBlocks    = 10
	minBlock         = time.Second
	maxBlock         = time.Minute
	maxBlockRequests = 1 << 20
)

// A Plan is what a scenario will do, decided before anything is sent.
type Plan struct {
	Scenario *Scenario
	Seed     uint64
	Stages   []PlannedStage
	Probes   []Announced
	Trials   []Trial  // sent before the load, target by target
	Untried  []string // what is not tried, and why
	Warnings []error  // what will not come out as asked; the plan can run all the same

	picks []uint16 // which request is the seq'th, repeated for ever
}

// A PlannedStage is one stage, cut into blocks.
type PlannedStage struct {
	Stage
	Number   int
	Block    time.Duration // length of a block
	Blocks   int
	Requests int64 // due at one target (the mean, if more than ten million arrive at random); 0 in the closed model, where it is unknown

	firstBlock uint32
	firstSeq   uint64
	seed       uint64
}

// Peak is the highest arrival rate that the stage asks for, in requests per
// second; 0 in the closed model, which asks for none.
func (s *PlannedStage) Peak() float64 {
	if a, open := s.Load.(Arrivals); open {
		return peak(a.Shape)
	}
	return 0
}

// NewPlan decides what s will do.
func NewPlan(s *Scenario) (*Plan, error) {
	switch {
	case len(s.Targets) == 0:
		return nil, errors.New("the scenario has no targets")
	case len(s.Requests) == 0:
		return nil, errors.New("the scenario has no requests")
	case len(s.Stages) == 0 && len(s.Probes) == 0:
		return nil, errors.New("the scenario has no load")
	}
	p := &Plan{Scenario: s, Seed: s.Seed, picks: picks(s.Requests, s.Seed)}
	var block uint32
	var seq uint64
	for i, stage := range s.Stages {
		planned, err := p.cut(stage, i)
		if err != nil {
			return nil, err
		}
		planned.firstBlock, planned.firstSeq = block, seq
		block += uint32(planned.Blocks)
		seq += planned.seqs()
		p.Stages = append(p.Stages, planned)
	}
	p.try()
	p.Warnings = warnings(p)
	return p, nil
}

// cut decides into how many blocks a stage falls.
func (p *Plan) cut(stage Stage, number int) (PlannedStage, error) {
	stage.Name = cmp.Or(stage.Name, strconv.Itoa(number+1))
	planned := PlannedStage{Stage: stage, Number: number, Blocks: 1, seed: mix(p.Seed, uint64(number))}
	if u, closed := stage.Load.(Users); stage.For <= 0 || stage.Load == nil || closed && u.N <= 0 {
		return planned, fmt.Errorf("stage %s needs a length, and arrivals or users", stage.Name)
	}
	arrivals, open := stage.Load.(Arrivals)
	if open {
		planned.Requests = count(arrivals.Shape, stage.For, planned.seed)
	}
	// A burst is never cut: with another target's turn inside it, it would not be one.
	if _, burst := arrivals.Shape.(Burst); !burst {
		planned.Blocks = p.blocks(&planned)
	}
	planned.Block = stage.For / time.Duration(planned.Blocks)
	return planned, nil
}

// seqs is how many sequence numbers the stage has to itself at each target.
func (s *PlannedStage) seqs() uint64 {
	if _, closed := s.Load.(Users); closed {
		return uint64(s.Blocks) * closedBlockSeqs
	}
	if s.Requests > walkable { // perhaps a mean, see Poisson
		return uint64(s.Requests + s.Requests/100)
	}
	return uint64(s.Requests)
}

// blocks is how many blocks a stage has: as many as asked for, as long as they
// keep to the bounds.
func (p *Plan) blocks(stage *PlannedStage) int {
	n := int64(p.Scenario.Blocks)
	if n <= 0 {
		n = DefaultBlocks
	}
	n = max(n, int64((stage.For+maxBlock-1)/maxBlock))
	n = max(n, int64(stage.Peak()*stage.For.Seconds()/maxBlockRequests)+1)
	return int(max(1, min(n, int64(stage.For/minBlock))))
}

// Duration is the wall time of the run: a stage's length is what one target
// receives, and the targets take turns. What the last requests of a block take
// to end comes on top.
func (p *Plan) Duration() time.Duration {
	return p.PerTarget() * time.Duration(len(p.Scenario.Targets))
}

// PerTarget is the time during which one target receives load.
func (p *Plan) PerTarget() time.Duration {
	var d time.Duration
	for _, stage := range p.Stages {
		d += stage.For
	}
	return d
}

// Requests is how many requests are due at all targets together. Those of
// closed stages are not in it: they depend on how fast a target answers.
func (p *Plan) Requests() int64 {
	var n int64
	for _, stage := range p.Stages {
		n += stage.Requests
	}
	return n * int64(len(p.Scenario.Targets))
}
