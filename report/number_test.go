package report

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/pricing"
	"tollgate/report/chart"
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
		-0.00001: "−<0.01%", -0.0116: "−1.16%", -0.25: "−25%", -1: "−100%", -0.99999: "−>99.99%", -12.345: "−1234.5%", math.NaN(): none, math.Inf(-1): none,
		0: "0%", 0.00001: "<0.01%", 0.0116: "1.16%", 0.25: "25%", 0.1239: "12.4%", 40. / 240: "16.7%", 319. / 800: "39.9%", 0.9996: "99.9%", 0.99999: ">99.99%", 1: "100%",
	} {
		if got := share(v); got != want {
			t.Errorf("share(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestPortionsAddUp(t *testing.T) {
	for _, row := range []struct {
		shares []float64
		want   string
	}{
		{[]float64{1}, "100%"},
		{[]float64{0.5, 0.5}, "50% 50%"},
		{[]float64{1. / 3, 1. / 3, 1. / 3}, "33.4% 33.3% 33.3%"},
		{[]float64{0.4299, 0.2859, 0.2842}, "43% 28.6% 28.4%"},
		{[]float64{0.99999, 0.00001}, "100% <0.1%"},
		{[]float64{0.1 + 0.2, 0.7}, "30% 70%"},
		{nil, ""},
	} {
		if got := strings.Join(portions(row.shares), " "); got != row.want {
			t.Errorf("%v: %s, want %s", row.shares, got, row.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Float64Range(0.01, 1), 1, 20).Draw(t, "parts")
		sum, got := 0.0, 0.0
		for _, p := range parts {
			sum += p
		}
		for i := range parts {
			parts[i] /= sum
		}
		for _, text := range portions(parts) {
			v, _ := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64) // what is no number does not add up
			got += v
		}
		if math.Abs(got-100) > 1e-6 && !slices.Contains(portions(parts), "<0.1%") {
			t.Errorf("%v: they add up to %v%%", portions(parts), got)
		}
	})
}

func TestNumbersHaveTheirThousandsSeparated(t *testing.T) {
	for s, want := range map[string]string{
		"0": "0", "999": "999", "1000": "1,000", "-1234567.891": "−1,234,567.891", "$12345.60": "$12,345.60", "": "", "x": "x",
	} {
		if got := chart.Separated(s); got != want {
			t.Errorf("chart.Separated(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestMoneyNeverRoundsToNothing(t *testing.T) {
	for s, want := range map[string]string{"0": "$0.00", "0.0001": "<$0.01", "-0.0001": "−<$0.01", "-5": "−$5.00", "-1234.5": "−$1,234.50", "18.785": "$18.79", "1234567.1": "$1,234,567.10"} {
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

// Every printer shows the sign of a negative number, and a number that is not
// zero never looks like zero.
func TestNegativeAndTinyNumbersKeepTheirSign(t *testing.T) {
	for _, row := range []struct{ what, got, want string }{
		{"a count", count(-12345), "−12,345"},
		{"a rate", perSecond(-12.34), "−12.3"},
		{"bytes", bytesText(-5_000_000), "−5.00 MB"},
		{"few bytes", bytesText(-5), "−5.00 B"},
		{"the fewest bytes", bytesText(math.MinInt64), "−9,220,000 TB"},
		{"a time", seconds(-1.5), "−1.50 s"},
		{"a share of a finding", inUnit(-0.0321, "share"), "−3.21%"},
		{"a tiny share of a finding", inUnit(-1e-9, "share"), "−<0.01%"},
		{"dollars of a finding", inUnit(-1.5, "usd"), "−$1.50"},
		{"tiny dollars of a finding", inUnit(-1e-9, "usd"), "−<$0.001"},
		{"tiny dollars that are more", inUnit(1e-9, "usd_per_million"), "<$0.001 per million"},
		{"milliseconds of a finding", inUnit(-0.0001, "ms"), "−<0.001 ms"},
		{"a count of a finding", inUnit(-7, "count"), "−7"},
		{"a rate of a finding", inUnit(-7, "per_s"), "−7.00/s"},
		{"bytes of a finding", inUnit(-2048, "bytes"), "−2.05 kB"},
		{"a quantity", quantity(pricing.Ratio(-1, 3)), "−0.333"},
		{"a whole quantity", whole(pricing.Whole(-1234)), "−1,234"},
	} {
		if row.got != row.want {
			t.Errorf("%s is %q, want %q", row.what, row.got, row.want)
		}
	}
}
