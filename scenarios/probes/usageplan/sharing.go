package usageplan

import (
	"math"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

// While one key's bucket is kept empty, mostTrials requests are sent with each other
// key. Before them come as many of its own as empty the bucket, and drainBeyond.
const (
	mostTrials  = 16
	drainBeyond = 12
)

// announceSharing adds what the search for shared buckets sends at most: the
// emptying of each bucket, at one and a half times its rate, and the trials.
func (k *keys) announceSharing() {
	for _, one := range k.all {
		rate, burst := one.question.widest[0], one.question.widest[1]
		k.most.Requests += int64(3.3*burst) + drainBeyond + 2*mostTrials*int64(len(k.all)) + 8
		fill := min(longestFill, fillTimes*(burst+1)/rate+1)
		k.most.For += probe.Seconds(2*fill + min(30, 3.3*(burst+mostTrials*float64(len(k.all)))/rate+2))
	}
}

// planSharing empties the bucket of each key that has one, and tries the other keys
// then.
func (k *keys) planSharing(h probe.History) (probe.Stage, bool) {
	var limited []*key
	for _, one := range k.all {
		if _, ok := one.bucket(h); ok && !quotaExhausted(one.own(h)) {
			limited = append(limited, one)
		}
	}
	for i, one := range k.all {
		b, ok := one.bucket(h)
		if !ok || len(h.Named("drained "+one.name)) > 0 || quotaExhausted(one.own(h)) {
			continue
		}
		if rest, needed := k.refill("refill before "+one.name, h, limited); needed {
			return rest, true
		}
		return k.drain(h, i, b).Within(h, k.most.Requests, k.most.For)
	}
	return probe.Stage{}, false
}

// drain sends with one key until its bucket is empty, and goes on while every
// second request is one with another key.
func (k *keys) drain(h probe.History, of int, b limiter.Rough) probe.Stage {
	rate := k.all[of].question.above(b.Rate)
	emptied := int(math.Ceil(1.1*b.Burst*rate/(rate-b.Rate))) + drainBeyond
	var after []int // the key of each of the following requests
	for round := range mostTrials {
		for i, other := range k.all {
			if i == of {
				continue
			}
			if has, ok := other.bucket(h); !ok || float64(round) < has.Burst-0.5 { // or its own bucket would throttle
				after = append(after, of, i)
			}
		}
	}
	stage := probe.Constant("drained "+k.all[of].name, rate, time.Duration(float64(emptied+len(after)+1)/rate*float64(time.Second)))
	stage.Requests = k.requests
	stage.Pick = func(seq uint64) uint16 {
		with := of
		if at := int(seq) - emptied; at >= 0 && at < len(after) {
			with = after[at]
		}
		return uint16(with*k.each + int(seq)%k.each)
	}
	return stage
}

// A sharing is the evidence that two keys share a bucket, for each pair: the
// logarithm of the likelihood ratio.
type sharing [][]float64

// sure is the evidence that decides: twenty to one.
var sure = math.Log(20)

// lossByNoise is how likely a request is throttled although its bucket is not
// empty: enforcement is imperfect.
const lossByNoise = 0.02

// sharing weighs the drained stages, in both directions.
func (k *keys) sharing(h probe.History) sharing {
	all := make(sharing, len(k.all))
	for i := range all {
		all[i] = make([]float64, len(k.all))
	}
	for of, one := range k.all {
		for _, m := range h.Named("drained " + one.name) {
			for i, evidence := range k.evidence(m, of) {
				all[of][i] += evidence
				all[i][of] += evidence
			}
		}
	}
	return all
}

// evidence is that of one drained stage for each key. The drained key's own
// requests show how often an empty bucket throttles. If it throttles few, it was not
// empty, and there is no evidence.
func (k *keys) evidence(m probe.Measured, of int) []float64 {
	evidence := make([]float64, len(k.all))
	sent, throttled := make([]float64, len(k.all)), make([]float64, len(k.all))
	began := false
	for i := range m.Samples {
		s := &m.Samples[i]
		with := int(s.Request) / max(k.each, 1)
		if began = began || with != of; !began || s.Outcome() != results.OK && !probe.Throttled(s) || with >= len(k.all) {
			continue
		}
		sent[with]++
		if probe.Throttled(s) {
			throttled[with]++
		}
	}
	empty := min(throttled[of]/max(sent[of], 1), 0.98)
	if empty < 0.15 {
		return evidence
	}
	for i := range evidence {
		if i != of {
			evidence[i] = throttled[i]*math.Log(empty/lossByNoise) + (sent[i]-throttled[i])*math.Log((1-empty)/(1-lossByNoise))
		}
	}
	return evidence
}

// pairs counts the pairs of keys that share a bucket, and those of which that is
// undecided.
func (s sharing) pairs() (shared, undecided int) {
	for i := range s {
		for j := range i {
			if s[i][j] > sure {
				shared++
			} else if s[i][j] > -sure {
				undecided++
			}
		}
	}
	return shared, undecided
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
