package pricing

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"slices"
)

// A Bucket is one value of a Dist and how often it occurred.
type Bucket struct {
	Value int64
	Count int64
}

// A Dist is a distribution of whole numbers (bytes, microseconds), kept as
// counted values so that metering steps are applied per request and not to a
// mean: E[ceil(x/unit)] is not ceil(E[x]/unit). Its scale is arbitrary: only
// the shares of the counts matter. Buckets that do not count at least one are
// passed over, and values below zero are taken as zero.
type Dist struct {
	Buckets []Bucket
	Basis   Basis
	Source  string
}

// Point returns the distribution of something that always has the same value.
func Point(value int64, basis Basis, source string) Dist {
	return Dist{Buckets: []Bucket{{value, 1}}, Basis: basis, Source: source}
}

// Empty says whether nothing was counted.
func (d Dist) Empty() bool {
	return !slices.ContainsFunc(d.Buckets, func(b Bucket) bool { return b.Count > 0 })
}

// Count returns how many values were counted.
func (d Dist) Count() Quantity {
	return d.total(func(int64) int64 { return 1 })
}

// Sum returns the sum of all counted values.
func (d Dist) Sum() Quantity {
	return d.total(func(v int64) int64 { return v })
}

// Mean returns the exact mean, zero for an empty distribution.
func (d Dist) Mean() Quantity {
	return d.Expect(func(v int64) int64 { return v })
}

// Expect returns the exact expectation of step over the distribution: the
// mean, over requests, of what step makes of each. It is zero for an empty one.
func (d Dist) Expect(step func(int64) int64) Quantity {
	if d.Empty() {
		return Quantity{}
	}
	return d.total(step).Div(d.Count())
}

// Map returns the distribution of step(x), with equal results counted together
// and in ascending order.
func (d Dist) Map(step func(int64) int64) Dist {
	counts := make(map[int64]int64)
	for _, b := range d.Buckets {
		if b.Count > 0 {
			v := step(max(b.Value, 0))
			counts[v] += min(b.Count, math.MaxInt64-counts[v])
		}
	}
	m := Dist{Buckets: make([]Bucket, 0, len(counts)), Basis: d.Basis, Source: d.Source}
	for v, c := range counts {
		m.Buckets = append(m.Buckets, Bucket{v, c})
	}
	slices.SortFunc(m.Buckets, func(a, b Bucket) int { return cmp.Compare(a.Value, b.Value) })
	return m
}

// total returns the sum of step over every counted value. A product of two
// int64 has at most 126 bits; the sums are kept in 192, which no list that fits
// into memory overflows.
func (d Dist) total(step func(int64) int64) Quantity {
	var low, high, top, carry uint64
	for _, b := range d.Buckets {
		if b.Count <= 0 {
			continue
		}
		h, l := bits.Mul64(uint64(max(step(max(b.Value, 0)), 0)), uint64(b.Count))
		low, carry = bits.Add64(low, l, 0)
		high, carry = bits.Add64(high, h, carry)
		top += carry
	}
	if top == 0 && high == 0 && low <= math.MaxInt64 {
		return Whole(int64(low))
	}
	var sum, word big.Int
	for _, w := range [...]uint64{top, high, low} {
		sum.Lsh(&sum, 64).Add(&sum, word.SetUint64(w))
	}
	return Quantity{wholeFraction(&sum)}
}

// units returns the metering step that rounds up to whole units of size.
func units(size int64) func(int64) int64 {
	return func(v int64) int64 {
		n := v / size
		if v%size > 0 {
			n++
		}
		return n
	}
}

// increments is the same, and at least one.
func increments(size int64) func(int64) int64 {
	return func(v int64) int64 { return max(1, units(size)(v)) }
}

// meanLarger returns E[max(a, b)] of two distributions that are not empty,
// taken as independent: P(max ≤ v) = P(a ≤ v) × P(b ≤ v).
func meanLarger(a, b Dist) (mean Quantity) {
	same := func(v int64) int64 { return v }
	a, b = a.Map(same), b.Map(same)
	var below, left, right Quantity // P(max ≤ v) of the value before; the parts of a and b up to v
	for i, j := 0, 0; i < len(a.Buckets) || j < len(b.Buckets); {
		v := smallest(a.Buckets[i:], b.Buckets[j:])
		for ; i < len(a.Buckets) && a.Buckets[i].Value == v; i++ {
			left = left.Add(Whole(a.Buckets[i].Count))
		}
		for ; j < len(b.Buckets) && b.Buckets[j].Value == v; j++ {
			right = right.Add(Whole(b.Buckets[j].Count))
		}
		upTo := left.Mul(right)
		mean = mean.Add(Whole(v).Mul(upTo.Sub(below)))
		below = upTo
	}
	return mean.Div(below)
}

// smallest returns the first value of two ascending lists of which at most one
// is empty.
func smallest(a, b []Bucket) int64 {
	if len(a) == 0 || (len(b) > 0 && b[0].Value < a[0].Value) {
		return b[0].Value
	}
	return a[0].Value
}

// meanSumUnits returns E[ceil((a + b)/unit)] of two distributions that are not
// empty, taken as independent. Rounded up apart they need one unit too many
// whenever their unused remainders together fill a unit.
func meanSumUnits(a, b Dist, unit int64) Quantity {
	up := units(unit)
	unused := func(v int64) int64 { return up(v)*unit - v }
	spareA, spareB := a.Map(unused), b.Map(unused)
	var filled, atLeast, n, pairs big.Int // pairs that fill a unit; values of b with enough left
	j := len(spareB.Buckets)
	for _, s := range spareA.Buckets { // ascending: b needs less and less
		for ; j > 0 && spareB.Buckets[j-1].Value >= unit-s.Value; j-- {
			atLeast.Add(&atLeast, n.SetInt64(spareB.Buckets[j-1].Count))
		}
		filled.Add(&filled, pairs.Mul(&atLeast, n.SetInt64(s.Count)))
	}
	saved := Quantity{wholeFraction(&filled)}.Div(a.Count().Mul(b.Count()))
	return a.Expect(up).Add(b.Expect(up)).Sub(saved)
}
