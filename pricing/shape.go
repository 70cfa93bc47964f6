package pricing

import (
	"cmp"
	"math"
	"slices"
)

// A Range is a number that is known to lie between two others. The zero value
// is nothing; a number that is known has three equal ones.
type Range struct{ Low, Likely, High Quantity }

// Exactly is a number that is known.
func Exactly(q Quantity) Range { return exactly(q) }

func exactly(q Quantity) Range { return Range{q, q, q} }

func (r *Range) varies() bool { return r.Low.Cmp(r.High) != 0 }

func (r Range) same(o Range) bool {
	return r.Low.Cmp(o.Low) == 0 && r.Likely.Cmp(o.Likely) == 0 && r.High.Cmp(o.High) == 0
}

func (r Range) times(q Quantity) Range { return Range{r.Low.Mul(q), r.Likely.Mul(q), r.High.Mul(q)} }

// drawn returns the number below which the share u of a triangle over the
// range lies, whose peak is at the likely number. It is rounded to a
// ten-thousandth of the range, so that it stays a short fraction.
func (r Range) drawn(u float64) Range {
	at := triangle(r.Likely.Sub(r.Low).Div(r.High.Sub(r.Low)).Float(), u)
	return exactly(r.Low.Add(r.High.Sub(r.Low).Mul(Ratio(int64(at*10_000+0.5), 10_000))))
}

// triangle is the inverse of the triangular distribution on 0 to 1.
func triangle(peak, u float64) float64 {
	if u < peak {
		return math.Sqrt(u * peak)
	}
	return 1 - math.Sqrt((1-u)*(1-peak))
}

// A Shape is how a size or a duration is distributed: as it was counted, as
// percentiles have it, or always the same, which may be a range.
type Shape struct {
	Range   Range
	Buckets []Bucket // in thousandths; none: the range is all that is known

	// Percentiles leave the mean open: the same percentiles with the least mean and
	// with the greatest. None: the mean is known.
	Least, Most []Bucket
	Assumed     bool // the buckets are a fit
	open        bool // no maximum is stated
	none        bool // stated to be 0, unlike what is not stated

	known  Basis  // of buckets that were not stated; "": they were
	source string // of these
}

// ShapeOf is a distribution that was measured: scale turns its values into
// thousandths of the shape's unit.
func ShapeOf(d Dist, scale int64) Shape {
	s := Shape{known: d.Basis, source: d.Source}
	for _, b := range d.Buckets {
		if b.Count > 0 && b.Value >= 0 && b.Value <= math.MaxInt64/scale {
			s.Buckets = append(s.Buckets, Bucket{b.Value * scale, b.Count})
		}
	}
	return s
}

// stated says whether there is any value.
func (s *Shape) stated() bool { return len(s.Buckets) > 0 || s.Range.High.Sign() > 0 || s.none }

// isZero says whether the stated values are 0 in the mean.
func (s *Shape) isZero() bool { return s.stated() && s.dist(thousandths).Mean().Sign() == 0 }

// varies says whether the mean lies between two others.
func (s *Shape) varies() bool { return len(s.Least) > 0 }

func (s Shape) same(o Shape) bool {
	return s.Range.same(o.Range) && slices.Equal(s.Buckets, o.Buckets) && slices.Equal(s.Least, o.Least) && slices.Equal(s.Most, o.Most)
}

// likely is the shape at its likely mean.
func (s Shape) likely() Shape {
	s.Range, s.Least, s.Most = exactly(s.Range.Likely), nil, nil
	return s
}

// drawn is the shape with the mean below which the share u of a triangle over its
// means lies, whose peak is at the fitted one.
func (s Shape) drawn(u float64) Shape {
	least, fitted, most := s.means()
	if most.Cmp(least) <= 0 {
		return s.likely()
	}
	return s.withMean(Range{least, fitted, most}.drawn(u).Likely)
}

func (s Shape) basis() Basis {
	if s.Assumed {
		return Assumed
	}
	return cmp.Or(s.known, Stated)
}

// dist returns the distribution, scaled and rounded to whole numbers.
func (s Shape) dist(scale int64) Dist {
	if len(s.Buckets) == 0 {
		if !s.stated() {
			return Dist{}
		}
		return Point(nearest(s.Range.Likely.Mul(Whole(scale))), s.basis(), "the workload")
	}
	d := Dist{Buckets: make([]Bucket, len(s.Buckets)), Basis: s.basis(), Source: cmp.Or(s.source, "the workload")}
	for i, b := range s.Buckets {
		d.Buckets[i] = Bucket{rescaled(b.Value, scale), b.Count}
	}
	return d
}

// rescaled turns thousandths into whole numbers, scale to one, rounding halves up.
func rescaled(v, scale int64) int64 {
	if v > math.MaxInt64/2/scale {
		return nearest(Ratio(v, thousandths).Mul(Whole(scale)))
	}
	return (v*scale + thousandths/2) / thousandths
}

// thousandths is what buckets of a shape are counted in.
const thousandths = 1000

func nearest(q Quantity) int64 {
	n := q.Add(Ratio(1, 2)).floor()
	if whole, ok := n.r.int64(); ok {
		return whole
	}
	return 1 << 62
}
