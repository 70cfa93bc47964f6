package coldstart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

func (c options) conclude(h probe.History, e probe.Evidence, about probe.About) results.Finding {
	s := classify(h.Samples(), e)
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = s.tolerance().History(h)
	sample := s.sampled(h)
	s.keepSampled()
	basis := s.basis()
	if basis == byLatency && !s.mixed {
		f.Conclusion = fmt.Sprintf("Cold and warm starts cannot be distinguished: the latencies of %d responses form one distribution, and no response names its instance.", len(s.all))
		f.Assumptions = append(e.Troubles, "a cold start is slower than a warm response")
		s.addRenewal(h, e, about.Target, &f)
		return f
	}
	text := []string{s.addCounts(h, basis, sample, &f)}
	text = append(text, s.addSample(sample, &f)...)
	if n := len(s.reportedInits()); n > 0 {
		f.Values["cold_starts_reported"] = results.Exactly(float64(n), "count", "REPORT lines with an Init Duration in the function's log")
		text = append(text, fmt.Sprintf("the function's log reports %d INITs", n))
	}
	text = append(text, s.addRenewal(h, e, about.Target, &f)...)
	text = append(text, s.addInit(&f, e, about)...)
	text = append(text, c.addIdle(h, &s, &f)...)
	probe.AddLatencies(&f, "start", probe.Latency{Name: "cold", MS: s.latencies(cold)}, probe.Latency{Name: "warm", MS: s.latencies(warm)}, probe.Latency{Name: "proactive", MS: s.latencies(proactive)})
	if s.mixed && !s.sampleOnly {
		f.Values["latency_f1"] = results.Exactly(s.mixture.F1(), "share", "expected F1 of classifying by latency alone, from the fitted mixture")
	}
	f.Conclusion = strings.Join(text, "; ") + "."
	f.Assumptions = slices.Concat(f.Assumptions, s.assumptions(), e.Troubles)
	return f
}

// addCounts adds how many responses waited for a cold start, and how many
// environments there were.
func (c *classification) addCounts(h probe.History, by basis, sample traceSample, f *results.Finding) string {
	counted := "counted by " + basisText[by]
	slow, _ := c.count(cold)
	early, _ := c.count(proactive)
	f.Values["cold_starts"] = results.Exactly(float64(slow), "count", counted)
	f.Values["proactive_starts"] = results.Exactly(float64(early), "count", counted)
	f.Values["responses"] = results.Exactly(float64(len(c.all)), "count", "good responses that were classified")
	if c.environments > 0 {
		f.Values["environments"] = results.Exactly(float64(c.environments), "count", "distinct environments that were named")
	}
	if c.sampleOnly {
		return fmt.Sprintf("X-Ray recorded %d of %d responses, and %d of those waited for a cold start", sample.seen, sample.good, slow)
	}
	if share, ok := estimate.Share(slow, int64(len(c.all))); ok {
		f.Values["cold_share"] = probe.Value(share, "share", counted+"; Wilson's interval, 95 %; of a load that forces cold starts")
	}
	if share, ok := c.largestFanOut(h); ok && !h[0].Renew {
		f.Values["largest_fan_out"] = results.Exactly(float64(len(h.Named(stageFan).Last().Samples)), "requests", "sent at once")
		f.Values["environments_per_request"] = probe.Value(share, "share", "of the largest fan-out's requests, those with an environment of their own; Wilson's interval, 95 %")
	}
	return fmt.Sprintf("%d of %d responses waited for a cold start", slow, len(c.all))
}

// largestFanOut is the share of the requests of the largest fan-out that had an
// environment of their own: as many as were started until then, and as the first
// fan-out found.
func (c *classification) largestFanOut(h probe.History) (estimate.Interval, bool) {
	fans := h.Named(stageFan)
	if len(fans) == 0 {
		return estimate.Interval{}, false
	}
	first, last := fans[0], fans[len(fans)-1]
	var environments int64
	for i := range c.all {
		r := &c.all[i]
		if r.start == cold && r.sample.Due < last.Started+last.For || r.start != cold && r.sample.Due < first.Started+first.For {
			environments++
		}
	}
	n := int64(len(last.Samples))
	return estimate.Share(min(environments, n), n)
}

func (c options) addIdle(h probe.History, s *classification, f *results.Finding) []string {
	if c.first == 0 || s.sampleOnly { // gaps are between all requests, not between sampled ones
		return nil
	}
	l, ok := estimate.Bracket(s.idleGaps(h))
	switch {
	case !ok:
		return nil
	case !l.Bracketed && math.IsInf(l.High, 1):
		f.Values["idle_survived"] = results.Exactly(l.Low, "s", "the longest idle gap, survived")
		return []string{fmt.Sprintf("an environment that was idle for %.4g s was still there", l.Low)}
	}
	f.Values["idle_expiry"] = probe.Value(l.Interval, "s", "the longest idle gap that an environment survived and the shortest that it did not")
	text := fmt.Sprintf("idle environments expire after %.4g s (%.4g to %.4g)", l.Value, l.Low, l.High)
	if l.Uneven {
		text += ", not all after the same time"
	}
	return []string{text}
}

func (c *classification) assumptions() []string {
	text := []string{"failed responses are left out"}
	_, by := c.count(cold)
	early, _ := c.count(proactive)
	if len(c.log) > 0 {
		text = append(text, fmt.Sprintf("the function's log has %d invocations of that time, under other ids than the responses': all are taken to be of these requests", len(c.log)))
	}
	if by[byLatency] > 0 {
		text = append(text, fmt.Sprintf("%d cold starts were found by latency alone, with an expected F1 of %.3f; proactive starts cannot be seen by it", by[byLatency], c.mixture.F1()))
	}
	if by[byInstance] > 0 {
		text = append(text, "an instance that is named for the first time was new, unless it answered as fast as warm ones")
	}
	if early > 0 {
		text = append(text, "proactive starts: new environments that no request waited for; other traffic may have started them")
	}
	return text
}
