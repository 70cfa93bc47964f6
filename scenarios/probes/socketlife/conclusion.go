package socketlife

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

const (
	timerMethod = "bounds of each connection from when its handshake was written and answered; where they overlap"
	sweepMethod = "bounded by the connections that survived a sweep, and by the youngest that did not"
)

// conclude says what the lives of the connections show.
func conclude(o options, target targets.Target, lives []life) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	c := conclusion{options: o, target: target, f: &f, groups: map[group][]*life{}}
	trip := tripOf(lives)
	for i := range lives {
		l := &lives[i]
		l.trip = trip
		c.groups[l.group] = append(c.groups[l.group], l)
		c.all = append(c.all, l)
	}
	c.count()
	f.Tables, f.Series = []results.Table{c.table()}, c.series()
	switch dropped := refused(c.groups[silent]); {
	case !slices.ContainsFunc(c.groups[silent], (*life).opened):
		c.fails("no connection could be opened: " + c.refusals())
	case len(dropped) > 0:
		c.fails("connections end as soon as they are open, " + codes(dropped) + ": the handshake succeeds, and nothing serves what follows")
	case c.pushed() > 0:
		c.nothing(fmt.Sprintf("the server sent %d messages over connections that had sent nothing, so they were not silent: choose a message that does not go to everyone, and a time without other clients", c.pushed()))
	case atOnce(c.all):
		c.nothing("all connections ended at one moment, whatever their age was and whatever was sent: the server was restarted or deployed, or ends all connections at once. Ask again; if it was a restart, the next run shows the timeout")
	default:
		c.silence()
		c.use()
	}
	f.Conclusion = strings.Join(c.text, " ")
	f.Assumptions = append(f.Assumptions, "what is on its way takes no longer than the slowest pong did, or the slowest handshake where no pongs came",
		"a message and its reply are one: which of the two starts the time again is not distinguished")
	c.expected()
	return f
}

// tripOf is the longest that what is on its way takes to and fro: that of a pong, or where
// too few came, of a handshake, in which what is behind $connect has its time as well.
func tripOf(lives []life) (longest time.Duration) {
	n := 0
	for _, l := range lives {
		if l.pong > 0 {
			n++
			longest = max(longest, l.pong)
		}
	}
	if n >= fewest {
		return longest
	}
	for _, l := range lives {
		if l.opened() {
			longest = max(longest, l.opening.Done-l.opening.Asked)
		}
	}
	return longest
}

// A conclusion is being made.
type conclusion struct {
	options
	target targets.Target
	f      *results.Finding
	groups map[group][]*life
	all    []*life
	text   []string

	idle, life *span // that were found
	idleOver   float64
	lifeOver   float64 // that no connection has reached its end within
}

func (c *conclusion) add(format string, args ...any) {
	c.text = append(c.text, fmt.Sprintf(format, args...))
}

func (c *conclusion) nothing(why string) {
	c.add("When connections are ended cannot be told: %s.", why)
	c.suspect(why)
}

// fails says that nothing was measured, which fails the run as well, whatever is expected.
func (c *conclusion) fails(why string) {
	c.nothing(why)
	c.f.Checks = append(c.f.Checks, results.Check{Claim: "connections that stay open", Source: "the probe", Must: true, Measured: "none: " + why, Holds: "no"})
}

func (c *conclusion) suspect(why string) {
	c.f.Verdict = results.Suspect
	c.f.Reasons = append(c.f.Reasons, why)
}

