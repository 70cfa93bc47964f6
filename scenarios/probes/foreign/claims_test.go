package foreign

import (
	"fmt"
	"strings"

	"tollgate/results"
)

// A claim is what a finding says a system is.
type claim string

const (
	unknown claim = "cannot be told"

	tokenBucket    claim = "token bucket"
	twoLimits      claim = "two token buckets"
	twoKinds       claim = "two limits of different kinds"
	refilledBucket claim = "token bucket that is refilled at intervals"
	fixedWindow    claim = "fixed window"
	slidingWindow  claim = "sliding window"
	concurrency    claim = "limit on concurrency"
	chargingBucket claim = "bucket that charges refused requests"
	refusesSome    claim = "refuses at random"
	refusesAll     claim = "refuses everything"
	noLimit        claim = "no limit"

	cached   claim = "cache"
	oneEntry claim = "cache that ignores the key"
	uncached claim = "no cache"

	coldStarts   claim = "cold starts"
	noColdStarts claim = "no cold starts"

	saturates      claim = "saturates"
	neverSaturates claim = "holds at every rate"
	neverHolds     claim = "holds at no rate"
	changes        claim = "has a capacity that changes"
)

// A sign is how a claim shows in a finding: by a value, or by words.
type sign struct {
	claim claim
	value string // that the finding has
	words string // that the conclusion has, in any case
}

// signs of the claims of each probe; the first that shows is the claim.
var signs = map[string][]sign{
	"usage-plan": {
		{claim: tokenBucket, value: "rate"},
		{claim: twoLimits, value: "slow_rate"},
		{claim: twoKinds, words: "more than one limit"},
		{claim: refilledBucket, value: "refill_interval"},
		{claim: concurrency, value: "concurrency"},
		{claim: chargingBucket, value: "charging_rate"},
		{claim: fixedWindow, value: "window", words: "fixed window"},
		{claim: slidingWindow, value: "window", words: "sliding window"},
		{claim: refusesSome, value: "refused_share"},
		{claim: refusesAll, words: "every request was refused"},
		{claim: noLimit, value: "highest_rate_tried"},
		{claim: unknown, words: "cannot be told"},
		{claim: unknown, words: "by none of the known rules"},
		{claim: unknown, words: "every request failed"},
	},
	"cache": {
		{claim: cached, value: "hit_ratio"},
		{claim: oneEntry, words: "the cache ignores the key"},
		{claim: cached, words: "a cache shows"},
		{claim: cached, words: "there is a cache:"},
		{claim: unknown, words: "cannot be told"},
		{claim: unknown, words: "would look the same"},
		{claim: uncached, words: "no cache can be seen"},
	},
	"cold-start": {
		{claim: coldStarts, value: "cold_starts"},
		{claim: coldStarts, value: "cold_share"},
		{claim: unknown, words: "cannot be told"},
		{claim: unknown, words: "cannot be distinguished"},
		{claim: noColdStarts, words: "no cold start"},
	},
	"saturation": {
		{claim: saturates, value: "highest_rate"},
		{claim: changes, words: "no one highest rate"},
		{claim: unknown, words: "cannot be told"},
		{claim: neverSaturates, value: "highest_rate_tried"},
		{claim: neverHolds, words: "did not hold at any rate"},
	},
}

// nothing is a share so small that a finding which states it says that there is none.
const nothing = 0.005

// claimOf is what a finding says; an error if its words are not understood.
func claimOf(f results.Finding) (claim, error) {
	for _, s := range signs[f.Probe] {
		_, there := f.Values[s.value]
		if (s.value == "" || there) && strings.Contains(strings.ToLower(f.Conclusion), s.words) {
			return orNothing(s.claim, f.Values[s.value].Value), nil
		}
	}
	return "", fmt.Errorf("a finding of probe %s says something that this suite does not understand: %s", f.Probe, f.Conclusion)
}

// orNothing is a claim, or that there is nothing of it.
func orNothing(c claim, value float64) claim {
	switch {
	case c == cached && value <= nothing:
		return uncached
	case c == coldStarts && value <= nothing:
		return noColdStarts
	}
	return c
}
