package pricing

import (
	"cmp"
	"encoding/json"
	"math"
	"math/rand/v2"
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

// A few ranges, and what a cost that is proportional to all of them may be. The
// quantiles of the product are counted on a fine grid of the ranges' own quantiles.
func TestMonthsHaveTheQuantilesOfTheirRanges(t *testing.T) {
	millions := func(low, likely, high int64) Range {
		return Range{Whole(low * 1_000_000), Whole(likely * 1_000_000), Whole(high * 1_000_000)}
	}
	share := func(low, likely, high int64) Range {
		return Range{Ratio(low, 100), Ratio(likely, 100), Ratio(high, 100)}
	}
	for _, row := range []struct {
		name   string
		w      Workload
		within float64
	}{
		{"one range", Workload{Requests: millions(1, 3, 40)}, 0.005},
		{"two ranges", Workload{Requests: millions(1, 3, 40), Function: FunctionUse{ColdShare: share(1, 2, 30)}}, 0.02},
		{"a range with its likely number at the end", Workload{Requests: millions(1, 40, 40), Function: FunctionUse{ColdShare: share(1, 1, 9)}}, 0.02},
	} {
		var got, want []float64
		for month := range row.w.months() {
			got = append(got, month.Requests.Likely.Float()*max(month.Function.ColdShare.Likely.Float(), 1e-9))
		}
		const grid = 400
		for i := range grid {
			for k := range grid {
				x := triangularQuantile(row.w.Requests, (float64(i)+0.5)/grid)
				y := triangularQuantile(row.w.Function.ColdShare, (float64(k)+0.5)/grid)
				want = append(want, x*max(y, 1e-9))
			}
		}
		var is, must [3]float64
		is[0], is[1], is[2] = spread(got, cmp.Compare)
		must[0], must[1], must[2] = spread(want, cmp.Compare)
		for i, name := range []string{"p10", "p50", "p90"} {
			if off := is[i]/must[i] - 1; math.Abs(off) > row.within {
				t.Errorf("%s: %s is %.4g, want %.4g: off by %.2f %%", row.name, name, is[i], must[i], off*100)
			}
		}
	}
}

func TestEveryPartAndEveryPairOfStrataIsDrawnOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var orders [][]int
	for n := range strata + 3 {
		orders = append(orders, partsOf(n, random))
		if sorted := slices.Sorted(slices.Values(orders[n])); sorted[0] != 0 || sorted[draws-1] != draws-1 || len(slices.Compact(sorted)) != draws {
			t.Fatalf("number %d does not take every part once", n)
		}
	}
	for n := range strata + 1 {
		for k := range n {
			cells := map[[2]int]bool{}
			for month := range draws {
				cells[[2]int{orders[n][month] / strata, orders[k][month] / strata}] = true
			}
			if len(cells) != draws {
				t.Fatalf("numbers %d and %d take %d of %d cells", k, n, len(cells), draws)
			}
		}
	}
}

// triangularQuantile finds by bisection where the triangle over a range has the share u below it.
func triangularQuantile(r Range, u float64) float64 {
	low, peak, high := r.Low.Float(), r.Likely.Float(), r.High.Float()
	below := func(x float64) float64 {
		if x <= peak && peak > low {
			return (x - low) * (x - low) / (high - low) / (peak - low)
		}
		return 1 - (high-x)*(high-x)/(high-low)/(high-peak)
	}
	from, to := low, high
	for range 60 {
		if x := (from + to) / 2; below(x) < u {
			from = x
		} else {
			to = x
		}
	}
	return from
}
