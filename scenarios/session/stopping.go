package session

import (
	"context"
	"sync/atomic"
	"time"

	"tollgate/results"
)

// stopping is how a load ends before its plan does. The first interruption, or an abort
// rule, ends the sending, and requests in flight have a grace period (graceful_stop) to
// end. When that is over, or at the next interruption, they are abandoned. To abandon them
// at once would leave the slowest out of the figures, and with them perhaps the reason why
// the run was stopped. A load that ends as planned needs no grace period: each turn lasts
// until every request has its response or its timeout.
type stopping struct {
	sending context.Context // done: nothing more is sent
	stop    context.CancelFunc
	waiting context.Context // done: requests in flight are abandoned
	abandon context.CancelFunc
	began   time.Time     // when sending was stopped
	ready   chan struct{} // closed once began is known
	ruled   atomic.Bool   // an abort rule stopped it
}

// newStopping is for a load that ctx stops, and Config.Now abandons.
func (c *Config) newStopping(ctx context.Context) *stopping {
	s := &stopping{ready: make(chan struct{})}
	s.sending, s.stop = context.WithCancel(ctx)
	s.waiting, s.abandon = context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(s.sending, func() {
		s.began = time.Now()
		close(s.ready)
		grace := time.AfterFunc(c.Scenario.Grace, s.abandon)
		context.AfterFunc(s.waiting, func() { grace.Stop() })
	})
	context.AfterFunc(ctx, func() {
		if s.ruled.Load() { // the first interruption of a load that is stopping already
			s.abandon()
		}
	})
	if c.Now != nil {
		ignore := context.AfterFunc(c.Now, s.abandon)
		context.AfterFunc(s.waiting, func() { ignore() })
	}
	return s
}

// abort stops the load because of a rule.
func (s *stopping) abort() {
	s.ruled.Store(true)
	s.stop()
}

// stopped records when the sending was stopped, if it was.
func (s *stopping) stopped(r *results.Recorder, epoch time.Time) error {
	if s.sending.Err() == nil {
		return nil
	}
	<-s.ready
	return r.Update(func(d *results.Document) { d.Stopped = s.began.Sub(epoch).Round(time.Millisecond).Seconds() })
}

// close lets go of what the contexts hold.
func (s *stopping) close() {
	s.stop()
	s.abandon()
}
