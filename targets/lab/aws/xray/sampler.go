package xray

import (
	"sync"
	"time"
)

// A Rule says which invocations are recorded: so many at the beginning of each
// second, and a share of the others.
type Rule struct {
	Reservoir int
	Share     float64
}

// DefaultRule is how Lambda samples where nobody says otherwise.
// Source: Lambda developer guide, "Visualize Lambda function invocations using
// AWS X-Ray": one request per second and 5 percent of additional requests.
var DefaultRule = Rule{Reservoir: 1, Share: 0.05}

// A Sampler applies a Rule. It may be used by any number of goroutines.
type Sampler struct {
	Rule

	mu     sync.Mutex
	second int64
	taken  int
}

// Take says whether an invocation at that time is recorded. Chance is evenly
// distributed from 0 to 1.
func (s *Sampler) Take(at time.Time, chance float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if second := at.Unix(); second != s.second {
		s.second, s.taken = second, 0
	}
	if s.taken < s.Reservoir {
		s.taken++
		return true
	}
	return chance < s.Share
}
