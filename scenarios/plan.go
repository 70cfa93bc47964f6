package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/values"
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
	Scenario    *Scenario
	Seed        uint64
	Sent        []Request           // that the load sends: a Sample's Request indexes them
	Asked       []int               // by request: that as which its preflights are recorded, -1: it has none
	Populations []PlannedPopulation // that run side by side; one without a name where the scenario has none
	Stages      []PlannedStage      // of all populations, one population after the other
	Probes      []Announced
	Trials      []Trial         // sent before the load, target by target
	Untried     []string        // what is not tried, and why
	Decide      *results.Decide // what the run goes on for until it is decided; nil: its length is fixed
	Stride      uint64          // between the numbers of requests of two walks through flows
	Warnings    []error         // what will not come out as asked; the plan can run all the same

	whole *Plan // that a shard is a part of; nil: it is that
}

// A PlannedStage is one stage, cut into blocks.
type PlannedStage struct {
	Stage
	Number int           // in the plan
	Block  time.Duration // length of a block
	Blocks int
	Starts int64  // requests, or flows, that the shard sends to one target (of the mean, if more than ten million arrive at random); 0 in the closed model, where it is unknown
	Flows  bool   // begin, and not single requests
	Each   Extent // of these
	There  Extent // of their requests that go to the target
	After  int    // blocks of it that the run which this one continues has sent

	population string  // that it belongs to
	asked      float64 // the share of its requests that may have a preflight
	firstBlock uint32
	firstSeq   uint64
	seed       uint64
	shard      Shard
	all        int64 // requests, or flows, that all shards send to one target
}

// perTime finds the rates in the words of a load.
var perTime = document.Form(`(\d)/([a-z])`)

// Words are the stage's load in words; rates of flows say so: "constant 10 flows/s".
func (s *PlannedStage) Words() string {
	if s.Flows {
		return perTime().ReplaceAllString(s.Load.String(), "$1 flows/$2")
	}
	return s.Load.String()
}

// Requests is how many requests are likely to be due at one target; 0 in the closed model.
func (s *PlannedStage) Requests() int64 {
	return int64(math.Round(float64(s.Starts) * max(1, s.Each.Likely)))
}

// Peak is the highest rate of requests that the stage may come to, in requests per
// second; 0 in the closed model, which asks for none. Of flows it is their own rate times
// the most requests that each sends. Preflights that browsers may send are in it.
func (s *PlannedStage) Peak() float64 { return s.begins() * max(1, s.Each.Most) * (1 + s.asked) }

// begins is the highest rate at which the shard begins requests or flows.
func (s *PlannedStage) begins() float64 { return s.allBegin() / float64(s.shard.Parts()) }

// allBegin is that of all shards together.
func (s *PlannedStage) allBegin() float64 {
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
	case !s.HasLoad() && len(s.Probes) == 0:
		return nil, errors.New("the scenario has no load")
	}
	if err := s.divisible(); err != nil {
		return nil, err
	}
	p := &Plan{Scenario: s, Seed: s.Seed, Stride: stride(s.populations())}
	for _, population := range s.populations() {
		if err := p.add(population); err != nil {
			return nil, err
		}
	}
	if err := p.enough(); err != nil {
		return nil, err
	}
	if err := p.needUsers(); err != nil {
		return nil, err
	}
	if err := p.decides(); err != nil {
		return nil, err
	}
	p.try()
	if s.Shard.Parts() == 1 {
		p.Warnings = warnings(p)
		return p, nil
	}
	whole, err := NewPlan(s.Whole())
	if err != nil {
		return nil, err
	}
	p.whole, p.Warnings = whole, whole.Warnings
	return p, nil
}

// add plans one more population.
func (p *Plan) add(population Population) error {
	planned := PlannedPopulation{
		Population: population, Number: len(p.Populations),
		FirstRequest: uint16(len(p.Sent)), picks: picks(weightsOf(population), p.Seed), seed: p.Seed,
	}
	planned.Walks = planFlows(population.Flows, len(p.Flows()), len(p.Sent))
	for i, t := range p.Scenario.Targets {
		if slices.Contains(population.Targets, t.Name) {
			planned.To = append(planned.To, i)
		}
	}
	first := len(p.Stages)
	for i, stage := range population.Stages {
		stage.Name = cmp.Or(stage.Name, strconv.Itoa(i+1))
		one := PlannedStage{Stage: stage, Number: first + i, shard: p.Scenario.Shard, population: population.Name, asked: p.Scenario.askedShare(&population), Flows: len(population.Flows) > 0}
		one.Each, one.There = extentOf(population.Flows, func(*Step) bool { return true }), extentOf(population.Flows, toTarget)
		if n := len(p.Stages); n > 0 {
			before := &p.Stages[n-1]
			one.firstBlock, one.firstSeq = before.firstBlock+uint32(before.Blocks), before.firstSeq+before.seqs()
		}
		if err := p.cut(&one); err != nil {
			return err
		}
		if err := planned.choose(&one); err != nil {
			return err
		}
		p.Stages = append(p.Stages, one)
	}
	planned.Stages = slices.Clone(p.Stages[first:])
	p.Populations, p.Sent = append(p.Populations, planned), append(p.Sent, population.Requests...)
	return p.addPreflights(&population)
}

