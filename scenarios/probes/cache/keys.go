package cache

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A keyspace is a set of keys with the share of requests of each; the shares sum
// to 1.
type keyspace struct {
	shares []float64
	sums   []float64
}

// zipfKeys are n keys of which the k'th is requested as often as 1/k^s: 0 for
// uniform keys; an s near 1 fits web traffic.
// Source: Breslau et al., "Web caching and Zipf-like distributions" (1999).
func zipfKeys(n int, s float64) keyspace {
	weights := make([]float64, n)
	for k := range weights {
		weights[k] = math.Pow(float64(k+1), -s)
	}
	return weightedKeys(weights)
}

func weightedKeys(weights []float64) (k keyspace) {
	sum, before := 0.0, 0.0
	for _, w := range weights {
		sum += w
	}
	for _, w := range weights {
		before += w / sum
		k.shares, k.sums = append(k.shares, w/sum), append(k.sums, before)
	}
	return k
}

// draw returns a function that draws the key of each next request.
func (k keyspace) draw(seed uint64) func() int {
	chance := rand.New(rand.NewPCG(seed, uint64(len(k.shares))))
	return func() int {
		i, _ := slices.BinarySearch(k.sums, chance.Float64())
		return min(i, len(k.sums)-1)
	}
}

// hitRatio is the expected hit ratio of requests that arrive at random at rate a
// second, at a cache that keeps an entry for ttl from when it was stored and holds
// so many entries (0: all). A miss is stored after it took so long.
//
// An entry answers what comes within its TTL: of a key that is requested m times in
// that, and s times while it is fetched, m of m+1+s requests are hits. If the cache cannot hold all, an entry is
// evicted once as many others were requested as it holds, after its characteristic
// time (Che, Tung and Wang, "Hierarchical web caching systems", 2002). The shorter
// of the two decides.
func (k keyspace) hitRatio(rate float64, ttl, took time.Duration, entries int) float64 {
	evicted := k.characteristic(rate, entries)
	hits := 0.0
	for _, share := range k.shares {
		m, s := share*rate*ttl.Seconds(), share*rate*took.Seconds()
		hits += share * min(m/(1+m+s), 1-math.Exp(-share*rate*evicted))
	}
	return hits
}

// characteristic is in how many seconds as many keys are requested as the cache
// holds.
func (k keyspace) characteristic(rate float64, entries int) float64 {
	if entries <= 0 || entries >= len(k.shares) {
		return math.Inf(1)
	}
	return estimate.Bisect(0, 1e12/rate, 200, func(t float64) bool {
		requested := 0.0
		for _, share := range k.shares {
			requested += -math.Expm1(-share * rate * t)
		}
		return requested < float64(entries)
	})
}

// aimKeys is the number of keys with which requests at rate come nearest to a hit
// ratio: more keys, fewer hits. The shares of the keys are Zipf's with s.
func aimKeys(ratio, s, rate float64, ttl time.Duration, entries, most int) (int, error) {
	if !(ratio > 0 && ratio < 1) {
		return 0, fmt.Errorf("a hit ratio of %v is impossible: it lies between 0 and 1", ratio)
	}
	if best := zipfKeys(1, s).hitRatio(rate, ttl, 0, entries); best < ratio {
		return 0, fmt.Errorf("a hit ratio of %.3f needs more than %g requests/s: with a TTL of %v even a single key gives %.3f", ratio, rate, ttl, best)
	}
	// The last number of keys that still gives the ratio.
	return 1 + sort.Search(most-1, func(n int) bool { return zipfKeys(n+2, s).hitRatio(rate, ttl, 0, entries) < ratio }), nil
}

// readKeys reads the key space: a list, a number of keys, or the hit ratio that the
// number of keys is chosen for.
func (c *options) readKeys(o document.Fields, about probe.About) {
	s := o.Get("exponent").Number(0, 10)
	n := defaultKeys
	if o.Has("aim") && !o.Has("hit_ratio") {
		o.ProblemAt("aim", "says how to choose the number of keys for a hit_ratio, and there is no hit_ratio")
	}
	switch {
	case o.Has("list"):
		c.keyNames = o.Get("list").Each(mostKeys)
		n = max(len(c.keyNames), 1)
	case o.Has("hit_ratio"):
		c.aimed = o.Get("hit_ratio").Share()
		ttl, entries := readAim(o, about)
		var err error
		if n, err = aimKeys(c.aimed, s, c.rate, ttl, entries, mostKeys); err != nil {
			o.ProblemAt("hit_ratio", "%v", err)
		}
	case o.Has("keys"):
		n = int(o.Get("keys").Whole(1, mostKeys))
	}
	c.keys = zipfKeys(max(n, 1), s)
}

// readAim reads what the scenario knows of the cache, else the TTL of the lab or
// the default of API Gateway, and unlimited capacity.
// Source: API Gateway developer guide, "Enabling API caching" (300 seconds).
func readAim(o document.Fields, about probe.About) (ttl time.Duration, entries int) {
	ttl = 300 * time.Second
	if about.Target.Lab && about.Scenario.Lab.CacheTTL > 0 {
		ttl = about.Scenario.Lab.CacheTTL
	}
	if v := o.Get("aim"); v.Node != nil {
		aim := v.Fields("ttl", "entries")
		ttl = aim.DurationOr("ttl", time.Millisecond, 24*time.Hour, ttl)
		entries = int(aim.WholeOr("entries", 1, 1e9, 0))
	}
	return ttl, entries
}
