package pricing

import "math"

// picosInDollar is the unit that money is counted in where there is no time for
// rationals: 10⁻¹² dollars. The cheapest thing that is billed, a millisecond of
// the smallest function, has two thousand of them, and an int64 holds nine
// million dollars.
const picosInDollar = 1_000_000_000_000

// Picos returns m in picodollars, rounded up, and math.MaxInt64 for all that is more.
func (m Money) Picos() int64 {
	up := Quantity(m).Mul(Whole(picosInDollar)).ceil()
	if up.Cmp(Whole(math.MaxInt64)) > 0 {
		return math.MaxInt64
	}
	return up.r.Num().Int64()
}

// OfPicos is the reverse of Picos.
func OfPicos(picos int64) Money { return Money(Ratio(picos, picosInDollar)) }
