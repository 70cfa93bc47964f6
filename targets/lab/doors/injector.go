package doors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/protocol"
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
			if in.Door == "" && it.what.concerns(d) || in.Door == d.Name {
				j.give(d, it)
			}
		}
	}
	j.all = append(j.all, placed...)
	return placed, nil
}

func (j *injector) place(in Injection, now time.Time) *Injected {
	in.Share = cmp.Or(in.Share, 1)
	it := &Injected{Injection: in, From: now.Add(time.Duration(in.Start)), what: injectables[in.Fault]}
	it.draws = newStream(j.seed, in.Fault+in.Door)
	it.ctx, it.stop = context.WithCancel(context.Background())
	if in.For > 0 {
		until := it.From.Add(time.Duration(in.For))
		it.Until = &until
	}
	return it
}

func (j *injector) give(d *door, it *Injected) {
	if it.what.run == nil {
		d.addFault(it)
		return
	}
	j.workers.Go(func() {
		if d.timer.Wait(it.ctx, it.From) == nil {
			it.what.run(d, it)
		}
	})
}

func (j *injector) list(now time.Time) []*Injected {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forget(now)
	return append([]*Injected{}, j.all...)
}

func (j *injector) forget(now time.Time) {
	j.all = slices.DeleteFunc(j.all, func(it *Injected) bool { return it.over(now) })
}

func (j *injector) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, it := range j.all {
		it.stop()
	}
	j.all, j.distorting = nil, nil
	for _, d := range j.doors {
		d.faults.Store(nil)
	}
}

// close ends every fault for good, and waits for those that run on their own.
func (j *injector) close() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.clear()
	j.workers.Wait()
}

func (it *Injected) over(now time.Time) bool { return it.Until != nil && !now.Before(*it.Until) }

// meets says whether the n'th request of a door, which is there now, meets the
// fault.
func (it *Injected) meets(now time.Time, n uint64) bool {
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

// addFault adds a fault to those that the door's requests meet, and forgets those
// that are over. The injector's lock is held.
func (d *door) addFault(it *Injected) {
	list := []*Injected{it}
	if before := d.faults.Load(); before != nil {
		now := time.Now()
		kept := slices.DeleteFunc(slices.Clone(*before), func(old *Injected) bool { return old.over(now) })
		list = append(kept, it)
	}
	d.faults.Store(&list)
}

func (d *door) inject(x *exchange) {
	list := d.faults.Load()
	if list == nil {
		return
	}
	for _, it := range *list {
		if it.what.handshake != nil || !it.meets(x.ready, x.nth) {
			continue
		}
		x.injected = append(x.injected, it.Fault)
		switch {
		case it.what.change != nil:
			it.what.change(d, x, it)
		case x.connection != nil: // a message; the last fault stands
			x.spoilt = it.what.message
		case x.send == nil: // a response can be corrupted in one way only
			x.send = func(w http.ResponseWriter) { it.what.corrupt(d, x, it, w) }
		}
	}
}

// refusesAWS says what the next request to the AWS endpoint meets.
func (j *injector) refusesAWS(now time.Time) (protocol.Refusal, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked++
	for _, it := range j.all {
		if it.what.refuses != nil && it.meets(now, j.asked) {
			return *it.what.refuses, true
		}
	}
	return protocol.Refusal{}, false
}

// distortion is what is wrong with how a minute of a metric is reported. Faults
// that are over still hold for their minutes.
func (j *injector) distortion(m cloudwatch.Metric, minute time.Time) (all cloudwatch.Distortion) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, it := range j.distorting {
		if !minute.Add(time.Minute).After(it.From) || it.over(minute) || it.draws.uniform(positionOf(m, minute)) > it.Share {
			continue
		}
		d := it.what.distorts(time.Duration(it.By))
		all.Missing = all.Missing || d.Missing
		all.Late = max(all.Late, d.Late)
		all.Shift += d.Shift
	}
	return all
}

// positionOf is the position of a metric's minute in the streams of chance.
func positionOf(m cloudwatch.Metric, minute time.Time) uint64 {
	name := m.Namespace + "\x00" + m.Name
	for _, key := range slices.Sorted(maps.Keys(m.Dimensions)) {
		name += "\x00" + key + "\x00" + m.Dimensions[key]
	}
	return hashOf(fmt.Sprint(name, minute.Unix()))
}
