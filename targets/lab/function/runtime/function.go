package runtime

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A Function runs as processes of this machine. It must be closed.
type Function struct {
	config  Config
	log     *Log
	mark    string
	starter *starter
	stop    chan struct{}
	watched chan struct{} // closed when the watcher has ended
	calls   sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	all      map[*environment]struct{}
	idle     []*environment // the longest idle first
	inUse    int            // environments that start, are busy, or have answered and not asked again
	soon     int            // of these, the last
	waiters  []chan *environment
	launches uint64
	renewals int // of the configuration
}

// NewFunction readies a function. No process is started before its first
// invocation.
func NewFunction(c Config, l *Log) (*Function, error) {
	c, err := c.prepared()
	if err != nil {
		return nil, err
	}
	mark := newMark()
	f := &Function{
		config: c, log: l, mark: mark, starter: newStarter(mark),
		stop: make(chan struct{}), watched: make(chan struct{}), all: map[*environment]struct{}{},
	}
	go f.watch()
	return f, nil
}

// Close ends every process and returns when all are reaped. Invocations that
// are under way fail.
func (f *Function) Close() {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return
	}
	f.closed = true
	f.mu.Unlock()
	close(f.stop)
	<-f.watched
	f.Retire()
	f.calls.Wait()
	f.Retire() // what began meanwhile
	sweep(f.mark)
	f.starter.close()
}

// Retire ends every environment, as a change of a function's configuration
// does, and returns when they are gone. Invocations that are under way fail.
func (f *Function) Retire() {
	f.mu.Lock()
	var all []*environment
	for e := range f.all {
		all = append(all, e)
	}
	f.mu.Unlock()
	for _, e := range all {
		f.drop(e)
	}
	for _, e := range all {
		e.over.Wait()
	}
}

// Renew changes the variables of the environments that are started from now on.
// Those that are idle end at once, those that are busy when they have answered.
func (f *Function) Renew(environment map[string]string) {
	f.mu.Lock()
	f.config.Environment = maps.Clone(environment)
	f.renewals++
	idle := slices.Clone(f.idle)
	f.mu.Unlock()
	for _, e := range idle {
		f.expire(e)
	}
}

// Environments tells how many there are.
func (f *Function) Environments() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

// call counts a call under way, unless the function is closed.
func (f *Function) call() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.calls.Add(1)
	}
	return !f.closed
}

// watching is how often the environments are looked at.
const watching = 200 * time.Millisecond

// watch gives up environments that are idle for too long, and ends those that
// take too much or do not ask again.
func (f *Function) watch() {
	defer close(f.watched)
	ticker := time.NewTicker(watching)
	defer ticker.Stop()
	for {
		select {
		case <-f.stop:
			return
		case now := <-ticker.C:
			f.look(now)
		}
	}
}

func (f *Function) look(now time.Time) {
	f.mu.Lock()
	var all []*environment
	for e := range f.all {
		all = append(all, e)
	}
	active := f.inUse > 0
	f.mu.Unlock()
	var groups map[int]use
	if active {
		groups = uses()
	}
	for _, e := range all {
		if cause, unwanted := e.unwanted(now, groups[e.process.command.Process.Pid]); unwanted {
			if cause == "" {
				f.expire(e)
				continue
			}
			f.say(e, cause)
			f.drop(e)
		}
	}
}

// unwanted says whether an environment has to go, and why, where that is worth
// a line of the log.
func (e *environment) unwanted(now time.Time, u use) (cause string, unwanted bool) {
	c := &e.f.config
	e.mu.Lock()
	defer e.mu.Unlock()
	e.peak = max(e.peak, u.resident)
	switch {
	case u.resident > int64(c.Memory)<<20:
		return "the processes of this environment take more memory than the function has; they are killed", true
	case u.processes > mostProcesses:
		return "this environment has more than 1024 processes; they are killed", true
	case e.phase == answered && now.After(e.task.deadline):
		return "the runtime answered and did not ask for another event within the function's timeout; it is killed", true
	}
	return "", e.phase == idle && now.Sub(e.since) >= c.Idle
}

// say writes a line of the lab's own into the function's log.
func (f *Function) say(e *environment, what string) {
	f.log.Write(Line{Time: time.Now(), Stream: e.stream, Message: "[lab] " + what + "\n"})
}
