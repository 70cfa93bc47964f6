package load

import (
	"context"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// An Engine drives load at targets. Two exist: wire (ours, Linux) and vegeta
// (everywhere). They have the same semantics: what a request is, when it is
// due, which clocks run and how its outcome is classed do not depend on the
// engine. An Engine is used by one goroutine.
type Engine interface {
	// Run drives one turn that began at start (an offset from the epoch that may
	// lie in the future) and returns when each of its requests has ended and been
	// recorded. Cancelling ctx stops sending at once and abandons what is under way
	// (recorded as results.ErrCancelled). Run returns an error only when it could
	// not do the job at all, and ErrSpent when the job's Purse is empty; what
	// happens to a request is a Sample.
	Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error
	// Health returns how the generator fared since it was last asked. It may be
	// called while Run runs, from another goroutine.
	Health() results.Health
	// Close ends kept connections.
	Close() error
}

// A Shard records the samples of one event loop, and is used by one goroutine
// at a time. It keeps no reference to s.
type Shard interface {
	Record(s *results.Sample)
}

// A Job is what an engine needs to know before the first turn.
type Job struct {
	Epoch    time.Time               // the start of the run
	Targets  []targets.Target        // a Sample's Target indexes it
	Stamps   []targets.Stamp         // per target
	Requests []scenarios.Request     // a Sample's Request indexes it
	Pick     func(seq uint64) uint16 // which request the seq'th is, the same for every target
	Seed     uint64                  // of the keys in requests
	Shard    func() Shard            // opens one more shard of the recorder
	Options  scenarios.Engine
	Purse    *Purse           // pays for each request; nil: there is no limit on the cost
	Marks    *scenarios.Marks // not nil: fill Sample.Mark
	Secrets  []targets.Secret // to be masked in excerpts, besides those that a request carries

	// Note is told what a run should say of a target beside its numbers, once of
	// each matter. Any goroutine may call it, and it must not keep it waiting.
	// Nil: nobody listens.
	Note func(target uint16, words string)

	lookup lookup // nil: the system's; tests have one of their own
}
