package socketlife

import (
	"cmp"
	"math"
	"slices"
	"time"

	"tollgate/targets/websocket"
)

// A span bounds how long the server kept a connection, in seconds.
type span struct{ low, high float64 }

// kept bounds it from when the connection was opened, or from when this end wrote last. The
// server's time begins when the handshake has arrived, at the latest when its answer came;
// what is on its way takes no longer than the slowest round trip did.
func (l *life) kept(sinceWritten bool) span {
	from, slack := l.opening.Asked, l.opening.Done-l.opening.Asked+l.trip
	if sinceWritten && l.wrote > 0 {
		from, slack = l.wrote, 2*l.trip
	}
	high := l.until - from
	return span{max(high-slack, 0).Seconds(), high.Seconds()}
}

// A rule is by what connections end that do the same.
type rule uint8

const (
	nothing rule = iota // none ended
	timer               // each has a timer
	event               // all ended at one moment, and were of about the same age
	sweep               // all that are old enough end at certain moments
	varied              // neither
)

// A reading is how a group of connections ended.
type reading struct {
	rule    rule
	closed  []*life // that the timeout is read from
	sooner  []*life // that ended sooner than these
	lost    []*life // without a Close frame, where the others had one
	open    int     // that did not end
	timeout span
	value   float64
	period  float64 // of a sweep, at most; 0: there is none
}

// Figures of clocks: a timer of a server may have steps, and a busy machine reads late.
const (
	leastSlack = 0.005 // seconds
	slackShare = 0.001
	leastAlike = 0.75 // of the connections, that have to agree
	fewest     = 3    // connections that show a timeout
)

func slackOf(seconds float64) float64 { return leastSlack + slackShare*seconds }

// read finds the rule of a group.
func read(lives []*life, sinceWritten bool) (r reading) {
	var closed []*life
	for _, l := range lives {
		if l.closed() {
			closed = append(closed, l)
		} else if l.opened() {
			r.open++
		}
	}
	if len(closed) == 0 {
		return r
	}
	closed = r.withoutLost(closed)
	spans := make([]span, len(closed))
	for i, l := range closed {
		spans[i] = l.kept(sinceWritten)
	}
	if r.readTimer(closed, spans) {
		return r
	}
	if r.readSweep(closed, spans) {
		return r
	}
	r.rule, r.closed, r.timeout = varied, closed, span{math.Inf(1), 0}
	var middles []float64
	for _, s := range spans {
		r.timeout = span{min(r.timeout.low, s.low), max(r.timeout.high, s.high)}
		middles = append(middles, (s.low+s.high)/2)
	}
	slices.Sort(middles)
	r.value = middles[len(middles)/2]
	return r
}

// withoutLost takes out those that ended without a Close frame, where most had one.
func (r *reading) withoutLost(closed []*life) []*life {
	var framed, lost []*life
	for _, l := range closed {
		if l.end.Code == websocket.Abnormal {
			lost = append(lost, l)
		} else {
			framed = append(framed, l)
		}
	}
	if len(framed) < fewest || float64(len(framed)) < leastAlike*float64(len(closed)+r.open) {
		return closed
	}
	r.lost = lost
	return framed
}

// readTimer finds one timeout that the bounds of most connections agree on.
func (r *reading) readTimer(closed []*life, spans []span) bool {
	at, agree := mostAlike(spans)
	if agree < fewest || float64(agree) < leastAlike*float64(len(closed)+r.open) {
		return false
	}
	slack := slackOf(at)
	low, high := 0.0, math.Inf(1)
	var in, sooner []*life
	for i, s := range spans {
		switch {
		case s.low-slack/2 <= at && at <= s.high+slack/2:
			in = append(in, closed[i])
			low, high = max(low, s.low), min(high, s.high)
		case s.high < at:
			sooner = append(sooner, closed[i])
		default:
			return false // one lived longer, which no loss on the way explains
		}
	}
	r.rule, r.closed, r.sooner = timer, in, sooner
	if atOneMoment(in) {
		r.rule = event
	}
	r.timeout, r.value = span{min(low, high), max(low, high)}, (low+high)/2
	r.timeout.low = max(r.timeout.low-smeared*together(in), 0) // a sweep that is as frequent looks the same
	return true
}

// mostAlike is the value that lies within the most spans, widened by the slack of clocks.
func mostAlike(spans []span) (at float64, n int) {
	type edge struct {
		at    float64
		opens int
	}
	var edges []edge
	for _, s := range spans {
		half := slackOf(s.high) / 2
		edges = append(edges, edge{s.low - half, 1}, edge{s.high + half, -1})
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.opens, a.opens)) })
	depth := 0
	for i, e := range edges {
		if depth += e.opens; depth > n {
			n, at = depth, e.at
			if i+1 < len(edges) {
				at = (e.at + edges[i+1].at) / 2
			}
		}
	}
	return at, n
}

// byChance is how likely it may be that connections that end by themselves end at so few
// moments.
const byChance = 0.01

