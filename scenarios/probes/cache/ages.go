package cache

import (
	"cmp"
	"slices"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

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

// observedAges are the ages of all rounds.
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

// A capacity is how many entries a cache holds.
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

// observedCapacity is what the last sweep shows.
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
