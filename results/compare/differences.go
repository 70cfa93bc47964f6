package compare

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"tollgate/results"
)

// Differences are those of one metric between a target of a run and the base target, block
// by block: logarithms of head ÷ base, or differences of shares. A generator that was too
// late for the metric is an error; a run that is invalid for another percentile is not,
// since both targets met the same generator in blocks that alternate.
func Differences(run *results.Run, o Options, head string, m Metric) ([]float64, error) {
	t, ok := traitOf(m)
	if !ok {
		return nil, fmt.Errorf("there is no metric %q", m)
	}
	all := slotsOf(run, o.Price)
	b := slices.IndexFunc(all, func(s slots) bool { return s.name == o.Base })
	h := slices.IndexFunc(all, func(s slots) bool { return s.name == head })
	if b < 0 || h < 0 {
		return nil, fmt.Errorf("the run has no targets %q and %q", o.Base, head)
	}
	blocks := all[b].shared(&all[h])
	xs := sidesOf(t, &all[b], &all[h], blocks).differences()
	if len(xs) == 0 {
		return nil, fmt.Errorf("no block has enough requests for %s", m)
	}
	if t.quantile > 0 {
		for _, i := range []int{b, h} {
			v := all[i].over(blocks).value(m)
			if v == nil {
				continue
			}
			if why := lagWarning(lagsOf(run)[uint16(i)], blocks, t, *v, all[i].name); why != "" {
				return nil, errors.New(why)
			}
		}
	}
	return xs, nil
}

// Location is where values lie, with its error.
type Location struct{ At, SE, Freedom float64 }

// Locate is the location of the differences of blocks: their trimmed mean.
func Locate(xs []float64) Location {
	if len(xs) < 2 {
		return Location{At: mean(xs), SE: math.Inf(1), Freedom: 1}
	}
	g := trims(len(xs), true)
	l := locate(slices.Sorted(slices.Values(xs)), nil, g)
	return Location{At: l.mean, SE: l.se, Freedom: float64(len(xs) - 2*g - 1)}
}

// StudentQuantile is a quantile of Student's distribution.
func StudentQuantile(p, freedom float64) float64 { return studentQuantile(p, freedom) }

// Ratio says whether differences of the metric are logarithms of ratios.
func (m Metric) Ratio() bool {
	t, _ := traitOf(m)
	return t.scale == Ratio
}

// MoreIsBetter says whether more of the metric is better.
func (m Metric) MoreIsBetter() bool {
	t, _ := traitOf(m)
	return t.more
}

// Worse is what more of a metric, or of goodput less, is called: "slower".
func (m Metric) Worse() string {
	t, _ := traitOf(m)
	return t.worse
}

// Least is the smallest change of a metric that the gate takes for one: a share of one, or
// points of a share.
func (m Metric) Least() float64 {
	t, _ := traitOf(m)
	return t.effect
}
