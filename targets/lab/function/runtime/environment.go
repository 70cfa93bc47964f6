package runtime

import (
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"tollgate/targets/process"
)

// An environment is one execution environment: a process and its Runtime API.
type environment struct {
	f       *Function
	stream  string // the name of its log stream
	mark    string
	address string
	server  *http.Server
	process *process.Process
	born    time.Time

	started chan struct{} // closed when the process asks for its first event
	broken  chan struct{} // closed when it reports that INIT failed
	gone    chan struct{} // closed when the environment ends
	over    sync.WaitGroup

	mu        sync.Mutex
	phase     phase
	ready     time.Time  // when it asked for its first event
	initError *result    // why INIT failed; nil: it did not
	waiting   chan *task // where it waits for its next event; nil: it does not
	task      *task      // handed over, or about to be
	since     time.Time  // since when it has been idle
	ended     bool
	peak      int64 // of memory, in bytes
	looked    time.Time
	place     place // in the pool, whose lock guards it
	renewal   int   // of the configuration that it was started with
}

type phase uint8

const (
	initialising phase = iota
	idle               // asks for an event
	busy               // has one
	answering          // is sending its answer
	answered           // has not yet asked for the next event
)

var phaseNames = [...]string{"Init", "Ready", "Running", "Responding", "InvocationResponseSent"}

func (e *environment) phaseName() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return phaseNames[e.phase]
}

// initFailed takes in why INIT failed. It returns false where INIT is over.
func (e *environment) initFailed(r result) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.phase != initialising {
		return false
	}
	if e.initError == nil {
		e.initError = &r
		close(e.broken)
	}
	return true
}

// ask returns where the next event will come from; nil: the runtime may not
// ask now.
func (e *environment) ask() chan *task {
	e.mu.Lock()
	before := e.phase
	asked := make(chan *task, 1)
	switch {
	case before == busy && e.waiting == nil && e.task != nil && e.task.begun.IsZero():
		e.task.begun = time.Now() // it was given to a connection that had broken
		asked <- e.task
		e.mu.Unlock()
		return asked
	case before == busy, before == answering, e.waiting != nil, e.initError != nil:
		e.mu.Unlock()
		return nil
	}
	e.waiting, e.phase, e.task, e.since = asked, idle, nil, time.Now()
	e.mu.Unlock()
	switch before {
	case initialising:
		e.ready = time.Now()
		close(e.started)
	case answered:
		e.f.freed(e)
	}
	return asked
}

// withdraw undoes ask for a connection that has broken.
func (e *environment) withdraw(asked chan *task) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting == asked {
		e.waiting = nil
		return
	}
	select {
	case t := <-asked: // was given meanwhile: the next request gets it
		t.begun = time.Time{}
	default:
	}
}

func (e *environment) give(t *task) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.phase, e.task = busy, t
	if e.waiting != nil {
		t.begun = time.Now()
		e.waiting <- t
		e.waiting = nil
	}
}

// begin takes up the response for an id; nil: none is awaited. Known is false where
// another id's is.
func (e *environment) begin(id string) (t *task, known bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.phase != busy || e.task == nil || e.task.begun.IsZero():
		return nil, true
	case e.task.ID.String() != id:
		return nil, false
	}
	e.phase = answering
	return e.task, true
}

func (e *environment) finish(t *task, r result) {
	r.at = time.Now()
	e.f.finishing(e) // first: from the next phase on the runtime may ask again
	e.mu.Lock()
	e.phase = answered
	e.mu.Unlock()
	t.done <- r
}

// end kills the environment; over waits until all of it is gone. It may be
// called again.
func (e *environment) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return
	}
	e.ended = true
	close(e.gone)
	e.over.Go(func() {
		if e.process != nil {
			e.process.Kill()
			<-e.process.Ended()
			e.process.Swept(e.mark)
		}
		_ = e.server.Close() // says that connections were open
	})
}

// used is the most memory that the environment has taken so far, in MB. It looks
// at most twenty times a second.
func (e *environment) used() int {
	const seldom = 50 * time.Millisecond
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := time.Now(); now.Sub(e.looked) > seldom {
		e.looked = now
		e.peak = max(e.peak, process.Peak(e.process.ID()))
	}
	return int((e.peak + 1<<20 - 1) >> 20)
}

// streamName makes up the name of a log stream.
// Source: Lambda developer guide, "Viewing CloudWatch logs for Lambda functions".
func streamName(now time.Time, version string) string {
	id := NewRequestID()
	return now.UTC().Format("2006/01/02") + "/[" + version + "]" + hex.EncodeToString(id[:])
}
