package results

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"
)

// A Recorder records a run while it goes on. Once a second it takes what the
// shards counted and hands it to the outputs, of which the run directory is the
// first: a killed run keeps all but its last second.
type Recorder struct {
	dir     string
	epoch   time.Time
	outputs []Output // those that have not failed
	clock   func() (sinceEpoch, wallStep time.Duration)

	begun  *Document         // as it was when the run began
	apart  func(uint16) bool // see Document.apart
	now    *window           // the second under way
	failed []string          // why outputs are left out
	number int               // of the last second
	from   time.Duration     // up to where the run is recorded

	asking sync.Mutex // held while watch is asked

	mu     sync.Mutex
	doc    Document
	shards []*Shard
	health *Health       // of the second under way; nil: nobody reported
	watch  func() Health // asked at the end of each second; may be nil
	guard  *guard        // nil: there are no abort rules
	err    error
	closed bool

	stop, done chan struct{}
}

// Create makes the run directory dir, whose parents may not exist yet, and
// begins to record into it and into further outputs, which the caller closes
// (CloseOutputs). The run's start, to which all times of its samples
// refer, is doc.Started; its state is Running until Close.
func Create(dir string, doc Document, scenario []byte, further ...Output) (*Recorder, error) {
	files, err := begin(dir, &doc, scenario)
	if err != nil {
		return nil, err
	}
	r := &Recorder{
		dir: dir, epoch: doc.Started, doc: doc, outputs: append([]Output{files}, further...), clock: wallClock(doc.Started),
		begun: &doc, apart: doc.apart, now: newWindow(), number: -1, stop: make(chan struct{}), done: make(chan struct{}),
	}
	r.from, _ = r.clock()
	go r.loop()
	return r, nil
}

// begin makes a run directory and its growing files, and fills in what a document begins
// with.
func begin(dir string, doc *Document, scenario []byte) (*directory, error) {
	doc.Version, doc.State = Version, Running
	if err := errors.Join(doc.check(), cleanse(reflect.ValueOf(doc), "", false), namesOf(doc).printable()); err != nil {
		return nil, fmt.Errorf("cannot record this run: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the run directory: %w; choose a folder that can be written to with --out", err)
	}
	if IsRun(dir) {
		return nil, fmt.Errorf("%s already holds a run; choose another folder", dir)
	}
	if doc.Started.IsZero() {
		doc.Started = time.Now()
	}
	if doc.ID == "" {
		doc.ID = filepath.Base(dir)
	}
	doc.Digest = Digest(scenario)
	if err := WriteFile(dir, FileScenario, scenario); err != nil {
		_ = os.Remove(dir) // it is empty, unless it was there before
		return nil, err
	}
	files, err := createDirectory(dir, doc)
	if err != nil {
		return nil, err
	}
	if err := WriteDocument(dir, *doc); err != nil {
		return nil, errors.Join(err, files.Close(nil))
	}
	return files, nil
}

// wallClock measures the time since epoch on the monotonic clock, and by how
// much the wall clock has moved against it since it was last asked.
func wallClock(epoch time.Time) func() (time.Duration, time.Duration) {
	var before time.Duration
	return func() (time.Duration, time.Duration) {
		now := time.Now()
		mono := now.Sub(epoch)
		drift := now.Round(0).Sub(epoch.Round(0)) - mono
		step := drift - before
		before = drift
		return max(mono, 0), step
	}
}

// Dir returns the run directory.
func (r *Recorder) Dir() string { return r.dir }

// Shard opens one more shard. It may be called while others record.
func (r *Recorder) Shard() *Shard {
	sh := newShard()
	r.mu.Lock()
	sh.releases = releasingOf(&r.doc)
	r.shards = append(r.shards, sh)
	r.mu.Unlock()
	return sh
}

// Health reports the generator's health since the last report. Reports within one
// second are combined; the recorder sets h.Second and h.ClockStep.
func (r *Recorder) Health(h Health) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.health == nil {
		r.health = &h
		return
	}
	c := r.health.and(h)
	r.health = &c
}

// Watch makes the recorder ask for the generator's health once a second, about the
// time since it last asked, so that each second has a report of its own. Health is
// called from another goroutine until Close returns.
func (r *Recorder) Watch(health func() Health) {
	r.asking.Lock()
	defer r.asking.Unlock()
	r.mu.Lock()
	before := r.watch
	r.watch = health
	r.mu.Unlock()
	if before != nil { // what it has counted since the last second
		r.Health(before())
	}
}

