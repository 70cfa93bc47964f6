package pricing

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// always is one stretch without an end.
func always(fixed, each Quantity) []stretch {
	return []stretch{{to: MostRequests, fixed: fixed, each: each}}
}

// flat is a curve of one linear growth at one flat price.
func flat(name string, fixed, perRequest string) Curve {
	one := Rate{Per: Whole(1), Tiers: []Tier{{Price: Money(Whole(1))}}}
	return Curve{Name: name, terms: []growth{{rate: one, stretches: always(decimal(fixed), decimal(perRequest))}}}
}

// tiered is a curve that pays by the request, with steps.
func tiered(name string, tiers ...Tier) Curve {
	return Curve{Name: name, terms: []growth{{rate: Rate{Per: Whole(1), Tiers: tiers}, stretches: always(Quantity{}, Whole(1))}}}
}

func tier(upTo int64, price string) Tier { return Tier{Whole(upTo), Money(decimal(price))} }

func TestCrossings(t *testing.T) {
	for _, row := range []struct {
		name string
		x, y Curve
		want string
	}{
		{"a fixed price against one by the request", flat("lb", "16", "0"), flat("api", "0", "0.5"), "32 at $16.00: api below, lb above"},
		{"the same the other way round", flat("api", "0", "0.5"), flat("lb", "16", "0"), "32 at $16.00: api below, lb above"},
		{"between whole requests", flat("lb", "1", "0"), flat("api", "0", "3"), "0.333333333 at $1.00: api below, lb above"},
		{"parallel costs", flat("a", "1", "2"), flat("b", "2", "2"), ""},
		{"equal costs", flat("a", "1", "2"), flat("b", "1", "2"), ""},
		{"from nothing on one is cheaper", flat("a", "0", "2"), flat("b", "0", "1"), ""},
		{"above the most that is sought", flat("lb", "2000", "0"), flat("api", "0", "1"), ""},
		{"at the very end there is nothing above", flat("lb", "1000", "0"), flat("api", "0", "1"), ""},
		{
			"twice, across a tier",
			tiered("steps", tier(10, "2"), tier(100, "0"), tier(0, "2")), flat("api", "5", "0.5"),
			"3.333333333 at $6.666666667: steps below, api above; 30 at $20.00: api below, steps above; 123.333333333 at $66.666666667: steps below, api above",
		},
		{"only touching at a bend", tiered("steps", tier(10, "2"), tier(0, "0.5")), flat("api", "15", "0.5"), ""},
		{"equal over a stretch, then crossed", tiered("a", tier(10, "2"), tier(20, "1"), tier(0, "3")), tiered("b", tier(10, "1"), tier(15, "3"), tier(20, "1"), tier(0, "4")), "15 at $25.00: b below, a above"},
		{"crossing exactly at a bend", tiered("steps", tier(10, "1"), tier(0, "3")), flat("lb", "10", "0"), "10 at $10.00: steps below, lb above"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			for _, c := range BreakEvens([]Curve{row.x, row.y}, Quantity{}, Whole(1000)) {
				got = append(got, c.Requests.String()+" at "+plain(c.Cost)+": "+c.Before+" below, "+c.After+" above")
			}
			if strings.Join(got, "; ") != row.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), row.want)
			}
		})
	}
}

func plain(m Money) string { return "$" + grouped(m.r, 2, 9) }

// curves draws the cost of a door with up to three lines.
var curves = rapid.Custom(func(t *rapid.T) Curve {
	c := Curve{Name: rapid.StringMatching(`[a-z]{5}`).Draw(t, "name")}
	for range rapid.IntRange(1, 3).Draw(t, "lines") {
		c.terms = append(c.terms, growth{
			rate: rates.Draw(t, "rate"),
			stretches: always(
				Whole(rapid.Int64Range(0, 30).Draw(t, "fixed")),
				Ratio(rapid.Int64Range(0, 20).Draw(t, "each"), rapid.Int64Range(1, 7).Draw(t, "per")),
			),
		})
	}
	return c
})

