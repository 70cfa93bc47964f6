package whatif

import (
	"math"
	"time"
)

const (
	// LargestCached is the largest response that API Gateway's cache keeps. Source: API Gateway
	// developer guide, "Enabling API caching".
	LargestCached = 1_048_576

	entryBytes = 256 // that an entry takes besides its body (assumed, as the lab does)
)

// A Cache keeps responses to GET requests that have 200, each by its path and query.
type Cache struct {
	TTL   time.Duration // from when the response was there
	Bytes int64         // 0: there is room for all
	Whole bool          // responses of any length are kept, and not those up to LargestCached alone
}

// Hits are what a cache would have answered.
type Hits struct {
	Hits, Lookups int64
	Peak          int64 // bytes that were needed at most

	// Error is by how much the ratio may be off, in 19 of 20 cases; 0: it is exact. The log
	// is large then, and the others are estimates.
	Error float64
}

// Ratio is the share of the lookups that are hits.
func (h Hits) Ratio() float64 { return float64(h.Hits) / float64(max(h.Lookups, 1)) }

// estimated makes the hits of a sample those of all requests. Paths are drawn and not
// requests, so the variance is that between paths. A path that is asked for very often is in
// the sample or not: the sample has more, or fewer, requests than its share then, and these
// may have been hits all or misses all.
func (l *Log) estimated(h Hits, hits, lookups []int64) Hits {
	share := l.sample.share()
	if share == 1 || h.Lookups == 0 {
		return h
	}
	ratio, n, squares := h.Ratio(), float64(h.Lookups), 0.0
	for key := range lookups {
		off := float64(hits[key]) - ratio*float64(lookups[key])
		squares += off * off
	}
	drawn := 1.96 * math.Sqrt((1-share)*squares) / n
	missing := math.Abs(1-n/(share*float64(l.gets))) * max(ratio, 1-ratio)
	return Hits{
		Hits: int64(math.Round(ratio * float64(l.gets))), Lookups: l.gets, Peak: int64(float64(h.Peak) / share), Error: min(1, drawn+missing),
	}
}

// none is an entry that is not there.
const none = ^uint32(0)

// entries are the responses that a cache holds, by their keys, in the order of their last use.
type entries struct {
	room        int64
	stored      []int64 // since when; 0: it is not held
	bytes       []uint32
	next, last  []uint32 // used before it, and after it
	first, back uint32   // used last, and used longest ago
	used, peak  int64
}

func newEntries(keys int, room int64) *entries {
	return &entries{room: room, stored: make([]int64, keys), bytes: make([]uint32, keys), next: make([]uint32, keys), last: make([]uint32, keys), first: none, back: none}
}

func (e *entries) drop(key uint32) {
	before, after := e.last[key], e.next[key]
	if before == none {
		e.first = after
	} else {
		e.next[before] = after
	}
	if after == none {
		e.back = before
	} else {
		e.last[after] = before
	}
	e.stored[key] = 0
	e.used -= int64(e.bytes[key])
}

// front makes it the one that was used last.
func (e *entries) front(key uint32) {
	e.last[key], e.next[key] = none, e.first
	if e.first != none {
		e.last[e.first] = key
	} else {
		e.back = key
	}
	e.first = key
}

func (e *entries) put(key uint32, at int64, bytes uint32) {
	if e.stored[key] != 0 {
		e.drop(key)
	}
	size := bytes + entryBytes
	if e.room > 0 && int64(size) > e.room {
		return
	}
	for e.room > 0 && e.used+int64(size) > e.room {
		e.drop(e.back)
	}
	e.stored[key], e.bytes[key] = at, size
	e.front(key)
	e.used += int64(size)
	e.peak = max(e.peak, e.used)
}

// has says whether a response is held that is not too old. One that is makes room.
func (e *entries) has(key uint32, at int64, ttl time.Duration) bool {
	since := e.stored[key]
	if since == 0 {
		return false
	}
	if at-since >= int64(ttl) {
		e.drop(key)
		return false
	}
	used := e.bytes[key]
	e.drop(key)
	e.stored[key] = since
	e.used += int64(used)
	e.front(key)
	return true
}

// A response is under way: it is stored when it is there.
type response struct {
	at     int64
	number int // of its request: of two that are there at once the earlier is the first
	key    uint32
	bytes  uint32
}

func (r response) Before(other response) bool {
	return r.at < other.at || r.at == other.at && r.number < other.number
}

// Cached is what the cache would have answered. Requests for the same that arrive while the
// first is still under way are misses, as at API Gateway.
func (l *Log) Cached(c Cache) (h Hits) {
	l.sort()
	room := c.Bytes
	if room > 0 {
		room = max(1, int64(float64(room)*l.sample.share()))
	}
	held := newEntries(len(l.keys)+1, room)
	hits, lookups := make([]int64, len(l.keys)+1), make([]int64, len(l.keys)+1)
	var coming heap[response]
	for i := range l.requests {
		r := &l.requests[i]
		if !r.get {
			continue
		}
		for len(coming) > 0 && coming[0].at <= r.at {
			one := coming.pop()
			held.put(one.key, one.at, one.bytes)
		}
		lookups[r.key]++
		if h.Lookups++; held.has(r.key, r.at, c.TTL) {
			h.Hits++
			hits[r.key]++
			continue
		}
		if r.ok && (c.Whole || r.bytes <= LargestCached) {
			coming.push(response{r.at + int64(max(r.took, 0)), i, r.key, r.bytes})
		}
	}
	h.Peak = held.peak
	return l.estimated(h, hits, lookups)
}
