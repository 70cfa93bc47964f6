package coldstart

import (
	"fmt"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

type traceJoin struct{ byTrace, byRequest map[string]targets.Trace }

// joinTraces indexes traces by both ids that a response may name: that of the
// trace, or that of the invocation where a front door passes it on.
func joinTraces(traces []targets.Trace) traceJoin {
	j := traceJoin{byTrace: map[string]targets.Trace{}, byRequest: map[string]targets.Trace{}}
	for _, t := range traces {
		j.byTrace[t.ID], j.byRequest[t.RequestID] = t, t
	}
	return j
}

func (j traceJoin) of(m results.Mark) *targets.Trace {
	if t, found := j.byTrace[m.Trace]; found && m.Trace != "" {
		return &t
	}
	if t, found := j.byRequest[m.RequestID]; found && m.RequestID != "" {
		return &t
	}
	return nil
}

// startTraced reads a trace. A request did not wait for an INIT that began before
// it came.
func startTraced(t *targets.Trace) start {
	switch {
	case t.Init == 0:
		return warm
	case t.Ahead:
		return proactive
	}
	return cold
}

// A traceSample is what the responses that X-Ray recorded show of all responses.
type traceSample struct {
	good, seen, cold int64
	share            estimate.Interval // of all responses that waited for a cold start
}

// sampled estimates the share of cold starts from the responses that X-Ray
// recorded. It samples by the second, so the sampled share differs by stage: each
// stage is a stratum, weighted by its responses.
//
// The first request of each second is always recorded, and is not like the others:
// in a fan-out it finds the environment that is still warm. So the first ones are
// strata of their own, and the others, which were picked at random, stand for all
// the rest.
func (c *classification) sampled(h probe.History) (s traceSample) {
	var strata []estimate.Stratum
	for _, m := range h {
		responses := c.during(m)
		first := firstOfSeconds(responses)
		var certain, random estimate.Stratum
		for _, r := range responses {
			of := &random
			if r.trace != nil && first[r.trace.At.Unix()] == r {
				of = &certain
			}
			of.Size++
			if r.trace != nil {
				of.Seen++
			}
			if r.trace != nil && startTraced(r.trace) == cold {
				of.Hits++
			}
		}
		strata = append(strata, certain, random)
		s.good += certain.Size + random.Size
		s.seen += certain.Seen + random.Seen
		s.cold += certain.Hits + random.Hits
	}
	s.share, _ = estimate.Stratified(strata)
	return s
}

// firstOfSeconds are the first recorded responses of each second, by AWS's clock.
func firstOfSeconds(responses []*response) map[int64]*response {
	first := map[int64]*response{}
	for _, r := range responses {
		if r.trace == nil || r.trace.At.IsZero() {
			continue
		}
		second := r.trace.At.Unix()
		if before := first[second]; before == nil || r.trace.At.Before(before.trace.At) {
			first[second] = r
		}
	}
	return first
}

func (c *classification) addSample(s traceSample, f *results.Finding) []string {
	if s.seen == 0 {
		return nil
	}
	f.Values["traced"] = results.Exactly(float64(s.seen), "count", "good responses of which X-Ray has a trace")
	f.Assumptions = append(f.Assumptions, fmt.Sprintf(
		"X-Ray samples, by default the first request of each second and 5 %% of the others: it recorded %d of %d responses and shows no cold start of the others", s.seen, s.good))
	if c.overruled {
		f.Assumptions = append(f.Assumptions, "X-Ray disagrees with the latencies about which responses were cold, so the latencies are not used")
	}
	name, text := "cold_share_traced", fmt.Sprintf("X-Ray recorded %d of them, of which %d were cold, and", s.seen, s.cold)
	if c.sampleOnly {
		name, text = "cold_share", "and"
	}
	f.Values[name] = probe.Value(s.share, "share", "of the responses that X-Ray recorded, those with an Initialization that they waited for; weighted by stage, with Wilson's interval of each, 95 %; of a load that forces cold starts")
	if s.seen == s.good {
		return nil
	}
	return []string{fmt.Sprintf("%s that represents %.3g %% of all (%.3g %% to %.3g %%)", text, 100*s.share.Value, 100*s.share.Low, 100*s.share.High)}
}