// chanceOfMoments is how likely n ends that are spread evenly over so many seconds seem to
// be so few moments, of which each is that long: each end follows the one before it within
// that time with the same chance.
func chanceOfMoments(n, moments int, spread, length float64) float64 {
	p, sum := min(float64(n)*length/spread, 1), 0.0
	for k := n - moments; k < n; k++ {
		chosen := 1.0
		for i := range k {
			chosen *= float64(n-1-i) / float64(i+1)
		}
		sum += chosen * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-1-k))
	}
	return sum
}

// readSweep finds moments at which several connections ended that were of different ages.
func (r *reading) readSweep(closed []*life, spans []span) bool {
	moments, at := momentsOf(closed)
	if len(closed) < 4 || len(moments) < 2 || 2*len(moments) > len(closed) {
		return false
	}
	least, most := math.Inf(1), 0.0
	for _, s := range spans {
		least, most = min(least, s.high), max(most, s.high)
	}
	if most-least < 2*together(closed) || chanceOfMoments(len(closed), len(moments), most-least, together(closed)) > byChance {
		return false
	}
	low := 0.0
	for i, l := range closed { // who survived a sweep was too young for it
		for _, m := range moments[:at[i]] {
			low = max(low, (m - l.opening.Done).Seconds())
		}
	}
	if low > least+slackOf(least) {
		return false
	}
	period := math.Inf(1)
	for i := range moments[1:] {
		period = min(period, (moments[i+1] - moments[i]).Seconds())
	}
	if period < smeared*together(closed) {
		return false
	}
	r.rule, r.closed, r.period = sweep, closed, period
	r.timeout = span{min(low, least), least}
	r.value = (r.timeout.low + least) / 2
	return true
}

// smeared is over how many times that the ends of one moment may be seen.
const smeared = 3

func atOneMoment(lives []*life) bool {
	first, last := lives[0].until, lives[0].until
	for _, l := range lives {
		first, last = min(first, l.until), max(last, l.until)
	}
	return (last - first).Seconds() <= smeared*together(lives)
}

// together is within how many seconds connections that end at once are seen to.
func together(lives []*life) float64 {
	trip := time.Duration(0)
	for _, l := range lives {
		trip = max(trip, l.trip)
	}
	return leastSlack + trip.Seconds()
}

// momentsOf are the moments at which connections ended, and which of them is each one's.
func momentsOf(lives []*life) (moments []time.Duration, at []int) {
	byEnd := make([]int, len(lives))
	for i := range byEnd {
		byEnd[i] = i
	}
	slices.SortFunc(byEnd, func(a, b int) int { return cmp.Compare(lives[a].until, lives[b].until) })
	at = make([]int, len(lives))
	within := time.Duration(together(lives) * float64(time.Second))
	for _, i := range byEnd {
		if n := len(moments); n == 0 || lives[i].until-moments[n-1] > within {
			moments = append(moments, lives[i].until)
		}
		at[i] = len(moments) - 1
	}
	return moments, at
}

// band is when a connection with this timeout ends, counted from what began it.
func (r *reading) band() span {
	return span{r.timeout.low - slackOf(r.timeout.low), r.timeout.high + r.period + slackOf(r.timeout.high)}
}

func (s span) meets(o span) bool { return s.low <= o.high && o.low <= s.high }

// An effect is whether what was sent started the time again.
type effect uint8

const (
	unknown effect = iota
	restarts
	leaves
)

// effectOf compares the ends of connections that sent something with a timeout from when
// they were opened, and from when they wrote last. Those for which both are alike show
// nothing.
func (r *reading) effectOf(lives []*life) effect {
	band := r.band()
	var again, not int
	for _, l := range lives {
		if !l.opened() || l.wrote == 0 {
			continue
		}
		written := (l.wrote - l.opening.Done).Seconds()
		if l.group == spoke && (written > latestSpoken*r.value || written < 2*(band.high-band.low)) {
			continue
		}
		whole, rested := l.kept(false), l.kept(true)
		old, late := whole.low > band.high, rested.low > band.high
		switch ended := l.closed(); {
		case ended && whole.meets(band):
			not++
		case ended && old && rested.meets(band), !ended && old && !late, ended && old && !late && l.group != spoke:
			again++
		}
	}
	switch {
	case again > 0 && not == 0:
		return restarts
	case not > 0 && again == 0:
		return leaves
	}
	return unknown
}

// atOnce says whether connections of every age and use ended at one moment: what ended
// them was no timeout, or it cannot be told from that.
func atOnce(all []*life) bool {
	var ended []*life
	groups := map[group]bool{}
	youngest, oldest := time.Duration(math.MaxInt64), time.Duration(0)
	for _, l := range all {
		if l.opened() && !l.closed() {
			return false
		}
		if l.closed() {
			ended = append(ended, l)
			groups[l.group] = true
			youngest, oldest = min(youngest, l.age()), max(oldest, l.age())
		}
	}
	return len(groups) > 1 && atOneMoment(ended) && (oldest-youngest).Seconds() > slackOf(youngest.Seconds())+2*together(ended)
}

// refused are the connections that were opened, if all of them ended so soon that this is no
// timeout: in less than half of the shortest that can be waited for.
func refused(lives []*life) (all []*life) {
	for _, l := range lives {
		switch {
		case !l.opened():
		case !l.closed() || l.until-l.opening.Done > shortestWait/2:
			return nil
		default:
			all = append(all, l)
		}
	}
	return all
}
