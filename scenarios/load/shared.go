package load

import (
	"sync"

	"tollgate/results"
)

// A SharedShard records the samples of several goroutines, and charges what they send.
type SharedShard struct {
	mu        sync.Mutex
	shard     Shard
	allowance Allowance
}

// NewSharedShard opens one more shard of the job's recorder.
func NewSharedShard(job *Job) *SharedShard {
	return &SharedShard{shard: job.Shard(), allowance: Allowance{Budget: job.Budget}}
}

// Record implements Shard.
func (s *SharedShard) Record(sample *results.Sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shard.Record(sample)
}

// Pay charges a request; false: the budget is used up.
func (s *SharedShard) Pay(target, request uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.allowance.Affords(target) {
		return false
	}
	s.allowance.Pay(target, request)
	return true
}

// Settle returns what is left of the allowance to the budget, after a turn.
func (s *SharedShard) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.allowance.Close()
}
