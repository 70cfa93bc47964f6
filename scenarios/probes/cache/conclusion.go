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
	f.Verdict, f.Reasons = probe.OfServiceTimes.History(h)
	r := c.read(h)
	counted, problem := countsOf(e, h)
	if problem != "" {
		f.Assumptions = append(f.Assumptions, problem)
	}
	f.Assumptions = append(f.Assumptions, e.Troubles...)
	if all, ok := counted.share(); ok {
		f.Values["hit_ratio_of_all_stages"] = probe.Value(all, "share", countsMethod)
	}
	if !math.IsInf(r.control.Smallest, 1) && !r.header {
		f.Values["control_p"] = results.Exactly(r.control.P, "share", "randomisation test: requests of keys asked before are as fast as those of new keys")
	}
	if reason := c.nothing(h, &r, counted); reason != "" {
		f.Conclusion = reason
		return f
	}
	text := c.addRatio(h, &r, &f, e, about)
	f.Conclusion = strings.Join(text, "; ") + "."
	if !r.header {
		f.Assumptions = append(f.Assumptions, c.assumed())
	}
	return f
}

func (c *options) assumed() string {
	if c.keyNames != nil {
		return "no one else asked for keys of the list shortly before or meanwhile: no response says whether it is a hit"
	}
	return "what is faster for a key that was asked before is a cache, wherever it is: no response says whether it is a hit"
}

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
	case r.control.Found() && r.distinct:
		return ""
	case r.control.Found():
		return fmt.Sprintf("There is a cache: requests for keys that were asked before are faster than for new keys (p = %.2g). What its hit ratio is cannot be told: too many of both take equally long. Cache headers or CloudWatch's counts would tell.", r.control.P)
	case r.control.Smallest > mostHidden:
		return fmt.Sprintf("Whether there is a cache cannot be told: only %d requests of the control could be compared, where responses with a cache header would need none. A higher rate, or a longer time (for), would tell; a key is asked again %v after its first request at most.", r.control.Compared, longestGap)
	}
	if r.control.P < leastP {
		return fmt.Sprintf("Whether there is a cache cannot be told: requests for keys that were asked before are a little faster (p = %.2g), and a cache that keeps some of them a moment would do that, but also chance in 1 of %.0f runs. Another run would tell.", r.control.P, math.Floor(1/r.control.P))
	}
	if m := c.remembered(h.Named(stageRatio).Last(), r); m.shows() && !r.saidMiss {
		return fmt.Sprintf("Whether there is a cache cannot be told: keys asked once more, a moment later, are no faster, but of the requests with %d keys at %g/s those %s are (p = %.2g). A cache does that if it stores what was asked for several times, or holds few entries, or keeps them for less than the moment. Cache headers or CloudWatch's counts would tell.", len(c.keys.shares), c.rate, m.what, m.p)
	}
	return c.noCache(r, counted)
}

func (c *options) noCache(r *reading, counted *counts) string {
	text := fmt.Sprintf("No cache can be seen: latency does not depend on whether the key was asked before (p = %.2g, %d requests compared)", r.control.P, r.control.Compared)
	text += fmt.Sprintf("; hits, as fast as the fastest responses, to %.0f %% of the requests for keys asked a moment before would have been found in 9 of 10 runs.", math.Ceil(100*r.control.Smallest))
	switch {
	case r.saidMiss:
		text += " The headers of all responses say that they are misses."
	case r.saidHits > 0:
		text += fmt.Sprintf(" Yet the headers of %d responses say that they come from a cache: hits may take as long as misses.", r.saidHits)
	case counted != nil && counted.hits > 0:
		text += fmt.Sprintf(" Yet CloudWatch counted %.0f hits: they take as long as misses.", counted.hits)
	case c.keyInQuery && oneMode(r):
		text += " A cache that ignores the query would look the same: all keys share one entry. The key in the path, or a cache header, would tell."
	}
	return text
}

// oneMode says whether almost all responses of the control are alike, so that all of
// them may be hits of one entry.
func oneMode(r *reading) bool {
	const slow = 0.05
	m, mixed := estimate.Fit(append(serviceMS(r.first), serviceMS(r.again)...))
	return !mixed || m.Slow.Weight < slow
}

const (
	fewestSteady = 40  // requests after the warm-up that a hit ratio needs
	mostUneven   = 1.5 // ratio of the deviations between blocks to those of chance
)

