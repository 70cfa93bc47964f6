package runtime

import (
	"bufio"
	"errors"
	"fmt"
	"time"
)

// A stillbirth is an INIT that failed.
type stillbirth struct {
	errorType string
	payload   []byte // the error as the runtime told it; nil: there is only a reason
	reason    string
	timedOut  bool
	took      time.Duration
}

// start starts an environment and waits until it asks for its first event, for
// limit at most. The caller's slot becomes the environment's.
func (f *Function) start(limit time.Duration) (*environment, *stillbirth) {
	begun := time.Now()
	e, err := f.launch()
	if err != nil {
		return nil, &stillbirth{errorType: "Runtime.InvalidEntrypoint", reason: err.Error(), took: time.Since(begun)}
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var fault stillbirth
	select {
	case <-e.started:
		return e, nil
	case <-e.broken:
	case <-e.process.ended:
	case <-timer.C:
		fault.timedOut = true
	}
	e.mu.Lock()
	told := e.told
	e.mu.Unlock()
	switch {
	case told != nil:
		fault.errorType, fault.payload, fault.timedOut = told.errorType, told.payload, false
	case !fault.timedOut:
		fault.errorType, fault.reason = "Runtime.ExitError", e.process.reason()
	}
	fault.took = time.Since(begun)
	f.drop(e)
	return nil, &fault
}

// launch starts the process of a new environment.
func (f *Function) launch() (*environment, error) {
	e := &environment{
		f: f, stream: streamName(time.Now()),
		started: make(chan struct{}), broken: make(chan struct{}), gone: make(chan struct{}),
	}
	if err := e.listen(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.launches++
	e.mark, e.renewal = fmt.Sprintf("%s-%d", f.mark, f.launches), f.renewals
	environ := f.config.environ(e.address, e.stream, e.mark)
	f.mu.Unlock()
	e.born = time.Now()
	p, err := f.starter.start(&f.config, environ)
	if err != nil {
		_ = e.server.Close() // nobody has connected
		return nil, err
	}
	e.process = p
	e.over.Go(func() { f.keepOutput(e) })
	e.over.Go(func() {
		<-p.ended
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

// keepOutput reads what the processes of an environment write, until nobody
// writes any more, and keeps the last of it.
func (f *Function) keepOutput(e *environment) {
	defer e.process.output.Close()
	in := bufio.NewReaderSize(e.process.output, longestLine)
	for {
		text, err := in.ReadSlice('\n')
		if len(text) > 0 {
			f.log.Write(Line{Time: time.Now(), Stream: e.stream, Message: string(text)})
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// tellStillbirth writes what Lambda writes about an INIT that failed.
// Source: Lambda developer guide, "Understanding the Lambda execution
// environment lifecycle".
func (f *Function) tellStillbirth(s *stillbirth, phase string) {
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