func TestCrossingsAreAllTheChangesOfTheCheaperDoor(t *testing.T) {
	const most = 60
	rapid.Check(t, func(t *rapid.T) {
		x, y := curves.Draw(t, "x"), curves.Draw(t, "y")
		y.Name += "'"
		crossings := BreakEvens([]Curve{x, y}, Quantity{}, Whole(most))
		for _, c := range crossings {
			if x.At(c.Requests).Cmp(c.Cost) != 0 || y.At(c.Requests).Cmp(c.Cost) != 0 {
				t.Errorf("at %s the costs are %s and %s, not %s", c.Requests, plain(x.At(c.Requests)), plain(y.At(c.Requests)), plain(c.Cost))
			}
		}
		for i := int64(0); i <= 4*most; i++ {
			n := Ratio(i, 4)
			cheaper := ""
			switch x.At(n).Cmp(y.At(n)) {
			case -1:
				cheaper = x.Name
			case 1:
				cheaper = y.Name
			}
			if want := cheapestAt(crossings, n); cheaper != "" && want != "" && cheaper != want {
				t.Fatalf("at %s %s is cheaper, by the crossings %s", n, cheaper, want)
			}
			if cheaper != "" && len(crossings) == 0 {
				crossings = []Crossing{{Requests: Whole(2 * most), Before: cheaper}} // it must stay so
			}
		}
	})
}

// cheapestAt says which door is cheaper at n according to the crossings.
func cheapestAt(cs []Crossing, n Quantity) (name string) {
	for i, c := range cs {
		if i == 0 {
			name = c.Before
		}
		if c.Requests.Cmp(n) <= 0 {
			name = c.After
		}
	}
	return name
}

func TestACurveIsLinearBetweenItsBends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := curves.Draw(t, "curve")
		from := Quantity{}
		for _, to := range append(c.Bends(), Whole(1_000_000)) {
			middle := from.Add(to).Div(Whole(2))
			if got, want := c.At(middle).Times(Whole(2)), c.At(from).Add(c.At(to)); got.Cmp(want) != 0 {
				t.Errorf("between %s and %s the middle is off: %s, want %s", from, to, plain(got), plain(want))
			}
			from = to
		}
	})
}

func TestADoorsCurveIsItsBill(t *testing.T) {
	b := readTestBook(t).Granting(LegacyFree)
	billed := []Dimension{RESTRequests, LambdaRequests, ALBAddresses}
	rapid.Check(t, func(t *rapid.T) {
		tr := traffics.Draw(t, "traffic")
		c, err := b.Curve("us-east-1", Candidate{Name: "door", Billed: billed, Traffic: tr})
		if err != nil {
			t.Fatal(err)
		}
		n := Whole(rapid.Int64Range(0, 10_000_000).Draw(t, "requests"))
		bill, err := b.Price("us-east-1", Measure(billed, tr.Scale(n)))
		if err != nil {
			t.Fatal(err)
		}
		if c.At(n).Cmp(bill.Month) != 0 {
			t.Errorf("at %s requests the curve says %s, the bill %s", n, plain(c.At(n)), plain(bill.Month))
		}
	})
}

func TestACurveThatCannotBeTracedReportsWhy(t *testing.T) {
	b := readTestBook(t)
	squared := Dimension{ID: "lambda.requests", Unit: Requests, Meter: func(t Traffic) Reading {
		return Reading{Quantity: t.Requests.Quantity.Mul(t.Requests.Quantity)}
	}}
	ten := Traffic{Requests: measured(10)}
	for _, row := range []struct {
		name   string
		region string
		door   Candidate
		want   string
	}{
		{"no requests", "us-east-1", Candidate{Name: "d", Billed: []Dimension{RESTRequests}, Traffic: Traffic{}}, "d: traffic without requests has no cost per request"},
		{"unknown region", "mars-1", Candidate{Name: "d", Billed: []Dimension{RESTRequests}, Traffic: ten}, `d: price book test prices 2026-01-02 has no region "mars-1"`},
		{"no rate", "us-east-1", Candidate{Name: "d", Billed: []Dimension{HTTPRequests}, Traffic: ten}, `d: price book test prices 2026-01-02 has no rate for "apigateway.http.requests"`},
		{"a meter that is not linear", "us-east-1", Candidate{Name: "d", Billed: []Dimension{squared}, Traffic: ten}, "d: lambda.requests does not grow linearly"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := b.Curve(row.region, row.door); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %q", err, row.want)
			}
		})
	}
}

func TestBreakEvensCoverEveryPair(t *testing.T) {
	got := BreakEvens([]Curve{flat("a", "0", "3"), flat("b", "3", "1"), flat("c", "10", "0")}, Quantity{}, MostRequests)
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"requests_per_month":1.5,"month_usd":4.5,"cheaper_below":"a","cheaper_above":"b"},` +
		`{"requests_per_month":3.333333333,"month_usd":10,"cheaper_below":"a","cheaper_above":"c"},` +
		`{"requests_per_month":7,"month_usd":10,"cheaper_below":"b","cheaper_above":"c"}]`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
