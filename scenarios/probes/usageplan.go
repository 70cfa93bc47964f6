package probes

import (
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// UsagePlan asks which rate and burst are in force for a key, and who enforces
// them. The bucket is left to fill, emptied by a burst at several times the
// rate, kept empty by a sustained overload, left to recover and emptied once
// more. What to send is found out on the way: the rate is searched from below.
func UsagePlan() *Probe {
	return &Probe{Name: "usage-plan", Title: "Usage plan", Untried: "it would take a token out of the bucket", Parse: parseUsagePlan}
}

// usagePlan is one question about a token bucket.
type usagePlan struct {
	target   targets.Target
	expects  bool
	rate     float64 // expected
	burst    float64 // expected
	from     float64 // the first rate of the search
	most     float64 // no higher rate is tried
	quota    int64   // of the key; 0: not stated
	bursts   []plannedBurst
	requests int64 // announced
	length   time.Duration
	widest   [2]float64 // the rate and the burst that can still be measured within that
}

// The rates of the search grow by searchStep; a limit is found where a share of
// the last requests is refused.
const (
	searchStep  = 2.5
	searchTime  = 1500 * time.Millisecond
	defaultMost = 3000 // requests a second
	floodTimes  = 3.0  // the burst's rate, in rates of the bucket

	// mostSearches is how many steps a search has at least: a large bucket lets
	// even the highest rate pass for a while.
	mostSearches = 6
)

// plan is the next stage after what was measured.
func (p *usagePlan) plan(h History) (Stage, bool) {
	if exhausted(h) {
		return Stage{}, false
	}
	switch last := h.Last(); last.Name {
	case "", "search":
		return p.search(h)
	case "fill":
		return p.flood(h, "burst", 0.5, 8)
	case "burst":
		rough, _, ok := roughBucket(decisions(measuring(h)))
		if !ok {
			return Stage{}, false
		}
		times, seconds := overloadOf(rough.Rate)
		return p.within(h, Constant("overload", times*rough.Rate, asTime(seconds)))
	case "overload":
		return p.rest(h, "recovery")
	case "recovery":
		return p.flood(h, "again", 0.25, 4)
	}
	return Stage{}, false
}

// search raises the rate until some are refused, and lets the bucket fill then.
func (p *usagePlan) search(h History) (Stage, bool) {
	if len(h) == 0 {
		return p.within(h, Constant("search", p.from, searchTime))
	}
	last := h.Last()
	rate := last.Shape.(scenarios.Constant).Rate.PerSecond()
	if all := fatesOf(h); all.answered() == 0 && all.failed > 0 {
		return Stage{}, false
	}
	if refusedLately(last) {
		return p.rest(h, "fill")
	}
	if rate >= p.most && len(h) >= mostSearches {
		return Stage{}, false
	}
	return p.within(h, Constant("search", min(rate*searchStep, p.most), searchTime))
}

// refusedLately says whether the second half of a stage was refused in part,
// and often enough that it is no chance.
func refusedLately(m Measured) bool {
	half := m.Samples[len(m.Samples)/2:]
	refused := 0
	for i := range half {
		if refusalOf(&half[i]) {
			refused++
		}
	}
	return refused >= 6 && refused*6 >= len(half)
}

// rest is a pause in which the bucket becomes full. Stages are planned from
// counts alone: to fit a bucket takes time, in which tokens would come back.
func (p *usagePlan) rest(h History, name string) (Stage, bool) {
	rough, _, ok := roughBucket(decisions(measuring(h)))
	if !ok {
		return Stage{}, false
	}
	return p.within(h, Quiet(name, asTime(min(fillTimes*(rough.Burst+1)/rough.Rate+0.1, 40))))
}

// fillTimes is how many times as long as a bucket seems to take to fill it is
// given: counts are no more exact than that.
const fillTimes = 1.3

// flood empties the bucket, and goes on for some seconds, or as long as some
// tokens take to come back.
func (p *usagePlan) flood(h History, name string, seconds, tokens float64) (Stage, bool) {
	rough, _, ok := roughBucket(decisions(measuring(h)))
	if !ok {
		return Stage{}, false
	}
	rate := p.above(rough.Rate)
	emptied := 1.1 * rough.Burst / (rate - rough.Rate)
	return p.within(h, Constant(name, rate, asTime(min(emptied+max(seconds, tokens/rough.Rate), 30))))
}

// above is a rate that empties a bucket of this rate, and no more than announced.
func (p *usagePlan) above(rate float64) float64 {
	return min(max(min(floodTimes*rate, p.most), 1.5*rate), p.peak())
}

// within shortens a stage to what was announced, and lowers its rate to it.
func (p *usagePlan) within(h History, s Stage) (Stage, bool) {
	if c, ok := s.Shape.(scenarios.Constant); ok && c.Rate.PerSecond() > p.peak() {
		s.Shape = scenarios.Constant{Rate: scenarios.Rounded(p.peak())}
	}
	return s.within(h, p.requests, p.length)
}

// within shortens a stage to what a history leaves of so many requests and so
// much time. Without room there is none.
func (s Stage) within(h History, requests int64, length time.Duration) (Stage, bool) {
	for _, m := range h {
		requests -= m.Due
		length -= m.For
	}
	s.For = min(s.For, length)
	if c, ok := s.Shape.(scenarios.Constant); ok {
		s.For = min(s.For, asTime(float64(requests-1)/c.Rate.PerSecond()))
	}
	return s, s.For >= 50*time.Millisecond && requests > 1
}

func asTime(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
}

// measuring are the stages that begin with a full bucket: from the burst on, or
// the search as long as there is nothing better.
func measuring(h History) History {
	for i, m := range h {
		if m.Name == "burst" {
			return h[i:]
		}
	}
	return h
}

func (p *usagePlan) fit(h History) (bucketFit, bool) { return fitBucket(decisions(measuring(h))) }

// vagueAfter is how much longer than most an answer may take until its time is
// vague: it may have been decided at any moment until it came.
const vagueAfter = 15 * time.Millisecond

// decisions are the samples as a bucket is fitted to them: by when they were
// sent, which a late generator does not spoil.
func decisions(h History) (all []decision) {
	samples := h.Samples()
	var usual [2]float64 // of those that passed, and of those that did not
	for i, passed := range []bool{true, false} {
		var times []float64
		for i := range samples {
			if s := &samples[i]; s.Code > 0 && refusalOf(s) != passed {
				times = append(times, s.FirstByte.Seconds())
			}
		}
		usual[i] = quantileOf(times, 0.5)
	}
	for i := range samples {
		s := &samples[i]
		if s.Code == 0 || blocked(s) {
			continue // nobody knows whether it arrived, or no bucket was asked
		}
		d := decision{At: s.Sent.Seconds(), Passed: !refusalOf(s)}
		than := usual[0]
		if !d.Passed {
			than = usual[1]
		}
		d.Vague = s.FirstByte.Seconds() > than+vagueAfter.Seconds()
		all = append(all, d)
	}
	sortDecisions(all)
	return all
}

// refusalOf says whether a limit on the rate turned a request away.
func refusalOf(s *results.Sample) bool {
	switch s.Mark.Fault {
	case targets.FaultThrottled, targets.FaultConcurrency, targets.FaultQuota:
		return true
	}
	return s.Code == 429 || s.Code == 503 && s.Mark.Fault == ""
}

// exhausted says whether the quota is used up: then there is no bucket to see.
func exhausted(h History) bool {
	for i := range h.Last().Samples {
		if h.Last().Samples[i].Mark.Fault == targets.FaultQuota {
			return true
		}
	}
	return false
}
