package probes

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// known is the mixture that all stages show together, by which single looks are
// sorted where no header does.
func known(h History) *estimate.Mixture {
	all := sortLooks(h.Samples(), nil)
	if all.header || !all.mixed {
		return nil
	}
	return &all.mixture
}

func requestKey(request uint16) string { return strconv.Itoa(int(request)) }

// looksAtAges are the looks of all rounds.
func (c *cacheOptions) looksAtAges(h History) []estimate.Survival {
	mixture := known(h)
	all := sortLooks(h.Samples(), mixture)
	transit := 0.0
	if hits := all.latencies(true); len(hits) > 0 {
		transit = median(hits) / 1000
	}
	var seen []estimate.Survival
	for _, m := range h.Named(stageAges) {
		s := sortLooks(m.Samples, mixture)
		seen = append(seen, agesOf(s.looks, requestKey, transit)...)
	}
	return estimate.Steady(seen, 0.1)
}

// roomSeen is what the last sweep shows.
func (c *cacheOptions) roomSeen(h History) roomEstimate {
	stages := h.Named(stageRoom)
	if len(stages) == 0 {
		return roomEstimate{}
	}
	ttl := 0.0
	if l, ok := estimate.Bracket(c.looksAtAges(h)); ok && l.Bracketed {
		ttl = l.Low
	}
	s := sortLooks(stages[len(stages)-1].Samples, known(h))
	return roomOf(s.looks, requestKey, ttl)
}

// conclude tells what the cache does.
func (c *cacheOptions) conclude(h History, told Told, about About) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = unhurried(h)
	var stage []results.Sample
	for _, m := range h.Named(stageRatio) {
		stage = append(stage, m.Samples...)
	}
	s := sortLooks(stage, nil)
	counted, why := countedBy(told, h)
	if why != "" {
		f.Assumptions = append(f.Assumptions, why)
	}
	f.Assumptions = append(f.Assumptions, told.Troubles...)
	if len(h) > 1 && !s.header { // CloudWatch counted the other stages too
		if all, _, ok := (&cacheSorting{}).ratio(counted); ok {
			f.Values["hit_ratio_of_all_stages"] = valueOf(all, "share", "CacheHitCount and CacheMissCount of CloudWatch; Wilson's interval, 95 %")
		}
		if s.mixed {
			counted = nil
		}
	}
	ratio, method, ok := s.ratio(counted)
	if !ok {
		f.Conclusion = fmt.Sprintf("No cache can be seen: no response has a cache header, CloudWatch counted no hits or misses, and the latencies of %d responses are of one sort.", len(s.looks))
		return f
	}
	f.Values["hit_ratio"] = valueOf(ratio, "share", method)
	words := []string{fmt.Sprintf("%.1f %% hits (%.1f to %.1f) with %d keys at %g/s", 100*ratio.Value, 100*ratio.Low, 100*ratio.High, len(c.keys.Shares), c.rate)}
	if c.aimed > 0 {
		f.Values["hit_ratio_aimed_at"] = results.Exactly(c.aimed, "share", "the number of keys was chosen for it")
	}
	words = append(words, s.tellLatencies(&f)...)
	words = append(words, s.tellMeans(&f)...)
	words = append(words, c.tellTTL(h, &f)...)
	words = append(words, c.tellRoom(h, &f)...)
	words = append(words, tellCacheCost(&f, ratio, &s, told, about)...)
	f.Conclusion = strings.Join(words, "; ") + "."
	if !s.header {
		f.Assumptions = append(f.Assumptions, "a hit is faster than a miss: no response says which it is")
	}
	return f
}

