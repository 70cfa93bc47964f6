package pricing

import "slices"

// A Crossing is a number of requests a month at which another door becomes the
// cheaper one of two.
type Crossing struct {
	Requests Quantity `json:"requests_per_month"`
	Cost     Money    `json:"month_usd"`     // of either, there
	Before   string   `json:"cheaper_below"` // the door that is cheaper with fewer requests
	After    string   `json:"cheaper_above"` // the door that is cheaper with more
}

// BreakEvens returns every point between two values of the curves' variable where
// one of two curves stops and the other starts to be the cheaper one, pair by pair.
// Where they cost the same over a stretch, the crossing is where the stretch begins;
// where they only touch there is none. Where a price is unknown, none is seen.
func BreakEvens(curves []Curve, from, most Quantity) (all []Crossing) {
	for i, x := range curves {
		for _, y := range curves[i+1:] {
			all = append(all, crossings(x, y, from, most)...)
		}
	}
	return slices.DeleteFunc(all, func(cr Crossing) bool { return !known(curves, cr) })
}

// known says whether prices are known well enough to see a crossing: both curves'
// there, and of any other that what is known of it costs more already.
func known(curves []Curve, cr Crossing) bool {
	return !slices.ContainsFunc(curves, func(c Curve) bool {
		crosses := c.Name == cr.Before || c.Name == cr.After
		return !c.knows(cr.Requests) && (crosses || c.At(cr.Requests).Cmp(cr.Cost) < 0)
	})
}

// crossings finds those of two curves. Both costs are linear between the bends of
// either, so is their difference, and a linear function has one zero: each crossing
// is exact. Where a curve jumps, from one whole value to the next, they may change
// places without being equal: the crossing is the value after the jump.
func crossings(x, y Curve, from, most Quantity) []Crossing {
	s := search{x: x, y: y}
	d := x.At(from).Sub(y.At(from))
	s.see(from, d.r.sign())
	for _, to := range stretches(x, y, most) {
		if to.Cmp(from) <= 0 {
			continue
		}
		e := x.At(to).Sub(y.At(to))
		if d.r.sign()*e.r.sign() < 0 {
			part := Quantity(d).Div(Quantity(d.Sub(e)))
			s.see(from.Add(to.Sub(from).Mul(part)), 0)
		}
		s.see(to, e.r.sign())
		from, d = to, e
	}
	return s.found
}

func stretches(x, y Curve, most Quantity) []Quantity {
	bends := slices.DeleteFunc(append(x.Bends(), y.Bends()...), func(n Quantity) bool { return n.Cmp(most) > 0 })
	return ascending(append(bends, most))
}

// A search walks up the requests and keeps the sign of the difference.
type search struct {
	x, y  Curve
	last  int       // sign of x − y when they last differed; 0: not yet
	equal *Quantity // where they became equal, while they are
	found []Crossing
}

// see takes the sign of x − y at n requests, in ascending order of n.
func (s *search) see(n Quantity, sign int) {
	if s.equal == nil && s.last*sign <= 0 {
		s.equal = &n
	}
	if sign == 0 {
		return
	}
	if s.last*sign < 0 {
		c := Crossing{Requests: *s.equal, Cost: s.x.At(*s.equal), Before: s.x.Name, After: s.y.Name}
		if s.last > 0 {
			c.Before, c.After = c.After, c.Before
		}
		s.found = append(s.found, c)
	}
	s.last, s.equal = sign, nil
}
