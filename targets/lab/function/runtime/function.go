package runtime

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tollgate/targets/process"
)

// A Function runs as processes of this machine. It must be closed.
type Function struct {
	config  Config
	log     *Log
	mark    string
	starter *process.Starter
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
	mark := rand.Text()
	f := &Function{
		config: c, log: l, mark: mark, starter: process.New(mark),
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
	f.starter.Close()
}

// Retire ends every environment, as a change of a function's configuration
// does, and returns when they are gone. Invocations that are under way fail.
func (f *Function) Retire() {
	f.mu.Lock()
	all := slices.Collect(maps.Keys(f.all))
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

// Environments is how many there are.
func (f *Function) Environments() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

func (f *Function) call() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.calls.Add(1)
	}
	return !f.closed
}

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
	all, active := slices.Collect(maps.Keys(f.all)), f.inUse > 0
	f.mu.Unlock()
	var groups map[int]process.Use
	if active {
		groups = process.Uses()
	}
	for _, e := range all {
		if cause, unwanted := e.unwanted(now, groups[e.process.ID()]); unwanted {
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
func (e *environment) unwanted(now time.Time, u process.Use) (cause string, unwanted bool) {
	c := &e.f.config
	e.mu.Lock()
	defer e.mu.Unlock()
	e.peak = max(e.peak, u.Resident)
	switch {
	case u.Resident > int64(c.Memory)<<20:
		return "the processes of this environment take more memory than the function has; they are killed", true
	case u.Processes > mostProcesses:
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

type initFailure struct {
	errorType string
	payload   []byte // the error as the runtime sent it; nil: there is only a reason
	reason    string
	timedOut  bool
	took      time.Duration
}

// start starts an environment and waits until it asks for its first event, for
// limit at most. The caller's slot becomes the environment's.
func (f *Function) start(limit time.Duration) (*environment, *initFailure) {
	begun := time.Now()
	e, err := f.launch()
	if err != nil {
		return nil, &initFailure{errorType: "Runtime.InvalidEntrypoint", reason: err.Error(), took: time.Since(begun)}
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var fault initFailure
	select {
	case <-e.started:
		return e, nil
	case <-e.broken:
	case <-e.process.Ended():
	case <-timer.C:
		fault.timedOut = true
	}
	e.mu.Lock()
	said := e.initError
	e.mu.Unlock()
	switch {
	case said != nil:
		fault.errorType, fault.payload, fault.timedOut = said.errorType, said.payload, false
	case !fault.timedOut:
		fault.errorType, fault.reason = "Runtime.ExitError", reason(e.process)
	}
	fault.took = time.Since(begun)
	f.drop(e)
	return nil, &fault
}

func (f *Function) launch() (*environment, error) {
	e := &environment{
		f: f, stream: streamName(time.Now(), f.config.Version),
		started: make(chan struct{}), broken: make(chan struct{}), gone: make(chan struct{}),
	}
	if err := e.listen(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.launches++
	e.mark, e.renewal = fmt.Sprintf("%s-%d", f.mark, f.launches), f.renewals
	environ := f.config.environ(map[string]string{"AWS_LAMBDA_RUNTIME_API": e.address}, e.stream, e.mark)
	f.mu.Unlock()
	e.born = time.Now()
	p, err := f.starter.Start(process.Command{Args: f.config.Command, Dir: f.config.Dir, Env: environ})
	if err != nil {
		_ = e.server.Close() // without connections
		return nil, err
	}
	e.process = p
	e.over.Go(func() { f.log.keepOutput(e.process, e.stream) })
	e.over.Go(func() {
		<-p.Ended()
		f.drop(e)
	})
	f.mu.Lock()
	closed := f.closed
	f.all[e] = struct{}{}
	f.mu.Unlock()
	if closed {
		f.drop(e)
	}
	return e, nil
}

// reportInitFailure writes what Lambda writes about an INIT that failed.
// Source: Lambda developer guide, "Understanding the Lambda execution
// environment lifecycle".
func (f *Function) reportInitFailure(s *initFailure, phase string) {
	status := Errored
	if s.timedOut {
		status = TimedOut
	}
	now := time.Now()
	if f.log.format == JSON {
		f.log.Write(Line{Time: now, Message: line(now, "platform.initReport", map[string]any{
			"initializationType": "on-demand", "phase": phase, "status": status.String(), "errorType": s.errorType,
			"metrics": map[string]any{"durationMs": rounded(s.took)},
		})})
		return
	}
	text := fmt.Sprintf("INIT_REPORT Init Duration: %s ms\tPhase: %s\tStatus: %s", hundredths(s.took), phase, status)
	if !s.timedOut {
		text += "\tError Type: " + s.errorType
	}
	f.log.Write(Line{Time: now, Message: text + "\n"})
}
