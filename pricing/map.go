package pricing

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"
)

// A Map shows the cheapest door over two variables. Its costs are float64, from
// exact curves: a map is for the eye, break-even points are exact.
type Map struct {
	X      string    `json:"x"`
	Y      string    `json:"y"`
	XUnit  string    `json:"x_unit"`
	YUnit  string    `json:"y_unit"`
	XAt    []float64 `json:"x_values"`
	YAt    []float64 `json:"y_values"`
	Doors  []string  `json:"doors"`
	Cells  [][]int   `json:"cheapest"`          // [y][x]: index into doors; NoDoor where none can serve
	Close  [][]bool  `json:"too_close_to_call"` // another door is within the margin, or may be: its price is unknown there
	Margin float64   `json:"margin"`            // share of the cheapest door's cost

	OwnX, OwnY float64 `json:"-"` // what the workload states; 0: nothing, or more than one number
}

// NoDoor is what a map has where no front door can serve the workload.
const NoDoor = -1

// leastMargin is within which share of each other's cost two doors are too
// close to call, however exactly the workload is known.
const leastMargin = 0.02

// Map finds the cheapest door at n × n values of two variables. margin is how
// uncertain the workload's own costs are, as a share.
func (b *Book) Map(w *Workload, x, y Axis, doors []Door, n int, margin float64) (*Map, error) {
	if x.Name == y.Name {
		return nil, errors.New("a map needs two different variables")
	}
	for _, a := range []Axis{x, y} {
		if !a.needs(w) {
			return nil, fmt.Errorf("the bill does not depend on %s: the workload states no %s", a.Name, a.lacks)
		}
	}
	m := &Map{X: x.Key, Y: y.Key, XUnit: x.Unit, YUnit: y.Unit, XAt: x.values(n), YAt: y.values(n), Margin: max(margin, leastMargin)}
	m.OwnX, m.OwnY = x.stated(w).Float(), y.stated(w).Float()
	var drawn []Door
	b, likely := b.For(w), w.likely()
	for _, d := range doors {
		if !d.FlatRate && b.hasRates(likely, d) {
			drawn, m.Doors = append(drawn, d), append(m.Doors, d.Name)
		}
	}
	traced := func(at float64) float64 {
		if x.invert {
			return 1 / at
		}
		return at
	}
	cost, err := costsOver(len(drawn), m.XAt, m.YAt, traced, func(door, row int) (Curve, error) {
		return x.curve(b, y.with(likely, exactOf(m.YAt[row], y.Whole)), drawn[door])
	})
	if errors.Is(err, errNotLinear) {
		return nil, errors.New("where provisioned environments are full, what cold starts cost is no line over " + x.Name + ": choose another variable, or leave provisioned out")
	}
	if err != nil {
		return nil, err
	}
	m.bound(cost, func(door, row int) int {
		at := y.with(likely, exactOf(m.YAt[row], y.Whole))
		return sort.Search(len(m.XAt), func(i int) bool { return !drawn[door].serves(x.with(at, exactOf(m.XAt[i], x.Whole))) })
	})
	m.fill(cost)
	return m, nil
}

// hasRates says whether the book has a rate, known to the last unit or not, for all
// that a workload is billed for at a door.
func (b *Book) hasRates(w *Workload, d Door) bool {
	return !slices.ContainsFunc(Measure(d.Billed, d.Traffic(w)), func(u Used) bool {
		_, known := b.find(w.Region, u.Dimension.Key(u.Reading.Variant))
		return !known
	})
}

// bound takes the cost away where a door cannot serve: from a column on, since larger
// values never fit where smaller ones do not.
func (m *Map) bound(cost [][][]float64, from func(door, row int) int) {
	for door := range cost {
		for row := range m.YAt {
			withhold(cost[door][row], from(door, row))
		}
	}
}

// withhold takes the costs of a row away from a column on.
func withhold(row []float64, from int) {
	for column := from; column < len(row); column++ {
		row[column] = math.Inf(1)
	}
}

// costsOver prices doors over two variables: [door][y][x]. Each row of a door is
// one curve, over what traced makes of x. Where a price is unknown, the cost is what
// is known of it with the sign turned: see [lowerBound].
func costsOver(doors int, xs, ys []float64, traced func(float64) float64, curve func(door, row int) (Curve, error)) ([][][]float64, error) {
	cost, errs := make([][][]float64, doors), make([]error, doors)
	var all sync.WaitGroup
	for door := range doors {
		all.Go(func() {
			for row := range ys {
				c, err := curve(door, row)
				if err != nil {
					errs[door] = err
					return
				}
				s, costs := sketchOf(c), make([]float64, len(xs))
				for i, x := range xs {
					costs[i] = s.at(traced(x))
				}
				cost[door] = append(cost[door], costs)
			}
		})
	}
	all.Wait()
	return cost, errors.Join(errs...)
}

