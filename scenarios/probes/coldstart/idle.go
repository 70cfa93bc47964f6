package coldstart

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

const (
	certain     = 200.0 // odds at which a gap is decided
	leastErring = 1e-3  // that any response is taken to be of the other sort
	mostAsked   = 6     // times the same gap
	confirmed   = 10    // gaps that may have to be asked again
)

// gaps is the most idle gaps that are tried: doublings, bisections, three more, and
// those that are asked again.
func (c options) gaps() int {
	if c.first == 0 {
		return 0
	}
	doublings := math.Ceil(math.Log2(float64(c.longest) / float64(c.first)))
	bisections := math.Ceil(math.Log2(math.Ln2 / math.Log1p(2*c.precision)))
	return int(doublings+max(bisections, 0)) + 3 + confirmed
}

// nextGap plans one request after a gap since the last response.
func (c options) nextGap(h probe.History) (probe.Stage, bool) {
	s := classify(h.Samples(), probe.Evidence{})
	if !allNamed(h) {
		s.byExcess(h)
	}
	asked := s.idleGaps(h)
	gap, more := estimate.Next(sure(asked), c.first.Seconds(), c.longest.Seconds(), 2*c.precision)
	if n := len(asked); n > 0 && !asked[n-1].sure && asked[n-1].asks < mostAsked {
		gap, more = asked[n-1].Least, true // once more
	}
	if !more {
		return probe.Stage{}, false
	}
	// The gap began with the last response, some time before this stage begins.
	due := max(time.Duration(gap*float64(time.Second))-sinceLastResponse(h), 0)
	return probe.Stage{Name: stageIdle, Stage: scenarios.Stage{
		Load: scenarios.Arrivals{Shape: scenarios.Instants{At: []time.Duration{due}, What: fmt.Sprintf("a gap of %.3g s", gap)}},
		For:  due + 100*time.Millisecond,
	}}, true
}

// sinceLastResponse is how long before the end of the last stage its last response
// came.
func sinceLastResponse(h probe.History) time.Duration {
	last := h.Last()
	end := answered(last)
	if end == 0 {
		return 0
	}
	return max(last.Started+last.For-end, 0)
}

// answered is when the last response of a stage came; 0 if there was none.
func answered(m probe.Measured) (end time.Duration) {
	for i := range m.Samples {
		end = max(end, m.Samples[i].Sent+m.Samples[i].Service)
	}
	return end
}

// A gap is what the responses after one idle gap say.
type gap struct {
	estimate.Survival
	sure bool
	asks int // requests
	slow int // of them
}

// idleGaps are observations of how long environments live unused, in order: the
// responses to the same gap, until they decide or are too many. Each says by how much
// it is likelier of a cold start than of a warm one; two speeds, or INIT that is
// little longer than a warm response, take a few.
func (c *classification) idleGaps(h probe.History) (all []gap) {
	odds, same := 0.0, gap{}
	for _, s := range c.singles(h) {
		if same.asks == 0 {
			same.Survival = s
		}
		if same.asks++; !s.Alive {
			same.slow++
		}
		odds += c.odds(s.Alive)
		same.Least, same.Most, same.Alive = min(same.Least, s.Least), max(same.Most, s.Most), odds < 0
		if same.sure = math.Abs(odds) >= math.Log(certain); same.sure || same.asks == mostAsked {
			all = append(all, same)
			odds, same = 0, gap{}
		}
	}
	if same.asks > 0 {
		all = append(all, same)
	}
	return all
}

// odds is the logarithm of how much likelier a response is cold than warm.
func (c *classification) odds(alive bool) float64 {
	slow, missed := leastErring, leastErring
	if c.excess != nil {
		slow, missed = max(c.excess.beyond, leastErring), max(c.excess.missed, leastErring)
	}
	if alive {
		return -math.Log((1 - slow) / missed)
	}
	return math.Log((1 - missed) / slow)
}

// sure are the gaps that are decided.
func sure(all []gap) (seen []estimate.Survival) {
	for _, g := range all {
		if g.sure {
			seen = append(seen, g.Survival)
		}
	}
	return seen
}

// singles are the observations of the idle stages, in order.
func (c *classification) singles(h probe.History) (seen []estimate.Survival) {
	stages := h.Named(stageIdle)
	if len(stages) == 0 {
		return nil
	}
	transit := time.Duration(0)
	if ms := c.latencies(warm); len(ms) > 0 {
		transit = probe.FromMS(estimate.Median(ms))
	}
	first := max(slices.IndexFunc(c.all, func(r response) bool { return r.sample.Sent >= stages[0].Started }), 1)
	for i := first; i < len(c.all); i++ {
		before, r := c.all[i-1].sample, &c.all[i]
		if gap := r.sample.Sent - before.Sent - before.Service; gap > 0 {
			seen = append(seen, estimate.Survival{Least: gap.Seconds(), Most: (gap + 2*transit).Seconds(), Alive: r.start == warm})
		}
	}
	return seen
}

func (c options) addIdle(h probe.History, s *classification, f *results.Finding) []string {
	if c.first == 0 || s.sampleOnly { // gaps are between all requests, not between sampled ones
		return nil
	}
	l, ok := estimate.Bracket(sure(s.idleGaps(h)))
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
