package cache

import (
	"fmt"
	"math"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

func (c *options) addTTL(h probe.History, r *reading, s *steadiness, f *results.Finding) []string {
	if c.oldest == 0 {
		return nil
	}
	l, ok := r.lifetime(h)
	late := r.header && s.fits && s.model.uses > 1
	if late {
		l, ok = r.lifeOf(h.Named(stageRatio), true)
	}
	l = s.wholeSeconds(l)
	switch {
	case !r.keeps() && !late:
		return []string{r.addOldest(h, f)}
	case !ok && late:
		return []string{"the TTL cannot be told: a longer steady stage (for), or fewer keys, would tell"}
	case !ok:
		return []string{"the TTL is unknown"}
	case math.IsInf(l.High, 1):
		f.Values["ttl_at_least"] = results.Exactly(l.Low, "s", "the oldest entry that was requested, a hit")
		return []string{fmt.Sprintf("entries live for more than %.4g s", l.Low)}
	case !l.Bracketed:
		f.Values["ttl_at_most"] = results.Exactly(l.High, "s", "the youngest entry that was requested, a miss")
		return []string{fmt.Sprintf("entries live for less than %.4g s", l.High)}
	}
	method := "the oldest hit and the youngest miss"
	switch {
	case late:
		method += " after a hit, in the steady stage"
	case !r.header:
		method = "likelihood of hits and misses at each age, with the shares that latency mistakes; 95 %"
	}
	f.Values["ttl"] = probe.Value(l.Interval, "s", method)
	text := fmt.Sprintf("entries live for %.4g s (%.4g to %.4g)", l.Value, l.Low, l.High)
	if l.Uneven {
		text += ", not all equally long"
	}
	return []string{text}
}

// addOldest adds a lower bound of the TTL, where a miss may have other causes than age: the
// oldest hit of the steady stage, by headers.
func (r *reading) addOldest(h probe.History, f *results.Finding) string {
	const why = "the TTL cannot be told, since keys asked again a moment later are not always hits"
	oldest, before := 0.0, map[uint16]time.Duration{}
	for _, v := range r.visits(h.Named(stageRatio).Last()) { // what a cache fetches without being asked is not younger than the request before
		if asked, some := before[v.sample.Request]; some && v.fast {
			oldest = max(oldest, (v.sample.Sent - asked).Seconds())
		}
		before[v.sample.Request] = v.sample.Sent + v.sample.Service
	}
	if !r.header || oldest == 0 {
		return why
	}
	f.Values["ttl_at_least"] = results.Exactly(oldest, "s", "the oldest entry that was requested, a hit")
	return fmt.Sprintf("%s; some entries live for more than %.4g s", why, oldest)
}

// wholeSeconds widens a lifetime to what a cache with a clock of whole seconds has, if
// the steady stage shows one: the ages that were asked for are only some of them.
func (s *steadiness) wholeSeconds(l estimate.Lifetime) estimate.Lifetime {
	low, high := s.model.ttl.Seconds(), s.model.ttl.Seconds()+1
	if !s.fits || !s.model.seconds || !l.Bracketed || l.High < low || l.Low > high {
		return l
	}
	l.Low, l.High, l.Uneven = min(l.Low, low), max(l.High, high), true
	return l
}

func (c *options) addCapacity(h probe.History, r *reading, f *results.Finding) []string {
	found := r.capacity(h)
	switch {
	case found.stored == 0 && c.mostKeys > 0 && !r.keeps():
		return []string{"the capacity cannot be told by asking each key twice, since keys asked again a moment later are not always hits"}
	case found.stored == 0:
		return nil
	case found.scattered:
		return []string{"the capacity cannot be told: entries are missing, but not those that were stored or used longest ago"}
	case !found.full():
		f.Values["capacity_at_least"] = results.Exactly(found.entries.Low, "count", "entries that were all still there")
		why := ""
		if found.aged {
			why = ", as entries expired meanwhile: raise the rate of capacity"
		}
		return []string{fmt.Sprintf("there is room for at least %.0f entries%s", found.entries.Low, why)}
	}
	f.Values["capacity"] = probe.Value(found.entries, "count", "entries left of the keys that were stored, requested from the last to the first")
	f.Assumptions = append(f.Assumptions, "the cache evicts what was stored or used longest ago, and all entries are as large as the ones stored")
	return []string{fmt.Sprintf("there is room for %.0f entries of this size", found.entries.Value)}
}
