package compare

import (
	"fmt"
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
		switch {
		case n.Run == tonight.Run || n.RerunOf != "" || n.Scenario != tonight.Scenario || !n.Started.Before(tonight.Started):
			continue
		case n.Shape != tonight.Shape:
			left["sent another load or had other targets"]++
		case n.Excluded:
			left["were excluded by hand"]++
		case !n.counts(o.Suspect):
			left["were not valid"]++
		case n.Alarmed:
			left["raised an alarm that nobody has accepted, acknowledged or excluded yet"]++
		default:
			if n.Baseline {
				p.nights = p.nights[:0]
			}
			p.nights = append(p.nights, *n)
			continue
		}
	}
	p.nights = p.nights[max(0, len(p.nights)-MostNights):]
	for _, why := range []string{
		"sent another load or had other targets", "were excluded by hand", "were not valid",
		"raised an alarm that nobody has accepted, acknowledged or excluded yet",
	} {
		if n := left[why]; n > 0 {
			p.notes = append(p.notes, fmt.Sprintf("%s of this scenario left out: they %s", counted(n, "night"), why))
		}
	}
	return p
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
// load, the requests, and the targets' names and kinds. The bytes of the
// scenario may differ: a new threshold does not make a new history.
func shapeOf(d *results.Document) string {
	var b strings.Builder
	for _, s := range d.Stages {
		fmt.Fprintf(&b, "%s for %gs in %d;", s.Load, s.Seconds, s.Blocks)
	}
	fmt.Fprintf(&b, "%q;", d.Requests)
	for _, t := range d.Targets {
		fmt.Fprintf(&b, "%q %s;", t.Name, t.Kind)
	}
	return b.String()
}
