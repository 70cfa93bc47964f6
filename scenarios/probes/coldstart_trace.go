package probes

import (
	"fmt"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
)

// A traceJoin finds what X-Ray recorded of a response.
type traceJoin struct{ byTrace, byRequest map[string]Traced }

// joinTraces readies traces by the two ids by which a response may name them:
// that of the trace, or where a door passes it on, that of the invocation.
func joinTraces(traces map[string]Traced) traceJoin {
	j := traceJoin{byTrace: traces, byRequest: map[string]Traced{}}
	for _, t := range traces {
		if t.RequestID != "" {
			j.byRequest[t.RequestID] = t
		}
	}
	return j
}

func (j traceJoin) of(m results.Mark) *Traced {
	if t, found := j.byTrace[m.Trace]; found && m.Trace != "" {
		return &t
	}
	if t, found := j.byRequest[m.RequestID]; found && m.RequestID != "" {
		return &t
	}
	return nil
}

// sort sorts by what was recorded: INIT that was under way before the request
// came was not waited for.
func (t *Traced) sort() coldSort {
	switch {
	case t.Init == 0:
		return warmStart
	case t.Ahead:
		return proactive
	}
	return coldStart
}

// A traceSample is what the responses that X-Ray recorded say of all.
type traceSample struct {
	good, seen, cold int64
	share            estimate.Interval // of all that waited for a cold start
}

// sampled estimates the share of cold starts from those that X-Ray recorded. It
// samples by the second, and so another part of each stage: each stage is a
// stratum, weighted by all that it sent.
//
// The first request of each second is recorded for certain, and is not like the
// others: of a fan-out it finds the environment that is still warm. So these
// stand for themselves alone, and the others, which were picked by chance, for
// all the rest.
func (c *coldSorting) sampled(h History) (s traceSample) {
	var strata []estimate.Stratum
	for _, m := range h {
		responses := c.during(m)
		first := firstOfSeconds(responses)
		var certain, chance estimate.Stratum
		for _, r := range responses {
			of := &chance
			if r.traced != nil && first[r.traced.At.Unix()] == r {
				of = &certain
			}
			of.Size++
			if r.traced != nil {
				of.Seen++
			}
			if r.traced != nil && r.traced.sort() == coldStart {
				of.Hits++
			}
		}
		strata = append(strata, certain, chance)
		s.good += certain.Size + chance.Size
		s.seen += certain.Seen + chance.Seen
		s.cold += certain.Hits + chance.Hits
	}
	s.share, _ = estimate.Stratified(strata)
	return s
}

// keepSampled leaves out what X-Ray did not record, where nothing else tells a
// cold start from a warm one: nobody knows which of the two the others had.
func (c *coldSorting) keepSampled() {
	var by [numEvidence]int
	for i := range c.all {
		by[c.all[i].by]++
	}
	if by[byTrace] == 0 || by[byLatency] == 0 || by[byMarker]+by[byReport] > 0 {
		return
	}
	if c.mixed && !c.contradicted() {
		return
	}
	c.alone = true
	c.all = slices.DeleteFunc(c.all, func(s sorted) bool { return s.traced == nil })
}

// firstOfSeconds are the first responses that X-Ray recorded of each second, by
// the clock of AWS.
func firstOfSeconds(responses []*sorted) map[int64]*sorted {
	first := map[int64]*sorted{}
	for _, r := range responses {
		if r.traced == nil || r.traced.At.IsZero() {
			continue
		}
		second := r.traced.At.Unix()
		if before := first[second]; before == nil || r.traced.At.Before(before.traced.At) {
			first[second] = r
		}
	}
	return first
}

// leastConfused is the share of responses that a mixture may sort wrongly even
// where it expects fewer: its two sorts need not be log-normal.
const leastConfused = 0.02

// contradicted says whether X-Ray disagrees with how the mixture of latencies
// sorts the responses that it recorded, more than the mixture expects: then its
// two sorts are others than cold and warm, such as of a busy machine and an idle
// one.
func (c *coldSorting) contradicted() bool {
	var seen, wrong int64
	for i := range c.all {
		s := &c.all[i]
		if s.by != byTrace {
			continue
		}
		seen++
		if c.mixture.IsSlow(s.ms()) != (s.sort == coldStart) {
			wrong++
		}
	}
	fastAsSlow, slowAsFast := c.mixture.Confused()
	share, ok := estimate.Share(wrong, seen)
	c.overruled = ok && share.Low > max(fastAsSlow+slowAsFast, leastConfused)
	return c.overruled
}

const sampledMethod = "of the responses that X-Ray recorded, those with an Initialization that they waited for; weighted by stage, with Wilson's interval of each, 95 %; of a load that forces cold starts"

// tellCount says how many responses waited for a cold start.
func (c *coldSorting) tellCount(cold int64, s traceSample) string {
	if !c.alone {
		return fmt.Sprintf("%d of %d responses waited for a cold start", cold, len(c.all))
	}
	return fmt.Sprintf("X-Ray recorded %d of %d responses, and %d of those waited for a cold start", s.seen, s.good, cold)
}

// tellSample adds the share that the sampled ones stand for.
func (c *coldSorting) tellSample(s traceSample, f *results.Finding) []string {
	if s.seen == 0 {
		return nil
	}
	f.Values["traced"] = results.Exactly(float64(s.seen), "count", "good responses of which X-Ray has a trace")
	f.Assumptions = append(f.Assumptions, fmt.Sprintf(
		"X-Ray samples, by default the first request of each second and 5 %% of the others: it recorded %d of %d responses, and says nothing of a cold start that it did not record", s.seen, s.good))
	if c.overruled {
		f.Assumptions = append(f.Assumptions, "latencies are of two sorts, which are not those of cold and warm starts: X-Ray disagrees with them, and goes before them")
	}
	name, said := "cold_share_traced", fmt.Sprintf("of the %d that X-Ray recorded %d did, and", s.seen, s.cold)
	if c.alone {
		name, said = "cold_share", "and"
	}
	f.Values[name] = valueOf(s.share, "share", sampledMethod)
	if s.seen == s.good {
		return nil // all of them: there is nothing that they stand for
	}
	return []string{fmt.Sprintf("%s that stands for %.3g %% of all (%.3g %% to %.3g %%)", said, 100*s.share.Value, 100*s.share.Low, 100*s.share.High)}
}
