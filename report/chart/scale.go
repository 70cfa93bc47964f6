package chart

import (
	"math"
	"time"

	"gonum.org/v1/plot"
)

// A scale is an axis' range and ticks.
type scale struct {
	lo, hi float64
	log    bool
	ticks  plot.ConstantTicks
}

// scaleOf chooses an axis for values between lo and hi: a log axis where they
// span two decades or more, else one from zero, or from near lo if zero is far.
func scaleOf(lo, hi float64, n int) scale {
	if lo > 0 && hi/lo >= 100 {
		lo, hi = logRange(lo, hi)
		return scale{lo, hi, true, decades(lo, hi, Short)}
	}
	if lo > 0 && lo < 0.7*hi || lo == hi && lo > 0 {
		lo = 0
	}
	step := niceStep((hi - lo) / float64(n))
	if hi == lo {
		step, hi = 1, lo+1
	}
	s := scale{lo: round(math.Floor(lo/step+1e-9) * step), hi: round(math.Ceil(hi/step-1e-9) * step)}
	for i := range 4*n + 4 {
		v := round(s.lo + float64(i)*step)
		if v > s.hi+step/2 {
			break
		}
		label := Short(math.Abs(v))
		if v < 0 {
			label = "−" + label
		}
		s.ticks = append(s.ticks, plot.Tick{Value: v, Label: label})
	}
	return s
}

// datesOf is an axis of days since a moment, between lo and hi, with about n dates.
func datesOf(since time.Time, lo, hi float64, n int) scale {
	if hi-lo < 1.0/24 {
		lo, hi = lo-1.0/48, hi+1.0/48
	}
	air := (hi - lo) * 0.02
	s := scale{lo: lo - air, hi: hi + air}
	const minute = 1.0 / 1440
	step, format := 3650.0, "Jan 2006"
	for _, d := range []float64{5 * minute, 15 * minute, 30 * minute, 1.0 / 24, 3.0 / 24, 6.0 / 24, 12.0 / 24, 1, 2, 4, 7, 14, 28, 91, 182, 365, 730} {
		if d >= (s.hi-s.lo)/float64(n) {
			step = d
			break
		}
	}
	switch {
	case step < 1:
		format = "2 Jan 15:04"
	case step < 91:
		format = "2 Jan"
	}
	whole := time.Duration(min(step, 1) * float64(24*time.Hour))
	first := dayOf(since, s.lo).Truncate(whole)
	for i := range 8 * n {
		at := first.Add(time.Duration(float64(i) * step * float64(24*time.Hour)))
		if v := at.Sub(since).Hours() / 24; v >= s.lo && v <= s.hi {
			s.ticks = append(s.ticks, plot.Tick{Value: v, Label: at.Format(format)})
		}
	}
	return s
}

// dayOf is the moment so many days after another, in UTC.
func dayOf(since time.Time, days float64) time.Time {
	return since.UTC().Add(time.Duration(days * float64(24*time.Hour))).Round(time.Second)
}
