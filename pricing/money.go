package pricing

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// A Money is an exact amount of US dollars. It rounds only when printed.
// The zero value is no money; a Money is never changed in place.
type Money struct{ r fraction }

// ParseMoney reads a plain decimal number of dollars, such as "0.0000166667".
func ParseMoney(s string) (Money, error) {
	q, err := ParseQuantity(s)
	if err != nil {
		return Money{}, fmt.Errorf("%q is not an amount in dollars such as 0.0000166667", s)
	}
	return Money(q), nil
}

// Add returns m + n.
func (m Money) Add(n Money) Money { return Money(Quantity(m).Add(Quantity(n))) }

// Sub returns m − n.
func (m Money) Sub(n Money) Money { return Money(Quantity(m).Sub(Quantity(n))) }

// Times returns m × q.
func (m Money) Times(q Quantity) Money { return Money(Quantity(m).Mul(q)) }

// Cmp compares m and n: −1, 0 or +1.
func (m Money) Cmp(n Money) int { return m.r.cmp(n.r) }

// Float returns the nearest float64, for charts and JSON only.
func (m Money) Float() float64 { return Quantity(m).Float() }

// Text prints m with the given number of decimals and no currency sign.
func (m Money) Text(decimals int) string { return m.r.text(decimals) }

// Plain prints every decimal that m has, at least two, without a currency sign.
func (m Money) Plain() string { return grouped(m.r, 2, 40) }

// String prints whole cents: "$1,218.79".
func (m Money) String() string { return m.Fixed(2) }

// Fixed prints dollars with thousands grouped and the given number of decimals. What
// rounds to nothing has no sign.
func (m Money) Fixed(decimals int) string {
	text := grouped(m.r, decimals, decimals)
	if size, negative := strings.CutPrefix(text, "−"); negative {
		if strings.Trim(size, "0.") == "" {
			return "$" + size
		}
		return "−$" + size
	}
	return "$" + text
}

// MarshalJSON writes a JSON number with up to nine decimals.
func (m Money) MarshalJSON() ([]byte, error) { return json.Marshal(json.Number(trimmed(m.r))) }

// UnmarshalJSON reads a JSON number.
func (m *Money) UnmarshalJSON(b []byte) error { return (*Quantity)(m).UnmarshalJSON(b) }

// picosInDollar is the unit that money is counted in where there is no time for
// rationals: 10⁻¹² dollars. The cheapest thing that is billed, a millisecond of
// the smallest function, has two thousand of them, and an int64 holds nine
// million dollars.
const picosInDollar = 1_000_000_000_000

// Picos returns m in picodollars, rounded up, and math.MaxInt64 for all that is more.
func (m Money) Picos() int64 {
	up := Quantity(m).Mul(Whole(picosInDollar)).ceil()
	if n, ok := up.r.int64(); ok {
		return n
	}
	return math.MaxInt64
}

// OfPicos is the reverse of Picos.
func OfPicos(picos int64) Money { return Money(Ratio(picos, picosInDollar)) }
