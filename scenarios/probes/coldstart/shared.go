package coldstart

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// Environments that serve several requests at a time are told by instances that responses
// name, and by nothing else: more requests at once need no more environments, so that
// fan-outs and repeats cannot be compared.
//
// Requests that came before a new environment was ready waited for it together. It was
// ready, at the latest, when its first response began to be worked on: the time of that
// response less what a warm one takes. Whether they waited is decided for all of them
// together, by the fastest: slow work of single requests does not make a cold start.

// sharedLeast is how many environments' worth of requests the largest fan-out sends, so
// that several start.
const sharedLeast = 4

// A start of an environment: the responses to requests that came before it was ready.
type sharedStart struct {
	early []*response // in the order of sending
	first *response   // that came first
}

// shareEnvironments classifies anew, for environments that serve several requests at a
// time. It returns false if no response names its environment.
func (c *classification) shareEnvironments() bool {
	usual := c.usual()
	starts := map[string]*sharedStart{}
	var order []string
	for i := range c.all {
		r := &c.all[i]
		name := r.sample.Mark.Instance
		if name == "" {
			continue
		}
		s := starts[name]
		if s == nil {
			s = &sharedStart{first: r}
			starts[name], order = s, append(order, name)
		}
		if r.done() < s.first.done() {
			s.first = r
		}
	}
	for i := range c.all {
		r := &c.all[i]
		if s := starts[r.sample.Mark.Instance]; s != nil {
			r.start, r.by = warm, byInstance
			if r.sample.Sent < s.first.done()-usual {
				s.early = append(s.early, r)
			}
		}
	}
	waited := 0
	for _, name := range order {
		if c.waitedFor(starts[name]) {
			waited++
		}
	}
	alike := waited > 0 && chance(starts, c.slowAnyway(starts), waited) > mostByChance
	for _, name := range order {
		starts[name].settle(!alike && c.waitedFor(starts[name]))
	}
	c.environments, c.alike = len(starts), alike
	return len(starts) > 0
}

func (r *response) done() time.Duration { return r.sample.Sent + r.sample.Service }

// usual is what a warm response takes.
func (c *classification) usual() time.Duration {
	var ms []float64
	for i := range c.all {
		if v := c.all[i].ms(); !c.mixed || !c.mixture.IsSlow(v) {
			ms = append(ms, v)
		}
	}
	return time.Duration(estimate.Median(ms) * float64(time.Millisecond))
}

// waitedFor says whether every request was slow that came before an environment was ready.
func (c *classification) waitedFor(s *sharedStart) bool {
	return c.mixed && len(s.early) > 0 && !slices.ContainsFunc(s.early, func(r *response) bool { return !c.mixture.IsSlow(r.ms()) })
}

// settle notes whether requests waited for an environment.
func (s *sharedStart) settle(waited bool) {
	if !waited {
		s.first.start = proactive
		return
	}
	for _, r := range s.early {
		r.start = cold
	}
}

// waits are the first responses that waited for each environment, in ms: others that waited
// for the same one tell nothing more of it.
func (c *classification) waits() (ms []float64) {
	seen := map[string]bool{}
	for i := range c.all {
		if r := &c.all[i]; r.start == cold && !seen[r.sample.Mark.Instance] {
			seen[r.sample.Mark.Instance] = true
			ms = append(ms, r.ms())
		}
	}
	return ms
}

// slowAnyway is the most that the share of slow responses may be among those that certainly
// waited for nothing.
func (c *classification) slowAnyway(starts map[string]*sharedStart) float64 {
	var slow, all int64
	for i := range c.all {
		r := &c.all[i]
		s := starts[r.sample.Mark.Instance]
		if s == nil || r.sample.Sent < s.first.done() {
			continue
		}
		if all++; c.mixed && c.mixture.IsSlow(r.ms()) {
			slow++
		}
	}
	if share, ok := estimate.Share(slow, all); ok {
		return share.High
	}
	return 1
}

