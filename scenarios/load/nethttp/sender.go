package nethttp

import (
	"context"
	"math"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A Sender sends single requests of flows that another engine walks: those that go to other
// hosts than a target which receives messages. Each has the clocks, connections and checks of
// a request of this engine, and leaves what it extracts in its walk.
type Sender struct{ engine *vegetaEngine }

// NewSender makes a sender of a job's requests. No connection is opened before it is needed.
func NewSender(job load.Job) (*Sender, error) {
	job.Options = job.Options.WithoutConnections()
	e, err := openVegeta(job)
	if err != nil {
		return nil, err
	}
	return &Sender{e.(*vegetaEngine)}, nil
}

// A Step is a request at hand of a walk, rendered.
type Step struct{ f arrival }

// Render makes the request at hand of a walk. The error is why it cannot be sent.
func (s *Sender) Render(target uint16, w *load.Walk) (Step, error) {
	f := arrival{block: w.Block, user: w.User, walk: w}
	f.step()
	s.engine.render(s.engine.endpoints[target], &f)
	return Step{f}, f.err
}

// Send sends a step that was begun as its sample says, sees its response to the end, and
// records it.
func (s *Sender) Send(ctx context.Context, step Step, begun *results.Sample) results.Sample {
	f := step.f
	f.due, f.begun, f.held = begun.Due, begun.Begun, begun.Held
	t := &roundTripper{ctx: ctx, engine: s.engine, endpoint: s.engine.endpoints[begun.Target], most: math.MaxUint64}
	return *t.send(f)
}

// Resolve looks the names up again of hosts that were reached for a target.
func (s *Sender) Resolve(ctx context.Context, target uint16) { s.engine.resolve(ctx, target) }

// Settle hands the recorder what was recorded so far.
func (s *Sender) Settle() { s.engine.shared.Settle() }

// Health is as an engine's.
func (s *Sender) Health() results.Health { return s.engine.Health() }

// Close ends connections.
func (s *Sender) Close() error { return s.engine.Close() }
