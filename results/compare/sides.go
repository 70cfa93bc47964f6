package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// sides are one metric of two targets in the blocks in which both have it, on the
// scale on which differences are taken.
type sides struct {
	trait
	base, head []float64
	floor      float64 // possible error of a share because requests are whole, see floorOf
}

func sidesOf(t trait, base, head *slots, blocks []uint32) *sides {
	s := &sides{trait: t}
	var n int64
	for _, block := range blocks {
		b, okB := base.blocks[block].values[t.metric]
		h, okH := head.blocks[block].values[t.metric]
		if !okB || !okH || t.scale == Ratio && !(b > 0 && h > 0) {
			continue
		}
		if t.scale == Difference {
			n += min(base.blocks[block].requests, head.blocks[block].requests)
		}
		s.base, s.head = append(s.base, t.scaled(b)), append(s.head, t.scaled(h))
	}
	if n > 0 {
		s.floor = floorOf(n)
	}
	return s
}

// differences are, block by block, the logarithm of head ÷ base, or head − base.
func (s *sides) differences() []float64 {
	xs := make([]float64, len(s.base))
	for i := range xs {
		xs[i] = s.head[i] - s.base[i]
	}
	return xs
}

// typical returns the means of both sides over the blocks whose differences the
// estimate keeps, so that they are as far apart as it says.
func (s *sides) typical() (base, head *float64) {
	n := len(s.base)
	if n == 0 {
		return nil, nil
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	xs := s.differences()
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(xs[i], xs[j]) })
	g := trims(n, s.trim)
	var b, h float64
	for _, i := range order[g : n-g] {
		b, h = b+s.base[i]/float64(n-2*g), h+s.head[i]/float64(n-2*g)
	}
	return ptr(s.unscaled(b)), ptr(s.unscaled(h))
}

// WholeRun says where all requests of the run together differ from its typical
// block, "" where they do not: other tables show percentiles of all requests, which
// may contradict a verdict.
func (p *Pair) WholeRun() string {
	var differ []string
	for k := range p.Effects {
		if e := &p.Effects[k]; e.pooledElsewhere() {
			whole := *e.Head / *e.Base
			differ = append(differ, fmt.Sprintf("%s %s to %s (%s)", e.Metric, format(*e.Base, e.Unit), format(*e.Head, e.Unit), e.size(&whole)))
		}
	}
	if len(differ) == 0 {
		return ""
	}
	return fmt.Sprintf("%s vs. %s over all requests together: %s. A few blocks hold most of the slowest requests; in a verdict each block counts once, so that a pause does not decide it",
		p.Head, p.Base, strings.Join(differ, ", "))
}

// pooledElsewhere says whether the ratio over all blocks together lies outside of
// the interval, by more than matters.
func (e *Effect) pooledElsewhere() bool {
	t, ok := traitOf(e.Metric)
	if !ok || t.quantile == 0 || e.Base == nil || e.Head == nil || e.Low == nil || e.High == nil || !(*e.Base > 0) {
		return false
	}
	whole := *e.Head / *e.Base
	return (whole < *e.Low || whole > *e.High) && math.Abs(math.Log(whole / *e.Estimate)) > math.Log1p(e.Margin)
}