// ask has the generator's health reported.
func (r *Recorder) ask() {
	r.asking.Lock()
	defer r.asking.Unlock()
	r.mu.Lock()
	watch := r.watch
	r.mu.Unlock()
	if watch != nil {
		r.Health(watch())
	}
}

// Guard watches the load of the run, second by second, for what abort rules
// forbid. When the first of them holds, abort is called, once, from another
// goroutine. Requests of probes are not watched.
func (r *Recorder) Guard(rules []AbortRule, abort func(Abort)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guard = newGuard(&r.doc, rules, abort)
}

// Turn says that load of a population is meant for a target for a while: the windows of
// abort rules are counted in its own time. Without populations, there is number 0.
func (r *Recorder) Turn(population int, target uint16, from, to time.Duration) {
	r.mu.Lock()
	g := r.guard
	r.mu.Unlock()
	if g != nil {
		g.turn(population, target, from, to)
	}
}

// Err returns why the directory cannot be written any more, or nil. A run that
// goes on after that is not recorded.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Recorded is up to where the run is in its directory, from its start.
func (r *Recorder) Recorded() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.from
}

// Update changes the document, such as by the engine that was chosen, and writes it.
func (r *Recorder) Update(change func(*Document)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.doc)
	return WriteDocument(r.dir, r.doc)
}

// Close writes what is left and the state in which the run ended. No shard may
// be used afterwards.
func (r *Recorder) Close(state State) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	r.mu.Unlock()
	close(r.stop)
	<-r.done
	err := errors.Join(r.Err(), r.outputs[0].Close(nil))
	return errors.Join(err, r.Update(func(d *Document) {
		d.State = state
		d.Seconds = r.from.Round(time.Millisecond).Seconds()
		d.Warnings = append(d.Warnings, r.failed...)
	}))
}

// loop runs until Close.
func (r *Recorder) loop() {
	defer close(r.done)
	if wait := time.Until(r.epoch); wait > 0 { // a start that lies ahead: seconds count from it
		begins := time.NewTimer(wait)
		defer begins.Stop()
		select {
		case <-begins.C:
		case <-r.stop:
			r.flush()
			return
		}
	}
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			r.flush()
		case <-r.stop:
			r.flush()
			return
		}
	}
}

// flush takes a second from the shards and hands it out. Once the directory cannot
// be written no output gets more: they end where the trouble began.
func (r *Recorder) flush() {
	r.ask()
	r.mu.Lock()
	shards, health, guard, broken := r.shards, r.health, r.guard, r.err != nil
	r.health = nil
	r.mu.Unlock()

	now, step := r.clock()
	for _, sh := range shards {
		w := sh.swap()
		r.now.merge(w)
		w.reset()
	}
	if guard != nil {
		guard.second(r.now, now)
	}
	if !broken {
		r.handOut(now, step, health)
	}
	r.now.reset()
}

// handOut gives the outputs the second that ends at now.
func (r *Recorder) handOut(now, step time.Duration, health *Health) {
	from, to := r.from.Round(time.Millisecond), now.Round(time.Millisecond)
	if to == from {
		if len(r.now.cells) == 0 && health == nil {
			return
		}
		to += time.Millisecond // no interval is empty: readers know complete ones by their end
		now = max(now, to)
	}
	number := max(r.number+1, int(r.from.Round(time.Second)/time.Second))
	if health != nil {
		health.Second, health.ClockStep = number, step
	}
	m := &Moment{Number: number, From: from, To: to, ClockStep: step, Health: health, Run: r.begun, window: r.now, apart: r.apart}
	if err := r.outputs[0].Second(m); err != nil {
		r.mu.Lock()
		r.err = fmt.Errorf("nothing is recorded after %s of the run: %w", r.from.Round(time.Second), err)
		r.mu.Unlock()
		return
	}
	r.mu.Lock()
	r.number, r.from = number, now
	r.mu.Unlock()
	well := r.outputs[:1]
	for _, o := range r.outputs[1:] {
		if err := o.Second(m); err != nil {
			r.failed = append(r.failed, fmt.Sprintf("an output gets nothing after %s of the run: %v", to.Round(time.Second), err))
			continue
		}
		well = append(well, o)
	}
	r.outputs = well
}
