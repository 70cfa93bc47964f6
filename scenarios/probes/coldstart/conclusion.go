package coldstart

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

func (c options) conclude(h probe.History, e probe.Evidence, about probe.About) results.Finding {
	s := classify(h.Samples(), e)
	if k := about.Target.Kind; k != nil && k.Shares {
		return c.concludeShared(h, e, &s)
	}
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = s.tolerance().History(h)
	sample := s.sampled(h)
	s.settle(h)
	verdict, reasons := s.strained()
	f.Verdict, f.Reasons = probe.Worse(f.Verdict, verdict), append(f.Reasons, reasons...)
	text := s.counts(h, sample, &f)
	text = append(text, s.addRenewal(h, e, about.Target, &f)...)
	if s.untold() {
		f.Conclusion = sentence(text)
		f.Assumptions = slices.Concat(f.Assumptions, s.assumptions(), e.Troubles)
		return f
	}
	text = append(text, s.addInit(&f, e, about)...)
	text = append(text, c.addIdle(h, &s, &f)...)
	s.addLatencies(&f)
	if s.agreement != nil {
		s.agreement.add(&f, s.basis())
	}
	f.Conclusion = sentence(text)
	f.Assumptions = slices.Concat(f.Assumptions, s.assumptions(), e.Troubles)
	return f
}

func sentence(parts []string) string {
	return strings.TrimSuffix(strings.Join(parts, "; "), ".") + "."
}

// untold says whether nothing tells which responses were cold, nor how many.
func (c *classification) untold() bool {
	return c.compared != nil && c.excess == nil && len(c.log) == 0
}

// counts adds how many responses waited for a cold start, by the best evidence.
func (c *classification) counts(h probe.History, sample traceSample, f *results.Finding) (text []string) {
	switch {
	case c.compared != nil && len(c.log) > 0:
		return []string{c.addLog(h, f)}
	case c.excess != nil:
		text = []string{c.addExcess(h, f)}
	case c.compared != nil:
		text = []string{c.addUntold(f)}
	default:
		text = append([]string{c.addCounts(h, c.basis(), sample, f)}, c.addSample(sample, f)...)
	}
	if n := len(c.reportedInits()); n > 0 {
		f.Values["cold_starts_reported"] = results.Exactly(float64(n), "count", "REPORT lines with an Init Duration in the function's log")
		text = append(text, fmt.Sprintf("the function's log reports %d INITs", n))
	}
	return text
}

// addCounts adds how many responses waited for a cold start, and how many
// environments there were.
func (c *classification) addCounts(h probe.History, by basis, sample traceSample, f *results.Finding) string {
	counted := "counted by " + basisText[by]
	slow, _ := c.count(cold)
	early, _ := c.count(proactive)
	f.Values["cold_starts"] = results.Exactly(float64(slow), "count", counted)
	f.Values["proactive_starts"] = results.Exactly(float64(early), "count", counted)
	c.addResponses(f)
	if c.sampleOnly {
		return fmt.Sprintf("X-Ray recorded %d of %d responses, and %d of those waited for a cold start", sample.seen, sample.good, slow)
	}
	if share, ok := estimate.Share(slow, int64(len(c.all))); ok {
		f.Values["cold_share"] = probe.Value(share, "share", counted+"; Wilson's interval, 95 %; of a load that forces cold starts")
	}
	if share, ok := c.largestFanOut(h); ok {
		addEnvironments(h, share, "of the largest fan-out's requests, those with an environment of their own; Wilson's interval, 95 %", f)
	}
	return fmt.Sprintf("%d of %d responses waited for a cold start", slow, len(c.all))
}

func (c *classification) addResponses(f *results.Finding) {
	f.Values["responses"] = results.Exactly(float64(len(c.all)), "count", "good responses that were classified")
	if c.environments > 0 {
		f.Values["environments"] = results.Exactly(float64(c.environments), "count", "distinct environments that were named")
	}
}

