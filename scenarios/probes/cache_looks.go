package probes

import (
	"math"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
)

// A cacheAnswer is what one response says of the cache before it.
type cacheAnswer uint8

const (
	cacheSilent cacheAnswer = iota
	cacheHit
	cacheMiss
)

// readCacheHeader reads what caches write in their headers: "Hit from
// cloudfront", "HIT", "TCP_MEM_HIT" and so on. Entries that were served without
// asking what is behind are hits, stale ones too. One that had to be asked for
// again is a miss, whatever came of it.
// Sources: CloudFront developer guide, "View request and response headers";
// nginx documentation, $upstream_cache_status; RFC 9211 (the Cache-Status field).
func readCacheHeader(value string) cacheAnswer {
	v := strings.ToLower(value)
	for _, word := range []string{"refreshhit", "refresh_hit", "revalidated", "expired", "bypass", "miss", "fwd=", "error"} {
		if strings.Contains(v, word) {
			return cacheMiss
		}
	}
	for _, word := range []string{"hit", "stale", "updating"} {
		if strings.Contains(v, word) {
			return cacheHit
		}
	}
	return cacheSilent
}

// A look is one good response at a cached resource.
type look struct {
	sample *results.Sample
	hit    bool
}

// A cacheSorting is what a set of samples tells about a cache.
type cacheSorting struct {
	looks   []look
	header  bool // all by their headers; else by latency
	mixture estimate.Mixture
	mixed   bool
}

// sortLooks sorts the good responses among samples into hits and misses: by a
// header if each has one, else by a mixture of two latency distributions. Known
// is a mixture that was found in more samples than these, or nil.
func sortLooks(samples []results.Sample, known *estimate.Mixture) cacheSorting {
	c := cacheSorting{header: true}
	var latencies []float64
	for i := range samples {
		s := &samples[i]
		if s.Outcome() != results.OK {
			continue
		}
		answer := readCacheHeader(s.Mark.Cache)
		c.looks = append(c.looks, look{s, answer == cacheHit})
		c.header = c.header && answer != cacheSilent
		latencies = append(latencies, millis(s.Service))
	}
	if c.header = c.header && len(c.looks) > 0; c.header {
		return c
	}
	if known != nil {
		c.mixture, c.mixed = *known, true
	} else {
		c.mixture, c.mixed = estimate.Fit(latencies)
	}
	for i := range c.looks {
		c.looks[i].hit = c.mixed && !c.mixture.IsSlow(latencies[i])
	}
	return c
}

// latencies are the service times in ms of the hits or of the misses.
func (c *cacheSorting) latencies(hit bool) []float64 {
	var ms []float64
	for _, l := range c.looks {
		if l.hit == hit {
			ms = append(ms, millis(l.sample.Service))
		}
	}
	return ms
}

// CacheCounts are hits and misses as CloudWatch counted them.
type CacheCounts struct{ Hits, Misses float64 }

// ratio is the share of hits, with the method that gave it: counted by the
// caches' headers or by CloudWatch, else the weight of the fast distribution.
func (c *cacheSorting) ratio(counted *CacheCounts) (estimate.Interval, string, bool) {
	var hits, all int64
	method := ""
	switch {
	case c.header:
		for _, l := range c.looks {
			if all++; l.hit {
				hits++
			}
		}
		method = "counted by the responses' cache headers; Wilson's interval, 95 %"
	case counted != nil && counted.Hits+counted.Misses > 0:
		hits, all = int64(math.Round(counted.Hits)), int64(math.Round(counted.Hits+counted.Misses))
		method = "CacheHitCount and CacheMissCount of CloudWatch; Wilson's interval, 95 %"
	case c.mixed:
		slow := c.mixture.SlowShare()
		return estimate.Interval{Value: 1 - slow.Value, Low: 1 - slow.High, High: 1 - slow.Low},
			"weight of the faster of two log-normals fitted to the latencies; 95 %, widened by what cannot be told apart", true
	default:
		return estimate.Interval{}, "", false
	}
	i, ok := estimate.Share(hits, all)
	return i, method, ok
}
