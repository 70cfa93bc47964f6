package coldstart

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// wouldTell is the evidence that decides where latency does not.
const wouldTell = "REPORT lines of the function's log (name the function of the target), X-Ray (x_ray: true) or responses that name their instance (instance_header, instance_key) would tell"

// addExcess adds the cold starts that fan-outs have beyond their repeats.
func (c *classification) addExcess(h probe.History, f *results.Finding) string {
	x := c.excess
	const counted = "by latency: the requests of fan-outs that were slow beyond the share of slow ones among repeats (Abbott's correction), and those after idle gaps that environments did not survive; inverted score test, 95 %"
	count := x.delayed.Count
	idle := c.idleStarts(h)
	count = estimate.Interval{Value: count.Value + idle.Value, Low: count.Low + idle.Low, High: count.High + idle.High}
	count.High = min(count.High+x.otherStarts(), float64(len(c.all)))
	all := float64(len(c.all))
	f.Values["cold_starts"] = probe.Value(count, "count", counted)
	f.Values["cold_share"] = probe.Value(count.Over(all), "share", counted+"; of all responses, to a load that forces cold starts")
	f.Values["fan_out_cold_share"] = probe.Value(x.delayed.Count.Over(float64(len(x.rise))), "share", "of the responses to fan-outs; by latency, inverted score test, 95 %")
	c.addResponses(f)
	x.addShares(f, x.delayed.Cut)
	if x.complete() {
		addEnvironments(h, x.environments(len(h.Named(stageFan).Last().Samples)), "of the largest fan-out's requests, those with an environment of their own; by latency, inverted score test, 95 %", f)
	}
	return fmt.Sprintf("%.0f of %.0f responses waited for a cold start (%.0f to %.0f, by latency alone): %d of %d requests of fan-outs took more than %.3g ms, and %d of %d when as many were sent again%s",
		count.Value, all, math.Round(count.Low), math.Round(count.High),
		slowOf(x.rise, x.delayed.Cut), len(x.rise), x.delayed.Cut, slowOf(x.repeat, x.delayed.Cut), len(x.repeat), x.surplusText())
}

// surplusText says what else the cold starts may be that concurrency does not need, and what
// those are that it needs and that do not show.
func (x *excess) surplusText() (text string) {
	if x.surplus > 0 {
		text = fmt.Sprintf(" (%d of them found an environment of an earlier fan-out, unless it was gone by then: they may have waited only because others started)", x.surplus)
	}
	if n := x.fastInNeed(); n > 0 {
		text += fmt.Sprintf("; %d more needed an environment, which was there, or took less than %.3g ms to start", n, x.delayed.Cut-estimate.Median(x.repeat))
	}
	return text
}

// idleStarts are the cold responses after idle gaps: the slow ones after gaps at which
// the environment was found to be gone, and at most all slow ones.
func (c *classification) idleStarts(h probe.History) (n estimate.Interval) {
	for _, g := range c.idleGaps(h) {
		if g.sure && !g.Alive {
			n.Value += float64(g.slow)
		}
		n.High += float64(g.slow)
	}
	n.Low = n.Value
	return n
}

// otherStarts is how many cold starts there may have been in the warm stage and in repeats,
// at most: their slow responses beyond the share of slow ones among the other. There are
// some where environments expire between the stages or at random, other clients use
// them, or a stall brings requests together.
func (x *excess) otherStarts() float64 {
	single := slices.Concat(x.warm...)
	n, m := float64(len(single)), float64(len(x.repeat))
	slow, repeated := float64(slowOf(single, x.delayed.Cut)), float64(slowOf(x.repeat, x.delayed.Cut))
	return mayExceed(slow, n, repeated, m) + mayExceed(repeated, m, slow, n)
}

// mayExceed is how many of n responses, of which some are slow, may be slow beyond the
// share of others.
func mayExceed(slow, n, others, of float64) float64 {
	if n == 0 || of == 0 {
		return slow
	}
	share := (slow + others) / (n + of)
	return max(0, min(slow, slow-n*others/of+boundSpreads*math.Sqrt(n*share*(1-share)*(1+n/of))))
}

// complete says whether no fan-out was left out, of which the environments are not counted.
func (x *excess) complete() bool {
	return !slices.ContainsFunc(x.pairs, func(p pair) bool { return len(p.rise) == 0 })
}

