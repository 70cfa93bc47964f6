package pricing

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// A Quantity is an exact number of some unit: requests, GB-seconds, LCU-hours.
// The zero value is none; a Quantity is never changed in place.
type Quantity struct{ r fraction }

// Whole returns n as a Quantity.
func Whole(n int64) Quantity { return Ratio(n, 1) }

// Ratio returns n/d exactly; d must not be zero.
func Ratio(n, d int64) Quantity { return Quantity{ratio(n, d)} }

// ParseQuantity reads a plain decimal number. Fractions ("1/3"), exponents and
// signs of infinity are refused: price files and scenarios have no use for them.
func ParseQuantity(s string) (Quantity, error) {
	if len(s) > 64 || strings.ContainsAny(s, "/eEpPxXbBoO_") {
		return Quantity{}, fmt.Errorf("%q is not a plain decimal number", s)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Quantity{}, fmt.Errorf("%q is not a plain decimal number", s)
	}
	return Quantity{fractionOf(r)}, nil
}

// Add returns q + p.
func (q Quantity) Add(p Quantity) Quantity { return Quantity{q.r.add(p.r)} }

// Sub returns q − p.
func (q Quantity) Sub(p Quantity) Quantity { return Quantity{q.r.add(p.r.neg())} }

// Mul returns q × p.
func (q Quantity) Mul(p Quantity) Quantity { return Quantity{q.r.mul(p.r)} }

// Div returns q ÷ p; p must not be zero.
func (q Quantity) Div(p Quantity) Quantity { return Quantity{q.r.div(p.r)} }

// Cmp compares q and p: −1, 0 or +1.
func (q Quantity) Cmp(p Quantity) int { return q.r.cmp(p.r) }

// Sign returns −1, 0 or +1.
func (q Quantity) Sign() int { return q.r.sign() }

func (q Quantity) ceil() Quantity {
	z := q.floor()
	if z.Cmp(q) < 0 {
		z = z.Add(Whole(1))
	}
	return z
}

func (q Quantity) floor() Quantity { return Quantity{q.r.floor()} }

// IsZero reports whether q is nothing; JSON leaves it out then where it is omitzero.
func (q Quantity) IsZero() bool { return q.Sign() == 0 }

// Float returns the nearest float64, for charts and JSON only.
func (q Quantity) Float() float64 { return q.r.float() }

// Text prints q with the given number of decimals.
func (q Quantity) Text(decimals int) string { return q.r.text(decimals) }

// String prints up to nine decimals without trailing zeros.
func (q Quantity) String() string { return trimmed(q.r) }

// MarshalJSON writes a JSON number with up to nine decimals.
func (q Quantity) MarshalJSON() ([]byte, error) { return json.Marshal(json.Number(trimmed(q.r))) }

// UnmarshalJSON reads a JSON number.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	p, err := ParseQuantity(n.String())
	if err == nil {
		q.r = p.r
	}
	return err
}

func trimmed(r fraction) string {
	s := strings.TrimSuffix(strings.TrimRight(r.text(9), "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// Figure prints q as a person reads it: thousands grouped, and as many decimals
// as it has, up to six.
func Figure(q Quantity) string { return grouped(q.r, 0, 6) }

// Count prints a whole number as a person reads it: "12,345".
func Count[N ~int | ~int64](n N) string { return Figure(Whole(int64(n))) }

// Counted prints a number of things: "1 request", "12,345 requests".
func Counted[N ~int | ~int64](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return Count(n) + " " + thing
}

// dollars prints m with at least two decimals and as many as it has, up to six.
func dollars(m Money) string { return "$" + grouped(m.r, 2, 6) }

// short prints whole millions and billions as such: "333 M".
func short(q Quantity) string {
	for _, step := range []struct {
		size int64
		name string
	}{{1_000_000_000, " B"}, {1_000_000, " M"}} {
		if n := q.Div(Whole(step.size)); n.Cmp(Whole(1)) >= 0 && n.r.whole() {
			return Figure(n) + step.name
		}
	}
	return Figure(q)
}

// quote prints a price per unit with every decimal that prices are quoted with.
func quote(m Money) string { return "$" + grouped(m.r, 2, 12) }

// grouped prints r with thousands grouped and between least and most decimals.
func grouped(r fraction, least, most int) string {
	whole, decimals, _ := strings.Cut(r.text(most), ".")
	for len(decimals) > least && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	digits, sign := whole, ""
	if strings.HasPrefix(whole, "-") {
		digits, sign = whole[1:], "−"
	}
	b := make([]byte, 0, len(sign)+len(digits)*4/3+1+len(decimals))
	b = append(b, sign...)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, digits[i])
	}
	if decimals != "" {
		b = append(append(b, '.'), decimals...)
	}
	return string(b)
}
