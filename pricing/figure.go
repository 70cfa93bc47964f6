package pricing

import (
	"math/big"
	"strings"
)

// Figure prints q as a person reads it: thousands grouped, up to six decimals.
func Figure(q Quantity) string { return figure(q) }

// figure prints q as a person reads it: thousands grouped, and as many decimals
// as it has, up to six.
func figure(q Quantity) string { return grouped(&q.r, 0, 6) }

// dollars prints m with at least two decimals and as many as it has, up to six.
func dollars(m Money) string { return "$" + grouped(&m.r, 2, 6) }

// short prints whole millions and billions as such: "333 M".
func short(q Quantity) string {
	for _, step := range []struct {
		size int64
		name string
	}{{1_000_000_000, " B"}, {1_000_000, " M"}} {
		if n := q.Div(Whole(step.size)); n.Cmp(Whole(1)) >= 0 && n.r.IsInt() {
			return figure(n) + step.name
		}
	}
	return figure(q)
}

// quote prints a price per unit with every decimal that prices are quoted with.
func quote(m Money) string { return "$" + grouped(&m.r, 2, 12) }

// grouped prints r with thousands grouped and between least and most decimals.
func grouped(r *big.Rat, least, most int) string {
	whole, decimals, _ := strings.Cut(r.FloatString(most), ".")
	for len(decimals) > least && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	digits, sign := whole, ""
	if strings.HasPrefix(whole, "-") {
		digits, sign = whole[1:], "−"
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if decimals != "" {
		b.WriteString("." + decimals)
	}
	return b.String()
}
