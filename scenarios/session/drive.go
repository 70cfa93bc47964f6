package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

const (
	// lead is how far in the future a turn begins, so that an engine can prepare and
	// sign its first requests before they are due.
	lead = 20 * time.Millisecond

	// tickEvery is how often progress is reported.
	tickEvery = 250 * time.Millisecond
)

// A driver walks a plan's turns.
type driver struct {
	*session
	engine   load.Engine
	recorder *results.Recorder
	epoch    time.Time
	aborted  atomic.Pointer[results.Abort] // by a rule of the scenario
	now      atomic.Pointer[Progress]      // the turn under way
	kept     samples                       // of the turn under way, if every request is to be kept
	dropped  int64                         // samples beyond those that a turn keeps

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

func (d *driver) shard() load.Shard {
	c := &counted{Shard: d.recorder.Shard()}
	if d.Samples {
		c.Shard = d.kept.keeper(c.Shard)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts = append(d.counts, c)
	return c
}

// drive runs every turn, unless ctx, the disk, the budget or an abort rule ends it.
func (d *driver) drive(ctx context.Context) (err error) {
	ctx, abort := context.WithCancel(ctx)
	defer abort()
	d.recorder.Guard(d.Scenario.Abort, func(a results.Abort) {
		d.aborted.Store(&a)
		abort()
	})
	if d.budget != nil {
		defer func() {
			if p := d.now.Load(); p != nil {
				d.report(d.progress(*p))
			}
			err = errors.Join(err, d.budget.note(d.recorder, errors.Is(err, load.ErrSpent)))
		}()
	}
	defer func() {
		if d.dropped > 0 {
			d.warnings.add(fmt.Sprintf("%s have no sample: one turn keeps %s; more blocks make more turns", pricing.Counted(d.dropped, "request"), pricing.Counted(results.MaxStageSamples, "sample")))
		}
		err = errors.Join(err, d.warnings.save(d.recorder))
	}()
	d.recorder.Watch(d.engine.Health)
	defer d.control.pause()
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
		d.now.Store(d.begun(turn, number))
		d.recorder.Turn(turn.Target, at, at+turn.For)
		d.kept.begin()
		if err := errors.Join(d.engine.Run(ctx, d.control.controlling(turn), at), d.write(turn, number, at)); err != nil {
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

func (d *driver) write(turn scenarios.Turn, number int, at time.Duration) error {
	if !d.Samples {
		return nil
	}
	head := results.SampleStage{
		Target: d.Scenario.Targets[turn.Target].Name, Stage: d.turnName(turn, number), Number: number - 1,
		Load: d.plan.Stages[turn.Stage].Load.String(), Seconds: turn.For.Seconds(), StartedS: at.Seconds(),
	}
	for _, r := range d.Scenario.Requests {
		head.Requests = append(head.Requests, r.Name)
	}
	all, dropped, _ := d.kept.take()
	head.Dropped = dropped
	d.dropped += dropped
	return d.file.Stage(head, all)
}

// turnName is what a turn is called in the file of samples.
func (d *driver) turnName(turn scenarios.Turn, number int) string {
	if d.plan.Stages[turn.Stage].WarmUp {
		return fmt.Sprintf("warm-up, turn %d", number)
	}
	return fmt.Sprintf("turn %d", number)
}

func (d *driver) begun(turn scenarios.Turn, number int) *Progress {
	p := &Progress{
		Step: Loading, Dir: d.recorder.Dir(), Target: d.Scenario.Targets[turn.Target].Name,
		Stage: turn.Stage + 1, Name: d.plan.Stages[turn.Stage].Name, Stages: len(d.plan.Stages), Turn: number, Total: d.plan.Duration(),
	}
	for _, s := range d.plan.Stages {
		if _, closed := s.Load.(scenarios.Users); closed {
			return p
		}
	}
	p.Planned = d.plan.Requests()
	return p
}

func (d *driver) progress(turn Progress) Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.counts {
		turn.Ended += c.ended.Load()
		turn.Failed += c.failed.Load()
	}
	turn.Elapsed, turn.Spent = time.Since(d.epoch), d.budget.share()
	return turn
}

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
		_ = d.warnings.save(d.recorder) // tried again at the end
		if turn := d.now.Load(); turn != nil {
			p := d.progress(*turn)
			p.Warning = d.warnings.credentials()
			p.Rate = float64(p.Ended-before) / tickEvery.Seconds()
			before = p.Ended
			d.report(p)
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
