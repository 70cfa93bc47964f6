package results

import "sync"

// A Shard records the samples of one event loop. It is used by one goroutine
// at a time; the recorder takes what it holds away once a second.
type Shard struct {
	mu     sync.Mutex // held for one sample, or for swapping two pointers
	active *sheet
	spare  *sheet // belongs to the recorder
}

func newShard() *Shard { return &Shard{active: newSheet(), spare: newSheet()} }

// Record counts s and keeps no reference to it. In the steady state it
// allocates nothing and takes about a tenth of a microsecond.
func (sh *Shard) Record(s *Sample) {
	sh.mu.Lock()
	c := sh.active.cell(Group{s.Target, s.Request, s.Block})
	c.record(s, &sh.active.pages)
	if s.Excerpt != nil {
		sh.active.failures = append(sh.active.failures, failureOf(s))
	}
	sh.mu.Unlock()
}

// swap hands out what was recorded since it was last called. The caller
// empties it before it calls again.
func (sh *Shard) swap() *sheet {
	sh.mu.Lock()
	sh.active, sh.spare = sh.spare, sh.active
	full := sh.spare
	sh.mu.Unlock()
	return full
}
