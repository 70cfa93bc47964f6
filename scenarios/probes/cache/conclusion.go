package cache

import (
	"fmt"
	"math"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

func (c *options) conclude(h probe.History, e probe.Evidence, about probe.About) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = probe.FitnessOfResponses(h)
	s := classify(h.Named(stageRatio).Samples(), nil)
	counted, problem := countsOf(e, h)
	if problem != "" {
		f.Assumptions = append(f.Assumptions, problem)
	}
	f.Assumptions = append(f.Assumptions, e.Troubles...)
	if len(h) > 1 && !s.header { // CloudWatch counted the other stages too
		if all, ok := counted.share(); ok {
			f.Values["hit_ratio_of_all_stages"] = probe.Value(all, "share", countsMethod)
		}
		if s.mixed {
			counted = nil
		}
	}
	ratio, method, ok := s.ratio(counted)
	if !ok {
		f.Conclusion = fmt.Sprintf("No cache shows: no response has a cache header, CloudWatch counted no hits or misses, and the latencies of %d responses form one distribution.", len(s.visits))
		return f
	}
	f.Values["hit_ratio"] = probe.Value(ratio, "share", method)
	text := []string{fmt.Sprintf("%.1f %% hits (%.1f to %.1f) with %d keys at %g/s", 100*ratio.Value, 100*ratio.Low, 100*ratio.High, len(c.keys.shares), c.rate)}
	if c.aimed > 0 {
		f.Values["hit_ratio_aimed_at"] = results.Exactly(c.aimed, "share", "the number of keys was chosen for it")
	}
	text = append(text, s.addLatencies(&f)...)
	text = append(text, s.addMeans(&f)...)
	text = append(text, c.addTTL(h, &f)...)
	text = append(text, addCapacity(h, &f)...)
	text = append(text, addCost(&f, ratio, &s, e, about)...)
	f.Conclusion = strings.Join(text, "; ") + "."
	if !s.header {
		f.Assumptions = append(f.Assumptions, "a hit is faster than a miss: no response says which it is")
	}
	return f
}

func (c *classification) addLatencies(f *results.Finding) (text []string) {
	if !c.header && !c.mixed {
		return nil
	}
	all := []probe.Latency{{Name: "hit", MS: c.latencies(true)}, {Name: "miss", MS: c.latencies(false)}}
	probe.AddLatencies(f, "", all...)
	for _, l := range all {
		if len(l.MS) > 0 {
			text = append(text, fmt.Sprintf("a %s takes %.4g ms", l.Name, estimate.Median(l.MS)))
		}
	}
	return text
}

// addMeans adds how long a response takes with the cache, in the mean, and how long
// it would take without: as long as a miss.
func (c *classification) addMeans(f *results.Finding) []string {
	if !c.header && !c.mixed {
		return nil
	}
	const blocks = 10 // consecutive visits are not independent
	all, misses := make([][]float64, blocks), make([][]float64, blocks)
	for i, v := range c.visits {
		b := i * blocks / len(c.visits)
		all[b] = append(all[b], probe.MS(v.sample.Service))
		if !v.hit {
			misses[b] = append(misses[b], probe.MS(v.sample.Service))
		}
	}
	with, okWith := estimate.Mean(all)
	without, okWithout := estimate.Mean(misses)
	if !okWith || !okWithout {
		return nil
	}
	f.Values["mean_with_cache"] = probe.Value(with, "ms", "mean service time of all responses; 95 % from means of blocks")
	f.Values["mean_without_cache"] = probe.Value(without, "ms", "mean service time of misses, as if every response were one; 95 % from means of blocks")
	return []string{fmt.Sprintf("a response takes %.4g ms in the mean with the cache, and would take %.4g ms without it", with.Value, without.Value)}
}

func (c *options) addTTL(h probe.History, f *results.Finding) []string {
	if c.oldest == 0 {
		return nil
	}
	l, ok := estimate.Bracket(observedAges(h))
	switch {
	case !ok:
		return []string{"the TTL is unknown"}
	case math.IsInf(l.High, 1):
		f.Values["ttl_at_least"] = results.Exactly(l.Low, "s", "the oldest entry that was requested, a hit")
		return []string{fmt.Sprintf("entries live for more than %.4g s", l.Low)}
	}
	f.Values["ttl"] = probe.Value(l.Interval, "s", "the oldest hit and the youngest miss")
	text := fmt.Sprintf("entries live for %.4g s (%.4g to %.4g)", l.Value, l.Low, l.High)
	if l.Uneven {
		text += ", not all equally long"
	}
	return []string{text}
}

func addCapacity(h probe.History, f *results.Finding) []string {
	r := observedCapacity(h)
	switch {
	case r.stored == 0:
		return nil
	case r.aged || r.entries == r.stored:
		f.Values["capacity_at_least"] = results.Exactly(float64(r.entries), "count", "entries that were all still there")
		why := ""
		if r.aged {
			why = ", as entries expired meanwhile: raise the rate of capacity"
		}
		return []string{fmt.Sprintf("there is room for at least %d entries%s", r.entries, why)}
	}
	f.Values["capacity"] = results.Exactly(float64(r.entries), "count", "entries left of the keys that were stored, requested from the last to the first")
	f.Assumptions = append(f.Assumptions, "the cache evicts what was stored or used longest ago, and all entries are as large as the ones stored")
	return []string{fmt.Sprintf("there is room for %d entries of this size", r.entries)}
}

// countsOf are CloudWatch's hits and misses if it counted these requests and no
// others; else why they are not used.
func countsOf(e probe.Evidence, h probe.History) (*counts, string) {
	if e.Observed == nil {
		return nil, ""
	}
	sum := func(role targets.Role) float64 {
		m, _ := e.Metric(role)
		return m.Total["Sum"]
	}
	ours, requests := float64(h.Responses()), sum(targets.RoleCount)
	if math.Abs(requests-ours) > 0.002*ours {
		return nil, fmt.Sprintf("CloudWatch's counts of hits and misses are not used: it counted %.0f requests in these minutes, and this probe got %.0f responses", requests, ours)
	}
	return &counts{sum(targets.RoleCacheHit), sum(targets.RoleCacheMiss)}, ""
}
