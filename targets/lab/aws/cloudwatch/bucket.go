package cloudwatch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A bucket is what is known of a metric's values during some minutes: CloudWatch's
// statistic set, and the distribution that its percentiles are read from.
type bucket struct {
	Set
	cells []cell // by rank, without repeats
}

type cell struct {
	rank  uint32
	count uint32
}

func (b *bucket) add(value float64) {
	b.Set.add(Set{1, value, value, value})
	b.countRank(rankOf(value), 1)
}

func (b *bucket) countRank(rank, n uint32) {
	i, found := slices.BinarySearchFunc(b.cells, rank, func(c cell, r uint32) int { return cmp.Compare(c.rank, r) })
	if !found {
		b.cells = slices.Insert(b.cells, i, cell{rank: rank})
	}
	b.cells[i].count += min(n, math.MaxUint32-b.cells[i].count)
}

func (b *bucket) merge(o *bucket) {
	if o.Count == 0 {
		return
	}
	b.Set.add(o.Set)
	if len(b.cells) == 0 {
		b.cells = slices.Clone(o.cells)
		return
	}
	for _, c := range o.cells {
		b.countRank(c.rank, c.count)
	}
}

// quantile returns the smallest value that at least the share q of all values
// does not exceed (nearest rank), within one cell: 1 part in 1,024.
func (b *bucket) quantile(q float64) float64 {
	need := max(1, math.Ceil(q*b.Count))
	var passed float64
	for _, c := range b.cells {
		if passed += float64(c.count); passed >= need {
			return min(max(valueOf(c.rank), b.Min), b.Max)
		}
	}
	return b.Max
}

// mantissa is how many bits of a value's mantissa its rank keeps. Whole numbers
// below 2,048 have a rank of their own.
const mantissa = 10

// rankOf maps values to ranks without changing their order: sign, exponent and
// the first bits of the mantissa, with negative values turned round. It is the
// log-linear geometry of an HDR histogram, for any magnitude and without a table.
func rankOf(value float64) uint32 {
	bits := uint32(math.Float64bits(value+0) >> (52 - mantissa)) // +0: −0 is 0
	const sign = 1 << (11 + mantissa)
	if bits&sign != 0 {
		return sign - 1 - bits&(sign-1)
	}
	return bits | sign
}

// valueOf returns the middle of a rank, or the whole number that it begins with
// where it holds no other whole number.
func valueOf(rank uint32) float64 {
	const sign = 1 << (11 + mantissa)
	if rank&sign == 0 {
		return -valueOf(sign - 1 - rank | sign)
	}
	bits := uint64(rank &^ sign)
	low := math.Float64frombits(bits << (52 - mantissa))
	width := math.Float64frombits((bits+1)<<(52-mantissa)) - low
	if low == math.Trunc(low) && width <= 1 {
		return low
	}
	return low + width/2
}

// A statistic reads one number off a bucket that is not empty.
type statistic func(*bucket) float64

// statisticNamed finds a statistic by CloudWatch's name for it.
// Source: CloudWatch user guide, "CloudWatch statistics definitions".
func statisticNamed(name string) (statistic, error) {
	switch name {
	case "SampleCount":
		return func(b *bucket) float64 { return b.Count }, nil
	case "Sum":
		return func(b *bucket) float64 { return b.Sum }, nil
	case "Average":
		return func(b *bucket) float64 { return b.Sum / b.Count }, nil
	case "Minimum":
		return func(b *bucket) float64 { return b.Min }, nil
	case "Maximum":
		return func(b *bucket) float64 { return b.Max }, nil
	}
	if p, ok := percentile(name); ok {
		return func(b *bucket) float64 { return b.quantile(p / 100) }, nil
	}
	return nil, fmt.Errorf("must be SampleCount, Sum, Average, Minimum, Maximum or a percentile such as p99.9, and not %q", name)
}

func percentile(name string) (float64, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || len(digits) > 14 || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	return p, err == nil && p <= 100
}
