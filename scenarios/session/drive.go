package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
)

const (
	// lead is how far in the future a turn begins, so that an engine can prepare and
	// sign its first requests before they are due.
	lead = 20 * time.Millisecond

	// tickEvery is how often progress is reported.
	tickEvery = 250 * time.Millisecond
)

// A driver drives the load of a run: its populations side by side.
type driver struct {
	*session
	*stopping
	recorder *results.Recorder
	epoch    time.Time
	walkers  []*walker
	aborted  atomic.Pointer[results.Abort] // by a rule of the scenario
	looked   atomic.Pointer[looked]        // the last look of a run that goes on until it is decided
	rested   atomic.Int64                  // nanoseconds that its looks took

	exhausted sync.Once // unique data was used up

	writing sync.Mutex
	turns   int   // in the sample file
	dropped int64 // samples beyond those that a turn keeps
}

// open makes an engine for each population. It returns which engine drives each target,
// the same for all populations.
func (d *driver) open() (choices []results.EngineChoice, err error) {
	for i := range d.senders {
		w := &walker{driver: d, sender: &d.senders[i]}
		job := d.jobOf(w.sender, d.job(d.epoch, w.shard))
		job.Stop, job.UsedUp = w.mayStop, w.usedUp
		if len(d.plan.Stages) == 0 { // no connection is held for a load that there is not
			job.Options = job.Options.WithoutConnections()
		}
		if w.engine, choices, err = d.table().Open(job); err != nil {
			return nil, errors.Join(err, d.close())
		}
		d.walkers = append(d.walkers, w)
	}
	return choices, nil
}

func (d *driver) close() error {
	var problems []error
	for _, w := range d.walkers {
		problems = append(problems, w.engine.Close())
	}
	return errors.Join(problems...)
}

func (d *driver) health() results.Health {
	all := make([]load.Engine, len(d.walkers))
	for i, w := range d.walkers {
		all[i] = w.engine
	}
	return engines.HealthOf(all)
}

// drive runs every turn of all populations, unless a stop, the disk or the budget ends it.
// What ends one population ends all.
func (d *driver) drive() (err error) {
	d.recorder.Guard(d.Scenario.Abort, func(a results.Abort) {
		d.aborted.Store(&a)
		d.stopping.abort()
	})
	if d.budget != nil {
		defer func() {
			d.report(d.progress())
			err = errors.Join(err, d.budget.note(d.recorder, errors.Is(err, load.ErrSpent)))
		}()
	}
	defer func() {
		if d.dropped > 0 {
			d.warnings.add(fmt.Sprintf("%s have no sample: one turn keeps %s; more blocks make more turns", pricing.Counted(d.dropped, "request"), pricing.Counted(results.MaxStageSamples, "sample")))
		}
		err = errors.Join(err, d.warnings.save(d.recorder))
	}()
	d.recorder.Watch(d.health)
	defer d.control.pause()
	stop, done := make(chan struct{}), make(chan struct{})
	go d.watch(stop, done)
	defer func() {
		close(stop)
		<-done
	}()
	return d.walk()
}

// walk lets every population walk its turns.
func (d *driver) walk() error {
	problems := make([]error, len(d.walkers))
	var all sync.WaitGroup
	for i, w := range d.walkers {
		all.Go(func() {
			if problems[i] = w.walk(); problems[i] != nil {
				d.stopping.close()
			}
		})
	}
	all.Wait()
	return errors.Join(problems...)
}

// write keeps the samples of a turn.
func (d *driver) write(head results.SampleStage, all []results.Sample) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	head.Number = d.turns
	d.turns++
	head.Stage += fmt.Sprintf("turn %d", d.turns)
	d.dropped += head.Dropped
	return d.file.Stage(head, all)
}

// progress is that of all populations together.
func (d *driver) progress() Progress {
	p := Progress{Step: Loading, Dir: d.recorder.Dir(), Total: d.plan.Duration() + time.Duration(d.rested.Load()), Elapsed: time.Since(d.epoch), Spent: d.budget.share()}
	for _, w := range d.walkers {
		if u := w.now.Load(); u != nil {
			p.Under = append(p.Under, *u)
		}
		ended, failed := w.counted()
		p.Ended, p.Failed = p.Ended+ended, p.Failed+failed
	}
	if look := d.looked.Load(); look != nil {
		p.Looked, p.Open, p.Doubt = look.Blocks, look.Undecided, look.doubt
	}
	if !slices.ContainsFunc(d.plan.Stages, closedLoop) {
		p.Planned = d.plan.Requests()
	}
	if d.sending.Err() != nil {
		p.Step, p.Grace = Stopping, d.Scenario.Grace
	}
	return p
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
		if p := d.progress(); len(p.Under) > 0 {
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
