package xray

import (
	"sync"
	"time"
)

// A Trace is what is recorded of one invocation.
type Trace struct {
	ID       string        // "1-5759e988-bd862e3fe1be46a994272793"
	Request  string        // Lambda's id of the invocation
	Function string        // by name
	Received time.Time     // by Lambda
	Init     time.Duration // of the environment; zero where it had served before
	Ahead    bool          // INIT was over before the invocation came
	Duration time.Duration // of the invocation itself
	Failed   bool
}

func (t *Trace) ended() time.Time {
	if t.Ahead {
		return t.Received.Add(t.Duration)
	}
	return t.Received.Add(t.Init + t.Duration)
}

const mostKept = 1 << 14

// Traces are those that were recorded. They may be used by any number of
// goroutines.
type Traces struct {
	now             func() time.Time
	region, account string

	mu    sync.Mutex
	all   []Trace // a ring, once it is full
	added int
	byID  map[string]int // the place of each in the ring
}

// New returns no traces yet. now is the clock by which they become readable;
// region and account are where the functions say they are.
func New(now func() time.Time, region, account string) *Traces {
	return &Traces{now: now, region: region, account: account, byID: map[string]int{}}
}

// Add keeps a trace; the oldest goes where there are too many.
func (s *Traces) Add(t Trace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.added % mostKept
	if at < len(s.all) {
		delete(s.byID, s.all[at].ID)
		s.all[at] = t
	} else {
		s.all = append(s.all, t)
	}
	s.byID[t.ID] = at
	s.added++
}

func (s *Traces) find(id string) (Trace, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, known := s.byID[id]
	if !known || s.all[at].ended().After(s.now()) {
		return Trace{}, false
	}
	return s.all[at], true
}

// latest hands out the traces that can be read by now, from the one that was
// added as the before'th on, the latest first, until each returns false. It
// returns the number to go on with, 0 for none.
func (s *Traces) latest(before int, each func(*Trace) bool) (next int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for n := min(before, s.added); n > s.added-len(s.all); n-- {
		if t := &s.all[(n-1)%mostKept]; !t.ended().After(now) && !each(t) {
			return n
		}
	}
	return 0
}

// A Rule says which invocations are recorded.
type Rule struct {
	Reservoir int     `json:"reservoir,omitempty"` // invocations at the beginning of each second
	Share     float64 `json:"share,omitempty"`     // of the others
}

// DefaultRule is how Lambda samples by default.
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
