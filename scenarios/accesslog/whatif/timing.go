package whatif

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/scenarios/accesslog"
)

// A moment is when something arrived, as exactly as the log knows: from earliest on, for less
// than a unit. The presets of API Gateway, CloudFront and web servers log whole seconds, in
// which bursts, overlaps and the order of requests are lost; most other logs have milliseconds.
//
// The figures of a report have requests of whole seconds at random moments of these, as if
// they were independent of each other, and others as they are logged. A [Report] tries other
// placements, too, and each row says what the least and the most of these is. Where that is
// much, the log cannot tell, and one with milliseconds would.
type moment struct {
	at    int64  // nanoseconds since 1970
	shift uint32 // of them, from the earliest moment that it can be
	unit  uint8  // of what the log knows, as a power of ten of nanoseconds
}

const (
	seconds = 9 // the coarsest unit
	exactly = 3 // microseconds: they make no difference
)

func momentOf(e *accesslog.Entry) moment {
	unit := uint8(0)
	for d := e.Resolution; d >= 10 && unit < seconds; d /= 10 {
		unit++
	}
	return moment{at: e.Arrived, unit: unit}
}

func (m *moment) coarse() bool { return m.unit >= seconds }

func momentOfRequest(r *request) *moment       { return &r.moment }
func momentOfInvocation(i *invocation) *moment { return &i.moment }

// A placement is where in its unit each request is.
type placement uint64

const (
	asLogged  placement = iota // whole seconds at random, others at their earliest
	together                   // all at their earliest
	evenly                     // whole seconds at equal distances, others at random
	atRandom                   // all at random
	evenPairs                  // those of each even second and the next one, together between them
	oddPairs
)

// placements are those that are tried besides the first. More would cost as much time each as
// the figures themselves.
func (l *Log) placements() []placement {
	worst := uint8(0)
	for i := range l.requests {
		worst = max(worst, l.requests[i].unit)
	}
	for _, one := range l.started().all {
		worst = max(worst, one.unit)
	}
	switch {
	case worst >= seconds || l.slots.coarse > 0:
		return []placement{together, evenly, atRandom, evenPairs, oddPairs}
	case worst > exactly:
		return []placement{atRandom}
	}
	return nil
}

// place moves all to where a placement has them, and puts them in order.
func (l *Log) place(p placement) {
	l.sorted = true
	place(l.requests, momentOfRequest, p)
	place(l.invocations.all, momentOfInvocation, p)
	place(l.waited.all, momentOfInvocation, p)
	l.slots.sort()
}

func (p placement) paired() bool { return p >= evenPairs }

func place[T any](all []T, of func(*T) *moment, p placement) {
	for i := range all {
		m := of(&all[i])
		m.at, m.shift = m.at-int64(m.shift), 0
	}
	sortTimes(all, of)
	for i := 0; i < len(all); {
		n, second := 1, of(&all[i]).at/int64(time.Second)
		for i+n < len(all) && of(&all[i+n]).at/int64(time.Second) == second {
			n++
		}
		for j := range n {
			m := of(&all[i+j])
			switch {
			case p == together || m.unit <= exactly || p == asLogged && !m.coarse():
			case p.paired() && (!m.coarse() || second%2 == int64(p-evenPairs)):
				m.shift = uint32(math.Pow10(int(m.unit))) - 1
			case p.paired():
			case p == evenly && m.coarse():
				m.shift = uint32(int64(time.Second) * int64(2*j+1) / int64(2*n))
			default:
				m.shift = uint32(anywhere(uint64(i+j), p) % uint64(math.Pow10(int(m.unit))))
			}
			m.at += int64(m.shift)
		}
		sortTimes(all[i:i+n], of) // few at a time; the second of most is the one they arrived in
		i += n
	}
	sortTimes(all, of)
}