// addLog counts by a log that cannot be joined to responses, as behind a gateway: it
// is certain about how many environments started, and says nothing of who waited.
func (c *classification) addLog(h probe.History, f *results.Finding) string {
	inits := int64(len(c.reportedInits()))
	const counted = "counted by REPORT lines with an Init Duration in the function's log, which name no response"
	f.Values["cold_starts"] = results.Exactly(float64(inits), "count", counted)
	f.Values["cold_starts_reported"] = f.Values["cold_starts"]
	c.addResponses(f)
	if share, ok := estimate.Share(inits, int64(len(c.log))); ok {
		f.Values["cold_share"] = probe.Value(share, "share", counted+"; Wilson's interval, 95 %; of a load that forces cold starts")
	}
	n := int64(len(h.Named(stageFan).Last().Samples))
	if share, ok := estimate.Share(min(int64(c.environments), n), n); ok && len(h.Named(stageIdle)) == 0 {
		addEnvironments(h, share, "environments that the log names for each request of the largest fan-out; Wilson's interval, 95 %", f)
	}
	return fmt.Sprintf("the function's log reports %d INITs in %d invocations", inits, len(c.log))
}

// addEnvironments adds how many environments there were for each request of the
// largest fan-out. After a renewal those of the fan-outs before are gone.
func addEnvironments(h probe.History, share estimate.Interval, method string, f *results.Finding) {
	if h[0].Renew {
		return
	}
	f.Values["largest_fan_out"] = results.Exactly(float64(len(h.Named(stageFan).Last().Samples)), "requests", "sent at once")
	f.Values["environments_per_request"] = probe.Value(share, "share", method)
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

func (c *classification) addLatencies(f *results.Finding) {
	if c.compared != nil && c.excess == nil { // the log counts, and tells no response
		return
	}
	probe.AddLatencies(f, "start", probe.Latency{Name: "cold", MS: c.latencies(cold)}, probe.Latency{Name: "warm", MS: c.latencies(warm)}, probe.Latency{Name: "proactive", MS: c.latencies(proactive)})
	if c.excess == nil {
		return
	}
	// Single responses beyond the cut may be warm: only the median is known without them.
	for _, name := range []string{"cold_p90", "cold_p99"} {
		if c.excess.delayed.Beyond > leastErring {
			delete(f.Values, name)
		}
	}
	f.Values["cold_p50"] = probe.Value(c.excess.delayed.Median, "ms", "median of what fan-outs have beyond their repeats; inverted score test, 95 %")
}

// opened counts the responses that were taken for cold by latency, and those of them that
// came on a new connection.
func (c *classification) opened() (slow, opened int) {
	for i := range c.all {
		if r := &c.all[i]; r.start == cold && r.by == byLatency {
			slow++
			if r.sample.Connect > 0 {
				opened++
			}
		}
	}
	return slow, opened
}

func (c *classification) assumptions() []string {
	text := []string{"failed responses are left out"}
	_, by := c.count(cold)
	early, _ := c.count(proactive)
	if len(c.log) > 0 {
		text = append(text, fmt.Sprintf("the function's log has %d invocations of that time, under other ids than the responses': all are taken to be of these requests", len(c.log)))
	}
	if c.excess != nil {
		text = append(text, "latency alone told: slowness that comes with more concurrency than was seen, and not with as much again, is taken for cold starts; a pool of workers or connections that grows behind the front door looks the same; proactive starts cannot be seen")
		if slow, opened := c.opened(); slow > 0 && 10*opened >= 9*slow {
			text = append(text, fmt.Sprintf("%d of %d slow responses came on connections that were new, which repeats did not need: a target that is slow at the first request on a connection looks the same; renew: true would tell, as connections outlive environments then", opened, slow))
		}
	}
	if c.left > 0 {
		text = append(text, fmt.Sprintf("%d responses of which nothing but their latency tells are left out", c.left))
	}
	if by[byInstance] > 0 {
		text = append(text, "an instance that is named for the first time was new, unless it answered as fast as warm ones")
	}
	if early > 0 {
		text = append(text, "proactive starts: new environments that no request waited for; other traffic may have started them")
	}
	return text
}
