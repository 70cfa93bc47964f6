package scenarios

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios/values"
)

// A PlannedPopulation is a population with its part of the plan. Block numbers, sequence
// numbers and seeds run on from population to population, so that each block of a run
// belongs to one stage of one population, and no two stages have the same arrivals.
type PlannedPopulation struct {
	Population
	Number int
	To     []int          // its targets, as indices
	Stages []PlannedStage // copies of those of the plan that are its own

	FirstRequest uint16        // of its requests, among those that the plan sends
	Walks        []PlannedFlow // its flows; none: each request stands alone

	picks  []uint16     // which request, or flow, is the seq'th, repeated for ever
	chosen []choiceFrom // but for those that a replay's file names, by their first number
	seed   uint64
}

// PerTarget is the time during which one of its targets receives load.
func (p *PlannedPopulation) PerTarget() (d time.Duration) {
	for _, stage := range p.Stages {
		d += stage.Own()
	}
	return d
}

// Duration is the wall time of its load: its targets take turns.
func (p *PlannedPopulation) Duration() time.Duration {
	return p.PerTarget() * time.Duration(len(p.To))
}

// most is the highest that its stages have of something.
func (p *PlannedPopulation) most(of func(*PlannedStage) float64) (most float64) {
	for i := range p.Stages {
		most = max(most, of(&p.Stages[i]))
	}
	return most
}

// sends reports whether it sends load to a target.
func (p *PlannedPopulation) sends(target int) bool { return slices.Contains(p.To, target) }

// Turns yields the turns of the population in order. Only the block at hand is in
// memory. With several targets a block is replayed on each of them, in seeded
// random order, before the next block begins; with one target a turn is a
// whole stage.
func (p *PlannedPopulation) Turns() iter.Seq[Turn] {
	return func(yield func(Turn) bool) {
		for _, stage := range p.Stages {
			if len(p.To) == 1 {
				if !yield(stage.turn(uint16(p.To[0]), stage.For, stage.cut(false))) {
					return
				}
				continue
			}
			for block := range stage.cut(true) {
				if int(block.Number-stage.firstBlock) < stage.After {
					continue
				}
				for _, target := range p.order(block.Number) {
					one := func(yield func(Block) bool) { yield(block) }
					if !yield(stage.turn(target, block.For, one)) {
						return
					}
				}
			}
		}
	}
}

// order is in which order a block visits the targets.
func (p *PlannedPopulation) order(block uint32) []uint16 {
	order := make([]uint16, len(p.To))
	for i, target := range p.To {
		order[i] = uint16(target)
	}
	chance := rand.New(rand.NewPCG(p.seed, values.Mix(p.seed, uint64(block))))
	chance.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// Pick says which of the requests that the plan sends the seq'th is, or which of its own
// flows; it is the same for every target.
func (p *PlannedPopulation) Pick(seq uint64) uint16 {
	pick := p.picked(seq)
	if len(p.Walks) > 0 {
		return pick
	}
	return p.FirstRequest + pick
}

// Title names the stage in a message: "stage 2", or "stage spike of free".
func (s *PlannedStage) Title() string {
	if s.population == "" {
		return "stage " + s.Name
	}
	return fmt.Sprintf("stage %s of %s", strings.TrimPrefix(s.Name, s.population+"/"), s.population)
}

// typical is how many requests of all shards are under way at a time at the most, if each
// takes as long as is guessed before a run (Little's law).
func (s *PlannedStage) typical() float64 {
	if u, closed := s.Load.(Users); closed {
		return float64(u.N)
	}
	return s.allBegin() * s.Each.Likely * likelyGuess.latency.Seconds()
}

// EngineFor are the settings of the engine that drives one population. Counts are for
// the whole run, so they are divided: equally among shards, and in proportion to what each population is likely to
// need at once, and no population gets none. A limit below the number of populations is
// refused by [NewPlan]. Connections are divided among those populations that send what goes
// over them: requests, or messages.
func (p *Plan) EngineFor(population int) Engine {
	e := p.Scenario.Shard.divided(p.Scenario.Engine)
	everyone := func(*PlannedPopulation) bool { return true }
	if e.Sockets != nil {
		own := *e.Sockets
		own.Connections = p.portion(own.Connections, population, 0, p.sendsAny(true))
		e.Sockets = &own
	}
	e.Connections = p.portion(e.Connections, population, 0, p.sendsAny(false))
	e.MaxConnections = p.portion(e.MaxConnections, population, 1, everyone)
	e.MaxInFlight = p.portion(e.MaxInFlight, population, 1, everyone)
	return e
}

// sendsAny says of a population whether any of its targets receives messages, or requests.
func (p *Plan) sendsAny(messages bool) func(*PlannedPopulation) bool {
	return func(one *PlannedPopulation) bool {
		return slices.ContainsFunc(one.To, func(i int) bool { return p.Scenario.Targets[i].Messages == messages })
	}
}

// portion is a population's part of a count, of which each that shares it gets so many at
// least.
func (p *Plan) portion(count, population, least int, shares func(*PlannedPopulation) bool) int {
	var all float64
	n := 0
	ends := make([]float64, len(p.Populations)+1)
	for i := range p.Populations {
		if one := &p.Populations[i]; shares(one) {
			all += one.most((*PlannedStage).typical)
			n++
		}
		ends[i+1] = all
	}
	switch {
	case !shares(&p.Populations[population]):
		return 0
	case count == 0 || n == 1:
		return count
	}
	free := float64(count - least*n)
	end := func(i int) int { return int(math.Round(free * ends[i] / all)) }
	return least + end(population+1) - end(population)
}
