package compare

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"tollgate/results"
)

// The nights that a gate looks back on.
const (
	FewestNights = 10 // with fewer it learns
	MostNights   = 60
)

// counts says whether a night's numbers may be relied on.
func (n *Night) counts(suspect bool) bool {
	return n.Verdict == results.Valid || suspect && n.Verdict == results.Suspect
}

// A past is the history that a night is held against, and what was left out.
type past struct {
	nights []Night // newest last
	later  int     // that would be history if they had not begun later
	notes  []string
}

// pastOf picks from history what is comparable with tonight and counts.
func pastOf(tonight *Night, history []Night, o *GateOptions) past {
	history = slices.Clone(history)
	slices.SortStableFunc(history, func(a, b Night) int { return a.Started.Compare(b.Started) })
	var p past
	left := map[string]int{}
	for i := range history {
		n := &history[i]
		if n.Run == tonight.Run || n.Run == tonight.RerunOf || n.RerunOf != "" || n.Scenario != tonight.Scenario {
			continue
		}
		if why := n.leftOut(tonight, o); why != "" {
			left[why]++
			if why == beganLater {
				p.later++
			}
			continue
		}
		if n.Baseline {
			p.nights = p.nights[:0]
		}
		p.nights = append(p.nights, *n)
	}
	p.nights = p.nights[max(0, len(p.nights)-MostNights):]
	p.measuredOtherwise(tonight)
	for _, why := range slices.Sorted(maps.Keys(left)) {
		p.notes = append(p.notes, fmt.Sprintf("left out of the history: %s that %s", counted(left[why], "night"), why))
	}
	return p
}

// measuredOtherwise notes that the generator may be what differs.
func (p *past) measuredOtherwise(tonight *Night) {
	others := map[string]int{}
	for i := range p.nights {
		if from := p.nights[i].From; from != "" && from != tonight.From {
			others[from]++
		}
	}
	for _, from := range slices.Sorted(maps.Keys(others)) {
		p.notes = append(p.notes, fmt.Sprintf("%s of the history came from %s, and this run from %s: what differs may be the generator", counted(others[from], "night"), from, tonight.From))
	}
}

const beganLater = "began later than this run"

// leftOut says why a night is no history for tonight, "" if it is.
func (n *Night) leftOut(tonight *Night, o *GateOptions) string {
	switch {
	case n.Shape != tonight.Shape:
		return "sent another load, or had other targets"
	case n.Excluded:
		return "somebody excluded"
	case !n.counts(o.Suspect):
		return "had no valid run"
	case n.Alarmed:
		return "raised an alarm which nobody has acknowledged, accepted or excluded yet"
	case !n.Started.Before(tonight.Started):
		return beganLater
	}
	return ""
}

// values returns one metric of a target over the nights that have it, on the
// scale of its differences, and how many requests it rests on together.
func (p *past) values(target string, t trait) (xs []float64, requests int64) {
	for i := range p.nights {
		v, ok := p.nights[i].Value(target, t.metric)
		if !ok || v.N < t.requests {
			continue
		}
		x := t.scaled(v.Value)
		if math.IsInf(x, 0) || math.IsNaN(x) {
			continue
		}
		xs, requests = append(xs, x), requests+v.N
	}
	return xs, requests
}

// scaled puts a value on the scale on which differences are taken.
func (t trait) scaled(v float64) float64 {
	if t.scale == Ratio {
		return math.Log(v)
	}
	return v
}

// unscaled is its inverse.
func (t trait) unscaled(x float64) float64 {
	if t.scale == Ratio {
		return math.Exp(x)
	}
	return x
}

// targets lists the targets of tonight and of the nights before it.
func (p *past) targets(tonight *Night) []string {
	var names []string
	for _, n := range append([]Night{*tonight}, p.nights...) {
		for _, v := range n.Values {
			if !slices.Contains(names, v.Target) {
				names = append(names, v.Target)
			}
		}
	}
	return names
}

// shapeOf is what must agree for two runs to be nights of one history: the
// load, the requests, the targets' names and kinds, and which of them stood in
// the lab. The bytes of the scenario may differ: a new threshold does not make a
// new history.
func shapeOf(d *results.Document) string {
	var b strings.Builder
	for _, s := range d.Stages {
		fmt.Fprintf(&b, "%s for %gs in %d;", s.Load, s.Seconds, s.Blocks)
	}
	fmt.Fprintf(&b, "%q;", d.Requests)
	for _, t := range d.Targets {
		fmt.Fprintf(&b, "%q %s;", t.Name, placed(t))
	}
	return b.String()
}

// placed says what a target is, and whether it is the lab's.
func placed(t results.TargetDoc) string {
	if t.Lab {
		return t.Kind + " in the lab"
	}
	return t.Kind
}
