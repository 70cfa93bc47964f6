package scenarios

import (
	"iter"
	"math/rand/v2"
	"time"

	"tollgate/scenarios/values"
)

// closedBlockSeqs is how many sequence numbers a block of the closed model has
// to itself, so that blocks after it start at the same number for every target.
const closedBlockSeqs = 1 << 32

// A Turn is what one target receives before another gets its turn: one block
// where several targets are interleaved, a whole stage where there is only one.
// An engine drives a turn and returns when every request of it has ended. A
// turn lasts for at least the time of its blocks, even if nothing is due at
// their end: quiet after a burst is part of the load.
type Turn struct {
	Target uint16
	Stage  int
	Load   Load
	For    time.Duration   // of its blocks together
	Blocks iter.Seq[Block] // without gaps between them
}

// A Block is the unit of replication: the same due times for every target.
type Block struct {
	Number   uint32
	From     time.Duration // from the start of the turn
	For      time.Duration
	Due      []time.Duration // open model: from the start of the turn, in order; shared, not to be changed
	FirstSeq uint64          // of the block's first request at this target
	Step     uint64          // from the number of one request to that of the next; 0: 1
}

// Seq is the number in the whole run of the i'th request of the block.
func (b *Block) Seq(i uint64) uint64 { return b.FirstSeq + i*max(1, b.Step) }

func (s *PlannedStage) turn(target uint16, d time.Duration, blocks iter.Seq[Block]) Turn {
	return Turn{Target: target, Stage: s.Number, Load: s.sent(), For: d, Blocks: blocks}
}

// cut yields the stage's blocks. Each counts its time from its own start where
// it is a turn of its own, else from the start of the stage.
func (s *PlannedStage) cut(own bool) iter.Seq[Block] {
	return func(yield func(Block) bool) {
		if a, open := s.Load.(Arrivals); open {
			s.fill(a.Schedule(s.For, s.seed).Shard(int(s.shard.skipped(s.firstSeq)), s.shard.Parts()), own, yield)
			return
		}
		for i := range s.Blocks {
			b := s.block(i, own)
			first := s.firstSeq + uint64(i)*closedBlockSeqs
			b.FirstSeq = first + s.shard.skipped(first)
			if !yield(b) {
				return
			}
		}
	}
}

// fill walks a schedule once, handing out a block when it is full.
func (s *PlannedStage) fill(schedule Schedule, own bool, yield func(Block) bool) {
	i, seq := 0, s.firstSeq+s.shard.skipped(s.firstSeq)
	b, end := s.block(i, own), portion(s.For, 1, s.Blocks)
	var origin time.Duration // what due times of b count from
	next := func() bool {
		if !yield(b) {
			return false
		}
		seq = b.Seq(uint64(len(b.Due)))
		i++
		if own {
			origin = end
		}
		b, end = s.block(i, own), portion(s.For, i+1, s.Blocks)
		b.FirstSeq = seq
		return true
	}
	b.FirstSeq = seq
	for due := range schedule {
		for due >= end {
			if !next() {
				return
			}
		}
		b.Due = append(b.Due, due-origin)
	}
	for i < s.Blocks && next() {
	}
}

// block is the stage's i'th block, still without due times.
func (s *PlannedStage) block(i int, own bool) Block {
	from, to := portion(s.For, i, s.Blocks), portion(s.For, i+1, s.Blocks)
	b := Block{Number: s.firstBlock + uint32(i), From: from, For: to - from, Step: uint64(s.shard.Parts())}
	if own {
		b.From = 0
	}
	if s.Starts > 0 {
		b.Due = make([]time.Duration, 0, s.Starts/int64(s.Blocks)+1)
	}
	return b
}

// minPicks is the least length of the table of picks: long enough that its
// repetition cannot fall into step with anything at a target.
const minPicks = 4096

// picks lays out the requests in rounds. In each round every request occurs as
// often as its weight says, in an order drawn from seed: shares are exact and
// not only right on average, and no request has a fixed neighbour.
func picks(weights []int, seed uint64) []uint16 {
	var round []uint16
	divisor := commonDivisor(weights)
	for i, w := range weights {
		for range max(1, w/divisor) {
			round = append(round, uint16(i))
		}
	}
	chance := rand.New(rand.NewPCG(seed, values.Mix(seed, uint64(len(round)))))
	var table []uint16
	for len(table) < minPicks {
		chance.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
		table = append(table, round...)
	}
	return table
}

// weightsOf are those of what a population chooses from: flows, or requests.
func weightsOf(p Population) (weights []int) {
	for _, f := range p.Flows {
		weights = append(weights, f.Weight)
	}
	if weights != nil {
		return weights
	}
	for _, r := range p.Requests {
		weights = append(weights, r.Weight)
	}
	return weights
}

// commonDivisor is the greatest common divisor of the weights.
func commonDivisor(weights []int) int {
	divisor := 0
	for _, w := range weights {
		a := max(1, w)
		for a != 0 {
			divisor, a = a, divisor%a
		}
	}
	return divisor
}
