package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"tollgate/report/chart"
	"tollgate/results/compare"
)

// The picture of a comment is text: a line for each metric, with the change, the interval
// in which it lies, and the margin. GitHub removes inline SVG and images with data: URIs
// (its sanitizer allows img with http and https alone, and no svg; see html-pipeline's
// SanitizationFilter), an image that was uploaded as an artifact cannot be shown without
// signing in, and Mermaid draws neither intervals nor a line at a margin. Text shows on
// GitHub, GitLab, in a terminal and in a mail, and can be read aloud.
const (
	barCells = 29 // odd, so that no change has a cell; with names it fits a phone of 390 px
	barNames = 12
)

// effectBars draws changes on one axis, on which right is worse for every metric; ""
// where none is known.
func effectBars(all []compare.Change, within bool) string {
	full := fullScale(all)
	if full == 0 {
		return ""
	}
	var b strings.Builder
	unit := "%"
	if all[0].Scale == compare.Difference {
		unit = " pp" // percentage points
	}
	edge := chart.Separated(strconv.FormatFloat(100*full, 'f', -1, 32)) + unit // of float32: 7, not 7.000000000000001
	better, worse := edge+" better", edge+" worse"
	left := (barCells - 1) / 2
	gap := max(1, left-utf8.RuneCountInString(better))
	fmt.Fprintf(&b, "%*s%s%*s0%*s\n", barNames, "", better, gap, "", left, worse)
	target, several := "", len(targetsOf(all)) > 1
	for _, c := range all {
		if c.At == nil {
			continue
		}
		if several && c.Target != target {
			target = c.Target
			b.WriteString(code(clipped(target, barNames+barCells)) + "\n")
		}
		fmt.Fprintf(&b, "%-*s%s\n", barNames, barName(c.Metric), effectBar(c, full, within))
	}
	return b.String()
}

// barName is a metric in the room that a name has.
func barName(m compare.Metric) string {
	if m == compare.Dollars {
		return "cost"
	}
	return clipped(metricTitle(m), barNames-1)
}

// fullScale is the change at the ends of the axis: of one scale, so that all changes and
// margins and most of the intervals are on it. 0: no change is known.
func fullScale(all []compare.Change) float64 {
	var main, ends float64
	for _, c := range all {
		if c.At == nil {
			continue
		}
		main = max(main, math.Abs(*c.At), c.Margin)
		for _, end := range []*float64{c.Low, c.High} {
			if end != nil {
				ends = max(ends, math.Abs(*end))
			}
		}
	}
	need := 1.1 * max(main, min(ends, 3*main))
	if need == 0 || math.IsInf(need, 0) || math.IsNaN(need) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(need)))
	for _, step := range []float64{1, 2, 5} {
		if need <= step*power {
			return step * power
		}
	}
	return 10 * power
}

// effectBar draws one change, without blanks at its end.
func effectBar(c compare.Change, full float64, within bool) string {
	cells := []rune(strings.Repeat(" ", barCells))
	sign := 1.0
	if c.More() {
		sign = -1
	}
	at := func(x float64) (cell int, beyond bool) {
		share := max(-1, min(1, sign*x/full))
		return int(math.Round((share + 1) / 2 * (barCells - 1))), math.Abs(x) > full
	}
	mark := func(x float64, r rune) {
		cell, _ := at(x)
		cells[cell] = r
	}
	mark(sign*c.Margin, '┊')
	if !within {
		mark(-sign*c.Margin, '┊')
	}
	mark(0, '│')
	if c.Low != nil && c.High != nil {
		drawInterval(cells, at, *c.Low, *c.High)
	}
	mark(*c.At, '●')
	return strings.TrimRight(string(cells), " ")
}

// drawInterval draws an interval; an end that is beyond the axis is an arrow.
func drawInterval(cells []rune, at func(float64) (int, bool), low, high float64) {
	first, under := at(low)
	last, over := at(high)
	if first > last {
		first, last, under, over = last, first, over, under
	}
	for i := first; i <= last; i++ {
		if cells[i] == ' ' {
			cells[i] = '─'
		} else {
			cells[i] = '┼'
		}
	}
	ends := map[bool][2]rune{false: {'├', '┤'}, true: {'<', '>'}}
	cells[first], cells[last] = ends[under][0], ends[over][1]
}