// mostByChance is how probable it may be that slow responses of new environments are slow as
// others are.
const mostByChance = 1e-3

// chance bounds the probability that so many environments have slow first responses alone
// although no request waited, by Chernoff's bound for a sum of independent events. Source:
// Chernoff, "A measure of asymptotic efficiency for tests of a hypothesis based on the sum
// of observations" (1952).
func chance(starts map[string]*sharedStart, slow float64, seen int) float64 {
	expected := 0.0
	for _, s := range starts {
		if len(s.early) > 0 {
			expected += math.Pow(slow, float64(len(s.early)))
		}
	}
	if k := float64(seen); k > expected && expected > 0 {
		return math.Exp(k - expected - k*math.Log(k/expected))
	}
	return 1
}

// concludeShared is the finding about environments that serve several requests at a time.
func (c options) concludeShared(h probe.History, e probe.Evidence, s *classification) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = s.tolerance().History(h)
	if !s.shareEnvironments() {
		f.Conclusion = "It cannot be told whether there were cold starts: an environment serves several requests at a time here, so that more at once need no new ones, and requests wait for one together. Let the application name its environment in a header of its responses (X-Instance-Id, or another one by instance_header)."
		f.Assumptions = append([]string{"failed responses are left out"}, e.Troubles...)
		return f
	}
	if s.alike {
		s.addResponses(&f)
		f.Conclusion = fmt.Sprintf("It cannot be told whether requests waited for a cold start: some of the first responses of %d environments were slow, and no more of them than others are, so that a short INIT of some does not show.", s.environments)
		f.Assumptions = append([]string{"failed responses are left out"}, e.Troubles...)
		return f
	}
	s.all = slices.DeleteFunc(s.all, func(r response) bool { return r.by != byInstance })
	waited, _ := s.count(cold)
	early, _ := s.count(proactive)
	waits := s.waits()
	const counted = "counted by the instances that responses name"
	f.Values["requests_that_waited"] = results.Exactly(float64(waited), "count", counted)
	f.Values["cold_starts"] = results.Exactly(float64(len(waits)), "count", "environments for which requests waited, "+counted)
	f.Values["proactive_starts"] = results.Exactly(float64(early), "count", "environments for which no request waited, "+counted)
	s.addResponses(&f)
	f.Values["waited_share"] = results.Exactly(float64(waited)/float64(len(s.all)), "share", counted+"; of a load that forces cold starts, and without an interval, as requests wait together")
	text := []string{fmt.Sprintf("%d of %d responses waited for a cold start, for %d of %d environments", waited, len(s.all), len(waits), s.environments)}
	if waited > 0 {
		text = append(text, s.addWaits(waits, &f))
	}
	text = append(text, c.addIdle(h, s, &f)...)
	probe.AddLatencies(&f, "start", probe.Latency{Name: "warm", MS: s.latencies(warm)})
	f.Conclusion = sentence(text)
	f.Assumptions = append(f.Assumptions, append([]string{
		"failed responses are left out, and responses that name no environment",
		"environments serve several requests at a time: requests that were sent before the first response of a new environment waited for it if all of them were slow",
		"environments that no request waited for were started ahead, or by other traffic, or before the probe",
	}, e.Troubles...)...)
	return f
}

// addWaits adds how long requests wait for an environment.
func (c *classification) addWaits(waits []float64, f *results.Finding) string {
	d, ok := estimate.Hidden(waits, c.latencies(warm))
	if !ok {
		return fmt.Sprintf("too few environments (%d) to say how long requests wait for one", len(waits))
	}
	const method = "of the request that waited first for each environment: the log-normal delay which, convolved with the warm responses, gives the middle half of these; all of INIT, unless the environment was starting already; "
	for _, p := range probe.Percentiles {
		f.Values["wait_"+p.Name] = probe.Value(d.Quantile(p.Q), "ms", method+withPenalty)
	}
	return "half of the requests that wait first for an environment wait more than " + msText(d.Quantile(0.5))
}
