package pricing

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rates draws rates of up to five tiers, dearer or cheaper from tier to tier.
var rates = rapid.Custom(func(t *rapid.T) Rate {
	r := Rate{Per: Whole(rapid.SampledFrom([]int64{1, 7, 1000}).Draw(t, "per"))}
	end := int64(0)
	for range rapid.IntRange(0, 4).Draw(t, "tiers") {
		end += rapid.Int64Range(1, 40).Draw(t, "width")
		r.Tiers = append(r.Tiers, Tier{Whole(end), price(t)})
	}
	r.Tiers = append(r.Tiers, Tier{Price: price(t)})
	if rapid.Bool().Draw(t, "free") {
		r.granted = &Allowance{Quantity: Whole(rapid.Int64Range(1, 50).Draw(t, "allowance"))}
	}
	return r
})

func price(t *rapid.T) Money {
	return Money(Ratio(rapid.Int64Range(0, 400).Draw(t, "price"), 1000))
}

var quantities = rapid.Custom(func(t *rapid.T) Quantity {
	return Ratio(rapid.Int64Range(0, 2000).Draw(t, "numerator"), rapid.Int64Range(1, 9).Draw(t, "denominator"))
})

func TestACostIsTheSumOverItsUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rates.Draw(t, "rate")
		n := rapid.Int64Range(0, 250).Draw(t, "units")
		var sum Money
		for unit := int64(1); unit <= n; unit++ {
			sum = sum.Add(priceOfUnit(r, unit).Times(Whole(1).Div(r.Per)))
		}
		if got := r.Cost(Whole(n)); got.Cmp(sum) != 0 {
			t.Errorf("%d units cost %s; one by one they cost %s", n, got.Text(9), sum.Text(9))
		}
	})
}

// priceOfUnit looks a single unit up, the slow and obvious way.
func priceOfUnit(r Rate, unit int64) Money {
	if r.granted != nil {
		if unit -= int64(r.granted.Quantity.Float()); unit <= 0 {
			return Money{}
		}
	}
	for _, tier := range r.Tiers {
		if tier.UpTo.Sign() == 0 || tier.UpTo.Cmp(Whole(unit)) >= 0 {
			return tier.Price
		}
	}
	panic("the last tier has no end")
}

func TestTiersAreMonotoneAndContinuous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rates.Draw(t, "rate")
		q, more := quantities.Draw(t, "q"), quantities.Draw(t, "more")
		if r.Cost(q.Add(more)).Cmp(r.Cost(q)) < 0 {
			t.Errorf("%s more than %s costs less", more, q)
		}
		var dearest Money
		for _, tier := range r.Tiers {
			if tier.Price.Cmp(dearest) > 0 {
				dearest = tier.Price
			}
		}
		for _, edge := range r.edges() {
			step := Ratio(1, 1_000_000)
			jump := r.Cost(edge.Add(step)).Sub(r.Cost(edge))
			if most := dearest.Times(step.Div(r.Per)); jump.Cmp(Money{}) < 0 || jump.Cmp(most) > 0 {
				t.Errorf("a millionth of a unit above %s costs %s more", edge, jump.Text(12))
			}
		}
	})
}

func TestACostDoesNotDependOnHowATierIsCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rates.Draw(t, "rate")
		at := rapid.Int64Range(1, 300).Draw(t, "cut")
		q := quantities.Draw(t, "q")
		if got, want := cutAt(r, Whole(at)).Cost(q), r.Cost(q); got.Cmp(want) != 0 {
			t.Errorf("cut at %d, %s cost %s instead of %s", at, q, got.Text(9), want.Text(9))
		}
	})
}

// cutAt returns r with the tier around at cut in two of the same price.
func cutAt(r Rate, at Quantity) Rate {
	cut := r
	cut.Tiers = nil
	for _, tier := range r.Tiers {
		if tier.UpTo.Sign() == 0 || tier.UpTo.Cmp(at) > 0 {
			cut.Tiers = append(cut.Tiers, Tier{at, tier.Price})
			at = Whole(1 << 40) // once is enough
		}
		cut.Tiers = append(cut.Tiers, tier)
	}
	return cut
}

func TestWorkloadsTogetherNeverCostMoreWhereTiersFall(t *testing.T) {
	book := readTestBook(t)
	r, err := book.Rate("us-east-1", "apigateway.rest.requests")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := Whole(rapid.Int64Range(0, 5_000_000).Draw(t, "a")), Whole(rapid.Int64Range(0, 5_000_000).Draw(t, "b"))
		together, apart := r.Cost(a.Add(b)), r.Cost(a).Add(r.Cost(b))
		if together.Cmp(apart) > 0 {
			t.Errorf("%s and %s cost %s together and %s apart", a, b, together, apart)
		}
		if a.Add(b).Cmp(Whole(1_000_000)) <= 0 && together.Cmp(apart) != 0 {
			t.Errorf("%s and %s stay in the first tier and cost %s together, %s apart", a, b, together, apart)
		}
	})
}

func TestAnExplanationCanBeFollowed(t *testing.T) {
	book := readTestBook(t)
	for _, row := range []struct {
		name string
		free FreeTier
		key  string
		q    Quantity
		want string
	}{
		{"within the first tier", NoFreeTier, "apigateway.rest.requests", Whole(10_000), "10,000 × $3.00/M = $0.03"},
		{"over three tiers", NoFreeTier, "apigateway.rest.requests", Whole(3_500_000), "1,000,000 × $3.00/M + 2,000,000 × $2.00/M + 500,000 × $1.00/M = $7.50"},
		{"a free allowance comes off before the tiers", LegacyFree, "apigateway.rest.requests", Whole(1_500_000), "1,500,000 − 500,000 free = 1,000,000; 1,000,000 × $3.00/M = $3.00"},
		{"what is always free is free for legacy accounts too", LegacyFree, "lambda.requests", Whole(900_000), "900,000 of the free 1,000,000 = $0.00"},
		{"a legacy allowance is not for everybody", AlwaysFree, "apigateway.rest.requests", Whole(1_000_000), "1,000,000 × $3.00/M = $3.00"},
		{"a price for one unit", NoFreeTier, "alb.addresses", Ratio(1, 3), "0.333333 × $0.005 = $0.001667"},
		{"nothing used", NoFreeTier, "alb.addresses", Quantity{}, "0 × $0.005 = $0.00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := book.Granting(row.free).Rate("us-east-1", row.key)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.explain(row.q, Quantity{}); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
			if !strings.HasSuffix(row.want, "= "+dollars(r.Cost(row.q))) {
				t.Errorf("the explanation does not end at the cost, %s", dollars(r.Cost(row.q)))
			}
		})
	}
}
