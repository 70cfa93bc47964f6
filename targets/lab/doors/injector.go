package doors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// An Injected is an Injection that has its place in time.
type Injected struct {
	Injection
	From  time.Time  `json:"from"`
	Until *time.Time `json:"until,omitempty"` // nil: until the lab ends
	what  injectable
	draws stream
	ctx   context.Context // ends with the fault
	stop  context.CancelFunc
}

// an injector knows all faults that a lab was asked for.
type injector struct {
	seed  uint64
	doors []*door

	mu     sync.Mutex
	closed bool
	all    []*Injected
	asked  uint64 // requests that the AWS endpoint had

	distorting []*Injected // those that distort metrics, over or not

	workers sync.WaitGroup
}

// mostInjections bounds the faults under way or to come: each request looks at
// all of its door's.
const mostInjections = 1_000

var errClosed = errors.New("the lab is closed")

// inject puts faults, which are checked, into effect as of now.
func (j *injector) inject(ins []Injection, now time.Time) ([]*Injected, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, errClosed
	}
	j.forget(now)
	if len(j.all)+len(ins) > mostInjections {
		return nil, fmt.Errorf("%d faults and %d more are more than the %d that a lab keeps: end some, or give each a time to last", len(j.all), len(ins), mostInjections)
	}
	var placed []*Injected
	for _, in := range ins {
		it := j.place(in, now)
		placed = append(placed, it)
		if it.what.distorts != nil {
			j.distorting = append(j.distorting, it)
		}
		for _, d := range j.doors {
			if in.Door == "" && it.what.befallsDoor(d) || in.Door == d.Name {
				j.give(d, it)
			}
		}
	}
	j.all = append(j.all, placed...)
	return placed, nil
}

func (j *injector) place(in Injection, now time.Time) *Injected {
	if in.Share == 0 {
		in.Share = 1
	}
	it := &Injected{Injection: in, From: now.Add(time.Duration(in.Start)), what: injectables[in.Fault]}
	it.draws = newStream(j.seed, in.Fault+in.Door)
	it.ctx, it.stop = context.WithCancel(context.Background())
	if in.For > 0 {
		until := it.From.Add(time.Duration(in.For))
		it.Until = &until
	}
	return it
}

// give lets a door suffer a fault.
func (j *injector) give(d *door, it *Injected) {
	if it.what.run == nil {
		d.suffer(it)
		return
	}
	j.workers.Go(func() {
		if d.timer.Wait(it.ctx, it.From) == nil {
			it.what.run(d, it)
		}
	})
}

// list returns the faults that are under way or to come.
func (j *injector) list(now time.Time) []*Injected {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forget(now)
	return append([]*Injected{}, j.all...)
}

// forget drops the faults that are over; the lock is held.
func (j *injector) forget(now time.Time) {
	j.all = slices.DeleteFunc(j.all, func(it *Injected) bool { return it.over(now) })
}

// clear ends every fault.
func (j *injector) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, it := range j.all {
		it.stop()
	}
	j.all, j.distorting = nil, nil
	for _, d := range j.doors {
		d.suffering.Store(nil)
	}
}

// close ends every fault for good, and waits for those that run beside requests.
func (j *injector) close() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.clear()
	j.workers.Wait()
}

func (it *Injected) over(now time.Time) bool { return it.Until != nil && !now.Before(*it.Until) }

// befalls says whether the n'th request of a door, which is there now, meets
// the fault.
func (it *Injected) befalls(now time.Time, n uint64) bool {
	return !now.Before(it.From) && !it.over(now) && it.draws.uniform(n) <= it.Share
}

// rest waits until the fault is over or ctx ends.
func (it *Injected) rest(ctx context.Context, d *door) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	defer context.AfterFunc(it.ctx, leave)()
	if it.Until == nil {
		<-ctx.Done()
		return
	}
	_ = d.timer.Wait(ctx, *it.Until) // however it ends, the rest is over
}

// suffer adds a fault to those that befall the door's requests, and forgets
// those that are over. The injector's lock is held.
func (d *door) suffer(it *Injected) {
	list := []*Injected{it}
	if before := d.suffering.Load(); before != nil {
		now := time.Now()
		kept := slices.DeleteFunc(slices.Clone(*before), func(old *Injected) bool { return old.over(now) })
		list = append(kept, it)
	}
	d.suffering.Store(&list)
}

// befall lets x meet the faults of the moment.
func (d *door) befall(x *exchange) {
	list := d.suffering.Load()
	if list == nil {
		return
	}
	for _, it := range *list {
		if it.what.handshake != nil || !it.befalls(x.ready, x.nth) {
			continue
		}
		x.befallen = append(x.befallen, it.Fault)
		switch {
		case it.what.befall != nil:
			it.what.befall(d, x, it)
		case x.deliver == nil: // an answer can be spoilt in one way only
			x.deliver = it.what.spoil(d, x, it)
		}
	}
}
