package session

import (
	"math"
	"sync/atomic"
	"testing"

	"tollgate/pricing"
	"tollgate/results"
)

// TestCostsAreThoseOfTheBills holds the curves and the surface of a run to the
// bills that the run has.
func TestCostsAreThoseOfTheBills(t *testing.T) {
	t.Parallel()
	var at0, at1 atomic.Int64
	c := config(t, scenario(t, []string{server(t, &at0).URL, server(t, &at1).URL}, "constant: {rate: 50/s, for: 1s}", month))
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	costs, err := CostsOf(run, c)
	if err != nil || costs == nil || len(costs.Curves) != 2 || costs.Month != 10_000_000 {
		t.Fatalf("costs %+v, %v", costs, err)
	}
	for i, curve := range costs.Curves {
		bill, drawn := run.Document.Targets[i].Bill.Month.Float(), curve.At(pricing.Whole(costs.Month)).Float()
		if math.Abs(drawn-bill) > 1e-9*bill {
			t.Errorf("%s: the curve has $%v for the month, the bill $%v", curve.Name, drawn, bill)
		}
	}
	surface := costs.Surface
	if surface == nil || len(surface.Doors) != 2 || surface.Month != 1e7 || !(surface.Size > 0) {
		t.Fatalf("the surface is %+v", surface)
	}
	if top := surface.Bytes[len(surface.Bytes)-1]; top != pricing.LambdaBody {
		t.Errorf("it goes up to %v bytes, a function to 6 MiB", top)
	}
	run.Document.Targets[1].Lacks = []string{"caching"}
	if err := results.WriteDocument(run.Dir, run.Document); err != nil {
		t.Fatal(err)
	}
	if costs, err = CostsOf(run, c); err != nil || len(costs.Curves) != 2 || costs.Surface != nil {
		t.Errorf("with one target left to choose: %+v, %v", costs, err)
	}
}

func TestARunWithoutPricesHasNoCosts(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	c := config(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 20/s, for: 1s}", ""))
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	if costs, err := CostsOf(run, c); costs != nil || err != nil {
		t.Errorf("costs %+v, %v", costs, err)
	}
}
