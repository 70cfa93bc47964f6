package results

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// A guard watches the seconds of a run for what its abort rules forbid. It looks
// at what the recorder has merged, so requests pay nothing for it.
type guard struct {
	targets, requests []string
	senders           []int             // of each request: its population
	apart             func(uint16) bool // see Document.apart
	posted            func(target, request uint16) bool
	watch             []*watched
	fire              func(Abort) // nil once it was called

	mu    sync.Mutex
	turns []turn
}

// A turn is a stretch of time in which load is meant for one target. Turns of several
// populations at one target may coincide.
type turn struct {
	target     uint16
	population int
	stretch
}

// A watched is one rule at one target, with what its window holds.
type watched struct {
	rule AbortRule
	partKey
	own     time.Duration // that its turns had taken when it was last looked at
	entries []entry
}

// An entry is what came of the watched requests in one second.
type entry struct {
	took time.Duration // of the target's turns
	*part
}

// newGuard watches for rules. One that names no target watches each by itself.
func newGuard(doc *Document, rules []AbortRule, fire func(Abort)) *guard {
	n := namesOf(doc)
	g := &guard{targets: n.targets, requests: slices.Clone(doc.Requests), apart: doc.apart, posted: doc.Posted, fire: fire}
	for i := range g.requests {
		g.senders = append(g.senders, doc.sender(i))
	}
	for _, rule := range rules {
		rule.Threshold, _ = rule.OfFlow(doc.flowNames())
		rule.Threshold, _ = rule.Within(doc.populationNames()) // abort rules know no metric of whole targets
		for i, name := range g.targets {
			if rule.Target != "" && rule.Target != name || !doc.sends(rule.Population, name) {
				continue
			}
			if k, err := doc.named(uint16(i), rule.Threshold); err == nil { // scenarios refuse other names
				g.watch = append(g.watch, &watched{rule: rule, partKey: k})
			}
		}
	}
	return g
}

// turn notes that load of a population is meant for a target for a while.
func (g *guard) turn(population int, target uint16, from, to time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turns = append(g.turns, turn{target, population, stretch{from, to}})
}

// own is how long the turns of a target, or of one population at it, have taken by now.
func (g *guard) own(k partKey, now time.Duration) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	var past []stretch
	for _, t := range g.turns {
		if t.target == k.target && (k.population == every || t.population == k.population) && now > t.from {
			past = append(past, stretch{t.from, min(now, t.to)})
		}
	}
	return union(past)
}

// second looks at what was recorded in the second that ends at now.
func (g *guard) second(s *window, now time.Duration) {
	for _, w := range g.watch {
		own := g.own(w.partKey, now)
		e := entry{own - w.own, newPart()}
		w.own = own
		for k, c := range s.cells {
			if int(k.Request) < len(g.requests) && (w.request != every || !g.apart(k.Request)) && w.holds(partKey{k.Target, g.senders[k.Request], int(k.Request), every}) {
				counts := c.second(0, k)
				e.add(&counts)
				if clock := w.rule.Clock; w.rule.Timed() && (w.request != every || !g.posted(k.Target, k.Request)) {
					e.count(OK, clock, c.latency[OK][clock].histogram())
				}
			}
		}
		if e.took == 0 && e.total() == 0 {
			continue
		}
		w.entries = append(w.entries, e)
		if why, holds := w.evaluate(); holds && g.fire != nil {
			g.fire(Abort{Rule: w.rule.Text, Target: g.targets[w.target], Population: w.rule.Population, Request: w.rule.Request, Why: why, At: now.Round(time.Millisecond).Seconds()})
			g.fire = nil
		}
	}
}

// evaluate says whether the rule's condition holds over its window, and what was
// measured. The window reaches back until it is long enough and holds enough
// requests. While there is none, as at the start of a run or where a target
// answers nothing, the rule does not hold.
func (w *watched) evaluate() (measured string, holds bool) {
	rates := w.rule.Unit() == "per_s"
	sum := newPart()
	var long time.Duration
	for i := len(w.entries) - 1; i >= 0; i-- {
		long += w.entries[i].took
		sum.merge(w.entries[i].part)
		if long < w.rule.Window || !rates && sum.requests() < fewestInWindow {
			continue
		}
		w.entries = slices.Delete(w.entries, 0, i)
		found, err := w.rule.measure(evidence{part: sum, active: long.Seconds()})
		if rates && sum.requests() == 0 {
			found, err = exactly(0), nil
		}
		x := found.likely
		if err != nil || !w.rule.Keeps(x) {
			return "", false
		}
		return fmt.Sprintf("measured %s over %d requests in %v", amountText(x, w.rule.Unit()), sum.requests(), long.Round(100*time.Millisecond)), true
	}
	return "", false
}
