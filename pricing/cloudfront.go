package pricing

import (
	"slices"
	"time"
)

// Edge is a CloudFront distribution in front of a door.
type Edge struct {
	Viewers Viewers
	Plan    string // a flat-rate plan; "": pay as you go
	Misses  Amount // requests that its cache does not answer and the door does

	Runs        Amount // of CloudFront Functions
	Invocations Amount // of Lambda@Edge
	Duration    Dist   // µs of one of those
	MemoryMB    int64  // of Lambda@Edge
}

// CloudFront is billed where its viewers are, which is the variant, and not in
// the region of the door behind it. Its leg to the viewer takes the place of
// the door's transfer out, but for the messages of a WebSocket API next to it; what
// the door sends to CloudFront is free.
var (
	// CloudFrontRequests are HTTPS requests of viewers.
	CloudFrontRequests = byViewers("cloudfront.requests", "CloudFront HTTPS requests", Requests, func(t Traffic) Reading {
		return asCounted(t.Requests, "requests of viewers")
	})
	// CloudFrontTransfer is what goes out to viewers.
	CloudFrontTransfer = byViewers("cloudfront.transfer", "CloudFront transfer to viewers", GB, Traffic.toViewers)
	// CloudFrontOrigin is what goes from CloudFront to the door: the bytes of
	// the requests that its cache does not answer.
	CloudFrontOrigin = byViewers("cloudfront.origin", "CloudFront transfer to the origin", GB, func(t Traffic) Reading {
		return volume(t.Edge.Misses, t.RequestBytes, "requests past the cache", "bytes")
	})
)

// Code at CloudFront's edge: CloudFront Functions by the run, Lambda@Edge by
// the request and by GB-seconds, each rounded up to 1 ms.
var (
	CloudFrontFunctions = counted("cloudfront.functions", "CloudFront Functions", Requests, "runs", func(t Traffic) Amount { return t.Edge.Runs })
	EdgeRequests        = counted("lambda.edge.requests", "Lambda@Edge requests", Requests, "invocations", func(t Traffic) Amount { return t.Edge.Invocations })
	EdgeDuration        = metered("lambda.edge.duration", "Lambda@Edge duration", GBSeconds, func(t Traffic) Reading {
		switch e := t.Edge; {
		case e.Invocations.Quantity.Sign() <= 0:
			return Reading{}
		case e.Duration.Empty() || e.MemoryMB <= 0:
			return unknownDuration()
		default:
			return eachRoundedUp(e.Invocations, "%s invocations", e.Duration, e.MemoryMB)
		}
	})
)

// toViewers leaves out messages: a WebSocket API next to the distribution sends
// them itself.
func (t Traffic) toViewers() Reading {
	t.Messages = Amount{}
	return t.outgoing()
}

// edgeTimeout is how long Lambda@Edge may run (CloudFront developer guide,
// "Quotas on Lambda@Edge").
const edgeTimeout = 30 * time.Second

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

// cdnFeatures are those of a distribution in front of a function URL, whose
// features, such as streaming, it passes on. Sources: CloudFront developer guide,
// "Restrict access to an AWS Lambda function URL origin" (origin access control
// signs for the viewer), "Mutual TLS authentication with CloudFront (viewer)" and
// "Use AWS WAF protections".
var cdnFeatures = []string{"cdn", "edge", "caching", "waf", "iam", "custom-domain", "streaming", "mutual-tls"}

// cdnLimits: CloudFront developer guide, "Quotas" (an origin response timeout of 30 s
// that can be set to 120 s). A viewer may send and get more than a function.
var cdnLimits = Limits{Longer: Longer{
	Than: 30 * time.Second, To: 120 * time.Second, How: "set the distribution's origin response timeout to more than that, at most 120 s",
}}

// CloudFront is a distribution in front of a function URL, paid by usage.
var CloudFront = Door{
	Name: "cloudfront", Title: "CloudFront by usage, before a function URL", Features: cdnFeatures,
	Limits:   cdnLimits,
	Billed:   slices.Concat(cdnUse, functionBill, wafBill, logsBill, watchingBill, socketBill, toViewers),
	adapt:    (*Workload).atEdge,
	ruledOut: withoutCDN,
}

// CloudFrontPlan is the same under a flat-rate plan.
var CloudFrontPlan = Door{
	Name: "cloudfront-plan", Title: "CloudFront flat-rate plan, before a function URL", Features: cdnFeatures,
	Limits:   cdnLimits,
	Billed:   slices.Concat([]Dimension{CloudFrontPlans, EdgeRequests, EdgeDuration}, functionBill, lambdaLogBill, watchingBill, socketBill, toViewers),
	FlatRate: true,
	adapt: func(w *Workload, t *Traffic) {
		w.atEdge(t)
		t.Edge.Plan = planFor(*t).Name
	},
	ruledOut: withoutCDN,
	carries: func(w *Workload) string {
		if t := w.traffic(); planFor(t).Name == "" {
			return "no flat-rate plan carries this much traffic: " + Plans[len(Plans)-1].carries(t)
		}
		return ""
	},
}

func withoutCDN(w *Workload) string {
	if len(w.CDN.Viewers) == 0 {
		return "the workload states no cloudfront section"
	}
	return ""
}

func (w *Workload) atEdge(t *Traffic) {
	t.Edge = Edge{
		Viewers:     w.CDN.Viewers,
		Misses:      missed(t.Requests, w.CDN.Hits),
		Runs:        amount(t.Requests.Quantity.Mul(w.CDN.FunctionShare.Likely)),
		Invocations: amount(t.Requests.Quantity.Mul(w.CDN.Edge.Share.Likely)),
		Duration:    w.CDN.Edge.Duration.dist(millisecond),
		MemoryMB:    w.CDN.Edge.MemoryMB,
	}
	t.Invocations = missed(t.Invocations, w.CDN.Hits)
}
