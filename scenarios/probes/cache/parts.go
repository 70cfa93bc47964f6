package cache

import (
	"math"
	"time"

	"tollgate/results"
)

// A cache of several parts, such as servers of an edge that share nothing, answers a
// request from the part that it comes to by chance. So a key asked again is a hit with a
// chance that grows with how often it was asked before.

// A partsSearch finds the number of parts that explains visits best.
type partsSearch struct {
	modelSearch
	byKey [][]int // visits of each key, in order
}

const (
	mostParts = 200
	partsTTLs = 40
)

// chances are those of each visit to be a hit, by a model.
func (m model) chances(visits []visit, keys int) []float64 {
	if m.parts > 1 {
		all := make([]float64, len(visits))
		for _, of := range groupByKey(visits, keys) {
			m.chancesOf(visits, of, all)
		}
		return all
	}
	all := make([]float64, len(visits))
	for i, hit := range m.replay(visits, keys) {
		if hit {
			all[i] = 1
		}
	}
	return all
}

func groupByKey(visits []visit, keys int) [][]int {
	all := make([][]int, keys)
	for i := range visits {
		key := visits[i].sample.Request
		all[key] = append(all[key], i)
	}
	return all
}

// chancesOf sets the chances of the visits of one key. A visit comes to each part with the
// same chance, and stores the key there if the part has no fresh entry. Entries that are
// fresh at the same time are of different parts, so the share of the parts that have one is
// the sum over earlier visits that stored it.
func (m model) chancesOf(visits []visit, of []int, all []float64) {
	stored, from, to := 0.0, 0, 0 // the visits from..to have stored entries that are fresh
	for _, i := range of {
		at := visits[i].sample.Sent
		for ; to < len(of) && of[to] < i && storedAt(visits[of[to]]) <= at; to++ {
			stored += (1 - all[of[to]]) / float64(m.parts)
		}
		for ; m.ttl < never && from < to && at-storedAt(visits[of[from]]) >= m.ttl; from++ {
			stored -= (1 - all[of[from]]) / float64(m.parts)
		}
		all[i] = min(max(stored, 0), 1)
	}
}

func storedAt(v visit) time.Duration { return v.sample.Sent + v.sample.Service }

// partsLikelihood is the logarithm of the probability that visits are fast as they are.
func (s *partsSearch) likelihood(m model, chances []float64) (sum float64) {
	right, wrong := min(max(s.right, 0.5), 0.995), max(min(s.wrong, 0.5), 0.005)
	for _, of := range s.byKey {
		m.chancesOf(s.visits, of, chances)
	}
	for i, p := range chances {
		fast := p*right + (1-p)*wrong
		if !s.visits[i].fast {
			fast = 1 - fast
		}
		sum += math.Log(fast)
	}
	return sum
}

// parts is the best model of several parts, with its likelihood.
func (s modelSearch) parts() (best model, most float64) {
	search := partsSearch{modelSearch: s}
	search.byKey = groupByKey(search.visits, s.keys)
	chances := make([]float64, len(search.visits))
	ttls := []time.Duration{never}
	for i := range partsTTLs {
		ttls = append(ttls, time.Duration(0.1*math.Pow(s.length.Seconds()/0.1, float64(i)/partsTTLs)*1e9))
	}
	var kept model
	keptMost := math.Inf(-1)
	most = math.Inf(-1)
	for n := 2.0; n <= mostParts; n = max(n+1, n*1.2) {
		for _, ttl := range ttls {
			m := model{ttl: ttl, parts: int(n)}
			l := search.likelihood(m, chances)
			if l > most {
				best, most = m, l
			}
			if ttl == never && l > keptMost {
				kept, keptMost = m, l
			}
		}
	}
	if most-keptMost < surelyParts { // that parts fill looks like entries that expire
		return kept, keptMost
	}
	return best, most
}

// grows says whether more of a key's later requests are hits than of its second and third,
// by three standard deviations: in parts that chance decides between, they are.
func (r *reading) grows() bool {
	const surely = 3
	share := func(all []*results.Sample) (fast, n float64) {
		for _, s := range all {
			if r.isFast(s) {
				fast++
			}
		}
		return fast, float64(len(all))
	}
	early, n := share(r.repeats.early)
	late, m := share(r.repeats.late)
	if n == 0 || m == 0 {
		return false
	}
	both := (early + late + 1) / (n + m + 2)
	return late/m-early/n > surely*math.Sqrt(both*(1-both)*(1/n+1/m))
}
