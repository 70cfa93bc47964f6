package monitor

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// An operand is a number, a time series, or an array of time series.
type operand struct {
	kind   operandKind
	scalar float64
	series []namedSeries // one of a series
}

type operandKind uint8

const (
	isScalar operandKind = iota
	isSeries
	isArray
)

func (k operandKind) String() string {
	return [...]string{"a number", "a time series", "an array of time series"}[k]
}

// A namedSeries is a time series, in order of time, and the label that it came
// with.
type namedSeries struct {
	label  string
	points []point
}

// combine applies an operator. Two series give points where both have one; what
// is no number, such as a division by zero, gives none.
// Source: CloudWatch user guide, "Using math expressions with CloudWatch
// metrics", "Metric math arithmetic functions". That points without a value are
// left out is from knowledge.
func combine(operator byte, a, b operand) (operand, error) {
	switch {
	case a.kind == isArray && b.kind == isArray:
		return a, fmt.Errorf("two arrays of time series cannot be combined by %c", operator)
	case a.kind == isScalar && b.kind == isScalar:
		return operand{scalar: calculate(operator, a.scalar, b.scalar)}, nil
	}
	out := operand{kind: max(a.kind, b.kind)}
	for i := range max(len(a.series), len(b.series)) {
		s := namedSeries{label: out.labelOf(a, b, i)}
		x, y := a.points(i), b.points(i)
		switch {
		case a.kind == isScalar:
			s.points = pointwise(y, func(v float64) float64 { return calculate(operator, a.scalar, v) })
		case b.kind == isScalar:
			s.points = pointwise(x, func(v float64) float64 { return calculate(operator, v, b.scalar) })
		default:
			s.points = together(x, y, operator)
		}
		out.series = append(out.series, s)
	}
	return out, nil
}

// points are those of the i'th series of an array, or of the only one.
func (o operand) points(i int) []point {
	if o.kind == isSeries {
		i = 0
	}
	if i < len(o.series) {
		return o.series[i].points
	}
	return nil
}

// labelOf names the i'th result after the array's series.
func (o operand) labelOf(a, b operand, i int) string {
	for _, from := range []operand{a, b} {
		if from.kind == o.kind && i < len(from.series) {
			return from.series[i].label
		}
	}
	return ""
}

func calculate(operator byte, a, b float64) float64 {
	switch operator {
	case '+':
		return a + b
	case '-':
		return a - b
	case '*':
		return a * b
	default:
		return a / b
	}
}

func isValue(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func pointwise(points []point, do func(float64) float64) (out []point) {
	for _, p := range points {
		if v := do(p.value); isValue(v) {
			out = append(out, point{p.at, v})
		}
	}
	return out
}

func together(x, y []point, operator byte) (out []point) {
	at := make(map[time.Time]float64, len(y))
	for _, p := range y {
		at[p.at] = p.value
	}
	for _, p := range x {
		if other, present := at[p.at]; present {
			if v := calculate(operator, p.value, other); isValue(v) {
				out = append(out, point{p.at, v})
			}
		}
	}
	return out
}

// A reduction makes one value of many; of is how many series there are.
type reduction func(values []float64, of int) float64

// reductions are the functions. Over one series they give a number; over an
// array, one series. There, what a series misses counts as 0 in a sum and in an
// average, and not at all in a minimum and a maximum.
// Source: CloudWatch user guide, "Using math expressions with CloudWatch
// metrics", "Functions supported for metric math".
var reductions = map[string]reduction{
	"SUM": func(v []float64, _ int) float64 { return total(v) },
	"AVG": func(v []float64, of int) float64 { return total(v) / float64(of) },
	"MIN": func(v []float64, _ int) float64 { return slices.Min(v) },
	"MAX": func(v []float64, _ int) float64 { return slices.Max(v) },
}

func total(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

func (r reduction) apply(name string, o operand) (operand, error) {
	switch o.kind {
	case isScalar:
		return o, fmt.Errorf("%s is of a time series or an array of them, and not of a number", name)
	case isSeries:
		var values []float64
		for _, p := range o.points(0) {
			values = append(values, p.value)
		}
		if len(values) == 0 {
			return operand{scalar: math.NaN()}, nil
		}
		return operand{scalar: r(values, len(values))}, nil
	}
	at := map[time.Time][]float64{}
	for _, s := range o.series {
		for _, p := range s.points {
			at[p.at] = append(at[p.at], p.value)
		}
	}
	var points []point
	for _, t := range slices.SortedFunc(maps.Keys(at), time.Time.Compare) {
		points = append(points, point{t, r(at[t], len(o.series))})
	}
	return operand{kind: isSeries, series: []namedSeries{{points: points}}}, nil
}