// silence says when silent connections are ended, and whether it is the silence.
func (c *conclusion) silence() {
	r := read(c.groups[silent], false)
	switch {
	case r.rule == nothing:
		c.idleOver = c.shortest(c.groups[silent])
		c.f.Values["idle_at_least"] = results.Exactly(c.idleOver, "s", "the shortest time for which a silent connection was watched, and not ended")
		c.add("A silent connection is not ended within %s: an idle timeout, if there is one, is longer (give a longer idle).", seconds(c.idleOver))
		return
	case r.rule == event:
		c.nothing(fmt.Sprintf("all silent connections ended at one moment, after %s: a restart looks the same, as they were opened close to each other", c.words(&r)))
		return
	case r.open > 0 || r.rule == varied:
		c.add("Silent connections end at different times, by no single timeout: %s.", c.rangeText(&r))
		c.addRange("idle", &r)
		c.suspect("no rule that this probe knows explains when silent connections end")
		return
	}
	c.sooner(&r)
	byMessage, byPing := r.effectOf(c.groups[spoke]), r.effectOf(c.groups[pinged])
	if byMessage == leaves && byPing == leaves {
		c.life = &r.timeout
		c.f.Values["lifetime"] = c.value(&r)
		c.add("A connection is ended %s after it was opened, whatever is sent: that is its lifetime, and an idle timeout does not show.%s%s", c.words(&r), c.how(r.closed), c.bySweep(&r))
		return
	}
	if byMessage != restarts && byPing != restarts {
		c.f.Values["ended_after"] = c.value(&r)
		c.add("A silent connection is ended after %s.%s%s Whether that is an idle timeout or a lifetime cannot be told, as what was sent does not show whether it starts the time again.", c.words(&r), c.how(r.closed), c.bySweep(&r))
		c.suspect("a timeout and a lifetime are not distinguished")
		return
	}
	c.idle = &r.timeout
	c.f.Values["idle_timeout"] = c.value(&r)
	c.add("A silent connection is ended after %s.%s%s %s %s", c.words(&r), c.how(r.closed), c.bySweep(&r), effectWords("A message", byMessage), effectWords("A ping", byPing))
}

func effectWords(what string, e effect) string {
	switch e {
	case restarts:
		return what + " starts the time again."
	case leaves:
		return what + " does not start the time again."
	}
	return "Whether " + strings.ToLower(what[:1]) + what[1:] + " starts the time again cannot be told."
}

// use says when connections in use are ended.
func (c *conclusion) use() {
	if len(c.groups[used]) == 0 {
		return
	}
	r := read(c.groups[used], false)
	switch {
	case c.life != nil: // said already
	case r.rule == nothing && r.open > 0:
		c.lifeOver = c.shortest(c.groups[used])
		c.f.Values["lifetime_at_least"] = results.Exactly(c.lifeOver, "s", "the shortest time for which a connection in use was watched, and not ended")
		c.add("A connection in use is not ended within %s.", seconds(c.lifeOver))
	case r.rule == nothing:
		c.add("No connection in use could be watched: %s.", c.refusals())
	case r.rule == event:
		c.add("Whether there is a lifetime cannot be told: all connections in use ended at one moment, after %s, as they do when a server is restarted.", c.words(&r))
		c.suspect("connections in use ended all at once")
	case r.open > 0 || r.rule == varied:
		c.add("Connections in use end at different times, by no single lifetime: %s.", c.rangeText(&r))
		c.addRange("lifetime", &r)
		c.suspect("no rule that this probe knows explains when connections in use end")
	case c.idle == nil && c.idleOver == 0 || c.idle != nil && r.timeout.low < c.idle.high*1.2:
		c.add("Whether there is a lifetime cannot be told: connections in use ended when silent ones did.")
		c.suspect("connections in use ended when silent ones did")
	case c.rested(&r):
		c.add("Whether there is a lifetime cannot be told: what was sent was too rare, or did not count, and connections in use ended by their silence.")
		c.suspect("connections in use ended by their silence")
	default:
		c.sooner(&r)
		c.life = &r.timeout
		c.f.Values["lifetime"] = c.value(&r)
		c.add("A connection in use is ended after %s.%s%s", c.words(&r), c.how(r.closed), c.bySweep(&r))
	}
}

// pushed counts what the server sent over connections that were to be silent.
func (c *conclusion) pushed() (n int) {
	for _, l := range c.groups[silent] {
		n += l.pushed
	}
	return n
}

