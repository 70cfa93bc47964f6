package probes

import (
	"math"
	"time"

	"tollgate/results"
)

// The bounds of a look at whether keys share a bucket: how many requests with
// another key are sent while one key's bucket is kept empty, and how many of its
// own come before them, beyond those that empty it.
const (
	mostLooks   = 16
	drainBeyond = 12
	longestFill = 40.0 // seconds
)

// announceSharing adds what the search for shared buckets sends at most: the
// emptying of each, at half as fast again as tokens come back, and the looks.
func (k *keyedPlans) announceSharing() {
	for _, key := range k.keys {
		rate, burst := key.plan.widest[0], key.plan.widest[1]
		k.requests += int64(3.3*burst) + drainBeyond + 2*mostLooks*int64(len(k.keys)) + 8
		fill := min(longestFill, fillTimes*(burst+1)/rate+1)
		k.length += asTime(2*fill + min(30, 3.3*(burst+mostLooks*float64(len(k.keys)))/rate+2))
	}
}

// planSharing empties the bucket of each key that has one, and looks at the
// others then.
func (k *keyedPlans) planSharing(h History) (Stage, bool) {
	var limited []*keyPlan
	for _, key := range k.keys {
		if _, ok := key.rough(h); ok && !exhausted(key.own(h)) {
			limited = append(limited, key)
		}
	}
	for i, key := range k.keys {
		m, ok := key.rough(h)
		if !ok || len(h.Named("drained "+key.name)) > 0 || exhausted(key.own(h)) {
			continue
		}
		if rest, needed := k.refill("refill before "+key.name, h, limited); needed {
			return rest, true
		}
		return k.drain(h, i, m).within(h, k.requests, k.length)
	}
	return Stage{}, false
}

// drain sends with one key until its bucket is empty, and goes on while every
// second request is one with another key.
func (k *keyedPlans) drain(h History, of int, m bucketModel) Stage {
	plan := k.keys[of].plan
	rate := plan.above(m.Rate)
	emptied := int(math.Ceil(1.1*m.Burst*rate/(rate-m.Rate))) + drainBeyond
	var after []int // whose request each of the following is
	for round := range mostLooks {
		for i, other := range k.keys {
			if i == of {
				continue
			}
			if has, ok := other.rough(h); !ok || float64(round) < has.Burst-0.5 { // or its own bucket would refuse
				after = append(after, of, i)
			}
		}
	}
	whose := func(seq uint64) int {
		if at := int(seq) - emptied; at >= 0 && at < len(after) {
			return after[at]
		}
		return of
	}
	stage := Constant("drained "+k.keys[of].name, rate, time.Duration(float64(emptied+len(after)+1)/rate*float64(time.Second)))
	stage.Requests = k.all
	stage.Pick = func(seq uint64) uint16 { return uint16(whose(seq)*k.each + int(seq)%k.each) }
	return stage
}

// A sharing says how much evidence there is that two keys share a bucket: the
// logarithm of how many times likelier it is that they do.
type sharing [][]float64

// sure is from which evidence on it is decided: twenty to one.
var sure = math.Log(20)

// refusedByNoise is how likely a request is refused although its bucket is not
// empty: enforcement is at best effort.
const refusedByNoise = 0.02

// sharings weighs what the drained stages saw, in both directions.
func (k *keyedPlans) sharings(h History) sharing {
	all := make(sharing, len(k.keys))
	for i := range all {
		all[i] = make([]float64, len(k.keys))
	}
	for of, key := range k.keys {
		for _, m := range h.Named("drained " + key.name) {
			for i, evidence := range k.looks(m, of) {
				all[of][i] += evidence
				all[i][of] += evidence
			}
		}
	}
	return all
}

// looks is the evidence of one drained stage for each key. The drained key's own
// requests tell how often an empty bucket refuses; where it refuses few, it was
// not empty, and nothing follows.
func (k *keyedPlans) looks(m Measured, of int) []float64 {
	evidence := make([]float64, len(k.keys))
	sent, refused := make([]float64, len(k.keys)), make([]float64, len(k.keys))
	began := false
	for i := range m.Samples {
		s := &m.Samples[i]
		whose := int(s.Request) / max(k.each, 1)
		if began = began || whose != of; !began || s.Outcome() != results.OK && !refusalOf(s) || whose >= len(k.keys) {
			continue
		}
		sent[whose]++
		if refusalOf(s) {
			refused[whose]++
		}
	}
	empty := min(refused[of]/max(sent[of], 1), 0.98)
	if empty < 0.15 {
		return evidence
	}
	for i := range evidence {
		if i != of {
			evidence[i] = refused[i]*math.Log(empty/refusedByNoise) + (sent[i]-refused[i])*math.Log((1-empty)/(1-refusedByNoise))
		}
	}
	return evidence
}

// groups are the keys that share a bucket with others, by their numbers.
func (s sharing) groups() (groups [][]int) {
	seen := make([]bool, len(s))
	for i := range s {
		if seen[i] {
			continue
		}
		group := []int{i}
		for at := 0; at < len(group); at++ {
			for j := range s {
				if !seen[j] && j != group[0] && s[group[at]][j] > sure {
					seen[j] = true
					group = append(group, j)
				}
			}
		}
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	return groups
}
