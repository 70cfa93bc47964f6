package pricing

import (
	"errors"
	"slices"
)

// A stretch is a range of some variable over which a quantity is linear:
// fixed + each × x for from ≤ x ≤ to.
type stretch struct {
	from, to    Quantity
	fixed, each Quantity
}

func (s stretch) at(x Quantity) Quantity { return s.fixed.Add(s.each.Mul(x)) }

// errNotLinear is what a reading gets that cannot be traced.
var errNotLinear = errors.New("does not grow linearly, stretch by stretch")

// A tracer finds the stretches of a quantity that is known only by asking for
// its values. It must be convex or concave between from and to, as every
// meter is between two jumps, and bends at finitely many places.
//
// Three values on a line make a stretch. Otherwise the lines at both ends are
// drawn out to where they meet: if the quantity goes through that point there
// is one bend, exactly there; if not, both halves are traced. Whole variables
// end at neighbours, between which there is nothing.
type tracer struct {
	read   func(Quantity) Quantity
	whole  bool     // only whole values exist
	step   Quantity // small enough that a bend is not closer to an end
	left   int      // values that may still be asked for
	values map[fractionKey]Quantity
	found  []stretch
}

func trace(read func(Quantity) Quantity, from, to, step Quantity, whole bool) ([]stretch, error) {
	t := tracer{read: read, whole: whole, step: step, left: 20_000, values: make(map[fractionKey]Quantity)}
	if !t.between(from, to) {
		return nil, errNotLinear
	}
	return t.found, nil
}

func (t *tracer) value(x Quantity) Quantity {
	key := x.r.key()
	v, ok := t.values[key]
	if !ok {
		t.left--
		v = t.read(x)
		t.values[key] = v
	}
	return v
}

func (t *tracer) between(a, b Quantity) bool {
	if t.left <= 0 {
		return false
	}
	width := b.Sub(a)
	if width.Sign() == 0 || (t.whole && width.Cmp(Whole(1)) <= 0) || width.Cmp(t.step) <= 0 {
		t.found = append(t.found, t.line(a, b, a, b))
		return true
	}
	mid := t.round(a.Add(width.Div(Whole(2))))
	straight := t.line(a, b, a, b)
	if straight.at(mid).Cmp(t.value(mid)) == 0 {
		t.found = append(t.found, straight)
		return true
	}
	if bend, ok := t.bend(a, b); ok {
		t.found = append(t.found, t.line(a, bend, a, a.Add(t.small(width))), t.line(bend, b, b.Sub(t.small(width)), b))
		return true
	}
	return t.between(a, mid) && t.between(mid, b)
}

// bend returns the one bend between a and b, if there is just one.
func (t *tracer) bend(a, b Quantity) (Quantity, bool) {
	small := t.small(b.Sub(a))
	first, last := t.line(a, b, a, a.Add(small)), t.line(a, b, b.Sub(small), b)
	if first.each.Cmp(last.each) == 0 {
		return a, false
	}
	x := first.fixed.Sub(last.fixed).Div(last.each.Sub(first.each))
	if x.Cmp(a) <= 0 || x.Cmp(b) >= 0 {
		return a, false
	}
	if !t.whole {
		return x, first.at(x).Cmp(t.value(x)) == 0
	}
	below := t.round(x)
	above := below.Add(Whole(1))
	on := first.at(below).Cmp(t.value(below)) == 0 && (above.Cmp(b) > 0 || last.at(above).Cmp(t.value(above)) == 0)
	return x, on
}

// line returns the stretch from a to b through the values at x and y.
func (t *tracer) line(a, b, x, y Quantity) stretch {
	s := stretch{from: a, to: b, fixed: t.value(x)}
	if width := y.Sub(x); width.Sign() != 0 {
		s.each = t.value(y).Sub(t.value(x)).Div(width)
		s.fixed = s.fixed.Sub(s.each.Mul(x))
	}
	return s
}

// small is the distance at which a slope is taken.
func (t *tracer) small(width Quantity) Quantity {
	if t.whole || width.Cmp(t.step.Mul(Whole(2))) > 0 {
		return t.step
	}
	return width.Div(Whole(4))
}

// round returns a value that exists, not above x.
func (t *tracer) round(x Quantity) Quantity {
	if t.whole {
		return x.floor()
	}
	return x
}

func merged(all []stretch) (out []stretch) {
	slices.SortStableFunc(all, func(a, b stretch) int { return a.from.Cmp(b.from) })
	for _, s := range all {
		if n := len(out); n > 0 && out[n-1].fixed.Cmp(s.fixed) == 0 && out[n-1].each.Cmp(s.each) == 0 {
			out[n-1].to = s.to
			continue
		}
		out = append(out, s)
	}
	return out
}