// rested says whether connections in use may have ended since nothing was sent for as long
// as silent ones live.
func (c *conclusion) rested(r *reading) bool {
	return c.idle != nil && slices.ContainsFunc(r.closed, func(l *life) bool { return l.kept(true).high >= 0.9*c.idle.low })
}

// sooner says that some ended for another reason.
func (c *conclusion) sooner(r *reading) {
	other := slices.Concat(r.sooner, r.lost)
	if n := len(other); n > 0 {
		c.suspect(fmt.Sprintf("%d of %d connections of group %q ended otherwise than the others (%s, after %s): they may have been lost on the way", n, n+len(r.closed), other[0].group, codes(other), ages(other)))
	}
}

func (c *conclusion) value(r *reading) results.Value {
	method := timerMethod
	if r.rule == sweep {
		method = sweepMethod
	}
	return results.Between(r.value, r.timeout.low, r.timeout.high, "s", fmt.Sprintf("%s; %d connections", method, len(r.closed)))
}

func (c *conclusion) addRange(name string, r *reading) {
	c.f.Values[name+"_shortest"] = results.Exactly(r.timeout.low, "s", "the first that was ended")
	c.f.Values[name+"_longest"] = results.Exactly(r.timeout.high, "s", "the last that was ended")
}

func (c *conclusion) rangeText(r *reading) string {
	text := fmt.Sprintf("%d after %s to %s", len(r.closed), seconds(r.timeout.low), seconds(r.timeout.high))
	if r.open > 0 {
		text += fmt.Sprintf(", and %d not while they were watched", r.open)
	}
	return text + " (" + codes(r.closed) + ")"
}

func (c *conclusion) words(r *reading) string {
	return fmt.Sprintf("%s (%s to %s)", seconds(r.value), seconds(r.timeout.low), seconds(r.timeout.high))
}

// how says by which status codes connections were ended.
func (c *conclusion) how(lives []*life) string { return " It is ended " + codes(lives) + "." }

func (c *conclusion) bySweep(r *reading) string {
	if r.rule != sweep {
		return ""
	}
	return fmt.Sprintf(" What is old enough is ended at certain moments, %s apart or a whole part of that, so it may live as much longer.", seconds(r.period))
}

// ages are those of the first and the last.
func ages(lives []*life) string {
	first, last := lives[0].age(), lives[0].age()
	for _, l := range lives {
		first, last = min(first, l.age()), max(last, l.age())
	}
	if first == last {
		return seconds(first.Seconds())
	}
	return seconds(first.Seconds()) + " to " + seconds(last.Seconds())
}

