package cache

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// mostHidden is the hit share among keys asked a moment before that a control may miss and
// still say that no cache can be seen.
const mostHidden = 0.5

// leastP is the p below which a control is no evidence that there is no cache.
const leastP = 0.01

// nothing is why there is no hit ratio; "" if there is one.
func (c *options) nothing(h probe.History, r *reading, counted *counts) string {
	switch {
	case len(r.first) < r.bad:
		return fmt.Sprintf("Whether there is a cache cannot be told: %d of %d requests of the control for made-up keys had no good response. A list of keys that exist (list) would tell.", r.bad, r.bad+len(r.first)+len(r.again))
	case r.ignoresKeys():
		return fmt.Sprintf("The cache ignores the key: %d of %d requests for keys that were never asked were hits by their headers. Keys share an entry, so the probe cannot measure a hit ratio or a capacity. Add the parameter with the key to what the cache keys on.", r.strangers, len(r.first))
	case r.header:
		return ""
	case r.shows() && r.distinct:
		return ""
	case r.shows():
		return fmt.Sprintf("There is a cache: requests for keys that were asked before are faster than for new keys (p = %.2g). What its hit ratio is cannot be told: too many of both take equally long. Cache headers or CloudWatch's counts would tell.", min(r.control.P, r.repeats.P))
	case r.control.Smallest > mostHidden:
		return fmt.Sprintf("Whether there is a cache cannot be told: only %d requests of the control could be compared, where responses with a cache header would need none. A higher rate, or a longer time (for), would tell; a key is asked again %v after its first request at most.", r.control.Compared, longestGap)
	case r.saidMiss:
		return c.noCache(r, counted)
	case r.control.P < leastP/2 || r.repeats.P < leastP/2:
		p := 2 * min(r.control.P, r.repeats.P) // of the two comparisons
		return fmt.Sprintf("Whether there is a cache cannot be told: requests for keys that were asked before are a little faster (p = %.2g), and a cache that keeps some of them a moment would do that, but also chance in 1 of %.0f runs. Another run would tell.", p, math.Floor(1/p))
	case r.repeats.Smallest > mostHidden:
		return fmt.Sprintf("Whether there is a cache cannot be told: keys asked again a moment later are no faster, but a cache in several parts, or one of few entries, would do that too, and %d keys could be compared that were asked %d times. %s", r.repeats.Compared/2, asksOfKey, c.moreRepeats())
	}
	if m := c.remembered(h.Named(stageRatio).Last(), r); m.shows() {
		return fmt.Sprintf("Whether there is a cache cannot be told: keys asked once more, a moment later, are no faster, but of the requests with %d keys at %g/s those %s are (p = %.2g). A cache does that if it has several parts, stores what was asked for several times, or holds few entries, or keeps them for less than the moment. Cache headers or CloudWatch's counts would tell.", len(c.keys.shares), c.rate, m.what, m.p)
	}
	return c.noCache(r, counted)
}

// moreRepeats says what makes room for more keys that are asked many times.
func (c *options) moreRepeats() string {
	if c.keyNames != nil {
		return "A longer list of keys (list) would tell."
	}
	return "A higher rate, or a longer time (for), would tell."
}

func (c *options) noCache(r *reading, counted *counts) string {
	text := fmt.Sprintf("No cache can be seen: latency does not depend on whether the key was asked before (p = %.2g, %d requests compared)", r.control.P, r.control.Compared)
	text += fmt.Sprintf("; hits, as fast as the fastest responses, to %.0f %% of the requests for keys asked a moment before would have been found in 9 of 10 runs", math.Ceil(100*r.control.Smallest))
	if !r.saidMiss {
		text += fmt.Sprintf(", and to %.0f %% of those for keys asked %d times: a cache of up to %.0f parts", math.Ceil(100*r.repeats.Smallest), asksOfKey, partsFound(r.repeats.Smallest))
	}
	text += "."
	switch {
	case r.saidMiss:
		text += " The headers of all responses say that they are misses."
	case r.saidHits > 0:
		text += fmt.Sprintf(" Yet the headers of %d responses say that they come from a cache: hits may take as long as misses.", r.saidHits)
	case counted != nil && counted.hits > 0:
		text += fmt.Sprintf(" Yet CloudWatch counted %.0f hits: they take as long as misses.", counted.hits)
	case c.keyInQuery && r.mayBeShared():
		text += " A cache that ignores the query would look the same: all keys share one entry. The key in the path, or a cache header, would tell."
	}
	return text
}

// partsFound is of how many parts, that requests come to by chance, a cache gives so large
// a share of hits to keys asked for the last time in a stage of repeats.
func partsFound(share float64) float64 {
	return math.Floor(1 / (1 - math.Pow(1-share, 1./(asksOfKey-1))))
}

// mayBeShared says whether all keys may share one entry: then almost all responses are
// alike, or the slow ones come together, when the entry has expired.
func (r *reading) mayBeShared() bool {
	const few, rare = 0.05, 4 // a share, and standard deviations
	all := slices.SortedFunc(slices.Values(slices.Concat(r.first, r.again, r.repeats.first)), func(a, b *results.Sample) int { return cmp.Compare(a.Sent, b.Sent) })
	m, mixed := estimate.Fit(serviceMS(all))
	if !mixed || m.Slow.Weight < few {
		return true
	}
	slow, together := 0.0, 0.0
	for i, s := range all {
		if probe.MS(s.Service) >= m.Cut {
			slow++
			if i > 0 && probe.MS(all[i-1].Service) >= m.Cut {
				together++
			}
		}
	}
	expected := slow * slow / float64(len(all))
	return slow < float64(len(all))/2 && together-expected > rare*math.Sqrt(max(expected, 1))
}