// lowerBound reads a cost of [costsOver]: unknown if only a lower bound is known.
func lowerBound(cost float64) (least float64, unknown bool) {
	return math.Abs(cost), math.Signbit(cost)
}

// fill finds the cheapest door everywhere, and where another is within the margin
// of it.
func (m *Map) fill(cost [][][]float64) {
	for y := range m.YAt {
		cells, tight := make([]int, len(m.XAt)), make([]bool, len(m.XAt))
		for x := range m.XAt {
			best, second, least := math.Inf(1), math.Inf(1), math.Inf(1) // least: what is known of unknown costs
			cells[x] = NoDoor
			for door := range cost {
				c, unknown := lowerBound(cost[door][y][x])
				switch {
				case unknown:
					least = min(least, c)
				case c < best:
					best, second, cells[x] = c, best, door
				case c < second:
					second = c
				}
			}
			tight[x] = cells[x] != NoDoor && min(second, least) <= best*(1+m.Margin)
		}
		m.Cells, m.Close = append(m.Cells, cells), append(m.Close, tight)
	}
}

// values returns n values of the axis, spread evenly or by orders of magnitude.
func (a Axis) values(n int) []float64 {
	from, to := a.From.Float(), a.To.Float()
	out := logSteps(max(from, a.least), to, n)
	for i := range out {
		if !a.Log {
			out[i] = from + (to-from)*float64(i)/float64(max(1, n-1))
		}
		if a.Whole {
			out[i] = math.Round(out[i])
		}
	}
	return out
}

// exactOf is a map's value as an exact one, to six digits.
func exactOf(v float64, whole bool) Quantity {
	if whole || v >= 1e6 {
		return Whole(int64(math.Round(v)))
	}
	return Ratio(int64(math.Round(v*1e6)), 1e6)
}

// A sketch is a curve in float64.
type sketch []struct {
	stretches []lineSketch
	tiers     []tierSketch
	free      float64
	known     float64 // units above it have an unknown price
	before    []int   // terms that use the free part first
}

type (
	lineSketch struct{ to, fixed, each float64 }
	tierSketch struct{ upTo, price float64 }
)

func sketchOf(c Curve) sketch {
	s := make(sketch, len(c.terms))
	for i, g := range c.terms {
		for _, st := range g.stretches {
			s[i].stretches = append(s[i].stretches, lineSketch{st.to.Float(), st.fixed.Float(), st.each.Float()})
		}
		for _, t := range g.rate.Tiers {
			end := math.Inf(1)
			if t.UpTo.Sign() > 0 {
				end = t.UpTo.Sub(g.rate.before).Float()
			}
			if end > 0 { // others have not used it up
				s[i].tiers = append(s[i].tiers, tierSketch{end, Quantity(t.Price).Div(g.rate.Per).Float()})
			}
		}
		if s[i].known = math.Inf(1); g.rate.KnownTo.Sign() > 0 {
			s[i].known = g.rate.KnownTo.Sub(g.rate.before).Float()
		}
		if g.rate.granted == nil {
			continue
		}
		s[i].free = g.rate.granted.Quantity.Float()
		for before := range i {
			if other := c.terms[before].rate; other.granted != nil && other.pool == g.rate.pool {
				s[i].before = append(s[i].before, before)
			}
		}
	}
	return s
}

// units is how many units a term has.
func (s sketch) units(term int, x float64) float64 {
	all := s[term].stretches
	line := all[len(all)-1]
	for _, l := range all {
		if x <= l.to {
			line = l
			break
		}
	}
	return line.fixed + line.each*x
}

func (s sketch) at(x float64) (cost float64) {
	sign := 1.0
	for i, term := range s {
		free := term.free
		for _, before := range term.before {
			free -= s.units(before, x)
		}
		left, from := s.units(i, x)-max(0, free), 0.0
		if left > term.known {
			left, sign = term.known, -1
		}
		for _, t := range term.tiers {
			if left <= from {
				break
			}
			cost += (min(left, t.upTo) - from) * t.price
			from = t.upTo
		}
	}
	return math.Copysign(cost, sign)
}
