package scenarios

import (
	"iter"
	"time"
)

// A Plan is what a scenario will do, decided before anything is sent.
type Plan struct {
	Scenario *Scenario
	Seed     uint64
	Stages   []PlannedStage
}

// A PlannedStage is one stage, cut into blocks.
type PlannedStage struct {
	Stage
	Number   int
	Block    time.Duration // length of a block
	Blocks   int
	Requests int64 // due at one target; 0 in the closed model, where nobody knows
}

// A Turn is what one target receives before another gets its turn: one block
// where several targets are interleaved, a whole stage where there is only one.
// An engine drives a turn and returns when every request of it has ended.
type Turn struct {
	Target uint16
	Stage  int
	Users  int // closed model; 0: open
	Think  time.Duration
	Blocks iter.Seq[Block] // without gaps between them
}

// A Block is the unit of replication: the same due times for every target.
type Block struct {
	Number   uint32
	From     time.Duration // from the start of the turn
	For      time.Duration
	Due      []time.Duration // open model: from the start of the turn, in order
	FirstSeq uint64          // of the block's first request at this target
}
