package report

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing"
	"tollgate/report/chart"
	"tollgate/results"
)

// none stands where there is no number: too few requests, nothing measured.
const none = "–"

// digits prints v with three significant digits, without an exponent: 0.123, 12.3, 1,230, −0.5.
func digits(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return none
	case v == 0:
		return "0"
	case v < 0:
		return "−" + digits(-v)
	case v < 0.001:
		return "<0.001"
	}
	decimals := 2 - int(math.Floor(math.Log10(v)))
	p := math.Pow(10, float64(decimals))
	v = math.Round(v*p) / p
	decimals = max(0, 2-int(math.Floor(math.Log10(v))))
	return chart.Separated(strconv.FormatFloat(v, 'f', decimals, 64))
}

// millis prints a latency that may be missing.
func millis(v *float64) string {
	if v == nil {
		return none
	}
	return digits(*v)
}

// count prints 12,345.
func count(n int64) string { return pricing.Count(n) }

// perSecond prints a rate with one decimal: 499.8.
func perSecond(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return none
	}
	return chart.Separated(strconv.FormatFloat(v, 'f', 1, 64))
}

// share prints a share of one in percent: 0%, <0.01%, 0.52%, 100%.
func share(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return none
	case v == 0:
		return "0%"
	case v < 0:
		return "−" + share(-v)
	case v < 0.0001:
		return "<0.01%"
	case v > 0.9999 && v < 1:
		return ">99.99%"
	case v >= 0.9995 && v < 1: // not all
		return "99.9%"
	case v >= 0.1:
		return strconv.FormatFloat(math.Round(v*1000)/10, 'f', -1, 64) + "%"
	}
	return strconv.FormatFloat(v*100, 'f', 2, 64) + "%"
}

// portions prints the shares of a whole in tenths of a percent that add up to 100%: each is
// rounded down, and those that lost most are rounded up (the method of largest remainders).
func portions(shares []float64) []string {
	const whole = 1000
	tenths, order := make([]int, len(shares)), make([]int, len(shares))
	left := whole
	for i, v := range shares {
		tenths[i], order[i] = int(v*whole), i
		left -= tenths[i]
	}
	lost := func(i int) float64 { return shares[i]*whole - float64(tenths[i]) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lost(b), lost(a)) })
	for _, i := range order[:min(max(left, 0), len(order))] {
		tenths[i]++
	}
	texts := make([]string, len(shares))
	for i, n := range tenths {
		texts[i] = strconv.FormatFloat(float64(n)/10, 'f', -1, 64) + "%"
		if n == 0 && shares[i] > 0 {
			texts[i] = "<0.1%"
		}
	}
	return texts
}

// dollars prints whole cents; a sum that is not zero but rounds to it is "<$0.01".
func dollars(m pricing.Money) string {
	s := m.String()
	if s == "$0.00" {
		switch v := m.Float(); {
		case v > 0:
			return "<$0.01"
		case v < 0:
			return "−<$0.01"
		}
	}
	return s
}

// quantity prints an exact quantity with thousands separated and at most three decimals.
func quantity(q pricing.Quantity) string {
	s := q.Text(3)
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	if strings.TrimLeft(s, "-") == "0" && q.Sign() != 0 {
		return chart.Separated(q.String())
	}
	return chart.Separated(s)
}

// whole prints a quantity of which parts do not matter: 31,557,600.
func whole(q pricing.Quantity) string { return chart.Separated(q.Text(0)) }

// bytesText prints 1.23 MB.
func bytesText(n int64) string {
	if n < 0 {
		return "−" + bytesText(-max(n, -math.MaxInt64))
	}
	v, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	i := 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	return digits(v) + " " + units[i]
}

// seconds prints a length of time in words: "62 s", "12 min 3 s".
func seconds(s float64) string {
	if s < 100 {
		return digits(s) + " s"
	}
	t := int64(math.Round(s))
	h, m, sec := t/3600, t/60%60, t%60
	var parts []string
	for _, p := range []struct {
		n    int64
		unit string
	}{{h, "h"}, {m, "min"}, {sec, "s"}} {
		if p.n > 0 {
			parts = append(parts, count(p.n)+" "+p.unit)
		}
	}
	return strings.Join(parts, " ")
}

// The sentences of a report come from many places, each of which writes numbers
// its own way: normalize changes how they look, never what they say.
var (
	minus   = regexp.MustCompile(`(^|[\s(])-(\d)`)
	percent = regexp.MustCompile(`(\d)[ \x{a0}]%`)
	glued   = regexp.MustCompile(`(^|[\s(])(\d+(?:\.\d+)?)(ms|µs)\b`)
	large   = regexp.MustCompile(`(^|[\s(×])(code )?\d{4,}(\.\d+|/s)?($|[\s);,.:%])`)
	year    = regexp.MustCompile(`^[\s(]?20[1-3]\d[^\d/]?$`)
)

// normalize writes the numbers of a sentence as those of tables are written: "−3"
// with a minus sign, "55.9%", "20 ms", "100,000 requests". What may be a year, and
// status codes of Close frames, are left alone.
func normalize(s string) string {
	s = minus.ReplaceAllString(s, "$1−$2")
	s = percent.ReplaceAllString(s, "$1%")
	s = glued.ReplaceAllString(s, "$1$2 $3")
	return large.ReplaceAllStringFunc(s, func(m string) string {
		if year.MatchString(m) || strings.Contains(m, "code ") {
			return m
		}
		return chart.Separated(m)
	})
}

func normalizeAll(texts []string) (out []string) {
	for _, s := range texts {
		out = append(out, normalize(s))
	}
	return out
}

// normalizeFindings normalizes the sentences of findings; values and series stay as they are.
func normalizeFindings(all []results.Finding) (out []results.Finding) {
	for _, f := range all {
		f.Conclusion, f.Reasons, f.Assumptions = normalize(f.Conclusion), normalizeAll(f.Reasons), normalizeAll(f.Assumptions)
		f.Disturbed = normalizeAll(f.Disturbed)
		checks := f.Checks
		f.Checks = nil
		for _, c := range checks {
			c.Claim, c.Measured, c.Why = normalize(c.Claim), normalize(c.Measured), normalize(c.Why)
			f.Checks = append(f.Checks, c)
		}
		out = append(out, f)
	}
	return out
}

// unbroken keeps numbers and their units on one line of a page.
func unbroken(s string) string { return held.ReplaceAllString(plain(s), "$1\u00a0$2") }

var held = regexp.MustCompile(`(\d) (ms|µs|s|min|h|kB|MB|GB|points)\b`)