// anywhere is a number of which each bit is as good as another, the same in every run: the
// finalizer of SplitMix64.
func anywhere(n uint64, p placement) uint64 {
	h := n*0x9e3779b97f4a7c15 + uint64(p)*0xbf58476d1ce4e5b9
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func sortTimes[T any](all []T, of func(*T) *moment) {
	byTime := func(a, b T) int { return cmp.Compare(of(&a).at, of(&b).at) }
	if !slices.IsSortedFunc(all, byTime) {
		slices.SortStableFunc(all, byTime)
	}
}

// within is between which figures the truth may lie, as requests are placed otherwise within
// what the log knows of their times.
type within struct{ least, most *int64 } // nil: the figure is the same wherever they are

// and widens it to a further figure.
func (w *within) and(n int64) {
	least, most := n, n
	if w.least != nil {
		least, most = min(n, *w.least), max(n, *w.most)
	}
	w.least, w.most = &least, &most
}

// bounds are what of it is not the figure itself.
func (w within) bounds(n int64) (least, most *int64) {
	if w.least == nil {
		return nil, nil
	}
	if w.and(n); *w.least == *w.most {
		return nil, nil
	}
	return w.least, w.most
}

// vary tries the other placements, and notes in each row what they change. A burst that
// refuses nothing is one that does so however requests lie in their seconds: moved by less
// than a second they change what any interval holds by less than rate × second. Where
// milliseconds are known, hits are not tried: times to live are seconds. The least and the
// most of a few placements are no bounds, but the truth is seldom outside, and then near.
func (l *Log) vary(p *pricer) {
	r, ways := p.report, l.placements()
	whole := slices.Contains(ways, together)
	throttles, caches := make([]refusing, len(r.Throttle)), make([]within, len(r.Cache))
	idle, levels := make([]within, len(r.Idle)), make([]within, len(r.Provisioned))
	half := refusing{}
	for _, way := range ways {
		l.place(way)
		l.varyThrottles(p, way, throttles, &half)
		if way.paired() { // what overlaps most is together
			continue
		}
		for i, row := range r.Cache {
			if whole {
				caches[i].and(l.Cached(row.cache).Hits)
			}
		}
		for i, row := range r.Idle {
			idle[i].and(l.Started(row.environments).Cold)
		}
		for i, row := range r.Provisioned {
			levels[i].and(l.Started(row.environments).Cold)
		}
	}
	l.sorted = false
	l.sort()
	if p.halve(); p.half != nil {
		l.refuse(p.half)
		half.note(p.half)
	}
	for i := range r.Throttle {
		throttles[i].note(&r.Throttle[i])
	}
	for i := range r.Cache {
		r.Cache[i].Least, r.Cache[i].Most = caches[i].bounds(r.Cache[i].Hits)
	}
	for i := range r.Idle {
		r.Idle[i].Least, r.Idle[i].Most = idle[i].bounds(r.Idle[i].Cold)
	}
	for i := range r.Provisioned {
		r.Provisioned[i].Least, r.Provisioned[i].Most = levels[i].bounds(r.Provisioned[i].Cold)
	}
}

func (l *Log) varyThrottles(p *pricer, way placement, all []refusing, half *refusing) {
	for i := range p.report.Throttle {
		row := &p.report.Throttle[i]
		if way == together && !l.large() {
			row.Burst = l.BurstFor(row.Rate) + int64(math.Ceil(row.Rate))
		}
		all[i].and(l, row)
	}
	if p.halve(); p.half != nil {
		half.and(l, p.half)
	}
}

// refusing is what a row's throttle refuses: one of all requests, and one of each API key.
type refusing struct{ together, byKey within }

func (r *refusing) and(l *Log, row *ThrottleRow) {
	t := row.throttle()
	r.together.and(l.Refused(t).Requests)
	if len(l.users) > 1 {
		t.Keyed = true
		r.byKey.and(l.Refused(t).Requests)
	}
}

// note puts it into a row.
func (r refusing) note(row *ThrottleRow) {
	row.Least, row.Most = r.together.beyond(row.Refused, row.Least, row.Most)
	if row.AtKeys != nil {
		row.LeastAt, row.MostAt = r.byKey.beyond(*row.AtKeys, row.LeastAt, row.MostAt)
	}
}

// beyond adds a figure that may have bounds already, as those of a large log do.
func (w within) beyond(n int64, least, most *int64) (*int64, *int64) {
	if least == nil {
		return w.bounds(n)
	}
	w.and(*least)
	w.and(*most)
	return w.least, w.most
}

// ranged writes a figure, and between which it may lie.
func ranged(n int64, least, most *int64) string {
	if least == nil || *least == *most {
		return pricing.Count(n)
	}
	return fmt.Sprintf("%s (%s to %s)", pricing.Count(n), pricing.Count(*least), pricing.Count(*most))
}

// ofTiming says how exactly the log knows times.
func (l *Log) ofTiming(r *Report, say func(format string, args ...any)) {
	ways := l.placements()
	open := slices.ContainsFunc(r.Throttle, func(row ThrottleRow) bool { return row.Least != nil }) ||
		slices.ContainsFunc(r.Idle, func(row IdleRow) bool { return row.Least != nil }) ||
		slices.ContainsFunc(r.Provisioned, func(row ProvisionedRow) bool { return row.Least != nil })
	switch {
	case slices.Contains(ways, together):
		say("of %s the log knows the second alone, and not in which order and how close requests came: figures have each at a random moment of its second, those in parentheses are the least and the most of other placements in it, and bursts that refuse none do so at any; times in milliseconds would tell ($context.requestTimeEpoch of API Gateway, $msec of nginx)", pricing.Counted(l.coarse, "line"))
	case len(ways) > 0 && open:
		say("the log knows milliseconds: figures in parentheses are with requests at their beginning, and at random in them")
	}
}
