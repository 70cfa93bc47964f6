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

// usesUntilStored is the request of a key, from one, at which a cache stores it: the
// fewest misses of a key before its first hit. Requests while the response is under way,
// and entries that leave, add misses. 0: no key was a hit.
func usesUntilStored(visits []visit) (fewest int) {
	misses, was := map[uint16]int{}, map[uint16]bool{}
	for _, v := range visits {
		switch key := v.sample.Request; {
		case was[key]:
		case !v.fast:
			misses[key]++
		default:
			if was[key] = true; fewest == 0 || misses[key] < fewest {
				fewest = misses[key]
			}
		}
	}
	return fewest
}

func sortBySending(all []visit) {
	slices.SortStableFunc(all, func(a, b visit) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
}

// lifetime is how long entries live by the stages of ages, and where keys are not stored
// at their first request, by the steady stage.
func (r *reading) lifetime(h probe.History) (estimate.Lifetime, bool) {
	transit := 0.0
	if hits, _ := r.latencies(r.all(h)); len(hits) > 0 {
		transit = estimate.Median(hits) / 1000
	}
	stage, late := stageAges, !r.storesFirst()
	if late {
		stage = stageRatio
	}
	var seen []estimate.Survival
	for _, m := range h.Named(stage) {
		seen = append(seen, ages(r.visits(m), transit, r.header, late)...)
	}
	if r.header {
		return estimate.Bracket(seen)
	}
	right, wrong := r.rates()
	return estimate.Lives(seen, right.Value, wrong.Value)
}

// A capacity is how many entries were left of those that were stored.
type capacity struct {
	entries estimate.Interval
	stored  int64
	aged    bool // entries expired meanwhile: the cache may hold more
}

// full says whether entries are missing that have not expired.
func (c *capacity) full() bool { return c.stored > 0 && !c.aged && c.entries.High < float64(c.stored) }

// capacityOf counts the entries that are left of keys that were stored one after
// the other, when they are requested again from the last to the first. An entry
// that is stored anew on the way evicts one that was requested already, whether the
// cache evicts what was stored or what was used longest ago. So the hits are the
// capacity.
func (r *reading) capacityOf(visits []visit, ttl float64) (c capacity) {
	stored := map[uint16]float64{}
	var again, fast int64
	for _, v := range visits {
		at, asked := stored[v.sample.Request]
		if !asked {
			stored[v.sample.Request] = v.sample.Sent.Seconds()
			c.stored++
			continue
		}
		again++
		switch {
		case v.fast:
			fast++
		case ttl > 0 && (v.sample.Sent+v.sample.FirstByte).Seconds()-at >= ttl:
			c.aged = true
		}
	}
	n := float64(c.stored)
	c.entries = estimate.Exact(float64(fast))
	if !r.header {
		share, ok := r.share(fast, again)
		if !ok {
			share = estimate.Interval{Value: 0.5, Low: 0, High: 1}
		}
		c.entries = estimate.Interval{Value: math.Round(share.Value * n), Low: math.Floor(share.Low * n), High: math.Ceil(share.High * n)}
	}
	return c
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
