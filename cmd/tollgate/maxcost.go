package main

import (
	"fmt"
	"io"
	"sync"

	"tollgate/scenarios/session"
)

// warnOfCost is from which share of --max-cost a run warns.
const warnOfCost = 0.8

// A spending warns, once, when a run comes near its --max-cost.
type spending struct {
	w     io.Writer
	limit string
	late  bool // say it at the end: the screen belongs to the progress till then

	mu    sync.Mutex
	share float64
	told  bool
}

// watch looks at the progress on its way to whoever tells it.
func (s *spending) watch(next func(session.Progress)) func(session.Progress) {
	return func(p session.Progress) {
		s.mu.Lock()
		s.share = max(s.share, p.Spent)
		if !s.late {
			s.warn()
		}
		s.mu.Unlock()
		next(p)
	}
}

// end says what could not be said before.
func (s *spending) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warn()
}

func (s *spending) warn() {
	if s.share >= warnOfCost && !s.told {
		s.told = true
		fmt.Fprintf(s.w, "warning: the run may have cost %.0f %% of --max-cost %s; it stops when a request might cost more than is left\n", 100*s.share, s.limit)
	}
}
