package report

import (
	"testing"

	"tollgate/pricing"
	"tollgate/results"
)

func TestAnIntervalOfACentIsNotShown(t *testing.T) {
	for _, row := range []struct {
		low, high, want string
	}{
		{"2.96", "2.97", "$2.97"},
		{"2.97", "2.97", "$2.97"},
		{"2.95", "2.98", "$2.97 ($2.95–2.98)"},
	} {
		money := func(s string) pricing.Money {
			m, err := pricing.ParseMoney(s)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		d := Door{TargetDoc: results.TargetDoc{Bill: &pricing.Bill{Lines: []pricing.Line{{}}, Month: money("2.97"), Bounds: &pricing.Bounds{Low: money(row.low), High: money(row.high)}}}}
		if got := d.month(); got != row.want {
			t.Errorf("from %s to %s: %q, want %q", row.low, row.high, got, row.want)
		}
	}
	if got := (Door{}).month(); got != none {
		t.Errorf("without a bill: %q", got)
	}
}
