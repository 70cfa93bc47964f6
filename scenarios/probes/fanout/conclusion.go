package fanout

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

const (
	lastMethod = "order statistics of the times from sending a message until the last receiver had it, 95 %"
	meanMethod = "mean of messages, 95 %"
)

func conclude(o options, s seen) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	c := conclusion{options: o, seen: s, f: &f}
	c.count()
	switch {
	case s.unlike != nil:
		c.nothing(s.unlike.Error())
	case len(s.fans) == 0:
		c.fails(c.whyNone())
	case c.received == 0 && s.others > 0:
		c.nothing(fmt.Sprintf("receivers got %d pushes, and none of them carries a value of the message that was sent: let what everyone gets hold the ${uuid} of the message", s.others))
	case c.received == 0:
		c.fails("no receiver got any message" + c.hint())
	default:
		c.times()
		c.spread()
	}
	f.Conclusion = strings.Join(c.text, " ")
	f.Assumptions = []string{
		"one message at a time was on its way: what a load of them takes is another question",
		"the sender and all receivers are this program, on one machine and one network",
	}
	c.expected()
	return f
}

// A conclusion is being made.
type conclusion struct {
	options
	seen
	f    *results.Finding
	text []string

	due, received, missed, incomplete int
	beyond                            bool // the 99th percentile is surely longer than the wait
}

func (c *conclusion) add(format string, args ...any) {
	c.text = append(c.text, fmt.Sprintf(format, args...))
}

func (c *conclusion) suspect(why string) {
	c.f.Verdict = results.Suspect
	c.f.Reasons = append(c.f.Reasons, why)
}

func (c *conclusion) nothing(why string) {
	c.add("How long a message takes to reach everyone cannot be told: %s.", why)
	c.suspect(why)
}

// fails says that nothing was measured, which fails the run as well, whatever is expected.
func (c *conclusion) fails(why string) {
	c.nothing(why)
	c.f.Checks = append(c.f.Checks, results.Check{Claim: "messages that reach receivers", Source: "the probe", Must: true, Measured: "none: " + why, Holds: "no"})
}

func (c *conclusion) whyNone() string {
	switch {
	case c.stopped != "":
		return c.stopped
	case len(c.unopened) > 0:
		return "too few connections could be opened: " + c.unopened[0]
	}
	return "no message was sent"
}

// hint is what the sender was told, where messages did not arrive.
func (c *conclusion) hint() string {
	if c.told == "" {
		return ""
	}
	return fmt.Sprintf("; the sender was sent %q", c.told)
}

// count adds what was sent and received.
func (c *conclusion) count() {
	for i := range c.fans {
		f := &c.fans[i]
		c.due, c.received, c.missed = c.due+f.receivers-f.lost, c.received+len(f.arrivals), c.missed+f.missed()
		if f.missed() > 0 {
			c.incomplete++
		}
	}
	for name, v := range map[string]struct {
		n      int
		method string
	}{
		"receivers": {c.opened, "connections that were opened to receive"},
		"messages":  {len(c.fans), "messages that were sent"},
		"received":  {c.received, "pushes of the message that was waited for, one for each receiver"},
		"missed":    {c.missed, fmt.Sprintf("receivers of a message that did not get it within %v", c.wait)},
		"late":      {c.late, "pushes that came when their message was no longer waited for"},
		"twice":     {c.twice, "pushes of a message that the receiver had already"},
	} {
		c.f.Values[name] = results.Exactly(float64(v.n), "count", v.method)
	}
	for _, r := range []struct {
		is   bool
		text string
	}{
		{len(c.unopened) > 0, fmt.Sprintf("%d connections could not be opened (%s)", len(c.unopened), first(c.unopened))},
		{c.ended > 0, fmt.Sprintf("%d connections ended while messages were sent: they are no receivers from then on", c.ended)},
		{c.stopped != "" && len(c.fans) > 0, fmt.Sprintf("only %d of %d messages were sent: %s", len(c.fans), c.messages, c.stopped)},
	} {
		if r.is {
			c.suspect(r.text)
		}
	}
}

