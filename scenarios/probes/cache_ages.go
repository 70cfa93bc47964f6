package probes

import (
	"cmp"
	"slices"

	"tollgate/scenarios/probes/estimate"
)

// agesOf are the looks at how long entries live: for each key, what was asked
// after a miss had stored it. An entry was stored when the answer of the miss was
// there, and looked up when the next request arrived: transit is how long a hit
// takes from end to end, and so the most that lies between either and what the
// client sees of it. Hits do not renew an entry, so all hits up to the next miss
// are looks at the same entry.
func agesOf(looks []look, key func(request uint16) string, transit float64) []estimate.Survival {
	byKey := map[string][]look{}
	for _, l := range looks {
		k := key(l.sample.Request)
		byKey[k] = append(byKey[k], l)
	}
	var seen []estimate.Survival
	for _, of := range byKey {
		slices.SortFunc(of, func(a, b look) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
		stored := -1
		for i, l := range of {
			if stored >= 0 {
				first := of[stored].sample
				seen = append(seen, estimate.Survival{
					Least: max(0, (l.sample.Sent - first.Sent - first.Service).Seconds()),
					Most:  (l.sample.Sent - first.Sent - first.FirstByte).Seconds() + 2*transit,
					Alive: l.hit,
				})
			}
			if !l.hit {
				stored = i
			}
		}
	}
	return seen
}

// A roomEstimate is how many entries a cache holds.
type roomEstimate struct {
	entries int64
	asked   int64 // that were stored before; as many as entries: the cache may hold more
	aged    bool  // entries had grown older than the TTL meanwhile: the cache may hold more
}

// roomOf counts what is left of keys that were stored one after the other, when
// they are asked for again from the last to the first: an entry that is stored
// anew on the way pushes out one that was asked for already, whether the cache
// drops what was stored or what was used longest ago. The hits are the room.
func roomOf(looks []look, key func(request uint16) string, ttl float64) roomEstimate {
	looks = slices.SortedFunc(slices.Values(looks), func(a, b look) int { return cmp.Compare(a.sample.Sent, b.sample.Sent) })
	stored := map[string]float64{}
	var r roomEstimate
	for _, l := range looks {
		k := key(l.sample.Request)
		at, again := stored[k]
		if !again {
			stored[k] = l.sample.Sent.Seconds()
			r.asked++
			continue
		}
		if l.hit {
			r.entries++
		} else if ttl > 0 && (l.sample.Sent+l.sample.FirstByte).Seconds()-at >= ttl {
			r.aged = true
		}
	}
	return r
}
