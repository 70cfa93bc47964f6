package cloudwatch

import (
	"sync"

	"tollgate/targets/lab/aws/protocol"
)

// Refuse lets the endpoint answer its next requests with r: n of them, or for
// ever where n is negative. Calling it with 0 ends that.
func (s *Store) Refuse(r protocol.Refusal, n int) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.next, s.faults.left = r, n
}

// faults are what the endpoint was told to answer.
type faults struct {
	mu   sync.Mutex
	next protocol.Refusal
	left int
}

// take returns the refusal that the next request shall meet.
func (f *faults) take() (protocol.Refusal, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return protocol.Refusal{}, false
	}
	if f.left > 0 {
		f.left--
	}
	return f.next, true
}
