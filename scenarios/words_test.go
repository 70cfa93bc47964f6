package scenarios

import (
	"testing"

	"tollgate/pricing"
)

func TestAmountsShowWhatCounts(t *testing.T) {
	for text, want := range map[string]string{
		"0": "$0.00", "18.789": "$18.79", "0.11": "$0.11", "0.01": "$0.01", "0.0099": "$0.0099", "0.001": "$0.0010", "0.0000035": "$0.0000035",
	} {
		m, err := pricing.ParseMoney(text)
		if got := Dollars(m); err != nil || got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, row := range [][4]string{
		{"67.6", "0.01", "$67.60", "$0.01"}, {"0.11", "0.001", "$0.1100", "$0.0010"}, {"0.1149", "0.11", "$0.115", "$0.110"}, {"1.001", "1", "$1.001", "$1.000"},
	} {
		a, errA := pricing.ParseMoney(row[0])
		b, errB := pricing.ParseMoney(row[1])
		if x, y := apart(a, b); errA != nil || errB != nil || x != row[2] || y != row[3] {
			t.Errorf("%s and %s are %s and %s, want %s and %s", row[0], row[1], x, y, row[2], row[3])
		}
	}
}