// tellLatencies adds what hits and misses take, apart.
func (c *cacheSorting) tellLatencies(f *results.Finding) []string {
	if !c.header && !c.mixed {
		return nil
	}
	table := results.Table{Title: "service time in ms", Columns: []string{"", "responses", "p50", "p90", "p99"}}
	var medians []string
	for _, row := range []struct {
		name string
		hit  bool
	}{{"hit", true}, {"miss", false}} {
		ms := slices.Sorted(slices.Values(c.latencies(row.hit)))
		if len(ms) == 0 {
			continue
		}
		cells := []string{row.name, fmt.Sprint(len(ms))}
		for _, p := range initQuantiles {
			cell := "–"
			if q, ok := estimate.Quantile(ms, p.q); ok {
				cell = fmt.Sprintf("%.1f", q.Value)
				f.Values[row.name+"_"+p.name] = valueOf(q, "ms", "order statistics of service times, 95 %")
			}
			cells = append(cells, cell)
		}
		table.Rows = append(table.Rows, cells)
		f.Series = append(f.Series, histogramSeries(row.name, ms))
		medians = append(medians, fmt.Sprintf("a %s takes %.4g ms", row.name, estimate.At(ms, 0.5)))
	}
	f.Tables = append(f.Tables, table)
	return medians
}

// tellTTL adds how long entries live.
func (c *cacheOptions) tellTTL(h History, f *results.Finding) []string {
	if c.oldest == 0 {
		return nil
	}
	l, ok := estimate.Bracket(c.looksAtAges(h))
	switch {
	case !ok:
		return []string{"nothing was seen of the TTL"}
	case math.IsInf(l.High, 1):
		f.Values["ttl_at_least"] = results.Exactly(l.Low, "s", "the oldest entry that was asked for, a hit")
		return []string{fmt.Sprintf("entries live for more than %.4g s", l.Low)}
	}
	f.Values["ttl"] = valueOf(l.Interval, "s", "the oldest hit and the youngest miss")
	said := fmt.Sprintf("entries live for %.4g s (%.4g to %.4g)", l.Value, l.Low, l.High)
	if l.Uneven {
		said += ", not all equally long"
	}
	return []string{said}
}

// tellRoom adds how many entries the cache holds.
func (c *cacheOptions) tellRoom(h History, f *results.Finding) []string {
	r := c.roomSeen(h)
	switch {
	case r.asked == 0:
		return nil
	case r.aged || r.entries == r.asked:
		f.Values["capacity_at_least"] = results.Exactly(float64(r.entries), "count", "entries that were all still there")
		why := ""
		if r.aged {
			why = ", as entries grew too old meanwhile: raise the rate of capacity"
		}
		return []string{fmt.Sprintf("there is room for at least %d entries%s", r.entries, why)}
	}
	f.Values["capacity"] = results.Exactly(float64(r.entries), "count", "entries left of the keys that were stored, asked for from the last to the first")
	f.Assumptions = append(f.Assumptions, "what makes room is what was stored or used longest ago, and all entries are as large as the ones stored")
	return []string{fmt.Sprintf("there is room for %d entries of this size", r.entries)}
}

// countedBy are CloudWatch's hits and misses, where it counted these requests
// and no others.
func countedBy(told Told, h History) (*CacheCounts, string) {
	if told.Observed == nil {
		return nil, ""
	}
	var ours float64
	for _, m := range h {
		for i := range m.Samples {
			if m.Samples[i].Code > 0 {
				ours++
			}
		}
	}
	var counts CacheCounts
	var requests float64
	for _, m := range told.Observed.Metrics {
		switch targets.Role(m.Role) {
		case targets.RoleCacheHit:
			counts.Hits = m.Total["Sum"]
		case targets.RoleCacheMiss:
			counts.Misses = m.Total["Sum"]
		case targets.RoleCount:
			requests = m.Total["Sum"]
		}
	}
	if math.Abs(requests-ours) > 0.002*ours {
		return nil, fmt.Sprintf("CloudWatch's counts of hits and misses are not used: it counted %.0f requests in these minutes, where this probe had %.0f answers", requests, ours)
	}
	return &counts, ""
}
