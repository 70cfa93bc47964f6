package pricing_test

import (
	"testing"

	"tollgate/pricing"
)

func axis(t testing.TB, name string) pricing.Axis {
	t.Helper()
	a, err := pricing.AxisNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// behindTwentyBillion is a workload whose account has reached the last tier of REST
// APIs, so that a REST API is cheaper than two metered units of an HTTP API.
const behindTwentyBillion = `
name: late
region: us-east-1
requests_per_month: 10M
response_bytes: 2kB
already_used: {apigateway.rest.requests: 25G}
`

func TestTheMapAgreesWithTheBills(t *testing.T) {
	t.Parallel()
	late, err := pricing.ReadWorkload("late.yaml", []byte(behindTwentyBillion))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		of   *pricing.Workload
		x, y string
	}{{example(t, "containers"), "requests", "requests_per_connection"}, {late, "requests", "response_bytes"}} {
		t.Run(row.of.Name, func(t *testing.T) { mapAgrees(t, row.of, axis(t, row.x), axis(t, row.y)) })
	}
}

func mapAgrees(t *testing.T, w *pricing.Workload, x, y pricing.Axis) {
	b := latestBook(t)
	m, err := b.Map(w, x, y, w.Able(), 9, 0)
	if err != nil {
		t.Fatal(err)
	}
	for row := range m.YAt {
		for col := range m.XAt {
			best, at := "", pricing.Money{}
			for _, f := range w.Able() {
				cost, err := b.CostOf(w, f, map[string]float64{x.Name: m.XAt[col], y.Name: m.YAt[row]})
				if len(pricing.Lacks(err)) > 0 {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if cost != nil && (best == "" || cost.Cmp(at) < 0) {
					best, at = f.Name, *cost
				}
			}
			got := ""
			if door := m.Cells[row][col]; door != pricing.NoDoor {
				got = m.Doors[door]
			}
			if got != best && !m.Close[row][col] {
				t.Errorf("at %g of %s, %g of %s: the map has %s, the bills %s", m.XAt[col], x.Name, m.YAt[row], y.Name, got, best)
			}
		}
	}
	if _, err := b.Map(w, x, x, w.Able(), 9, 0); err == nil {
		t.Error("a map over one variable twice was drawn")
	}
}

func BenchmarkMapOf200By200(b *testing.B) {
	book, w := latestBook(b), example(b, "containers")
	x, y := axis(b, "requests"), axis(b, "response_bytes")
	for b.Loop() {
		if _, err := book.Map(w, x, y, w.Able(), 200, 0); err != nil {
			b.Fatal(err)
		}
	}
}
