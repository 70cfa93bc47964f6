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
	"tollgate/scenarios/values"
)

// A walker walks the turns of one population, through an engine of its own.
type walker struct {
	*driver
	*sender
	engine load.Engine
	now    atomic.Pointer[Underway] // the turn under way; nil before the first and after the last
	kept   samples                  // of the turn under way, if every request is to be kept

	turn  atomic.Pointer[turnStop]
	spent atomic.Pointer[values.UsedUp] // unique data has no row left; nil: it has

	mu     sync.Mutex
	counts []*counted
}

// A turnStop ends the sending of one turn.
type turnStop struct {
	sending context.Context
	stop    context.CancelFunc
}

// mayStop implements Job.Stop.
func (w *walker) mayStop() context.Context { return w.turn.Load().sending }

// usedUp ends the turn because unique data has no row left. The load ends with the block:
// every other target is to receive what the first did.
func (w *walker) usedUp(why *values.UsedUp) {
	w.spent.CompareAndSwap(nil, why)
	w.turn.Load().stop()
}

// A counted is a shard that also counts for the progress display.
type counted struct {
	load.Shard
	flows         uint16 // the first number of walks through flows, which are no requests
	asked         []bool // by request: it stands for preflights
	ended, failed atomic.Int64
	_             [32]byte // keeps the counters of two loops out of one cache line
}

// Record implements load.Shard.
func (c *counted) Record(s *results.Sample) {
	c.Shard.Record(s)
	if s.Request >= c.flows || c.asked[s.Request] {
		return
	}
	c.ended.Add(1)
	if s.Outcome() != results.OK {
		c.failed.Add(1)
	}
}

func (w *walker) shard() load.Shard {
	c := &counted{Shard: w.recorder.Shard(), flows: w.flowNumber(), asked: w.plan.AreAsked()}
	if w.Samples {
		k := w.kept.keeper(c.Shard)
		k.flows, c.Shard = c.flows, k
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts = append(w.counts, c)
	return c
}

// counted is how many requests ended, and how many of these failed.
func (w *walker) counted() (ended, failed int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.counts {
		ended += c.ended.Load()
		failed += c.failed.Load()
	}
	return ended, failed
}

// walk runs every turn of the population, unless a stop or the disk ends it.
func (w *walker) walk() (err error) {
	defer w.now.Store(nil)
	decider := newDecider(w)
	defer func() { err = errors.Join(err, decider.end()) }()
	defer w.control.replace(w.FirstRequest, nil)
	at, planned, number := w.Start, w.Start, 0
	rest(w.sending, time.Until(w.epoch.Add(at-lead)))
	for turn := range w.Turns() {
		if w.sending.Err() != nil {
			return nil
		}
		if why := w.spent.Load(); why != nil && number%len(w.To) == 0 { // one turn is one block, but with a single target
			w.end(why)
			return nil
		}
		number++
		at = max(at, time.Since(w.epoch)+lead)
		if w.session.shard != nil {
			at = max(at, planned)
			w.session.shard.turn(planned, at)
		}
		w.now.Store(&Underway{
			Index: w.Number, Population: w.Name, Target: w.targets[turn.Target].Name,
			Stage: turn.Stage - w.Stages[0].Number + 1, Stages: len(w.Stages), Name: w.plan.Stages[turn.Stage].Name, Turn: number, Began: at,
		})
		decider.begins(turn)
		w.recorder.Turn(w.Number, turn.Target, at, at+turn.For)
		w.kept.begin()
		var one turnStop
		one.sending, one.stop = context.WithCancel(w.sending)
		w.turn.Store(&one)
		if err := errors.Join(w.engine.Run(w.waiting, w.control.controlling(turn, w.FirstRequest), at), w.keep(turn, at)); err != nil {
			return err
		}
		if err := w.recorder.Err(); err != nil {
			return err
		}
		if at += turn.For; one.sending.Err() != nil {
			at = 0 // the next turn begins at once
		}
		planned += turn.For + w.session.shard.pause(w)
		one.stop()
		if done, err := decider.ends(w.sending, turn); done || err != nil {
			return err
		}
	}
	if why := w.spent.Load(); why != nil {
		w.end(why)
	}
	rest(w.sending, time.Until(w.epoch.Add(at))) // the quiet at the end of the last turn
	return nil
}

// end ends the load of all populations, because unique data has no row left.
func (w *walker) end(why *values.UsedUp) {
	w.exhausted.Do(func() {
		w.warnings.add(fmt.Sprintf("the load ended after %v: %v", time.Since(w.epoch).Round(time.Millisecond), why))
		w.stop()
	})
}

// keep writes the samples of a turn, if they are to be kept.
func (w *walker) keep(turn scenarios.Turn, at time.Duration) error {
	if !w.Samples {
		return nil
	}
	head := results.SampleStage{
		Target: w.targets[turn.Target].Name, Load: w.plan.Stages[turn.Stage].Words(), Seconds: turn.For.Seconds(), StartedS: at.Seconds(),
	}
	if w.plan.Stages[turn.Stage].WarmUp {
		head.Stage = "warm-up, "
	}
	for _, r := range w.plan.Sent {
		head.Requests = append(head.Requests, r.Name)
	}
	all, dropped, _ := w.kept.take()
	head.Dropped = dropped
	return w.write(head, all)
}

func closedLoop(s scenarios.PlannedStage) bool {
	_, closed := s.Load.(scenarios.Users)
	return closed
}
