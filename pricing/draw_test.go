package pricing

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// monthsOf are months with so many requests each.
func monthsOf(requests ...int64) []Traffic {
	var months []Traffic
	for _, n := range requests {
		months = append(months, Traffic{Requests: Amount{Quantity: Whole(n)}, ResponseBytes: Point(1000, Measured, "test")})
	}
	return months
}

func TestBoundsAreTheMiddleEightyPercentOfMonths(t *testing.T) {
	b := readTestBook(t)
	var requests []int64
	for i := range int64(100) {
		requests = append(requests, (i*37%100+1)*1_000_000) // 1 to 100 million, in no order
	}
	got, err := b.Bounds("us-east-1", []Dimension{RESTRequests}, slices.Values(monthsOf(requests...)), "test")
	if err != nil || got == nil {
		t.Fatal(got, err)
	}
	for _, row := range []struct {
		name string
		got  Money
		of   int64
	}{{"p10", got.Low, 10}, {"p50", got.Middle, 50}, {"p90", got.High, 90}} {
		bill, err := b.Price("us-east-1", Measure([]Dimension{RESTRequests}, monthsOf(row.of * 1_000_000)[0]))
		if err != nil {
			t.Fatal(err)
		}
		if row.got.Cmp(bill.Month) != 0 {
			t.Errorf("%s is %s, want the bill of %d million requests, %s", row.name, row.got, row.of, bill.Month)
		}
	}
	text, err := json.Marshal(Bill{Bounds: got})
	if err != nil || !strings.Contains(string(text), `"month_usd_low":14,"month_usd_median":54,"month_usd_high":94`) || !strings.Contains(got.From, "100 months drawn from test") {
		t.Errorf("%s, %v, from %q", text, err, got.From)
	}
	var back Bill
	if err := json.Unmarshal(text, &back); err != nil || back.Bounds == nil || back.High.Cmp(got.High) != 0 {
		t.Errorf("came back as %+v, %v", back.Bounds, err)
	}
}

func TestWhatDoesNotVaryHasNoBounds(t *testing.T) {
	b := readTestBook(t)
	for name, months := range map[string][]Traffic{
		"months that are all alike": monthsOf(slices.Repeat([]int64{5_000_000}, 50)...),
		"too few months":            monthsOf(1, 2, 3, 4, 5, 6, 7, 8, 9),
		"no months":                 nil,
	} {
		got, err := b.Bounds("us-east-1", []Dimension{RESTRequests}, slices.Values(months), "test")
		if err != nil || got != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if text, err := json.Marshal(Bill{}); err != nil || strings.Contains(string(text), "low") {
		t.Errorf("a bill without bounds is %s, %v", text, err)
	}
	if _, err := b.Bounds("mars-north-1", []Dimension{RESTRequests}, slices.Values(monthsOf(1)), "test"); err == nil || !strings.Contains(err.Error(), "mars-north-1") {
		t.Errorf("a region that is not in the book: %v", err)
	}
}