// environments is the number of environments for each request of the largest
// fan-out: those that fan-outs started, and those that the first one found.
func (x *excess) environments(largest int) estimate.Interval {
	first := x.pairs[0].rise
	there := float64(len(first) - slowOf(first, x.delayed.Cut))
	d, n := x.delayed.Count, float64(largest)
	return estimate.Interval{Value: min((d.Value+there)/n, 1), Low: min((d.Low+there)/n, 1), High: min((d.High+there)/n, 1)}
}

// addShares adds the shares of slow responses, and by how much that of fan-outs
// exceeds that of repeats: by Newcombe's interval, which combines Wilson's of both.
// Source: Newcombe, "Interval estimation for the difference between independent
// proportions" (1998), method 10.
func (x *excess) addShares(f *results.Finding, cut float64) {
	rise, okRise := estimate.Share(int64(slowOf(x.rise, cut)), int64(len(x.rise)))
	repeat, okRepeat := estimate.Share(int64(slowOf(x.repeat, cut)), int64(len(x.repeat)))
	if !okRise || !okRepeat {
		return
	}
	of := func(what string) string {
		return fmt.Sprintf("of the responses to %s, those that took more than %.4g ms; Wilson's interval, 95 %%", what, cut)
	}
	f.Values["slow_share_fan_out"] = probe.Value(rise, "share", of("fan-outs"))
	f.Values["slow_share_repeat"] = probe.Value(repeat, "share", of("repeats of fan-outs"))
	f.Values["excess_slow_share"] = probe.Value(rise.Minus(repeat), "share", "slow share of fan-outs less that of their repeats; Newcombe's interval, 95 %")
	table := results.Table{Title: fmt.Sprintf("responses that took more than %.4g ms", cut), Columns: []string{"stage", "requests at once", "slow", "of"}}
	row := func(stage, size string, ms []float64) {
		if len(ms) > 0 {
			table.Rows = append(table.Rows, []string{stage, size, fmt.Sprint(slowOf(ms, cut)), fmt.Sprint(len(ms))})
		}
	}
	for _, p := range x.pairs {
		row("fan-out", fmt.Sprint(p.size), p.rise)
		row("as many again", fmt.Sprint(p.size), p.repeated())
	}
	row("warm", "1", slices.Concat(x.warm...))
	f.Tables = append(f.Tables, table)
}

// addUntold says why no cold start can be told.
func (c *classification) addUntold(f *results.Finding) string {
	x := c.compared
	c.addResponses(f)
	if x.verdict == unrepeated {
		return fmt.Sprintf("It cannot be told whether there were cold starts: no fan-out was answered and repeated, and no response names its instance. %s", wouldTell)
	}
	cut := estimate.Median(x.repeat) + x.leastDelay()
	if x.verdict != none && x.delayed.Cut > 0 {
		cut = x.delayed.Cut
	}
	x.addShares(f, cut)
	if x.verdict != none {
		return fmt.Sprintf("It cannot be told whether there were cold starts: fan-outs were slower than their repeats, but %s. %s", x.why(), wouldTell)
	}
	return x.unseen(f)
}

// why says why fan-outs that were slower show no cold start.
func (x *excess) why() string {
	init := x.delayed.Delay.Quantile(0.5).Value
	switch x.verdict {
	case few:
		return "too few of them were, as when a stall meets them, or when environments of other clients are there: renew: true or a larger fan_out gives more fan-outs that need new environments"
	case connecting:
		return fmt.Sprintf("by %.3g ms, and opening a connection, which the repeats did not need, took %.3g ms: the first request on a connection may take a little longer, and no INIT at AWS takes less than about %.0f ms", init, x.connections(), shortestInit)
	case machine:
		return fmt.Sprintf("by %.3g ms, and the load generator's own machine took up to %.3g ms longer meanwhile: use another machine, or close other programs", init, x.machine)
	case expiring:
		return "more of them than the largest needs, after pauses no longer than those before the repeats: something that expires with time, as a cached response does, looks like that"
	case loaded:
		return "large repeats have slow responses too, and small ones few: the target is slow when many requests come at once, and fan-outs may have met it with less in reserve, as burst credits"
	case phases:
		return "slow responses come together in the warm stage too: the target is slow for a while now and then, and not every fan-out was slower than all repeats"
	}
	return fmt.Sprintf("by less than %.3g ms, which is within the spread and the drift of their latency", x.leastDelay())
}
