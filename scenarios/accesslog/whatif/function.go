package whatif

import "time"

// Environments are how a function is run.
type Environments struct {
	Idle        time.Duration // until an environment that is not used is given up
	Provisioned int           // that are always there
	Init        time.Duration // of a cold start
}

// Starts are what became of invocations.
type Starts struct {
	Invocations int64
	Cold        int64
	Provisioned int64 // that ran in provisioned environments
	Peak        int   // environments that were busy at once
}

// An end is when a busy environment will be free.
type end int64

func (e end) Before(other end) bool { return e < other }

// perEnvironment is how many invocations a second one provisioned environment takes. Source:
// Lambda developer guide, "Understanding concurrency": with 10 of them invocations spill over
// from 10 at once, or 100 a second, on.
const perEnvironment = 10

// Started is how the function's environments would have started, none being there at first.
// Of several invocations that arrive while none is free each needs one of its own.
func (l *Log) Started(e Environments) (s Starts) {
	l.sort()
	var reserved, busy heap[end]
	var free []int64 // since when, the longest first
	gone := 0        // of those, that were given up
	full := int64(e.Provisioned) * perEnvironment * perToken
	allowance := bucket{units: full}
	l.each(func(at int64, took time.Duration) {
		for len(reserved) > 0 && int64(reserved[0]) <= at {
			reserved.pop()
		}
		for len(busy) > 0 && int64(busy[0]) <= at {
			free = append(free, int64(busy.pop()))
		}
		for gone < len(free) && at-free[gone] >= int64(e.Idle) {
			gone++
		}
		if gone > len(free)/2 {
			free, gone = append(free[:0], free[gone:]...), 0
		}
		s.Invocations++
		switch {
		case len(reserved) < e.Provisioned && allowance.take(at, int64(e.Provisioned)*perEnvironment*1000, full):
			s.Provisioned++
			reserved.push(end(at + int64(took)))
		case len(free) > gone: // the one that was used last
			free = free[:len(free)-1]
			busy.push(end(at + int64(took)))
		default:
			s.Cold++
			busy.push(end(at + int64(took+e.Init)))
		}
		s.Peak = max(s.Peak, len(reserved)+len(busy))
	})
	return s
}

// each calls see with every invocation: those of the function's log or, without one, the
// requests that reached it.
func (l *Log) each(see func(at int64, took time.Duration)) {
	if len(l.invocations.all) > 0 || l.large() {
		for _, one := range l.started().all {
			see(one.at, one.took)
		}
		return
	}
	for i := range l.requests {
		if r := &l.requests[i]; r.reached && r.took >= 0 {
			see(r.at, r.took)
		}
	}
}

// started are the invocations of the function's log or, without one, of a large log those
// that its requests tell of.
func (l *Log) started() *window {
	if len(l.invocations.all) > 0 {
		return &l.invocations
	}
	return &l.waited
}

// Invoked says whether the log has invocations of which the time is known.
func (l *Log) Invoked() bool {
	found := false
	l.each(func(int64, time.Duration) { found = true })
	return found
}

// meanInit is the mean INIT of the cold starts that were logged; false if none was.
func (l *Log) meanInit() (time.Duration, bool) {
	sum, n := time.Duration(0), time.Duration(0)
	for _, one := range l.invocations.all {
		if one.init >= 0 {
			sum, n = sum+one.init, n+1
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / n, true
}
