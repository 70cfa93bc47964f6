package cache

import (
	"cmp"
	"math"
	"slices"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// ages are observations of how long entries live: for each key, its requests after
// its first one had stored it. An entry was stored when the response of the miss was
// there, and looked up when the next request arrived: transit, in seconds, is how
// long a hit takes from end to end, and so the most that lies between either and
// what the client sees of it. Hits do not renew an entry. Where a header says what each
// is, every later miss stores the entry anew.
//
// A cache that does not store a key at its first request (nginx: proxy_cache_min_uses)
// misses it again however young the entry would be. There a miss counts as the end of a
// life only after a hit (proven).
func ages(visits []visit, transit float64, header, proven bool) (seen []estimate.Survival) {
	byKey := map[uint16][]visit{}
	for _, v := range visits {
		byKey[v.sample.Request] = append(byKey[v.sample.Request], v)
	}
	for _, of := range byKey {
		stored := -1
		for i, v := range of {
			if stored >= 0 && (!proven || v.fast || of[i-1].fast) {
				first := of[stored].sample
				seen = append(seen, estimate.Survival{
					Least: max(0, (v.sample.Sent - first.Sent - first.Service).Seconds()),
					Most:  (v.sample.Sent - first.Sent - first.FirstByte).Seconds() + 2*transit,
					Alive: v.fast,
				})
			}
			if stored < 0 || header && !v.fast {
				stored = i
			}
		}
	}
	return seen
}

func sortBySending(all []visit) {
	slices.SortStableFunc(all, func(a, b visit) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
}

// lifetime is how long entries live by the stages of ages.
func (r *reading) lifetime(h probe.History) (estimate.Lifetime, bool) {
	return r.lifeOf(h.Named(stageAges), false)
}

// lifeOf is how long entries live by some stages; proven: where keys are not stored at
// their first request.
func (r *reading) lifeOf(stages probe.History, proven bool) (estimate.Lifetime, bool) {
	seen := r.lives(stages, proven)
	if r.header {
		return estimate.Bracket(seen)
	}
	right, wrong := r.rates()
	return estimate.Lives(seen, right.Value, wrong.Value)
}

func (r *reading) lives(stages probe.History, proven bool) (seen []estimate.Survival) {
	transit := 0.0
	if hits, _ := r.latencies(r.all(stages)); len(hits) > 0 {
		transit = estimate.Median(hits) / 1000
	}
	for _, m := range stages {
		seen = append(seen, ages(r.visits(m), transit, r.header, proven)...)
	}
	return seen
}

// A capacity is how many entries were left of those that were stored.
type capacity struct {
	entries estimate.Interval
	stored  int64
	aged    bool // entries expired meanwhile: the cache may hold more
	missed  bool // entries are missing

	scattered bool // entries are missing that were stored late as well as those stored early
}

// full says whether entries are missing that have not expired.
func (c *capacity) full() bool { return c.stored > 0 && !c.aged && c.missed && !c.scattered }

// capacityOf counts the entries that are left of keys that were stored one after
// the other, when they are requested again from the last to the first. An entry
// that is stored anew on the way evicts one that was requested already, whether the
// cache evicts what was stored or what was used longest ago. So the first that are requested
// again are hits, as many as there is room for, and the others misses.
func (r *reading) capacityOf(visits []visit, ttl float64) (c capacity) {
	stored := map[uint16]float64{}
	var again []bool // whether each is fast
	for _, v := range visits {
		at, asked := stored[v.sample.Request]
		if !asked {
			stored[v.sample.Request] = v.sample.Sent.Seconds()
			c.stored++
			continue
		}
		again = append(again, v.fast)
		if !v.fast && ttl > 0 && (v.sample.Sent+v.sample.FirstByte).Seconds()-at >= ttl {
			c.aged = true
		}
	}
	right, wrong := r.rates()
	c.fit(again, right.Value, wrong.Value)
	if r.header {
		c.entries = estimate.Exact(float64(countOf(again)))
	}
	return c
}

const (
	surelyFull   = 6.0  // of the logarithm of the likelihood ratio
	likelyFull   = 1.92 // half of the 95 % quantile of chi square with one degree of freedom
	mostMistaken = 0.05 // share of requests that are not as the likeliest capacity has them
)

// fit finds for how many entries there is room by the likelihood.
func (c *capacity) fit(again []bool, right, wrong float64) {
	right, wrong = min(max(right, 0.5), 0.995), max(min(wrong, 0.5), 0.005)
	n := len(again)
	likelihood := make([]float64, n+1) // of room for so many
	for _, fast := range again {
		likelihood[0] += logarithm(fast, wrong)
	}
	best := 0
	for i, fast := range again {
		likelihood[i+1] = likelihood[i] - logarithm(fast, wrong) + logarithm(fast, right)
		if likelihood[i+1] > likelihood[best] {
			best = i + 1
		}
	}
	low, high, mistaken, expected := best, best, 0.0, 0.0
	for i, l := range likelihood {
		if l > likelihood[best]-likelyFull {
			low, high = min(low, i), max(high, i)
		}
	}
	for i, fast := range again {
		p := wrong
		if i < best {
			p = 1 - right
		}
		expected += p
		if fast != (i < best) {
			mistaken++
		}
	}
	c.missed = likelihood[best]-likelihood[n] > surelyFull
	c.scattered = mistaken-expected > mostMistaken*float64(n)+3*math.Sqrt(expected)
	c.entries = estimate.Interval{Value: float64(best), Low: float64(max(low-1, 0)), High: float64(min(high+1, n))}
}

func countOf(all []bool) (n int) {
	for _, is := range all {
		if is {
			n++
		}
	}
	return n
}

func logarithm(fast bool, p float64) float64 {
	if fast {
		return math.Log(p)
	}
	return math.Log(1 - p)
}

func (r *reading) capacity(h probe.History) capacity {
	stages := h.Named(stageCapacity)
	if len(stages) == 0 {
		return capacity{}
	}
	ttl := 0.0
	if l, ok := r.lifetime(h); ok && l.Bracketed {
		ttl = l.Low
	}
	return r.capacityOf(r.visits(stages.Last()), ttl)
}
