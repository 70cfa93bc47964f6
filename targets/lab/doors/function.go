package doors

import (
	"sync"
	"time"
)

// A function is a modelled Lambda function: what it answers is computed at
// once, how long that takes is drawn.
type function struct {
	app         func(method, path string, body []byte) *answer
	init, warm  draw
	faults      stream
	chance      stream  // of environments to be initialised ahead of their first request
	proactive   float64 // share of them
	timeout     time.Duration
	thrown      float64
	malformed   float64
	forbidden   bool  // nobody may invoke it
	streams     bool  // its response is streamed
	largest     int64 // bytes of a response
	requestRate *bucket

	mu      sync.Mutex
	invoked uint64 // invocations so far, the position in the streams
	pool    pool
	scaling *bucket
}

// perConcurrency is how many requests a second Lambda takes for each unit of a
// function's concurrency, and its provisioned environments for each of them.
// Source: Lambda developer guide, "Understanding concurrency".
const perConcurrency = 10

func newFunction(f Function, name string, seed uint64, now time.Time) *function {
	perSecond := func(concurrency int) *bucket {
		most := perConcurrency * concurrency
		return newBucket(Throttle{Rate: float64(most), Burst: most}, now)
	}
	return &function{
		app:         application,
		init:        newDraw(*f.Init, seed, name+" init"),
		warm:        newDraw(*f.Warm, seed, name+" duration"),
		faults:      newStream(seed, name+" faults"),
		chance:      newStream(seed, name+" proactive"),
		proactive:   f.Proactive,
		timeout:     time.Duration(f.Timeout),
		thrown:      f.Thrown,
		malformed:   f.Malformed,
		forbidden:   f.Forbidden,
		largest:     largestPayload,
		requestRate: perSecond(*f.Concurrency),
		pool: pool{
			limit: *f.Concurrency, idle: time.Duration(f.Idle),
			provisioned: f.Provisioned, allowance: perSecond(f.Provisioned),
		},
		scaling: newBucket(*f.Scaling, now),
	}
}

// An ending is how an invocation went.
type ending uint8

const (
	returned     ending = iota
	threw               // an error of the handler's
	misreturned         // something that is no response
	timedOut            // the function's own timeout
	overSize            // a response larger than Lambda passes on
	notPermitted        // refused: the function's resource policy does not let the door in
	overRate            // refused: more requests a second than the concurrency allows
	overLimit           // refused: every environment that may exist is busy
	overScaling         // refused: environments are not started that fast
)

// refused says that nothing was invoked.
func (e ending) refused() bool { return e >= notPermitted }

// throttled says that nothing was invoked since there was too much to do.
func (e ending) throttled() bool { return e >= overRate }

// An invocation is what became of one call.
type invocation struct {
	at       time.Time
	ending   ending
	cold     bool // it waited for INIT
	ahead    bool // its environment is new, and was initialised before it came
	where    placement
	spilled  bool // the provisioned environments were busy, or took no more this second
	init     time.Duration
	early    time.Duration // INIT, where it was over before the invocation came
	duration time.Duration // without init
	answer   *answer       // of the handler; not seen unless it returned
}

// took is how long the caller waits for it.
func (i *invocation) took() time.Duration { return i.init + i.duration }

// billed is how much time is billed: rounded up to whole milliseconds, INIT
// included as it has been since August 2025 for every function.
// Source: AWS Compute blog, "AWS Lambda standardizes billing for INIT Phase".
func (i *invocation) billed() time.Duration {
	return (i.took() + time.Millisecond - 1).Truncate(time.Millisecond)
}

// invoke starts an invocation at now.
func (f *function) invoke(now time.Time, method, path string, body []byte) invocation {
	in := invocation{at: now}
	if f.forbidden {
		in.ending = notPermitted
		return in
	}
	if !f.requestRate.take(now) {
		in.ending = overRate
		return in
	}
	in.answer = f.app(method, path, body)
	n := f.begin(&in)
	if in.ending.refused() {
		return in
	}
	switch u := f.faults.uniform(n); {
	case in.duration == f.timeout:
		in.ending = timedOut
	case u < f.thrown:
		in.ending = threw
	case u < f.thrown+f.malformed:
		in.ending = misreturned
	case in.answer.size() > f.largest:
		in.ending = overSize
	}
	return in
}

// begin finds an environment, draws how long the invocation will take and
// keeps the environment busy so long.
func (f *function) begin(in *invocation) (n uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in.where = f.pool.place(in.at)
	switch {
	case in.where == notPlaced:
		in.ending = overLimit
		return 0
	case in.where == placedCold && !f.scaling.take(in.at):
		in.ending = overScaling
		return 0
	}
	in.spilled = f.pool.provisioned > 0 && in.where != placedProvisioned
	n = f.invoked
	f.invoked++
	if in.where == placedCold {
		in.ahead = f.chance.uniform(n) < f.proactive
		if in.cold = !in.ahead; in.cold {
			in.init = f.init.at(n)
		} else {
			in.early = f.init.at(n)
		}
	}
	in.duration = f.warm.at(n)
	if f.streams { // a stream keeps its function busy to its end
		in.duration = max(in.duration, streaming(in.answer.size()))
	}
	in.duration = min(in.duration, f.timeout)
	f.pool.occupy(in.where, in.at.Add(in.took()))
	return n
}
