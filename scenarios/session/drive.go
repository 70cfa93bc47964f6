package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

const (
	// lead is how far in the future a turn begins, so that an engine can make
	// its first requests ready, and sign them, before they are due.
	lead = 20 * time.Millisecond

	// tickEvery is how often progress is told.
	tickEvery = 250 * time.Millisecond
)

// A driver walks a plan's turns.
type driver struct {
	plan     *scenarios.Plan
	engine   load.Engine
	recorder *results.Recorder
	epoch    time.Time
	tell     func(Progress)
	account  *account
	abort    []results.AbortRule
	aborted  atomic.Pointer[results.Abort] // by one of these
	renewals *renewals
	notes    *notes
	sampled  bool // every request is kept, in samples
	samples  *results.SampleWriter
	kept     collector                // of the turn under way
	dropped  int64                    // samples that were more than a turn keeps
	now      atomic.Pointer[Progress] // the turn under way

	mu     sync.Mutex
	counts []*counted
}

// A counted is a shard that also counts for the progress display.
type counted struct {
	load.Shard
	ended, failed atomic.Int64
	_             [40]byte // keeps the counters of two loops out of one cache line
}

// Record implements load.Shard.
func (c *counted) Record(s *results.Sample) {
	c.Shard.Record(s)
	c.ended.Add(1)
	if s.Outcome() != results.OK {
		c.failed.Add(1)
	}
}

// shard opens one more shard of the recorder.
func (d *driver) shard() load.Shard {
	c := &counted{Shard: d.recorder.Shard()}
	if d.sampled {
		k := &keeper{Shard: c.Shard, room: &d.kept.room}
		d.kept.add(k)
		c.Shard = k
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts = append(d.counts, c)
	return c
}

// count sums up what the shards have counted.
func (d *driver) count() (ended, failed int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.counts {
		ended += c.ended.Load()
		failed += c.failed.Load()
	}
	return ended, failed
}

// drive runs every turn, or those that ctx, the disk, the account and the abort
// rules leave it.
func (d *driver) drive(ctx context.Context) (err error) {
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	d.recorder.Guard(d.abort, func(a results.Abort) {
		d.aborted.Store(&a)
		abort()
	})
	if d.account != nil {
		defer func() { err = errors.Join(err, d.settle(errors.Is(err, load.ErrSpent))) }()
	}
	defer func() {
		_, trouble := d.renewals.note(d.recorder)
		err = errors.Join(err, trouble)
	}()
	defer func() {
		if d.dropped > 0 {
			err = errors.Join(err, d.recorder.Update(func(doc *results.Document) {
				doc.Warnings = append(doc.Warnings, fmt.Sprintf("%d requests have no sample: one turn keeps %d samples; more blocks make more turns", d.dropped, results.MaxStageSamples))
			}))
		}
	}()
	d.recorder.Watch(d.engine.Health)
	stop, done := make(chan struct{}), make(chan struct{})
	go d.watch(stop, done)
	defer func() {
		close(stop)
		<-done
	}()
	at, number := time.Duration(0), 0
	for turn := range d.plan.Turns() {
		number++
		at = max(at, time.Since(d.epoch)+lead)
		d.now.Store(d.standing(turn, number))
		d.recorder.Turn(turn.Target, at, at+turn.For)
		d.kept.begin()
		if err := errors.Join(d.engine.Run(ctx, turn, at), d.keep(turn, number, at)); err != nil {
			return err
		}
		if err := d.recorder.Err(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		at += turn.For
	}
	rest(ctx, time.Until(d.epoch.Add(at))) // the quiet at the end of the last turn
	return nil
}

// keep writes the samples of a turn.
func (d *driver) keep(turn scenarios.Turn, number int, at time.Duration) error {
	if !d.sampled {
		return nil
	}
	head := results.SampleStage{
		Target: d.plan.Scenario.Targets[turn.Target].Name, Stage: fmt.Sprintf("turn %d", number), Number: number - 1,
		Load: d.plan.Stages[turn.Stage].Load.String(), Seconds: turn.For.Seconds(), StartedS: at.Seconds(),
	}
	for _, r := range d.plan.Scenario.Requests {
		head.Requests = append(head.Requests, r.Name)
	}
	samples, dropped := d.kept.take()
	head.Dropped = dropped
	d.dropped += dropped
	return d.samples.Stage(head, samples)
}

// settle tells what was spent in the end, and keeps a word about it with the run.
func (d *driver) settle(stopped bool) error {
	if p := d.now.Load(); p != nil && d.tell != nil {
		d.tell(d.stands(*p))
	}
	return d.account.note(d.recorder, stopped)
}

// stands is where the run stands at this moment of a turn.
func (d *driver) stands(turn Progress) Progress {
	turn.Ended, turn.Failed = d.count()
	turn.Elapsed, turn.Spent = time.Since(d.epoch), d.account.share()
	return turn
}

// standing is the progress at the start of a turn.
func (d *driver) standing(turn scenarios.Turn, number int) *Progress {
	p := &Progress{
		Step: Loading, Dir: d.recorder.Dir(), Target: d.plan.Scenario.Targets[turn.Target].Name,
		Stage: turn.Stage + 1, Stages: len(d.plan.Stages), Turn: number, Total: d.plan.Duration(),
	}
	for _, s := range d.plan.Stages {
		if _, closed := s.Load.(scenarios.Users); closed {
			return p
		}
	}
	p.Planned = d.plan.Requests()
	return p
}

// watch tells how far the run has come, until stop is closed.
func (d *driver) watch(stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	var before int64
	for {
		select {
		case <-t.C:
		case <-stop:
			return
		}
		warning, _ := d.renewals.note(d.recorder) // what cannot be kept now is tried again at the end
		_ = d.notes.keep(d.recorder)
		if p := d.now.Load(); p != nil && d.tell != nil {
			told := d.stands(*p)
			told.Warning = warning
			told.Rate = float64(told.Ended-before) / tickEvery.Seconds()
			before = told.Ended
			d.tell(told)
		}
	}
}

// rest waits, unless ctx ends first.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