// addRatio adds the steady hit ratio and what follows from it.
func (c *options) addRatio(h probe.History, r *reading, f *results.Finding, e probe.Evidence, about probe.About) (text []string) {
	m := h.Named(stageRatio).Last()
	right, wrong := r.rates()
	visits, uses := r.visits(m), 0
	if !r.storesFirst() {
		uses = usesUntilStored(visits)
	}
	s := newSteadiness(visits, len(c.keys.shares), m.Started, m.For, right.Value, wrong.Value, uses)
	hits, misses := r.latencies(s.visits)
	ratio, agree, problem := c.steadyRatio(&s, r, misses)
	switch {
	case problem == "" && !agree:
		f.Values["hit_ratio"] = probe.Value(ratio, "share", "between what different cuts say, which do not agree: "+r.method())
		text = append(text, fmt.Sprintf("a cache shows, with %.0f to %.0f %% hits: it cannot be told more closely, since responses of this stage are not a mixture of hits and misses as fast as those of the control: the target's speed changed, or there is a second cache", 100*ratio.Low, 100*ratio.High))
	case problem == "":
		f.Values["hit_ratio"] = probe.Value(ratio, "share", "steady, after the warm-up: "+r.method())
		text = append(text, fmt.Sprintf("%.1f %% hits (%.1f to %.1f) with %d keys at %g/s", 100*ratio.Value, 100*ratio.Low, 100*ratio.High, len(c.keys.shares), c.rate))
	default:
		text = append(text, "a cache shows, and its steady hit ratio cannot be told: "+problem)
	}
	text = append(text, c.addWarmUp(&s, r, f)...)
	if c.aimed > 0 {
		f.Values["hit_ratio_aimed_at"] = results.Exactly(c.aimed, "share", "the number of keys was chosen for it")
	}
	if r.latency.Contaminant {
		text = append(text, fmt.Sprintf("only about %.0f %% of the keys asked again a moment later were hits: several caches answer, or entries are evicted or expire at once", 100*r.latency.Labelled.Value))
	}
	text = append(text, addLatencies(hits, misses, f)...)
	text = append(text, s.addMeans(misses, f)...)
	if !r.storesFirst() {
		text = append(text, r.addUses(uses, f))
	}
	text = append(text, c.addTTL(h, r, &s, f)...)
	text = append(text, c.addCapacity(h, r, f)...)
	if problem == "" {
		text = append(text, addCost(f, ratio, r, s.visits, e, about)...)
	}
	return text
}

// addUses adds at which request a cache stores a key that does not at the first.
func (r *reading) addUses(uses int, f *results.Finding) string {
	text := fmt.Sprintf("%d of %d keys asked again a moment later were hits: a key is not stored at its first request, or is gone at once", r.storedAtOnce(), len(r.again))
	if uses > 1 {
		f.Values["stored_at_request"] = results.Exactly(float64(uses), "count", "of a key, from one: the fewest misses before its first hit")
		text += fmt.Sprintf(", and no key was a hit before it was asked %d times", uses+1)
	}
	return text
}

// steadyRatio is the hit ratio after the warm-up, without the waves of keys that were
// stored at the same time.
func (c *options) steadyRatio(s *steadiness, r *reading, misses []float64) (ratio estimate.Interval, agree bool, problem string) {
	w := s.steady()
	if len(w.visits) < fewestSteady {
		return ratio, true, fmt.Sprintf("%v are too short for the warm-up, which takes %.3g s (for: %.0fs would do)", c.length, s.warm.Seconds(), math.Ceil(4*s.warm.Seconds()))
	}
	wider := math.Sqrt(estimate.Overdispersion(w.blocks))
	if !s.fits && !r.header && wider > mostUneven {
		return ratio, true, "hits follow no known rule, and fast responses come together, so that they may be misses while the target was fast. Cache headers or CloudWatch's counts would tell"
	}
	ratio, agree, ok := r.shareOf(w.visits)
	if !agree {
		return ratio, agree, ""
	}
	ratio.Low, ratio.High = max(ratio.Value-wider*(ratio.Value-ratio.Low), 0), min(ratio.Value+wider*(ratio.High-ratio.Value), 1)
	if ok && s.fits && s.leaves() && s.model.entries == 0 && len(misses) > 0 {
		wave := c.keys.hitRatio(c.rate, s.model.lives(), probe.FromMS(estimate.Median(misses)), 0) - float64(w.model)/float64(len(w.visits))
		within := func(v float64) float64 { return min(max(v+wave, 0), 1) }
		ratio = estimate.Interval{Value: within(ratio.Value), Low: within(ratio.Low), High: within(ratio.High)}
	}
	return ratio, true, ""
}

