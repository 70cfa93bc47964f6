//go:build linux

package wire

import (
	"testing"
	"time"
)

// soon is a queue whose next request is due right after a loop has looked for it.
type soon struct{ emptyQueue }

func (soon) next(now time.Duration) (time.Duration, bool) { return now + 1, true }

func TestARequestThatBecomesDueMeanwhileIsNotSleptOver(t *testing.T) {
	p := newPipe(t, "GET", false)
	p.connect(t)
	l := p.loop
	l.sizing.most = 1 // and so many are open
	l.pool.idle = append(l.pool.idle, p.conn)
	l.queue = soon{}
	if _, pause, over := l.advance(); pause != 1 || over {
		t.Errorf("a request is due in 1ns, and a connection is idle: the loop sleeps for %v (over: %v)", pause, over)
	}
}
