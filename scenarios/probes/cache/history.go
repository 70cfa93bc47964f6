package cache

import (
	"cmp"
	"slices"
	"time"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A remembrance is how the latency of the hit ratio stage depends on what was asked before.
type remembrance struct {
	p    float64 // of a dependence as strong by chance, for all looks
	what string  // the requests that were faster
}

// shows says whether the dependence is more than chance, so that "no cache" would be more
// than is known.
func (m remembrance) shows() bool { return m.p < leastP }

const (
	near   = 10 // keys asked since, at most, for a key to be asked again at once
	often  = 3  // requests of a key after which many caches store it
	moment = 40 // visits that the target meets at the same speed, about
)

// remembered tests whether requests of a key are faster at once after another of it, after
// its first, or after several. The control asks for a key twice, a moment apart, so it does
// not find a cache that stores later, keeps less, or forgets sooner. Requests are
// compared with others of the same key, as keys have speeds of their own, by their ranks
// among those sent at about the same time. What was sent before the last response of
// its key was there cannot be a hit, and is left out: targets may answer such requests
// together.
func (c *options) remembered(m probe.Measured, r *reading) remembrance {
	visits := partOf(r.visits(m))
	countOthers(visits)
	ranks := ranksAtTheTime(visits)
	var looks [3][]estimate.Trial
	asked, answered := map[uint16]int{}, map[uint16]time.Duration{}
	for i, v := range visits {
		key := v.sample.Request
		if before := asked[key]; v.sample.Sent >= answered[key] {
			trial := func(treated bool) estimate.Trial {
				return estimate.Trial{Block: int(key), Treated: treated, Value: ranks[i]}
			}
			looks[1] = append(looks[1], trial(before > 0))
			if before > 0 {
				looks[0] = append(looks[0], trial(v.others < near))
			}
			looks[2] = append(looks[2], trial(before >= often))
		}
		asked[key]++
		answered[key] = max(answered[key], v.sample.Sent+v.sample.Service)
	}
	best := remembrance{p: 1}
	for i, what := range []string{"at once after another of the same key", "of a key that was asked before", "of a key that was asked three times before"} {
		if p := estimate.Lowers(looks[i], c.seed).P * float64(len(looks)); p < best.p {
			best = remembrance{p, what}
		}
	}
	return best
}

// ranksAtTheTime is the rank of the service time of each visit among those sent at about the
// same time.
func ranksAtTheTime(visits []visit) []float64 {
	ranks := make([]float64, len(visits))
	for from := 0; from < len(visits); from += moment {
		to := min(from+moment, len(visits))
		order := make([]int, to-from)
		for i := range order {
			order[i] = from + i
		}
		slices.SortFunc(order, func(i, j int) int {
			return cmp.Compare(visits[i].sample.Service, visits[j].sample.Service)
		})
		for rank, i := range order {
			ranks[i] = float64(rank)
		}
	}
	return ranks
}
