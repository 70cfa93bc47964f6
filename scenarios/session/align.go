package session

import (
	"context"
	"time"
)

// align waits for a full minute, where the scenario asks for it: CloudWatch counts by the
// minute, so that those of the load hold nothing else. The trial before it is in an earlier one.
// Shards agree on one (see join).
func (s *session) align(ctx context.Context) error {
	if !s.Scenario.AlignMinute || s.failedTrial() || s.Member != nil {
		return nil
	}
	minute := s.minute
	if minute == 0 {
		minute = time.Minute
	}
	wait := untilNext(time.Now(), minute)
	s.report(Progress{Step: Aligning, Total: s.plan.Duration() + s.plan.ProbeTime()})
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// untilNext is how long it is to the next full minute.
func untilNext(now time.Time, minute time.Duration) time.Duration {
	now = now.Round(0) // by the wall clock, as CloudWatch counts
	return now.Truncate(minute).Add(minute).Sub(now)
}
