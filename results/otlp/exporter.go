package otlp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tollgate/results"
)

// An Exporter sends a run while it is recorded. It is a results.Output.
type Exporter struct {
	to    *Receiver
	now   func() time.Time
	pause time.Duration // between attempts to deliver the end

	kick    chan struct{} // a second was recorded; holds one
	ctx     context.Context
	give    context.CancelFunc // ends deliveries under way
	stop    chan struct{}
	stopped chan struct{} // nil: there was no second

	mu       sync.Mutex
	doc      *results.Document // nil: there was no second
	window   *window
	at       time.Duration // of the run, up to where it is in the window
	asked    float64       // rate; 0: none
	tried    int
	failed   int
	last     error  // why the latest delivery failed; nil: it did not
	problem  error  // the latest of them
	rejected string // the latest
}

// New makes an output that sends to a receiver.
func New(to *Receiver) *Exporter {
	e := &Exporter{to: to, now: time.Now, pause: time.Second, kick: make(chan struct{}, 1), stop: make(chan struct{})}
	e.ctx, e.give = context.WithCancel(context.Background())
	return e
}

// Ask says which rate the scenario asks for at the moment; 0: it asks for none, or that is
// not known.
func (e *Exporter) Ask(rate float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = rate
}

// Second implements results.Output.
func (e *Exporter) Second(m *results.Moment) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.doc == nil {
		e.doc, e.window, e.stopped = m.Run, newWindow(m.Run.Started), make(chan struct{})
		go e.loop()
	}
	e.window.moment(m)
	e.at = m.To
	select {
	case e.kick <- struct{}{}:
	default:
	}
	return nil
}

// slack is how much earlier than it is due a delivery may leave: seconds of a run are a
// little longer or shorter than a second.
const slack = 500 * time.Millisecond

// loop delivers until Close.
func (e *Exporter) loop() {
	defer close(e.stopped)
	var due time.Duration // of the run
	for {
		select {
		case <-e.stop:
			return
		case <-e.kick:
		}
		e.mu.Lock()
		at := e.at
		e.mu.Unlock()
		if at < due {
			continue
		}
		err := e.deliver(nil)
		due = at + e.to.every - slack
		if f, ok := errors.AsType[*failure](err); ok {
			due = max(due, at+f.after)
		}
	}
}

// deliver sends the window, and what the run came to where that is known.
func (e *Exporter) deliver(concluded *results.Document) error {
	e.mu.Lock()
	sent, at := e.window, e.doc.Started.Add(e.at)
	if now := e.now(); concluded != nil && now.After(at) {
		at = now
	}
	m := &message{to: e.to, from: nanoseconds(sent.since), at: nanoseconds(at)}
	m.window(sent)
	if e.asked > 0 && concluded == nil {
		m.add("tollgate.rate.asked", "{request}/s", "Requests per second that the scenario asks for at the moment", gaugeOf(m.real(nil, e.asked)))
	}
	pending := sent.pending
	if concluded != nil { // of all of a run that this one continues
		m.conclude(concluded)
	}
	if e.to.delta {
		e.window = newWindow(at)
	}
	e.tried++
	e.mu.Unlock()

	rejected, err := e.to.deliver(e.ctx, m.request(e.doc))

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last = err; err != nil {
		e.failed, e.problem = e.failed+1, err
		if e.to.delta {
			e.window.before(sent)
		}
		return err
	}
	if rejected != "" {
		e.rejected = rejected
	}
	if !e.to.delta {
		e.window.pending -= pending
	}
	return nil
}

// attempts are made to deliver the end of a run.
const attempts = 3

// Close implements results.Output. It takes no longer than one delivery may.
func (e *Exporter) Close(run *results.Run) error {
	end := time.AfterFunc(e.to.timeout, e.give)
	defer end.Stop()
	defer e.give()
	close(e.stop)
	var concluded *results.Document
	if run != nil {
		concluded = &run.Document
	}
	switch {
	case e.stopped != nil:
		<-e.stopped
	case run == nil:
		return nil
	default: // it ended before a second was recorded
		e.doc, e.window = concluded, newWindow(concluded.Started)
	}
	for n := range attempts {
		err := e.deliver(concluded)
		f, ok := errors.AsType[*failure](err)
		if err == nil || !ok || !f.again || e.ctx.Err() != nil || n == attempts-1 {
			break
		}
		select {
		case <-time.After(max(e.pause, f.after)):
		case <-e.ctx.Done():
		}
	}
	return e.shortfall()
}

// shortfall says what did not arrive; nil where all did.
func (e *Exporter) shortfall() error {
	switch {
	case e.last != nil:
		return fmt.Errorf("the last %.0f s of the run and its conclusions were not delivered to %s: %w; tollgate report %s --otlp ADDRESS sends all of it", e.window.pending.Seconds(), e.to, e.last, e.doc.ID)
	case e.rejected != "":
		return fmt.Errorf("%s: %s", e.to, e.rejected)
	case e.failed > 0:
		return fmt.Errorf("%d of %d deliveries to %s failed, and what was in them went with a later one: %w", e.failed, e.tried, e.to, e.problem)
	}
	return nil
}