func codes(lives []*life) string {
	counts := map[string]int{}
	for _, l := range lives {
		text := fmt.Sprintf("with code %d", l.end.Code)
		switch {
		case l.end.Code == 1005:
			text = "with a Close frame without a status code"
		case l.end.Code == 1006:
			text = "without a Close frame, as what stands between, or a crash, ends one"
		case l.end.Reason != "":
			text += " (" + l.end.Reason + ")"
		}
		counts[text]++
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	if len(names) > 1 {
		for i, n := range names {
			names[i] = fmt.Sprintf("%d %s", counts[n], n)
		}
	}
	return strings.Join(names, ", ")
}

// shortest is for how many seconds each connection that was not ended was watched.
func (c *conclusion) shortest(lives []*life) float64 {
	least := time.Duration(-1)
	for _, l := range lives {
		if l.opened() && !l.closed() && (least < 0 || l.age() < least) {
			least = l.age()
		}
	}
	return max(least, 0).Seconds()
}

// refusals say why connections could not be opened.
func (c *conclusion) refusals() string {
	counts := map[string]int{}
	for _, l := range c.all {
		if !l.opened() {
			counts[l.opening.Err.Error()]++
		}
	}
	names := slices.Sorted(maps.Keys(counts))
	for i, n := range names {
		names[i] = fmt.Sprintf("%d: %s", counts[n], n)
	}
	return strings.Join(names, "; ")
}

// count adds how many connections there were.
func (c *conclusion) count() {
	opened := 0
	for _, l := range c.all {
		if l.opened() {
			opened++
		}
	}
	c.f.Values["connections"] = results.Exactly(float64(opened), "count", "connections that were opened")
	if failed := len(c.all) - opened; failed > 0 {
		c.f.Values["refused"] = results.Exactly(float64(failed), "count", "connections that could not be opened")
		c.suspect(fmt.Sprintf("%d of %d connections could not be opened (%s)", failed, len(c.all), c.refusals()))
	}
}

// expected compares what the scenario expects, and what is documented, with what was found.
func (c *conclusion) expected() {
	limits := c.target.Kind.Limits
	for _, e := range []struct {
		what, source string
		value        time.Duration
		found        *span
		over         float64
		must         bool
	}{
		{"an idle timeout", "the scenario", c.expectIdle, c.idle, c.idleOver, true},
		{"a lifetime", "the scenario", c.expectLifetime, c.life, c.lifeOver, true},
		{"an idle timeout", "AWS quotas", limits.ConnectionIdle, c.idle, c.idleOver, false},
		{"a lifetime", "AWS quotas", limits.Connection, c.life, c.lifeOver, false},
	} {
		if e.value == 0 || !e.must && (c.target.Modelled() || e.found == nil && e.over == 0) {
			continue
		}
		check := results.Check{Claim: fmt.Sprintf("%s of %v", e.what, e.value), Source: e.source, Must: e.must, Measured: "cannot be told", Holds: "unknown"}
		want := e.value.Seconds()
		switch slack := slackOf(want) + 0.01*want; {
		case e.found != nil:
			check.Measured, check.Holds = fmt.Sprintf("%s to %s", seconds(e.found.low), seconds(e.found.high)), "no"
			if e.found.low-slack <= want && want <= e.found.high+slack {
				check.Holds = "yes"
			}
		case e.over > want+slack:
			check.Measured, check.Holds = "not within "+seconds(e.over), "no"
		}
		c.f.Checks = append(c.f.Checks, check)
	}
}

func (c *conclusion) table() results.Table {
	t := results.Table{Title: "connections", Columns: []string{"group", "opened", "ended by the server", "first", "last", "how"}}
	for _, g := range []group{silent, spoke, pinged, used} {
		if len(c.groups[g]) == 0 {
			continue
		}
		var ages []float64
		var closed []*life
		opened := 0
		for _, l := range c.groups[g] {
			if l.opened() {
				opened++
			}
			if l.closed() {
				closed, ages = append(closed, l), append(ages, l.age().Seconds())
			}
		}
		row := []string{g.String(), fmt.Sprint(opened), fmt.Sprint(len(closed)), "–", "–", "–"}
		if len(closed) > 0 {
			row[3], row[4], row[5] = seconds(slices.Min(ages)), seconds(slices.Max(ages)), codes(closed)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// series draws how many connections of each group were open, over their age.
func (c *conclusion) series() (all []results.Series) {
	for _, g := range []group{silent, spoke, pinged, used} {
		var ages []float64
		opened := 0.0
		for _, l := range c.groups[g] {
			if l.opened() {
				opened++
			}
			if l.closed() {
				ages = append(ages, l.age().Seconds())
			}
		}
		if opened == 0 {
			continue
		}
		slices.Sort(ages)
		s := results.Series{Name: g.String(), X: "age (s)", Y: "open connections", Points: [][2]float64{{0, opened}}}
		for i, age := range ages {
			s.Points = append(s.Points, [2]float64{age, opened - float64(i)}, [2]float64{age, opened - float64(i) - 1})
		}
		all = append(all, s)
	}
	return all
}

// seconds has three digits, or all before the point.
func seconds(s float64) string {
	if s >= 100 {
		return fmt.Sprintf("%.0f s", s)
	}
	return fmt.Sprintf("%.3g s", s)
}
