package session

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/pricing"
	"tollgate/scenarios"
)

// Without a region of the bill each target is billed where it is, and what its
// region has no price for as the scenario states it.
func TestEveryTargetIsBilledInItsOwnRegionAndAtStatedRates(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	url := server(t, &count).URL
	text := fmt.Sprintf(`name: two
targets:
  frankfurt: {kind: rest-api, url: %q, region: eu-central-1}
  stockholm: {kind: http-api, url: %q, region: eu-north-1}
requests: [{name: get, path: /}]
load: [{constant: {rate: 50/s, for: 1s}}]
pricing:
  requests_per_month: 1M
  rates: {apigateway.http.requests: 0.000001, lambda.requests: 0.0000002, lambda.duration.x86_64: 0.0000166667, transfer.out: 0.09}
`, url, url)
	s, err := scenarios.Parse("two.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, s)
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	for i, region := range []string{"eu-central-1", "eu-north-1"} {
		bill := run.Document.Targets[i].Bill
		if bill == nil || bill.Region != region || !strings.Contains(bill.Book, "with stated rates") {
			t.Fatalf("target %d: %+v, warnings %q", i, bill, run.Document.Warnings)
		}
		for _, line := range bill.Lines {
			stated := line.Dimension != "apigateway.rest.requests"
			if got := line.Source == "stated in the scenario"; got != stated || stated && line.Basis != pricing.Stated && line.Basis != pricing.Assumed {
				t.Errorf("%s in %s: source %q, basis %s", line.Dimension, region, line.Source, line.Basis)
			}
		}
	}
	costs, err := CostsOf(run, c)
	if err != nil || len(costs.Curves) != 2 || costs.Surface != nil {
		t.Errorf("curves of both, and no map of prices of two regions: %+v, %v", costs, err)
	}
}
