package cache

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// An answer is what the cache header of a response says.
type answer uint8

const (
	silent answer = iota
	hit
	miss
)

// readHeader reads what caches write: "Hit from cloudfront", "HIT", "TCP_MEM_HIT"
// and so on. An entry that was served without asking the origin is a hit, even a
// stale one; one that had to be revalidated is a miss.
// Sources: CloudFront developer guide, "View request and response headers";
// nginx documentation, $upstream_cache_status; RFC 9211 (the Cache-Status field).
func readHeader(value string) answer {
	v := strings.ToLower(value)
	contains := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(v, w) })
	}
	switch {
	case contains("refreshhit", "refresh_hit", "revalidated", "expired", "bypass", "miss", "fwd=", "error"):
		return miss
	case contains("hit", "stale", "updating"):
		return hit
	}
	return silent
}

// A visit is one good response of a cached resource.
type visit struct {
	sample *results.Sample
	hit    bool
}

// A classification is a set of visits, classified as hits and misses.
type classification struct {
	visits  []visit
	header  bool // all by their headers; else by latency
	mixture estimate.Mixture
	mixed   bool
}

// classify classifies the good responses among samples: by a header if each has
// one, else by a mixture of two latency distributions. Known is a mixture that was
// fitted to more samples than these, or nil.
func classify(samples []results.Sample, known *estimate.Mixture) classification {
	c := classification{header: true}
	var latencies []float64
	for i := range samples {
		s := &samples[i]
		if s.Outcome() != results.OK {
			continue
		}
		said := readHeader(s.Mark.Cache)
		c.visits = append(c.visits, visit{s, said == hit})
		c.header = c.header && said != silent
		latencies = append(latencies, probe.MS(s.Service))
	}
	if c.header = c.header && len(c.visits) > 0; c.header {
		return c
	}
	if known != nil {
		c.mixture, c.mixed = *known, true
	} else {
		c.mixture, c.mixed = estimate.Fit(latencies)
	}
	for i := range c.visits {
		c.visits[i].hit = c.mixed && !c.mixture.IsSlow(latencies[i])
	}
	return c
}

func (c *classification) latencies(hit bool) (ms []float64) {
	for _, v := range c.visits {
		if v.hit == hit {
			ms = append(ms, probe.MS(v.sample.Service))
		}
	}
	return ms
}

type counts struct{ hits, misses float64 }

func (c *counts) share() (estimate.Interval, bool) {
	if c == nil {
		return estimate.Interval{}, false
	}
	return estimate.Share(int64(math.Round(c.hits)), int64(math.Round(c.hits+c.misses)))
}

const countsMethod = "CacheHitCount and CacheMissCount of CloudWatch; Wilson's interval, 95 %"

// ratio is the hit ratio with the method that gave it: counted by the responses'
// headers, or by CloudWatch, else the weight of the fast distribution.
func (c *classification) ratio(counted *counts) (estimate.Interval, string, bool) {
	if c.header {
		hits := int64(len(c.latencies(true)))
		i, ok := estimate.Share(hits, int64(len(c.visits)))
		return i, "counted by the responses' cache headers; Wilson's interval, 95 %", ok
	}
	if i, ok := counted.share(); ok {
		return i, countsMethod, true
	}
	if !c.mixed {
		return estimate.Interval{}, "", false
	}
	slow := c.mixture.SlowShare()
	return estimate.Interval{Value: 1 - slow.Value, Low: 1 - slow.High, High: 1 - slow.Low},
		"weight of the faster of two log-normals fitted to the latencies; 95 %, widened by the responses that cannot be distinguished", true
}

// ages are observations of how long entries live: for each key, its requests after
// a miss had stored it. An entry was stored when the response of the miss was
// there, and looked up when the next request arrived: transit, in seconds, is how
// long a hit takes from end to end, and so the most that lies between either and
// what the client sees of it. Hits do not renew an entry.
func ages(visits []visit, transit float64) (seen []estimate.Survival) {
	byKey := map[uint16][]visit{}
	for _, v := range visits {
		byKey[v.sample.Request] = append(byKey[v.sample.Request], v)
	}
	for _, of := range byKey {
		sortBySending(of)
		stored := -1
		for i, v := range of {
			if stored >= 0 {
				first := of[stored].sample
				seen = append(seen, estimate.Survival{
					Least: max(0, (v.sample.Sent - first.Sent - first.Service).Seconds()),
					Most:  (v.sample.Sent - first.Sent - first.FirstByte).Seconds() + 2*transit,
					Alive: v.hit,
				})
			}
			if !v.hit {
				stored = i
			}
		}
	}
	return seen
}

func sortBySending(all []visit) {
	slices.SortFunc(all, func(a, b visit) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
}

func observedAges(h probe.History) (seen []estimate.Survival) {
	mixture := mixtureOf(h)
	all := classify(h.Samples(), mixture)
	transit := 0.0
	if hits := all.latencies(true); len(hits) > 0 {
		transit = estimate.Median(hits) / 1000
	}
	for _, m := range h.Named(stageAges) {
		s := classify(m.Samples, mixture)
		seen = append(seen, ages(s.visits, transit)...)
	}
	return estimate.Steady(seen, 0.1)
}

// mixtureOf is the mixture that all stages show together, by which single visits
// are classified where no header does it.
func mixtureOf(h probe.History) *estimate.Mixture {
	all := classify(h.Samples(), nil)
	if all.header || !all.mixed {
		return nil
	}
	return &all.mixture
}

type capacity struct {
	entries int64
	stored  int64 // as many as entries: the cache may hold more
	aged    bool  // entries expired meanwhile: the cache may hold more
}

// capacityOf counts the entries that are left of keys that were stored one after
// the other, when they are requested again from the last to the first. An entry
// that is stored anew on the way evicts one that was requested already, whether the
// cache evicts what was stored or what was used longest ago. So the hits are the
// capacity.
func capacityOf(visits []visit, ttl float64) (c capacity) {
	visits = slices.Clone(visits)
	sortBySending(visits)
	stored := map[uint16]float64{}
	for _, v := range visits {
		at, again := stored[v.sample.Request]
		switch {
		case !again:
			stored[v.sample.Request] = v.sample.Sent.Seconds()
			c.stored++
		case v.hit:
			c.entries++
		case ttl > 0 && (v.sample.Sent+v.sample.FirstByte).Seconds()-at >= ttl:
			c.aged = true
		}
	}
	return c
}

func observedCapacity(h probe.History) capacity {
	stages := h.Named(stageCapacity)
	if len(stages) == 0 {
		return capacity{}
	}
	ttl := 0.0
	if l, ok := estimate.Bracket(observedAges(h)); ok && l.Bracketed {
		ttl = l.Low
	}
	s := classify(stages.Last().Samples, mixtureOf(h))
	return capacityOf(s.visits, ttl)
}
