package runtime

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"tollgate/targets/process"
)

// Invoke calls the function and waits for its answer, however it ends.
func (f *Function) Invoke(in Invocation) Outcome {
	out := Outcome{Begun: time.Now(), Ending: Closed}
	if !f.call() {
		return out
	}
	defer f.calls.Done()
	e, refusal := f.acquire(out.Begun)
	out.Concurrent = f.inUseNow()
	if out.Ending = refusal; refusal.Refused() {
		return out
	}
	t := &task{Invocation: in, done: make(chan result, 1)}
	if e == nil {
		out.Cold = true
		if e = f.initialise(&out, t); e == nil {
			f.report(nil, t, &out)
			return out
		}
	}
	if t.deadline.IsZero() {
		t.deadline = time.Now().Add(f.config.Timeout)
	}
	out.Environment = e.stream
	e.give(t)
	f.await(e, t, &out)
	f.report(e, t, &out)
	return out
}

// initialise starts an environment: where INIT fails, once more as a part of the
// invocation. It returns nil where that fails too.
func (f *Function) initialise(out *Outcome, t *task) *environment {
	e, fault := f.start(f.config.InitTimeout)
	if fault == nil {
		out.Init = e.ready.Sub(e.born)
		f.join(e)
		return e
	}
	f.reportInitFailure(fault, "init")
	again := time.Now()
	t.deadline = again.Add(f.config.Timeout)
	e, fault = f.start(f.config.Timeout)
	if fault == nil {
		t.from = again
		f.join(e)
		return e
	}
	f.reportInitFailure(fault, "invoke")
	f.giveBack()
	out.Duration = min(time.Since(again), f.config.Timeout)
	if fault.timedOut {
		f.timedOut(t, out)
		return nil
	}
	out.Ending, out.ErrorType, out.Payload = Failed, fault.errorType, fault.payload
	if out.Payload == nil {
		out.Payload = t.blame(fault.errorType, fault.reason)
	}
	return nil
}

// join makes a new environment a busy one of the pool.
func (f *Function) join(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.place == placeStarting {
		e.place = placeBusy
		return
	}
	f.inUse-- // it has ended already, and with it its slot
}

func (f *Function) await(e *environment, t *task, out *Outcome) {
	timer := time.NewTimer(time.Until(t.deadline))
	defer timer.Stop()
	select {
	case r := <-t.done:
		settle(r, e.origin(t), out)
	case <-timer.C:
		f.drop(e)
		out.Duration = f.config.Timeout
		f.timedOut(t, out)
	case <-e.process.Ended():
		select {
		case r := <-t.done: // came just before
			settle(r, e.origin(t), out)
			return
		default:
		}
		out.Duration = time.Since(e.origin(t))
		reason := reason(e.process)
		out.Ending, out.ErrorType, out.Payload = Failed, "Runtime.ExitError", t.blame("Runtime.ExitError", reason)
		f.log.Write(Line{Time: time.Now(), Stream: e.stream, Message: fmt.Sprintf("RequestId: %s Error: %s\n", t.ID, reason)})
	}
}

// origin is where Duration begins: when the event was handed over, or INIT was
// tried again; now, where the event never was handed over.
func (e *environment) origin(t *task) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case !t.from.IsZero():
		return t.from
	case t.begun.IsZero():
		return time.Now()
	}
	return t.begun
}

func settle(r result, from time.Time, out *Outcome) {
	out.Duration = r.at.Sub(from)
	out.Payload = r.payload
	out.ErrorType = r.errorType
	if r.failed {
		out.Ending = Failed
	}
}

func (f *Function) timedOut(t *task, out *Outcome) {
	said := fmt.Sprintf("Task timed out after %.2f seconds", f.config.Timeout.Seconds())
	out.Ending, out.ErrorType, out.Payload = Overtime, ErrorTimedOut, t.blame(ErrorTimedOut, said)
	now := time.Now()
	f.log.Write(Line{
		Time: now, Stream: out.Environment,
		Message: fmt.Sprintf("%s %s %s\n", now.UTC().Format(stampForm), t.ID, said),
	})
}

// blame is an error as Lambda words it, which names the invocation.
func (t *task) blame(kind string, reason string) []byte {
	return errorJSON(kind, fmt.Sprintf("RequestId: %s Error: %s", t.ID, reason))
}

func (f *Function) report(e *environment, t *task, out *Outcome) {
	used := 0
	if e != nil {
		used = e.used()
	}
	r := out.Report(t.ID, time.Now(), f.config.Memory, used)
	r.Version = f.config.Version
	f.log.Add(r)
}

// An Invocation is what a function is called with.
type Invocation struct {
	ID    RequestID
	Event []byte
	Trace string // X-Ray's; empty: none

	Qualifier string // the version or alias that is called; empty: none

	// Stream, where it is set, is called when a response is streamed, and returns
	// where to write it as it comes.
	Stream func(contentType string) io.Writer
}

// An Outcome is what became of an Invocation.
type Outcome struct {
	Ending      Ending
	Begun       time.Time
	Cold        bool // a new environment was started
	Init        time.Duration
	Duration    time.Duration // without Init
	Payload     []byte        // the answer, or the error as JSON; empty for a streamed answer
	ErrorType   string
	Environment string // the name of its log stream
	Concurrent  int    // invocations under way when it began, itself among them; 0: not known
}

// An Ending says how an invocation went.
type Ending uint8

// The endings, of modelled functions too.
const (
	Returned  Ending = iota
	Failed           // the function reported an error, crashed, or could not be initialised
	Malformed        // it returned what its door does not take for a response
	TooLarge         // it returned more than Lambda passes on
	Overtime         // the function's own timeout
	Forbidden        // refused: the function's resource policy does not let the door in
	AtRate           // refused: more requests a second than the concurrency allows
	AtLimit          // refused: every environment that may exist is busy
	AtScaling        // refused: environments are not started that fast
	Closed           // refused: the function is closed
)

// Refused says that nothing was invoked.
func (e Ending) Refused() bool { return e >= Forbidden }

// Throttled says that nothing was invoked since there was too much to do.
func (e Ending) Throttled() bool { return e >= AtRate }

// The types of errors that Lambda makes itself.
const (
	ErrorTooLarge = "Function.ResponseSizeTooLarge"
	ErrorTimedOut = "Sandbox.Timedout"
)

type task struct {
	Invocation
	begun    time.Time // when the event was handed over
	from     time.Time // when INIT was tried again as a part of the invocation; zero: it was not
	deadline time.Time
	done     chan result // takes one
}

// stream returns where to an answer is copied as it comes; nil: it is read whole.
func (t *task) stream(contentType, mode string) io.Writer {
	if t.Stream == nil || mode != streaming && contentType != StreamType {
		return nil
	}
	return t.Stream(contentType)
}

type result struct {
	at        time.Time
	payload   []byte
	failed    bool
	errorType string
}

// failed is a result that the lab makes for the function, in the form of
// Lambda's errors.
func failed(kind, message string) result {
	return result{failed: true, errorType: kind, payload: errorJSON(kind, message)}
}

func errorJSON(kind, message string) []byte {
	text, _ := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message}) // of text: it cannot fail
	return text
}

// reason says how a process ended, as Lambda words it.
func reason(p *process.Process) string {
	if p.Err() == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + p.Err().Error()
}
