package scenarios

import (
	"math"

	"tollgate/pricing"
)

// rounded is thousands of a number of requests that need not be whole.
func rounded(x float64) string { return pricing.Count(int64(math.Ceil(x))) }

// Dollars prints whole cents, or of less than a cent two digits.
func Dollars(m pricing.Money) string { return m.Fixed(decimals(m)) }

// apart prints two amounts with enough decimals to see which is more.
func apart(a, b pricing.Money) (string, string) {
	d := max(decimals(a), decimals(b))
	for a.Cmp(b) != 0 && a.Text(d) == b.Text(d) && d < 20 {
		d++
	}
	return a.Fixed(d), b.Fixed(d)
}

// decimals is 2 from a cent on, and below that as many as show two digits.
func decimals(m pricing.Money) int {
	if m.Cmp(pricing.Money{}) <= 0 || m.Cmp(pricing.Money(pricing.Ratio(1, 100))) >= 0 {
		return 2
	}
	d := 1
	for tenth := pricing.Money(pricing.Whole(1)); m.Cmp(tenth) < 0 && d < 12; d++ {
		tenth = tenth.Times(pricing.Ratio(1, 10))
	}
	return d
}
