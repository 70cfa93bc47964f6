package books

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/pricing"
)

// measuredMonth is a month of ten million requests of 2 kB, as a run would have
// measured them.
func measuredMonth() pricing.Traffic {
	size := pricing.Dist{Buckets: []pricing.Bucket{{Value: 1500, Count: 1}, {Value: 2500, Count: 1}}, Basis: pricing.Measured, Source: "client's bytes"}
	return pricing.Traffic{
		Requests: amount(10_000_000), RequestBytes: size, ResponseBytes: size, Invocations: amount(10_000_000),
		Duration: pricing.Dist{Buckets: []pricing.Bucket{{Value: 12_300, Count: 9}, {Value: 31_000, Count: 1}}, Basis: pricing.Measured, Source: "client's clock"},
		MemoryMB: 512, Architecture: "x86_64", Connections: amount(100_000), ConnectionSeconds: amount(30), Rules: 1, Zones: 2,
	}
}

// threeDoors are two that are billed by the request and one that is also billed by the hour.
func threeDoors() []pricing.Candidate {
	function := []pricing.Dimension{pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut}
	return upTo(1<<20, []pricing.Candidate{
		{Name: "rest", Billed: append([]pricing.Dimension{pricing.RESTRequests}, function...), Traffic: measuredMonth()},
		{Name: "http", Billed: append([]pricing.Dimension{pricing.HTTPRequests}, function...), Traffic: measuredMonth()},
		{Name: "alb", Billed: append([]pricing.Dimension{pricing.ALBHours, pricing.ALBCapacity, pricing.ALBAddresses}, function...), Traffic: measuredMonth()},
	})
}

// upTo gives candidates a limit.
func upTo(bytes int64, all []pricing.Candidate) []pricing.Candidate {
	for i := range all {
		all[i].Largest = bytes
	}
	return all
}

func surfaceOf(t testing.TB, n int) (*pricing.Book, *pricing.CostSurface) {
	t.Helper()
	book := latestBook(t)
	surface, err := book.CostSurface("us-east-1", threeDoors(), n)
	if err != nil {
		t.Fatal(err)
	}
	return book, surface
}

// billAt is what a door's bill says at a place of the surface.
func billAt(t interface{ Fatal(...any) }, book *pricing.Book, d pricing.Candidate, requests, bytes float64) float64 {
	d.Traffic = d.Traffic.Scale(pricing.Whole(int64(math.Round(requests))))
	d.Traffic.ResponseBytes = pricing.Point(int64(math.Round(bytes)), pricing.Stated, "test")
	bill, err := book.Price("us-east-1", pricing.Measure(d.Billed, d.Traffic))
	if err != nil {
		t.Fatal(err)
	}
	return bill.Month.Float()
}

func TestACostSurfaceIsTheBillsEverywhere(t *testing.T) {
	book, surface := surfaceOf(t, 40)
	doors := threeDoors()
	m := surface.Map(surface.Doors)
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.IntRange(0, 39).Draw(t, "x"), rapid.IntRange(0, 39).Draw(t, "y")
		var costs []float64
		for i, d := range doors {
			cost := billAt(t, book, d, surface.Requests[x], surface.Bytes[y])
			if drawn := surface.Cost(i, y, x); math.Abs(drawn-cost) > 1e-4*cost {
				t.Fatalf("%s costs %v at %v requests of %v bytes, and its bill %v", d.Name, drawn, surface.Requests[x], surface.Bytes[y], cost)
			}
			costs = append(costs, cost)
		}
		for i, cost := range costs {
			if cost < costs[m.Cells[y][x]]*(1-1e-3) {
				t.Fatalf("%s is drawn, but %s is cheaper", m.Doors[m.Cells[y][x]], doors[i].Name)
			}
		}
	})
}

func TestACrossingIsWhereBothCostTheSame(t *testing.T) {
	book, surface := surfaceOf(t, 40)
	doors := map[string]pricing.Candidate{}
	for _, d := range threeDoors() {
		doors[d.Name] = d
	}
	m := surface.Map([]string{"http", "alb"})
	found := 0
	for y, size := range surface.Bytes {
		for _, b := range surface.AlongRow(m, y) {
			found++
			below, above := billAt(t, book, doors[b.Below], b.At, size), billAt(t, book, doors[b.Above], b.At, size)
			if math.Abs(below-above) > 2e-3*below {
				t.Errorf("at %.0f requests of %.0f bytes %s costs %v and %s %v", b.At, size, b.Below, below, b.Above, above)
			}
			if more := b.At * 1.05; billAt(t, book, doors[b.Above], more, size) >= billAt(t, book, doors[b.Below], more, size) {
				t.Errorf("above %.0f requests %s is not cheaper", b.At, b.Above)
			}
		}
	}
	if found < 20 {
		t.Errorf("%d borders in 40 rows", found)
	}
}

// TestLargeResponsesChangeWhichAPIIsCheaper holds the borders by size to the
// map: an HTTP API counts a response again for each 512 KiB, and a REST API does not.
func TestLargeResponsesChangeWhichAPIIsCheaper(t *testing.T) {
	book := latestBook(t)
	surface, err := book.CostSurface("us-east-1", upTo(10<<20, threeDoors()[:2]), 60)
	if err != nil {
		t.Fatal(err)
	}
	m := surface.Map(surface.Doors)
	for x := range surface.Requests {
		up := surface.AlongColumn(m, x)
		if len(up) != 1 || up[0].Below != "http" || up[0].Above != "rest" || up[0].At < 1<<19 {
			t.Fatalf("at %.0f requests the borders are %+v", surface.Requests[x], up)
		}
	}
}

func TestACostSurfaceSurroundsTheMonth(t *testing.T) {
	_, surface := surfaceOf(t, 20)
	if surface.Month != 1e7 || surface.Size != 2000 {
		t.Errorf("it stands at %v requests of %v bytes", surface.Month, surface.Size)
	}
	near := func(a, b float64) bool { return math.Abs(a/b-1) < 1e-9 }
	if !near(surface.Requests[0], 1e5) || !near(surface.Requests[19], 1e9) || !near(surface.Bytes[0], 100) || !near(surface.Bytes[19], 1<<20) {
		t.Errorf("it goes from %v requests of %v bytes to %v of %v", surface.Requests[0], surface.Bytes[0], surface.Requests[19], surface.Bytes[19])
	}
	book, _ := surfaceOf(t, 2)
	if _, err := book.CostSurface("us-east-1", threeDoors()[:1], 20); err == nil || !strings.Contains(err.Error(), "two doors") {
		t.Errorf("of one door: %v", err)
	}
	if _, err := book.CostSurface("nowhere", threeDoors(), 20); err == nil {
		t.Error("a region without prices has a surface")
	}
}

func BenchmarkCostSurface(b *testing.B) {
	for b.Loop() {
		surfaceOf(b, 120)
	}
}

// amount is a number that the client counted.
func amount(n int64) pricing.Amount {
	return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Measured, Source: "client's count"}
}
