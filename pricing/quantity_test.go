package pricing

import (
	"encoding/json"
	"testing"
)

func TestQuantitiesAreReadExactlyOrRefused(t *testing.T) {
	for _, row := range []struct {
		name, text, want string
	}{
		{"a whole number", "15000000000", "15000000000"},
		{"many decimals", "0.0000166667", "0.000016667"},
		{"a sign", "-3.50", "-3.5"},
		{"less than is printed", "-0.0000000001", "0"},
		{"nothing", "", ""},
		{"a word", "many", ""},
		{"not a number", "NaN", ""},
		{"infinity", "+Inf", ""},
		{"a fraction", "1/3", ""},
		{"an exponent that would fill the memory", "1e999999999", ""},
		{"hexadecimal", "0x10", ""},
		{"digits in groups", "1_000", ""},
		{"two numbers", "1 2", ""},
		{"too many digits", "0.00000000000000000000000000000000000000000000000000000000000000001", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			q, err := ParseQuantity(row.text)
			switch {
			case row.want == "" && err == nil:
				t.Errorf("%q was read as %s", row.text, q)
			case row.want != "" && err != nil:
				t.Error(err)
			case row.want != "" && q.String() != row.want:
				t.Errorf("%q prints as %s, want %s", row.text, q, row.want)
			}
		})
	}
}

func TestMoneyRoundsOnlyWhenPrinted(t *testing.T) {
	third := Money(Ratio(1, 3))
	if got := third.Add(third).Add(third); got.Cmp(Money(Whole(1))) != 0 {
		t.Errorf("three thirds of a dollar are %s", got.Text(30))
	}
	for text, want := range map[string]string{
		"18.785": "$18.79", "18.7849": "$18.78", "0": "$0.00", "-2.5": "−$2.50", "-0.004": "$0.00", "-1234.5": "−$1,234.50", "1234567.891": "$1,234,567.89",
	} {
		m, err := ParseMoney(text)
		if err != nil {
			t.Fatal(err)
		}
		if m.String() != want {
			t.Errorf("%s prints as %s, want %s", text, m, want)
		}
	}
}

func TestFiguresReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "7": "7", "1000": "1,000", "1234567.125": "1,234,567.125", "-1000": "−1,000",
		"0.0000001": "0", "999": "999", "0.1234567": "0.123457",
	} {
		if got := Figure(decimal(text)); got != want {
			t.Errorf("%s reads %s, want %s", text, got, want)
		}
	}
	if got := quote(Money(decimal("0.0000000309"))); got != "$0.0000000309" {
		t.Errorf("a price lost digits: %s", got)
	}
}

func TestCeilings(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": 1, "1.0001": 2, "720.5": 721, "-0.5": 0, "-1.5": -1} {
		if got := decimal(text).ceil(); got.Cmp(Whole(want)) != 0 {
			t.Errorf("the ceiling of %s is %s, want %d", text, got, want)
		}
	}
}

// FuzzQuantity looks for a text that is read but not written back the same.
func FuzzQuantity(f *testing.F) {
	for _, s := range []string{"0", "3.50", "-1", "1e9", "1/3", "0.000000001", `"5"`, "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var q Quantity
		if json.Unmarshal([]byte(s), &q) != nil {
			return
		}
		text, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		var back Quantity
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%q was written as %s: %v", s, text, err)
		}
		if back.String() != q.String() {
			t.Errorf("%q came back as %s", q, back)
		}
	})
}

func TestCountsHaveTheirThousandsSeparated(t *testing.T) {
	for n, want := range map[int64]string{0: "0 requests", 1: "1 request", 999: "999 requests", 1000: "1,000 requests", 12_345_678: "12,345,678 requests", -1234: "−1,234 requests"} {
		if got := Counted(n, "request"); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