// addWarmUp adds the hit ratio of the whole stage, and how entries left the cache.
func (c *options) addWarmUp(s *steadiness, r *reading, f *results.Finding) (text []string) {
	whole, agree, ok := r.shareOf(s.visits)
	if !ok {
		return nil
	}
	if !agree {
		f.Values["hit_ratio_with_warm_up"] = probe.Value(whole, "share", "of the whole stage, between what different cuts say: "+r.method())
		return nil
	}
	f.Values["hit_ratio_with_warm_up"] = probe.Value(whole, "share", "of the whole stage: "+r.method())
	if !s.leaves() {
		f.Assumptions = append(f.Assumptions, "no entry left the cache during the stage: the hit ratio is that of keys asked before, and falls where entries expire or are evicted")
		return []string{fmt.Sprintf("with the first requests of the keys %.1f %%", 100*whole.Value)}
	}
	f.Values["warm_up"] = results.Exactly(s.warm.Seconds(), "s", "from the first request until the first entry expired, or the cache was full")
	text = append(text, fmt.Sprintf("with the warm-up of %.3g s it is %.1f %% in the whole stage", s.warm.Seconds(), 100*whole.Value))
	switch {
	case !s.fits:
		f.Assumptions = append(f.Assumptions, "hits follow neither one TTL nor evictions of what was used longest ago: the hit ratio is that of the second half of the stage")
	case s.model.seconds:
		text = append(text, fmt.Sprintf("entries live for %.0f to %.0f s, by a clock of whole seconds", s.model.ttl.Seconds(), s.model.ttl.Seconds()+1))
	case s.model.entries > 0:
		text = append(text, fmt.Sprintf("entries are evicted: a key is missed again once about %d others were asked for, of %d", s.model.entries, len(c.keys.shares)))
	}
	return text
}

func addLatencies(hits, misses []float64, f *results.Finding) (text []string) {
	all := []probe.Latency{{Name: "hit", MS: hits}, {Name: "miss", MS: misses}}
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
func (s *steadiness) addMeans(misses []float64, f *results.Finding) []string {
	var all []float64
	for _, v := range s.visits {
		all = append(all, probe.MS(v.sample.Service))
	}
	with, okWith := estimate.Mean(inBlocks(all))
	without, okWithout := estimate.Mean(inBlocks(misses))
	if !okWith || !okWithout {
		return nil
	}
	f.Values["mean_with_cache"] = probe.Value(with, "ms", "mean service time of all responses; 95 % from means of blocks")
	f.Values["mean_without_cache"] = probe.Value(without, "ms", "mean service time of misses, as if every response were one; 95 % from means of blocks")
	return []string{fmt.Sprintf("a response takes %.4g ms in the mean with the cache, and would take %.4g ms without it", with.Value, without.Value)}
}

// inBlocks cuts values into ten: consecutive ones are not independent.
func inBlocks(all []float64) [][]float64 {
	const n = 10
	blocks := make([][]float64, n)
	for i, v := range all {
		b := i * n / len(all)
		blocks[b] = append(blocks[b], v)
	}
	return blocks
}

func (c *options) addTTL(h probe.History, r *reading, s *steadiness, f *results.Finding) []string {
	if c.oldest == 0 {
		return nil
	}
	l, ok := r.lifetime(h)
	l = s.wholeSeconds(l)
	switch {
	case !ok:
		if !r.storesFirst() {
			return []string{"the TTL cannot be told: a longer steady stage (for), or fewer keys, would tell"}
		}
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
	case !r.storesFirst():
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
	case found.stored == 0 && c.mostKeys > 0 && !r.storesFirst():
		return []string{"the capacity cannot be told, since the probe asks each key twice"}
	case found.stored == 0:
		return nil
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

// counts are the hits and misses that CloudWatch counted.
type counts struct{ hits, misses float64 }

const countsMethod = "CacheHitCount and CacheMissCount of CloudWatch; Wilson's interval, 95 %"

func (c *counts) share() (estimate.Interval, bool) {
	if c == nil {
		return estimate.Interval{}, false
	}
	return estimate.Share(int64(math.Round(c.hits)), int64(math.Round(c.hits+c.misses)))
}
