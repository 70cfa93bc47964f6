package pricing

import "fmt"

// A Plan is a flat-rate plan of CloudFront, sold since 18 November 2025: a
// fixed price a month for one distribution, with WAF and logs, without overage
// (Amazon CloudFront pricing page, read 2026-09-05).
type Plan struct {
	Name     string
	Requests int64 // that it allows in a month
	GB       int64 // that may go to viewers in a month
}

// Plans are the flat-rate plans, smallest first.
var Plans = []Plan{
	{"free", 1_000_000, 100},
	{"pro", 10_000_000, 50 * 1024},
	{"business", 125_000_000, 50 * 1024},
	{"premium", 500_000_000, 50 * 1024},
}

// carries says why a plan does not carry t, or "" where it does.
func (p Plan) carries(t Traffic) string {
	gb := t.Requests.Quantity.Mul(t.ResponseBytes.Mean()).Div(Whole(TransferGB))
	switch {
	case t.Requests.Quantity.Cmp(Whole(p.Requests)) > 0:
		return fmt.Sprintf("the %s plan allows %s requests a month", p.Name, figure(Whole(p.Requests)))
	case gb.Cmp(Whole(p.GB)) > 0:
		return fmt.Sprintf("the %s plan allows %s GB a month to viewers", p.Name, figure(Whole(p.GB)))
	}
	return ""
}

// planFor returns the smallest plan that carries t; false where none does.
func planFor(t Traffic) (Plan, bool) {
	for _, p := range Plans {
		if p.carries(t) == "" {
			return p, true
		}
	}
	return Plan{}, false
}

// CloudFrontPlans are months of a flat-rate plan. The variant is the plan.
var CloudFrontPlans = Dimension{
	ID:       "cloudfront.plan",
	Title:    "CloudFront flat-rate plan",
	Unit:     Months,
	Variants: []string{"free", "pro", "business", "premium"},
	Meter: func(t Traffic) Reading {
		if t.Edge.Plan == "" {
			return Reading{}
		}
		r := Reading{Quantity: Whole(1), Variant: t.Edge.Plan, Basis: Stated, Derivation: "one distribution × 1 month"}
		for _, p := range Plans {
			if p.Name == t.Edge.Plan && t.Requests.Quantity.Cmp(Whole(p.Requests)) > 0 {
				r.Caveat = p.carries(t) + ": traffic beyond that is not billed, but need not be served as fast"
			}
		}
		return r
	},
}