func first(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// times says how long messages take.
func (c *conclusion) times() {
	times := lasts(c.fans)
	table := results.Table{Title: "time in ms until the last receiver has a message", Columns: []string{"messages", "p50", "p90", "p99", "longest"}}
	row := []string{fmt.Sprint(len(times))}
	change, is := changed(times)
	for _, p := range probe.Percentiles {
		i, ok, finite := percentileOf(times, p.Q)
		cell := "–"
		switch {
		case finite && !is:
			c.f.Values["last_"+p.Name] = probe.Value(i, "ms", lastMethod)
			cell = fmt.Sprintf("%.4g", i.Value)
		case finite:
			c.f.Values["last_"+p.Name] = results.Exactly(i.Value, "ms", "of all messages, whose times changed meanwhile: no interval holds one value of them")
			cell = fmt.Sprintf("%.4g", i.Value)
		case ok && math.IsInf(i.Value, 1):
			cell = fmt.Sprintf("over %.4g", probe.MS(c.wait))
		}
		row = append(row, cell)
	}
	longest := fmt.Sprintf("over %.4g", probe.MS(c.wait))
	if m := slices.Max(times); !math.IsInf(m, 1) {
		longest = fmt.Sprintf("%.4g", m)
	}
	table.Rows = [][]string{append(row, longest)}
	c.f.Tables = append(c.f.Tables, table)
	c.say(times)
	if is {
		c.add("Their times changed while they were sent, from about %.4g ms to %.4g ms, so percentiles have no intervals.", change.Before, change.After)
		c.suspect("times changed while messages were sent")
	}
	c.f.Series = append(c.f.Series, overTime(c.fans, probe.MS(c.wait)))
}

// say puts the percentiles into words.
func (c *conclusion) say(times []float64) {
	var parts []string
	for _, p := range []string{"p50", "p99"} {
		if v, is := c.f.Values["last_"+p]; is && v.Low != nil {
			parts = append(parts, fmt.Sprintf("%s %.4g ms (%.4g to %.4g)", p, v.Value, *v.Low, *v.High))
		} else if is {
			parts = append(parts, fmt.Sprintf("%s %.4g ms", p, v.Value))
		}
	}
	missed := fmt.Sprintf("all of them were received by all %d receivers", c.opened)
	if c.missed > 0 {
		share, _ := estimate.Share(int64(c.incomplete), int64(len(times)))
		c.beyond = share.Low > 0.01
		c.f.Values["incomplete"] = probe.Value(share, "share", "messages that not all receivers got, Wilson's interval, 95 %")
		missed = fmt.Sprintf("%d of %d were not received by all: %d of %d deliveries are missing%s", c.incomplete, len(times), c.missed, c.due, c.hint())
	} else if c.ended > 0 {
		missed = "all of them were received by all receivers that were connected"
	}
	c.add("A message reaches the last of %d receivers after %s; %d messages were sent, and %s.", c.opened, or(strings.Join(parts, ", "), "a time that is not known"), len(times), missed)
	if _, is := c.f.Values["last_p99"]; !is {
		switch _, ok, _ := percentileOf(times, 0.99); {
		case c.beyond:
			c.add("The 99th percentile is longer than the %v for which each was waited for.", c.wait)
		case !ok:
			c.add("For the 99th percentile at least 368 messages are needed.")
		default:
			c.add("The 99th percentile, or its upper bound, may be longer than the %v for which each was waited for.", c.wait)
		}
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// thousand is for how many receivers an example is given.
const thousand = 1000

// spread says how receivers are reached.
func (c *conclusion) spread() {
	s := spreadOf(c.fans)
	switch s.manner {
	case atOnce:
		c.add("Receivers get it nearly at once: the last one %.3g ms after the first, of %.3g ms.", s.each.Value*float64(c.opened-1), s.first.Value)
	case paced:
		c.f.Values["first"] = probe.Value(s.first, "ms", meanMethod)
		c.f.Values["each_receiver"] = probe.Value(s.each, "ms", meanMethod+"; the time from the first to the last receiver, over the number of receivers after the first")
		c.add("Receivers are reached at an even pace, as by an application that posts to one after the other: the first after %.3g ms, and each further one %.3g ms (%.3g to %.3g) later.", s.first.Value, s.each.Value, s.each.Low, s.each.High)
		if c.opened < thousand {
			c.add("If that goes on evenly, %d receivers take about %.3g s; it was not measured.", thousand, (s.first.Value+s.each.Value*(thousand-1))/1e3)
		}
	case uneven:
		c.f.Values["first"] = probe.Value(s.first, "ms", meanMethod)
		c.add("Receivers are reached unevenly between the first, after %.3g ms, and the last: in groups, at different paces, or by several senders at a time; what more of them would take is not derived from that.", s.first.Value)
	default:
		c.add("Whether receivers are reached at an even pace cannot be told.")
	}
	c.f.Series = append(c.f.Series, byRank(c.fans))
}

// expected compares what the scenario expects with what was found.
func (c *conclusion) expected() {
	if c.expectP99 > 0 {
		check := results.Check{Claim: fmt.Sprintf("p99 below %v", c.expectP99), Source: "the scenario", Must: true, Measured: "cannot be told", Holds: "unknown"}
		limit := probe.MS(c.expectP99)
		v, is := c.f.Values["last_p99"]
		switch {
		case is && v.Value < limit:
			check.Measured, check.Holds = fmt.Sprintf("%.4g ms", v.Value), "yes"
		case is:
			check.Measured, check.Holds = fmt.Sprintf("%.4g ms", v.Value), "no"
		case c.beyond && c.wait >= c.expectP99:
			check.Measured, check.Holds = fmt.Sprintf("longer than %v", c.wait), "no"
		}
		c.f.Checks = append(c.f.Checks, check)
	}
	if c.expectMissed >= 0 {
		check := results.Check{Claim: fmt.Sprintf("at most %.3g %% of the deliveries missing", 100*c.expectMissed), Source: "the scenario", Must: true, Measured: "cannot be told", Holds: "unknown"}
		if c.due > 0 {
			share := float64(c.missed) / float64(c.due)
			check.Measured, check.Holds = fmt.Sprintf("%.3g %% (%d of %d)", 100*share, c.missed, c.due), "yes"
			if share > c.expectMissed {
				check.Holds = "no"
			}
		}
		c.f.Checks = append(c.f.Checks, check)
	}
}

// overTime draws the time of each message.
func overTime(fans []fan, wait float64) results.Series {
	s := results.Series{Name: "until the last receiver", X: "time (s)", Y: "ms"}
	stride := (len(fans) + results.MaxPoints - 1) / results.MaxPoints
	for i := 0; i < len(fans); i += max(stride, 1) {
		f, y := &fans[i], wait
		if n := len(f.arrivals); f.missed() == 0 && n > 0 {
			y = probe.MS(f.arrivals[n-1])
		}
		s.Points = append(s.Points, [2]float64{(f.sent - fans[0].sent).Seconds(), y})
	}
	return s
}

// byRank draws after how long the first, second, … receiver has a message, in the mean.
func byRank(fans []fan) results.Series {
	s := results.Series{Name: "mean time by rank", X: "receivers that have it", Y: "ms"}
	var sums, counts []float64
	for i := range fans {
		for k, at := range fans[i].arrivals {
			if k == len(sums) {
				sums, counts = append(sums, 0), append(counts, 0)
			}
			sums[k] += probe.MS(at)
			counts[k]++
		}
	}
	stride := (len(sums) + results.MaxPoints - 1) / results.MaxPoints
	for k := 0; k < len(sums); k += max(stride, 1) {
		s.Points = append(s.Points, [2]float64{float64(k + 1), sums[k] / counts[k]})
	}
	return s
}
