package pricing

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// A Quantity is an exact number of some unit: requests, GB-seconds, LCU-hours.
// The zero value is none; a Quantity is never changed in place.
type Quantity struct{ r big.Rat }

// Whole returns n as a Quantity.
func Whole(n int64) Quantity { return Ratio(n, 1) }

// Ratio returns n/d exactly; d must not be zero.
func Ratio(n, d int64) Quantity {
	var q Quantity
	q.r.SetFrac64(n, d)
	return q
}

// ParseQuantity reads a plain decimal number. Fractions ("1/3"), exponents and
// signs of infinity are refused: price files and scenarios have no use for them.
func ParseQuantity(s string) (Quantity, error) {
	var q Quantity
	if len(s) > 64 || strings.ContainsAny(s, "/eEpPxXbBoO_") {
		return q, fmt.Errorf("%q is not a plain decimal number", s)
	}
	if _, ok := q.r.SetString(s); !ok {
		return q, fmt.Errorf("%q is not a plain decimal number", s)
	}
	return q, nil
}

// Add returns q + p.
func (q Quantity) Add(p Quantity) (z Quantity) { z.r.Add(&q.r, &p.r); return }

// Sub returns q − p.
func (q Quantity) Sub(p Quantity) (z Quantity) { z.r.Sub(&q.r, &p.r); return }

// Mul returns q × p.
func (q Quantity) Mul(p Quantity) (z Quantity) { z.r.Mul(&q.r, &p.r); return }

// Div returns q ÷ p; p must not be zero.
func (q Quantity) Div(p Quantity) (z Quantity) { z.r.Quo(&q.r, &p.r); return }

// Cmp compares q and p as big.Rat does: −1, 0 or +1.
func (q Quantity) Cmp(p Quantity) int { return q.r.Cmp(&p.r) }

// Sign returns −1, 0 or +1.
func (q Quantity) Sign() int { return q.r.Sign() }

// ceil returns the smallest whole number that is not below q.
func (q Quantity) ceil() (z Quantity) {
	var floor, rest big.Int
	floor.DivMod(q.r.Num(), q.r.Denom(), &rest)
	z.r.SetInt(&floor)
	if rest.Sign() > 0 {
		z = z.Add(Whole(1))
	}
	return z
}

// Float returns the nearest float64, for charts and JSON only.
func (q Quantity) Float() float64 { f, _ := q.r.Float64(); return f }

// Text prints q with the given number of decimals.
func (q Quantity) Text(decimals int) string { return q.r.FloatString(decimals) }

// String prints up to nine decimals without trailing zeros.
func (q Quantity) String() string { return trimmed(&q.r) }

// MarshalJSON writes a JSON number with up to nine decimals.
func (q Quantity) MarshalJSON() ([]byte, error) { return json.Marshal(json.Number(trimmed(&q.r))) }

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

func trimmed(r *big.Rat) string {
	s := strings.TrimSuffix(strings.TrimRight(r.FloatString(9), "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}
