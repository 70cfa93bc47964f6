package books

import (
	"testing"

	"tollgate/pricing"
)

// doors are the front doors in front of one function, with payloads of 1,000
// bytes altogether and reused connections: requests only, no function time.
func doors(zones int64) map[string]pricing.Candidate {
	t := pricing.Traffic{
		Requests: stated(million), Invocations: stated(million), Zones: zones,
		RequestBytes: point(300), ResponseBytes: point(700), Connections: stated(100), ConnectionSeconds: stated(60),
	}
	return map[string]pricing.Candidate{
		"rest":     {Name: "rest", Billed: list(pricing.RESTRequests), Traffic: t},
		"http":     {Name: "http", Billed: list(pricing.HTTPRequests), Traffic: t},
		"url":      {Name: "url", Billed: nil, Traffic: t},
		"balancer": {Name: "balancer", Billed: balancer, Traffic: t},
	}
}

func curve(t testing.TB, d pricing.Candidate) pricing.Curve {
	t.Helper()
	c, err := latestBook(t).Curve("us-east-1", d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Guides say "use a load balancer above 10 million requests a month". At list
// prices it depends on the other door and on public addresses.
func TestALoadBalancerPaysOffAtNoSingleNumber(t *testing.T) {
	for _, row := range []struct {
		name  string
		api   string
		zones int64
		want  string // millions of requests a month
	}{
		{"internal, against a REST API", "rest", 0, "4.7"},
		{"internal, against an HTTP API", "http", 0, "16.8"},
		{"internet-facing in two zones, against a REST API", "rest", 2, "6.8"},
		{"internet-facing in two zones, against an HTTP API", "http", 2, "24.2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := doors(row.zones)
			got := pricing.BreakEvens([]pricing.Curve{curve(t, d[row.api]), curve(t, d["balancer"])}, pricing.Quantity{}, pricing.MostRequests)
			if len(got) != 1 || got[0].Before != row.api || got[0].After != "balancer" {
				t.Fatalf("crossings %+v, want one from %s to the balancer", got, row.api)
			}
			if at := got[0].Requests.Div(pricing.Whole(million)).Text(1); at != row.want {
				t.Errorf("breaks even at %s million, want %s", at, row.want)
			}
		})
	}
}

func TestNothingBreaksEvenWithAFunctionURL(t *testing.T) {
	d := doors(2)
	for _, other := range []string{"rest", "http", "balancer"} {
		if got := pricing.BreakEvens([]pricing.Curve{curve(t, d["url"]), curve(t, d[other])}, pricing.Quantity{}, pricing.MostRequests); len(got) != 0 {
			t.Errorf("against %s: %+v; a door that adds nothing is never dearer", other, got)
		}
	}
}

func BenchmarkBreakEvenOfAllPairs(b *testing.B) {
	book := latestBook(b)
	var buckets []pricing.Bucket
	for v := int64(1); v <= 2000; v++ { // as many as a latency histogram has
		buckets = append(buckets, pricing.Bucket{Value: v * 997, Count: v % 31})
	}
	d := pricing.Dist{Buckets: buckets, Basis: pricing.Measured}
	t := pricing.Traffic{
		Requests: stated(million), Invocations: stated(million), ColdStarts: stated(1000), Zones: 2,
		RequestBytes: d, ResponseBytes: d, Duration: d, Init: d, MemoryMB: 512,
		Connections: stated(1000), ConnectionSeconds: stated(60), CacheGB: "0.5",
	}
	function := list(pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut)
	all := []pricing.Candidate{
		{Name: "rest", Billed: append(list(pricing.RESTRequests, pricing.RESTCacheHours), function...), Traffic: t},
		{Name: "http", Billed: append(list(pricing.HTTPRequests), function...), Traffic: t},
		{Name: "url", Billed: function, Traffic: t},
		{Name: "balancer", Billed: append(balancer[:len(balancer):len(balancer)], function...), Traffic: t},
	}
	for b.Loop() {
		curves := make([]pricing.Curve, len(all))
		for i, door := range all {
			c, err := book.Curve("us-east-1", door)
			if err != nil {
				b.Fatal(err)
			}
			curves[i] = c
		}
		pricing.BreakEvens(curves, pricing.Quantity{}, pricing.MostRequests)
	}
}
