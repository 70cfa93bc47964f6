package books

import (
	"testing"

	"pgregory.net/rapid"

	"tollgate/pricing"
)

// A month of two workloads together costs what they cost apart, unless a tier
// makes the later units cheaper or an hour's measures do not add up: it never
// costs more.
func TestTwoMonthsTogetherNeverCostMoreThanApart(t *testing.T) {
	b := latestBook(t)
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(b.Regions()).Draw(t, "region")
		for _, d := range pricing.Dimensions {
			for _, key := range d.Keys() {
				r, err := b.Rate(region, key)
				if err != nil || r.KnownTo.Sign() > 0 {
					continue // unknown, in part or in full
				}
				x := pricing.Whole(rapid.Int64Range(0, 10*billion).Draw(t, "x"))
				y := pricing.Whole(rapid.Int64Range(0, 10*billion).Draw(t, "y"))
				apart, together := r.Cost(x).Add(r.Cost(y)), r.Cost(x.Add(y))
				if together.Cmp(apart) > 0 {
					t.Errorf("%s: %s and %s cost %s together, %s apart", key, x, y, together, apart)
				}
				if len(r.Tiers) == 1 && together.Cmp(apart) != 0 {
					t.Errorf("%s has one tier, but costs %s together and %s apart", key, together, apart)
				}
			}
		}
	})
}

// The measures of a load balancer's hour add up only where the same one is the
// largest: two workloads behind one balancer never cost more than behind two.
func TestOneLoadBalancerNeverCostsMoreThanTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month := func(name string) pricing.Traffic {
			n := func(what string, most int64) pricing.Amount {
				return stated(rapid.Int64Range(0, most).Draw(t, name+" "+what))
			}
			return pricing.Traffic{
				Requests: n("requests", billion), Connections: n("connections", billion), Pool: n("pool", 100_000),
				ConnectionSeconds: stated(60), ResponseBytes: point(1000), Rules: 15,
			}
		}
		x, y := month("x"), month("y")
		both := x
		for _, sum := range []struct {
			into *pricing.Amount
			more pricing.Amount
		}{{&both.Requests, y.Requests}, {&both.Connections, y.Connections}, {&both.Pool, y.Pool}} {
			sum.into.Quantity = sum.into.Quantity.Add(sum.more.Quantity)
		}
		lcu := func(t pricing.Traffic) pricing.Quantity { return pricing.ALBCapacity.Meter(t).Quantity }
		if one, two := lcu(both), lcu(x).Add(lcu(y)); one.Cmp(two) > 0 {
			t.Errorf("one balancer has %s LCU-hours, two have %s", one, two)
		}
	})
}

// A profile can only raise the capacity of a load balancer.
func TestPeaksNeverCostLessThanAFlatMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 50), 2, 24).Draw(t, "weights")
		p, err := pricing.ProfileOf(append(weights, 1))
		if err != nil {
			t.Fatal(err)
		}
		tr := pricing.Traffic{
			Requests: stated(rapid.Int64Range(1, billion).Draw(t, "requests")), Rules: rapid.Int64Range(0, 50).Draw(t, "rules"),
			ResponseBytes: point(rapid.Int64Range(1, 100_000).Draw(t, "bytes")), Pool: stated(rapid.Int64Range(0, 50_000).Draw(t, "pool")),
		}
		flat := pricing.ALBCapacity.Meter(tr).Quantity
		tr.Profile = p
		if peaks := pricing.ALBCapacity.Meter(tr).Quantity; peaks.Cmp(flat) < 0 {
			t.Errorf("%s LCU-hours with peaks, %s without", peaks, flat)
		}
	})
}
