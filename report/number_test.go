package report

import (
	"math"
	"testing"

	"tollgate/pricing"
)

func TestLatenciesHaveThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.0004: "<0.001", 0.1234: "0.123", 0.09996: "0.100", 1.2345: "1.23", 9.996: "10.0", 12.34: "12.3",
		99.95: "100", 123.4: "123", 1234.5: "1,230", 29_000: "29,000", 1_234_567: "1,230,000", -0.02194: "−0.0219", -1234: "−1,230", -0.0001: "−<0.001", math.NaN(): none, math.Inf(1): none,
	} {
		if got := digits(v); got != want {
			t.Errorf("digits(%v) = %q, want %q", v, got, want)
		}
	}
	if got := millis(nil); got != none {
		t.Errorf("a missing percentile prints as %q", got)
	}
}

func TestSharesNeverRoundToNoneOrAll(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0%", 0.00001: "<0.01%", 0.0116: "1.16%", 0.25: "25%", 0.1239: "12.3%", 0.99999: ">99.99%", 1: "100%",
	} {
		if got := share(v); got != want {
			t.Errorf("share(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestNumbersHaveTheirThousandsSeparated(t *testing.T) {
	for s, want := range map[string]string{
		"0": "0", "999": "999", "1000": "1,000", "-1234567.891": "-1,234,567.891", "$12345.60": "$12,345.60", "": "", "x": "x",
	} {
		if got := separated(s); got != want {
			t.Errorf("separated(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestMoneyNeverRoundsToNothing(t *testing.T) {
	for s, want := range map[string]string{"0": "$0.00", "0.0001": "<$0.01", "18.785": "$18.79", "1234567.1": "$1,234,567.10"} {
		m, err := pricing.ParseMoney(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := dollars(m); got != want {
			t.Errorf("dollars(%s) = %q, want %q", s, got, want)
		}
	}
}

func TestLengthsOfTime(t *testing.T) {
	for v, want := range map[float64]string{0: "0 s", 1.5: "1.50 s", 62.4: "62.4 s", 99.99: "100 s", 723: "12 min 3 s", 3600: "1 h", 90_061: "25 h 1 min 1 s"} {
		if got := seconds(v); got != want {
			t.Errorf("seconds(%v) = %q, want %q", v, got, want)
		}
	}
}
