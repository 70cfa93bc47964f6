package cache

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

func (c *options) conclude(h probe.History, e probe.Evidence, about probe.About) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = probe.OfServiceTimes.History(h)
	counted, problem := countsOf(e, h)
	changes := h
	h = unchanged(h)
	r := c.read(h)
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
	text := append(c.addRatio(h, &r, &f, e, about), c.addChanges(changes, &r, &f)...)
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

const (
	fewestSteady = 40   // requests after the warm-up that a hit ratio needs
	surelyLived  = 0.75 // share of the stage: of what expires later too little shows
	mostUneven   = 1.5  // ratio of the deviations between blocks to those of chance
)

// addRatio adds the steady hit ratio and what follows from it.
func (c *options) addRatio(h probe.History, r *reading, f *results.Finding, e probe.Evidence, about probe.About) (text []string) {
	m := h.Named(stageRatio).Last()
	right, wrong := r.rates()
	s := newSteadiness(r.search(c, h, right.Value, wrong.Value), m, r.header)
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
	text = append(text, s.addKept(r, f)...)
	text = append(text, addLatencies(hits, misses, f)...)
	text = append(text, s.addMeans(misses, f)...)
	text = append(text, c.addTTL(h, r, &s, f)...)
	text = append(text, c.addCapacity(h, r, f)...)
	if problem == "" {
		text = append(text, addCost(f, ratio, r, s.visits, e, about)...)
	}
	return text
}

// search is what a model of the visits of the hit ratio stage, and of the repeats before it,
// is searched with.
func (r *reading) search(c *options, h probe.History, right, wrong float64) modelSearch {
	m := h.Named(stageRatio).Last()
	search := modelSearch{visits: r.visits(m), keys: len(c.requests), length: m.For, right: right, wrong: wrong, divided: !r.keeps()}
	if search.divided {
		search.visits, search.grows = r.all(slices.Concat(h.Named(stageRepeats), probe.History{m})), r.grows()
	}
	return search
}

// partsWithin is by which factor the number of parts may be off. Requests that come to parts
// in turn made it a third too large in simulations, entries that expire while keys are asked
// nearly four times too large, and latencies that hardly tell hits from misses a third of it.
const partsWithin = 4

// addKept adds why a key that is asked again a moment later is not always a hit.
func (s *steadiness) addKept(r *reading, f *results.Finding) (text []string) {
	if r.keeps() {
		return nil
	}
	switch {
	case r.header:
		text = append(text, fmt.Sprintf("%d of %d keys asked again a moment later were hits", r.storedAtOnce(), len(r.again)))
	case r.repeats.Found() && r.latency.Contaminant:
		text = append(text, fmt.Sprintf("only about %.0f %% of the requests for keys asked at least %d times before were hits", 100*r.latency.Labelled.Value, asksOfKey/2))
	case !r.control.Found():
		text = append(text, fmt.Sprintf("keys asked again a moment later are hits too seldom to be seen (p = %.2g), those asked %d times are (p = %.2g)", r.control.P, asksOfKey, r.repeats.P))
	case r.latency.Contaminant:
		text = append(text, fmt.Sprintf("only about %.0f %% of the keys asked again a moment later were hits", 100*r.latency.Labelled.Value))
	default:
		text = append(text, "keys asked again a moment later are not always hits")
	}
	switch {
	case s.fits && s.model.parts > 1:
		parts := float64(s.model.parts)
		low, high := max(math.Floor(parts/partsWithin), 2), math.Ceil(parts*partsWithin)
		f.Values["parts"] = results.Between(parts, low, high, "count", "likelihood of hits and misses, if chance decides which part a request comes to, within a factor of four, as another rule may")
		return append(text, fmt.Sprintf("a cache in several parts, about %.0f (%.0f to %.0f): the more often a key was asked, the more often it is a hit", parts, low, high))
	case s.fits && s.model.uses > 1:
		f.Values["stored_at_request"] = results.Exactly(float64(s.model.uses), "count", "of a key, from one: the fewest misses before its first hit")
		return append(text, fmt.Sprintf("a key is not stored at its first request: no key was a hit before it was asked %d times", s.model.uses+1))
	case s.fits && s.model.entries > 0:
		return text
	}
	return append(text, "several caches answer, or entries are evicted, expire at once, or are not stored at the first request")
}

// steadyRatio is the hit ratio after the warm-up, without the waves of keys that were
// stored at the same time.
func (c *options) steadyRatio(s *steadiness, r *reading, misses []float64) (ratio estimate.Interval, agree bool, problem string) {
	part := s.model.ttl < never && c.length-s.warm < s.model.lives() // of a wave, whose shape depends on how equal the lives are
	if !r.keeps() && (part || s.model.parts > 1 && !s.leaves()) {
		return ratio, true, "the stage is too short for the cache, which may have parts, to fill, and for its entries to expire. A longer one (for) would tell"
	}
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
	if !s.fits && !r.keeps() {
		return ratio, true, fmt.Sprintf("%.1f %% of the requests in the second half of the stage were hits (%.1f to %.1f), but they follow no known rule, so that may not last. A longer stage (for) may tell", 100*ratio.Value, 100*ratio.Low, 100*ratio.High)
	}
	ratio.Low, ratio.High = max(ratio.Value-wider*(ratio.Value-ratio.Low), 0), min(ratio.Value+wider*(ratio.High-ratio.Value), 1)
	if !ok || len(misses) == 0 {
		return ratio, true, ""
	}
	took := probe.FromMS(estimate.Median(misses))
	if s.model.ttl == never { // those that live for about as long as the stage, or longer, expire some time
		ratio.Low = min(ratio.Low, c.keys.hitRatio(c.rate, time.Duration(surelyLived*float64(c.length)), took, s.model.entries))
		return ratio, true, ""
	}
	steady := c.keys.hitRatio(c.rate/float64(max(s.model.parts, 1)), s.model.lives(), took, s.model.entries)
	if s.fits && s.model.entries == 0 {
		wave := steady - w.model/float64(len(w.visits))
		within := func(v float64) float64 { return min(max(v+wave, 0), 1) }
		ratio = estimate.Interval{Value: within(ratio.Value), Low: within(ratio.Low), High: within(ratio.High)}
	}
	if part {
		whole, _, _ := r.shareOf(s.visits) // with the warm-up: not more than in the long run
		ratio.Low, ratio.High = min(ratio.Low, steady, whole.Low), max(ratio.High, steady)
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
	if !s.leaves() && !s.fits {
		return []string{fmt.Sprintf("with the first requests of the keys it is %.1f %% in the whole stage", 100*whole.Value)}
	}
	if !s.leaves() {
		f.Assumptions = append(f.Assumptions, fmt.Sprintf("no entry left the cache during the stage: the hit ratio is that of keys asked before, and its lower bound is for entries that live for %.3g s", surelyLived*c.length.Seconds()))
		return []string{fmt.Sprintf("with the first requests of the keys %.1f %% in the stage, in which no entry left the cache", 100*whole.Value)}
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
