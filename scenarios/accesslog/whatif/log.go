package whatif

import (
	"bytes"
	"time"

	"tollgate/scenarios/accesslog"
)

// Most is how many requests, and how many invocations, are kept as they are.
const Most = 4 << 20

// A Log is requests in the order of their arrival. See [New].
type Log struct {
	most     int
	n, gets  int64
	first    int64           // arrival
	last     int64           // arrival
	hours    map[int64]int64 // requests of each
	requests []request       // all; of a large log the GETs of the paths that are sampled
	slots    slots           // of a large log: when requests arrived
	sample   sample

	invocations window // of the function's own log; none: requests tell
	waited      window // of a large log: the requests that reached the function
	keys        map[uint64]uint32
	users       map[uint64]uint32

	unplaced, coarse, throttled int64
	replaced                    int64 // of those throttled, by the front door itself
	pathless                    int64 // GETs
	queries                     int64 // GETs that have a query
	inits                       int64 // that were logged
	sorted                      bool
}

type request struct {
	moment
	took    time.Duration // of the backend; negative: not known
	key     uint32        // of its path and query
	user    uint32        // 0: none
	bytes   uint32        // of the response
	get, ok bool          // a GET of a known path, which has 200
	reached bool          // the backend
}

type invocation struct {
	moment
	took, init time.Duration // init negative: it was warm
}

// New is a log without requests.
func New() *Log { return newLog(Most) }

func newLog(most int) *Log {
	return &Log{most: most, hours: map[int64]int64{}, keys: map[uint64]uint32{}, users: map[uint64]uint32{}, invocations: window{most: most}, waited: window{most: most / 2}}
}

// Add keeps a request or an invocation.
func (l *Log) Add(e *accesslog.Entry) {
	if e.What != accesslog.Request && e.What != accesslog.Invocation {
		return
	}
	if e.Arrived == 0 {
		l.unplaced++
		return
	}
	if e.Resolution >= time.Second {
		l.coarse++
	}
	if l.sorted = false; e.What == accesslog.Invocation {
		if e.Init >= 0 {
			l.inits++
		}
		l.invocations.add(invocation{momentOf(e), max(e.Backend, 0), e.Init})
		return
	}
	r := request{
		moment: momentOf(e), took: e.Backend, get: string(e.Method) == "GET", ok: e.Status == 200,
		reached: e.BackendStatus != 0 || e.Backend > 0, bytes: uint32(max(0, min(e.Out, 1<<31))),
	}
	path := pathOf(e)
	if r.get && path == nil {
		r.get = false
		l.pathless++
	}
	if e.Status == 429 {
		if l.throttled++; e.BackendStatus == 0 {
			l.replaced++
		}
	}
	if len(e.User) > 0 {
		r.user = numbered(l.users, hashed(e.User))
	}
	if l.n++; l.n == 1 {
		l.first, l.last = r.at, r.at
	}
	l.first, l.last = min(l.first, r.at), max(l.last, r.at)
	l.hours[r.at/int64(time.Hour)]++
	key := uint64(0)
	if r.get {
		if l.gets++; len(e.Query) > 0 {
			l.queries++
		}
		key = hashed(path, e.Query, e.Host)
	}
	if !l.large() && len(l.requests) == l.most {
		l.enlarge()
	}
	if l.large() {
		l.slots.add(&r)
		l.wait(&r)
		if !r.get || !l.sample.has(key) {
			return
		}
	}
	if r.get {
		r.key = numbered(l.keys, key)
	}
	l.requests = append(l.requests, r)
	if l.large() && len(l.requests) >= l.most {
		l.thin()
	}
}

// pathOf is the path that a request was for: that of its route, where this is the same for
// all requests. nil: it is not known, as in the presets of API Gateway, which have the route
// alone.
func pathOf(e *accesslog.Entry) []byte {
	switch {
	case len(e.Path) > 0:
		return e.Path
	case len(e.Route) > 0 && e.Route[0] == '/' && bytes.IndexByte(e.Route, '{') < 0:
		return e.Route
	}
	return nil
}

// hashed is a hash of texts, FNV-1a with the finalizer of MurmurHash3, so that each of its
// bits is as good as another. It is the same for the same text in every run: so is what is
// sampled.
func hashed(texts ...[]byte) uint64 {
	h := uint64(14695981039346656037)
	for _, text := range texts {
		for _, c := range text {
			h = (h ^ uint64(c)) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211 // no byte of UTF-8, so that ends differ
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
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

// sort puts all in the order of arrival.
func (l *Log) sort() {
	if !l.sorted {
		l.place(asLogged)
	}
}

// arrivals calls see with each request, in the order of arrival; l is sorted. Requests of a
// large log are spread evenly over their slots or, for bounds, at the beginning.
func (l *Log) arrivals(spread bool, see func(at int64, user uint32)) {
	if l.large() {
		l.slots.each(spread, see)
		return
	}
	for i := range l.requests {
		see(l.requests[i].at, l.requests[i].user)
	}
}
