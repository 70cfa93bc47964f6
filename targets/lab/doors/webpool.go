package doors

import (
	"slices"
	"sync"
	"time"
)

// A webPool is the execution environments of a Lambda Web Function, each of which serves
// several requests at a time. As [environments], it keeps no clock, and no goroutine.
//
// Source: Lambda developer guide, "Scaling" of web functions: from zero; a bound on the
// requests of an environment; no minimum; headroom for small rises; requests wait while
// environments start, and are refused at once where no more may start.
//
// Assumed: a request goes to the environment with the fewest; a fifth of all places is
// the headroom; an environment takes no more than its bound while it starts; one whose
// processor is behind by more than lagging is full, since the bound is said to be dynamic.
type webPool struct {
	per, most int           // requests in an environment; environments
	idle      time.Duration // until an environment is given up
	init      func(number int) time.Duration
	begin     func(*webEnvironment) // starts a process; nil: the environment is modelled
	end       func(*webEnvironment) // of one that is given up; nil: nothing has to end

	mu      sync.Mutex
	all     []*webEnvironment
	started int
	ahead   int // of these, before any request needed them
}

// A webEnvironment is one of them.
type webEnvironment struct {
	number int
	born   time.Time
	ready  time.Time     // when INIT is over; zero: that is not known yet
	up     chan struct{} // closed when that is known; nil: it is modelled
	failed error         // why it never was; guarded by up

	modelled times     // when each modelled request will have ended
	held     int       // requests that are busy until they are released
	since    time.Time // since when it has been idle
	thread   time.Time // until when its thread has work

	server webServer // nil: modelled
}

// webServer is the process of an environment.
type webServer interface {
	Ended() <-chan struct{}
	End()
}

const (
	headroom = 5                     // a fifth
	lagging  = 20 * time.Millisecond // of work that waits for the thread of an environment
)

func (e *webEnvironment) busy() int { return len(e.modelled) + e.held }

// begins is when an environment can take up a request that comes now.
func (e *webEnvironment) begins(now time.Time) time.Time {
	if e.ready.After(now) {
		return e.ready
	}
	return now
}

// place finds an environment for a request. New says that it was started for it. Nil: it is
// refused.
func (p *webPool) place(now time.Time) (e *webEnvironment, isNew bool) {
	p.settle(now)
	if e = p.choose(now, false); e == nil {
		if len(p.all) < p.most {
			e, isNew = p.start(now), true
		} else if e = p.choose(now, true); e == nil {
			return nil, false
		}
	}
	p.prepare(now, e)
	return e, isNew
}

// choose finds an environment with room: of those that are ready the one with the fewest
// requests, or else the one that will be ready first.
func (p *webPool) choose(now time.Time, evenLate bool) (best *webEnvironment) {
	better := func(a, b *webEnvironment) bool {
		if x, y := p.starts(a, now), p.starts(b, now); x != y {
			return y
		} else if x {
			return a.number < b.number
		}
		return a.busy() < b.busy()
	}
	for _, e := range p.all {
		full := e.busy() >= p.per || !evenLate && e.thread.Sub(e.begins(now)) > lagging
		if !full && (best == nil || better(e, best)) {
			best = e
		}
	}
	return best
}

func (p *webPool) starts(e *webEnvironment, now time.Time) bool {
	return e.ready.IsZero() || e.ready.After(now)
}

// prepare starts one more environment where too few places are left besides that of a
// request.
func (p *webPool) prepare(now time.Time, _ *webEnvironment) {
	places, taken := p.per*len(p.all), 1
	for _, e := range p.all {
		taken += e.busy()
	}
	if p.per > 1 && headroom*(places-taken) < places && len(p.all) < p.most {
		p.start(now)
		p.ahead++
	}
}

func (p *webPool) start(now time.Time) *webEnvironment {
	e := &webEnvironment{number: p.started, born: now, since: now}
	p.started++
	p.all = append(p.all, e)
	if p.begin != nil {
		e.up = make(chan struct{})
		p.begin(e)
	} else {
		e.ready = now.Add(p.init(e.number))
	}
	return e
}

// settle ends what is over, and gives up what has been idle for too long.
func (p *webPool) settle(now time.Time) {
	p.all = slices.DeleteFunc(p.all, func(e *webEnvironment) bool {
		if passed := e.modelled.takeUntil(now); len(passed) > 0 && e.busy() == 0 {
			e.since = passed[len(passed)-1]
		}
		over := e.busy() == 0 && !p.starts(e, now) && now.Sub(e.since) >= p.idle
		if over && p.end != nil {
			p.end(e)
		}
		return over
	})
}

// occupy takes up a modelled request that is under way for so long, of which its
// environment's thread works for a part. It returns how long the request waits for INIT,
// and then for the thread.
func (p *webPool) occupy(e *webEnvironment, now time.Time, duration, work time.Duration) (init, thread time.Duration) {
	begins := e.begins(now)
	init = begins.Sub(now)
	if work > 0 {
		if e.thread.After(begins) {
			thread = e.thread.Sub(begins)
		}
		e.thread = begins.Add(thread + work)
	}
	e.modelled.push(begins.Add(thread + duration))
	return init, thread
}

// release ends a request that was held.
func (p *webPool) release(e *webEnvironment, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.held--; e.busy() == 0 {
		e.since = now
	}
}

// known takes up how the start of an environment went.
func (p *webPool) known(e *webEnvironment, now time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.ready, e.failed, e.since = now, err, now
	if err != nil {
		p.remove(e)
	}
	close(e.up)
}

// lost forgets an environment whose process has ended.
func (p *webPool) lost(e *webEnvironment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(e)
}

func (p *webPool) remove(e *webEnvironment) {
	if i := slices.Index(p.all, e); i >= 0 {
		p.all = slices.Delete(p.all, i, i+1)
	}
}

// startedAhead is how many environments were started before any request needed them.
func (p *webPool) startedAhead() int64 {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(p.ahead)
}
