package pricing

import (
	"slices"
	"strings"
)

// A Plan is a level of CloudFront's flat-rate plans, sold since 18 November 2025: a
// fixed price a month for one distribution, with WAF, CloudFront Functions and the
// ingestion of access logs, without overage (Amazon CloudFront pricing page, read
// 2026-09-05).
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
	{"premium-750m", 750_000_000, 75 * 1024},
	{"premium-1250m", 1_250_000_000, 125 * 1024},
	{"premium-2000m", 2_000_000_000, 200 * 1024},
	{"premium-3500m", 3_500_000_000, 350 * 1024},
	{"premium-6000m", 6_000_000_000, 600 * 1024},
}

// carries says why a plan does not carry t, or "" where it does.
func (p Plan) carries(t Traffic) string {
	gb := t.toViewers().Quantity
	switch {
	case t.Requests.Quantity.Cmp(Whole(p.Requests)) > 0:
		return derivation("the %s plan allows %s requests a month", p.Name, Whole(p.Requests))
	case gb.Cmp(Whole(p.GB)) > 0:
		return derivation("the %s plan allows %s GB a month to viewers", p.Name, Whole(p.GB))
	}
	return ""
}

// OverPlan says why the flat-rate plan that is paid does not carry the month, or "" where
// it does or none is paid. A plan has no overage: what CloudFront does with a month that is
// over it is not documented.
func (t Traffic) OverPlan() string {
	for _, p := range Plans {
		if p.Name == t.Edge.Plan {
			return p.carries(t)
		}
	}
	return ""
}

// planFor returns the smallest plan that carries t; one without a name: none does.
func planFor(t Traffic) Plan {
	for _, p := range Plans {
		if p.carries(t) == "" {
			return p
		}
	}
	return Plan{}
}

// CloudFrontPlans are months of a flat-rate plan. The variant is the plan.
var CloudFrontPlans = Dimension{
	ID:       "cloudfront.plan",
	Title:    "CloudFront flat-rate plan",
	Unit:     Months,
	Variants: planNames(),
	Meter: func(t Traffic) Reading {
		if t.Edge.Plan == "" {
			return Reading{}
		}
		return Reading{Quantity: Whole(1), Variant: t.Edge.Plan, Basis: Stated, Derivation: "one distribution × 1 month"}
	},
}

func planNames() (names []string) {
	for _, p := range Plans {
		names = append(names, p.Name)
	}
	return names
}

// Distributions under a flat-rate plan, before each origin. The plan takes the place of
// CloudFront's prices by usage; what is behind the distribution is billed as it is there.
var (
	CloudFrontPlan           Door = underPlan(CloudFront, "cloudfront-plan")
	CloudFrontPlanREST       Door = underPlan(CloudFrontREST, "cloudfront-plan-rest-api")
	CloudFrontPlanHTTP       Door = underPlan(CloudFrontHTTP, "cloudfront-plan-http-api")
	CloudFrontPlanALB        Door = underPlan(CloudFrontALB, "cloudfront-plan-alb")
	CloudFrontPlanContainers Door = underPlan(CloudFrontContainers, "cloudfront-plan-alb-containers")
)

// inPlans is what every plan includes.
var inPlans = slices.Concat([]Dimension{CloudFrontRequests, CloudFrontTransfer, CloudFrontOrigin, CloudFrontFunctions}, wafBill, []Dimension{LogsIngested})

// underPlan is a distribution that is paid by usage, with a plan instead.
func underPlan(byUsage Door, name string) Door {
	d := byUsage
	d.Name, d.Title = name, strings.Replace(byUsage.Title, "by usage", "flat-rate plan", 1)
	d.Billed = []Dimension{CloudFrontPlans}
	for _, what := range byUsage.Billed {
		if !slices.ContainsFunc(inPlans, func(in Dimension) bool { return in.ID == what.ID }) {
			d.Billed = append(d.Billed, what)
		}
	}
	d.FlatRate = true
	d.notes = func(w *Workload) (all []string) {
		if byUsage.notes != nil {
			all = byUsage.notes(w)
		}
		if w.CDN.Invalidations > 0 {
			all = append(all, "no source says whether a flat-rate plan includes invalidations: they are billed as without one")
		}
		return all
	}
	d.adapt = func(w *Workload, t *Traffic) {
		byUsage.adapt(w, t)
		t.Edge.Plan = w.plan().Name
	}
	d.carries = func(w *Workload) string {
		if w.plan().Name == "" {
			return "no flat-rate plan carries this much traffic: " + Plans[len(Plans)-1].carries(w.traffic())
		}
		return ""
	}
	return d
}

// plan is the smallest one that carries what viewers ask for and get.
func (w *Workload) plan() Plan { return planFor(w.traffic()) }
