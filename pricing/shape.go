package pricing

import (
	"cmp"
	"math"
	"slices"
)

// A Range is a number that is known to lie between two others. The zero value
// is nothing; a number that is known has three equal ones.
type Range struct{ Low, Likely, High Quantity }

func exactly(q Quantity) Range { return Range{q, q, q} }

func (r *Range) varies() bool { return r.Low.Cmp(r.High) != 0 }

// drawn returns the number below which the share u of a triangle over the
// range lies, whose peak is at the likely number. It is rounded to a thousandth
// of the range, so that it stays a short fraction.
func (r Range) drawn(u float64) Range {
	at := triangle(r.Likely.Sub(r.Low).Div(r.High.Sub(r.Low)).Float(), u)
	return exactly(r.Low.Add(r.High.Sub(r.Low).Mul(Ratio(int64(at*1000+0.5), 1000))))
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
}

// dist returns the distribution, scaled and rounded to whole numbers.
func (s Shape) dist(scale int64) Dist {
	if len(s.Buckets) == 0 {
		if s.Range.High.Sign() == 0 {
			return Dist{}
		}
		return Point(nearest(s.Range.Likely.Mul(Whole(scale))), Stated, "the workload")
	}
	d := Dist{Buckets: make([]Bucket, len(s.Buckets)), Basis: Stated, Source: "the workload"}
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
	if !n.r.Num().IsInt64() {
		return 1 << 62
	}
	return n.r.Num().Int64()
}

// A percentile is a share of values, in hundredths of a percent, that are not
// above some value.
type percentile struct {
	share int64
	value Quantity
}

// fromPercentiles makes counted values of percentiles: values are taken to lie
// evenly between one and the next. Below the first stated one they are evenly
// from the least, or equal to it where that is not stated, and above the last
// one they are equal to it: no tail is made up.
func fromPercentiles(ps []percentile) []Bucket {
	slices.SortFunc(ps, func(a, b percentile) int { return cmp.Compare(a.share, b.share) })
	const parts, whole = 20, 10_000
	var out []Bucket
	from := percentile{0, ps[0].value}
	for _, p := range append(ps, percentile{whole, ps[len(ps)-1].value}) {
		count := p.share - from.share
		for i := range int64(parts) {
			middle := from.value.Add(p.value.Sub(from.value).Mul(Ratio(2*i+1, 2*parts)))
			if count > 0 {
				out = append(out, Bucket{nearest(middle.Mul(Whole(thousandths))), count})
			}
		}
		from = p
	}
	return compact(out)
}

func compact(bs []Bucket) (out []Bucket) {
	for _, b := range bs {
		if n := len(out); n > 0 && out[n-1].Value == b.Value {
			out[n-1].Count += b.Count
			continue
		}
		out = append(out, b)
	}
	return out
}
