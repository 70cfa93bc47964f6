package whatif

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"time"

	"tollgate/scenarios/accesslog"
)

// Most is how many requests are kept.
const Most = 4 << 20

// A Log is requests in the order of their arrival. See [New].
type Log struct {
	requests    []request
	invocations []invocation // of the function's own log; none: requests tell
	keys, users map[uint64]uint32
	seed        maphash.Seed
	buffer      []byte

	tooMany, unplaced, coarse, throttled int64
	sorted                               bool
}

type request struct {
	at         int64         // nanoseconds since 1970
	took       time.Duration // of the backend; negative: not known
	key        uint32        // of its path and query
	user       uint32        // 0: none
	bytes      uint32        // of the response
	get, ok    bool          // a GET, which has 200
	reached    bool          // the backend
	resolution bool          // at is a whole second
}

type invocation struct {
	at         int64
	took, init time.Duration // init negative: it was warm
}

// New is a log without requests.
func New() *Log {
	return &Log{seed: maphash.MakeSeed(), keys: map[uint64]uint32{}, users: map[uint64]uint32{}}
}

// Add keeps a request or an invocation.
func (l *Log) Add(e *accesslog.Entry) {
	if e.What != accesslog.Request && e.What != accesslog.Invocation {
		return
	}
	switch {
	case e.Arrived == 0:
		l.unplaced++
		return
	case len(l.requests)+len(l.invocations) >= Most:
		l.tooMany++
		return
	}
	if e.Resolution >= time.Second {
		l.coarse++
	}
	if l.sorted = false; e.What == accesslog.Invocation {
		l.invocations = append(l.invocations, invocation{e.Arrived, max(e.Backend, 0), e.Init})
		return
	}
	r := request{
		at: e.Arrived, took: e.Backend, get: string(e.Method) == "GET", ok: e.Status == 200,
		reached: e.BackendStatus != 0 || e.Backend > 0, bytes: uint32(max(0, min(e.Out, 1<<31))), resolution: e.Resolution >= time.Second,
	}
	if e.Status == 429 {
		l.throttled++
	}
	if r.get {
		l.buffer = binary.AppendUvarint(l.buffer[:0], uint64(len(e.Path)))
		l.buffer = append(append(append(l.buffer, e.Path...), e.Query...), e.Host...)
		r.key = numbered(l.keys, maphash.Bytes(l.seed, l.buffer))
	}
	if len(e.User) > 0 {
		r.user = numbered(l.users, maphash.Bytes(l.seed, e.User))
	}
	l.requests = append(l.requests, r)
}

// numbered gives each key a number from 1 on, in the order of their first use.
func numbered(all map[uint64]uint32, key uint64) uint32 {
	n, known := all[key]
	if !known {
		n = uint32(len(all) + 1)
		all[key] = n
	}
	return n
}

// sort puts all in the order of arrival; those of which the second alone is known are spread
// evenly within it.
func (l *Log) sort() {
	if l.sorted {
		return
	}
	l.sorted = true
	byTime := func(a, b request) int { return cmp.Compare(a.at, b.at) }
	slices.SortStableFunc(l.requests, byTime)
	const second = int64(time.Second)
	for i := 0; i < len(l.requests); {
		n := 1
		for i+n < len(l.requests) && l.requests[i+n].at/second == l.requests[i].at/second {
			n++
		}
		for j := range n {
			if r := &l.requests[i+j]; r.resolution {
				r.at = r.at/second*second + second*int64(2*j+1)/int64(2*n)
			}
		}
		i += n
	}
	slices.SortStableFunc(l.requests, byTime)
	slices.SortStableFunc(l.invocations, func(a, b invocation) int { return cmp.Compare(a.at, b.at) })
}

// N is how many requests there are.
func (l *Log) N() int { return len(l.requests) }