// enough refuses limits that leave nothing for some population.
func (p *Plan) enough() error {
	n, e, shards := len(p.Populations), p.Scenario.Engine, p.Scenario.Shard.Parts()
	for _, limit := range []struct {
		key   string
		count int
	}{{"max_connections", e.MaxConnections}, {"max_in_flight", e.MaxInFlight}} {
		switch {
		case limit.count == 0 || limit.count/shards >= n:
		case shards == 1:
			return fmt.Errorf("engine: %s: %d is less than one for each of the %d populations: allow %d or more", limit.key, limit.count, n, n)
		default:
			return fmt.Errorf("engine: %s: %d is less than one for each of the %d populations in each of the %d shards: allow %d or more", limit.key, limit.count, n, shards, n*shards)
		}
	}
	return nil
}

// cut decides into how many blocks a stage falls.
func (p *Plan) cut(stage *PlannedStage) error {
	stage.Blocks, stage.seed = 1, values.Mix(p.Seed, uint64(stage.Number))
	if u, closed := stage.Load.(Users); stage.For <= 0 || stage.Load == nil || closed && u.N <= 0 {
		return fmt.Errorf("%s needs a length, and arrivals or users", stage.Title())
	}
	arrivals, open := stage.Load.(Arrivals)
	if open {
		stage.all = count(arrivals.Shape, stage.For, stage.seed)
		stage.Starts = int64(stage.shard.share(stage.firstSeq, uint64(stage.all)))
	}
	// A burst is never cut: with another target's turn inside it, it would not be one.
	if _, burst := arrivals.Shape.(Burst); !burst {
		stage.Blocks = p.blocks(stage)
	}
	stage.Block = stage.For / time.Duration(stage.Blocks)
	return nil
}

// seqs is how many sequence numbers the stage has to itself at each target.
func (s *PlannedStage) seqs() uint64 {
	if _, closed := s.Load.(Users); closed {
		return uint64(s.Blocks) * closedBlockSeqs
	}
	if s.all > walkable { // perhaps a mean, see Poisson
		return uint64(s.all + s.all/100)
	}
	return uint64(s.all)
}

// blocks is how many blocks a stage has: as many as asked for, as long as they
// keep to the bounds.
func (p *Plan) blocks(stage *PlannedStage) int {
	n := int64(p.Scenario.Blocks)
	if n <= 0 {
		n = DefaultBlocks
	}
	n = max(n, int64((stage.For+maxBlock-1)/maxBlock))
	n = max(n, int64(stage.allBegin()*stage.For.Seconds()/maxBlockRequests)+1)
	return int(max(1, min(n, int64(stage.For/minBlock))))
}

// Duration is the wall time of the run: a stage's length is what one target
// receives, and the targets take turns, while populations run side by side. What the
// last requests of a block take to end comes on top.
func (p *Plan) Duration() (d time.Duration) {
	for i := range p.Populations {
		d = max(d, p.Populations[i].Start+p.Populations[i].Duration())
	}
	return d
}

// PerTarget is the time during which one target receives load, at the most: turns of
// several populations may coincide.
func (p *Plan) PerTarget(target int) (d time.Duration) {
	for i := range p.Populations {
		if p.Populations[i].sends(target) {
			d += p.Populations[i].PerTarget()
		}
	}
	return min(d, p.Duration())
}

// Own is the time of the stage's own blocks at one target.
func (s *PlannedStage) Own() time.Duration {
	return s.For - portion(s.For, s.After, s.Blocks)
}

// Requests is how many requests are due at all targets together. Those of
// closed stages are not in it: they depend on how fast a target answers.
func (p *Plan) Requests() (n int64) {
	for _, population := range p.Populations {
		for _, stage := range population.Stages {
			n += stage.Requests() * int64(len(population.To))
		}
	}
	return n
}

// together is the sum of the highest that each population's stages have of something, at
// some targets: populations keep to no common clock, so that their peaks may meet.
func (p *Plan) together(at func(target int) bool, of func(*PlannedStage) float64) (sum float64) {
	for i := range p.Populations {
		if slices.ContainsFunc(p.Populations[i].To, at) {
			sum += p.Populations[i].most(of)
		}
	}
	return sum
}

// PeakAt is the highest arrival rate that the plan may come to at some targets, users included,
// who are taken to meet fast responses.
func (p *Plan) PeakAt(these func(target int) bool) float64 {
	return p.together(these, func(s *PlannedStage) float64 {
		if u, closed := s.Users(); closed {
			return u.rate(highGuess, s.Each.Most, s.Each.Thinks)
		}
		return s.Peak()
	})
}

// LikelyAt is how many requests of the load a target is likely to receive.
func (p *Plan) LikelyAt(target int) int64 { return p.guessed(target, likelyGuess) }

// Peak is the highest arrival rate that the plan may come to, in requests per second, at
// all targets together.
func (p *Plan) Peak() float64 {
	return p.together(func(int) bool { return true }, (*PlannedStage).Peak)
}
