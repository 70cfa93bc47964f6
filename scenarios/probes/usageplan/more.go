package usageplan

import "tollgate/scenarios/probes/probe"

// mostMore is how often more requests are sent to tell rules apart.
const mostMore = 3

// more sends more requests where more than one rule explains what was refused, as far as
// the announced ones suffice, and no more than were sent before. Where every rule is contradicted, more would not help.
// Two limits have to explain more requests than those that they were found by.
func (p *question) more(h probe.History) (probe.Stage, bool) {
	sent := h.Named(stageMore)
	if all := outcomesOf(h); all.throttled == 0 || all.good == 0 || len(sent) >= mostMore {
		return probe.Stage{}, false
	}
	answer := p.identify(h)
	if unconfirmed := isPair(&answer) && len(sent) == 0; answer.Unknown || answer.Settled || answer.Doubt == "" && !unconfirmed {
		return probe.Stage{}, false
	}
	atMost := 2 * int64(len(h[:len(h)-len(sent)].Samples()))
	within := func(rate, seconds float64) (probe.Stage, bool) {
		s := random(stageMore, min(rate, p.peak()), seconds)
		return s.Within(h, min(p.requests, atMost), p.length)
	}
	if o := openingsOf(h); o.blocks() {
		rate := max(float64(o.before)/o.closed, 4)
		return within(2.5*rate, max(2, 4.5*o.closed))
	}
	rough, ok := estimateOf(h)
	if !ok {
		return within(highestRate(h)/float64(2+len(sent)), 2*searchTime.Seconds())
	}
	_, seconds := overloadOf(rough)
	times := []float64{2, 1.3, 4}[len(sent)] // rules that agree at one overload differ at another
	return within(times*rough.Refill(), 2*seconds)
}
