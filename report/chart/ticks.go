package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// decades labels 1, 10, 100 …, and 2 and 5 between them where there are few.
func decades(lo, hi float64, label func(float64) string) plot.ConstantTicks {
	var ts plot.ConstantTicks
	if !(lo > 0 && hi/lo <= math.MaxFloat64) {
		return ts
	}
	few := math.Log10(hi/lo) < 2.6
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for _, m := range []float64{1, 2, 5} {
			v := round(m * math.Pow(10, e))
			if m > 1 && !few || v < lo*(1-1e-9) || v > hi*(1+1e-9) {
				continue
			}
			ts = append(ts, plot.Tick{Value: v, Label: label(v)})
		}
	}
	return ts
}

// steps labels about n round values from zero to hi.
func steps(hi float64, n int, label func(float64) string) plot.ConstantTicks {
	return multiples(niceStep(hi/float64(n)), hi, label)
}

// stepsOver labels about n round values from zero to at least top, and returns the last.
func stepsOver(top float64, n int, label func(float64) string) (plot.ConstantTicks, float64) {
	ticks := steps(top, n, label)
	if last := ticks[len(ticks)-1].Value; last < top*(1-1e-9) && len(ticks) > 1 {
		top = round(last + ticks[1].Value)
		ticks = append(ticks, plot.Tick{Value: top, Label: label(top)})
	}
	return ticks, top
}

// mostTicks is more than any axis has.
const mostTicks = 200

// multiples labels zero, step, twice step and so on, up to hi.
func multiples(step, hi float64, label func(float64) string) plot.ConstantTicks {
	var ts plot.ConstantTicks
	for i := 0; i < mostTicks && float64(i)*step <= hi*(1+1e-9); i++ {
		v := round(float64(i) * step)
		ts = append(ts, plot.Tick{Value: v, Label: label(v)})
	}
	return ts
}

// niceStep is the smallest of 1, 2, 5 times a power of ten that is not below s.
func niceStep(s float64) float64 {
	if s <= 0 || math.IsInf(s, 0) || math.IsNaN(s) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(s)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= s*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// logRange is the range around lo … hi between 1, 2 or 5 times powers of ten.
func logRange(lo, hi float64) (float64, float64) {
	down := func(v float64) float64 {
		p := math.Pow(10, math.Floor(math.Log10(v)))
		for _, m := range []float64{5, 2, 1} {
			if m*p <= v*(1+1e-9) {
				return m * p
			}
		}
		return p
	}
	lo, up := down(lo), niceStep(hi)
	if up/lo < 4 {
		up = niceStep(up * 1.01)
		lo = down(lo * 0.99)
	}
	return round(lo), round(up)
}

// round removes the noise of powers of ten.
func round(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return r
}

// round3 rounds to thousandths.
func round3(v float64) float64 { return round(math.Round(v*1000) / 1000) }

// plain prints 0.5, 20 and 1,000.
func plain(v float64) string { return Separated(strconv.FormatFloat(v, 'f', -1, 64)) }

// Separated puts commas between thousands, and a minus sign in place of a hyphen.
func Separated(s string) string {
	from := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if from < 0 {
		return s
	}
	whole := s[from:]
	if end := strings.IndexFunc(whole, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		whole = whole[:end]
	}
	rest := s[from+len(whole):]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return strings.Replace(s[:from], "-", "−", 1) + whole + rest
}

// figure prints a value in three significant digits, thousands separated.
func figure(v float64) string {
	if math.Abs(v) >= 1000 {
		return plain(math.Round(v))
	}
	return strconv.FormatFloat(round(v), 'g', 3, 64)
}

// A unit is so many of what is counted.
type unit struct {
	size float64
	name string
}

// in prints a value in the largest unit that it fills.
func in(v float64, digits int, smallest string, units ...unit) string {
	for _, u := range units {
		if v >= u.size*(1-1e-9) {
			return strconv.FormatFloat(v/u.size, 'g', digits, 64) + u.name
		}
	}
	return plain(figureOf(v)) + smallest
}

// Short prints 1k, 10M, 1B.
func Short(v float64) string {
	return in(v, 4, "", unit{1e12, "T"}, unit{1e9, "B"}, unit{1e6, "M"}, unit{1e3, "k"})
}

// Size prints 1 B, 10 kB, 1.5 MB.
func Size(v float64) string {
	return in(v, 3, " B", unit{1e9, " GB"}, unit{1e6, " MB"}, unit{1e3, " kB"})
}

// Time prints 20 ms, 1.5 s.
func Time(ms float64) string { return in(ms, 4, " ms", unit{1e3, " s"}) }

func dollars(v float64) string {
	if v >= 10_000 {
		return "$" + Short(v)
	}
	if v < 1 {
		return fmt.Sprintf("$%.2f", v)
	}
	return "$" + plain(v)
}

// cents prints an amount of dollars to the cent.
func cents(v float64) string {
	return "$" + Separated(strconv.FormatFloat(v, 'f', 2, 64))
}

// percentile prints 0.999 as "99.9%".
func percentile(q float64) string {
	return fmt.Sprintf("%s%%", strconv.FormatFloat(round(q*100), 'f', -1, 64))
}

// figureOf rounds to three significant digits.
func figureOf(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return r
}

// span labels an axis of seconds that ends at end in the unit that suits it.
func span(end float64) func(float64) string {
	switch {
	case end > 3*3600:
		return func(v float64) string { return plain(round3(v/3600)) + " h" }
	case end > 300:
		return func(v float64) string { return plain(round3(v/60)) + " min" }
	}
	return func(v float64) string { return plain(round3(v)) + " s" }
}

// clock labels about n moments from zero to end, as clocks divide time.
func clock(end float64, n int) plot.ConstantTicks {
	step := niceStep(end / float64(n))
	if end > 300 {
		const minute, hour, day = 60.0, 3600.0, 86_400.0
		for _, s := range []float64{minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day} {
			if step = s; s >= end/float64(n) {
				break
			}
		}
	}
	return multiples(step, end, span(end))
}
