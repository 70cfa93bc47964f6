package scenarios

import "tollgate/pricing"

// Dollars prints whole cents, or as many decimals as it takes to show two digits.
func Dollars(m pricing.Money) string { return "$" + m.Text(decimals(m)) }

// apart prints two amounts with enough decimals to see which is more.
func apart(a, b pricing.Money) (string, string) {
	d := max(decimals(a), decimals(b))
	for a.Cmp(b) != 0 && a.Text(d) == b.Text(d) && d < 20 {
		d++
	}
	return "$" + a.Text(d), "$" + b.Text(d)
}

// decimals shows two digits of an amount, from 2 to 12.
func decimals(m pricing.Money) int {
	d := 2
	for least := m.Times(pricing.Whole(10)); m.Cmp(pricing.Money{}) > 0 && least.Cmp(pricing.Money(pricing.Whole(1))) < 0 && d < 12; d++ {
		least = least.Times(pricing.Whole(10))
	}
	return d
}
