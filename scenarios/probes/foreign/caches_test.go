//go:build foreign && linux

package foreign

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"tollgate/results"
)

// A cacheCase is a cache, and what is asked of it.
type cacheCase struct {
	name, truth string
	quick       bool
	probe       string  // "": cacheProbe
	perKey      float64 // requests per second for each key; 0: those of cacheProbe
	ttl         span    // in seconds, from when an entry is stored
	header      bool    // responses say whether they are hits
	none        bool    // nothing is cached
	one         bool    // all keys share one entry
	entries     float64 // there is room for so many; 0: for all
	body        int     // bytes; 0: 100
	wait        func(*http.Request) time.Duration
	start       func(t *testing.T, c *cacheCase, backend *backend) *url.URL
}

// cacheProbe asks for the hit ratio of two hundred keys, and the TTL. Each key is asked
// for keyRate times a second.
const cacheProbe = `cache: {path: "/item?key={key}", rate: 100/s, for: 15s, keys: 200, ttl: {from: 2s, to: 14s}}`

const keyRate = 0.5

// two speeds of a backend that nothing caches.
var twoSpeeds = mixed(20*time.Millisecond, 60*time.Millisecond, 0.5)

func (c cacheCase) system() system {
	s := system{name: c.name, truth: c.truth, probe: c.probe, quick: c.quick, sure: c.quick}
	if s.probe == "" {
		s.probe = cacheProbe
	}
	s.start = func(t *testing.T) running {
		wait := c.wait
		if wait == nil {
			wait = always(20 * time.Millisecond)
		}
		b := newBackend(t, max(c.body, 100), wait)
		return running{c.start(t, &c, b), func(t *testing.T, run *results.Run) []statement { return c.is(b.hitRatio(t, run)) }}
	}
	return s
}

// is what is true of the cache, whose hits the backend has counted. What "at least" says
// of a TTL is true below it. A probe may state the hit ratio of these requests, or what
// random ones have in the long run: a miss is followed by as many hits as there are
// requests for the key within the TTL, on average.
func (c *cacheCase) is(hits span) []statement {
	if c.none {
		return []statement{{claim: uncached}}
	}
	if c.one {
		return []statement{{claim: oneEntry}, {cached, map[string]span{"hit_ratio": hits, "ttl": c.ttl, "ttl_at_least": {0, c.ttl.high}, "ttl_at_most": {c.ttl.low, math.Inf(1)}}}}
	}
	perKey := cmp.Or(c.perKey, keyRate)
	long := func(ttl float64) float64 { return perKey * ttl / (1 + perKey*ttl) }
	if c.entries == 0 {
		hits = span{min(hits.low, long(c.ttl.low)), max(hits.high, long(c.ttl.high))}
	}
	values := map[string]span{"hit_ratio": hits, "ttl": c.ttl, "ttl_at_least": {0, c.ttl.high}, "ttl_at_most": {c.ttl.low, math.Inf(1)}}
	if c.entries > 0 {
		values["capacity"] = span{0.9 * c.entries, 1.1 * c.entries}
		values["capacity_at_least"] = span{0, 1.1 * c.entries}
	}
	return []statement{{cached, values}}
}
