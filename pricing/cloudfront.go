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
	Refused Amount // requests that it refuses itself, which are no misses
	Uncut   bool   // Unbilled are counted: all of them are misses, since 403 and 429 are not kept

	Paths       int64  // invalidated in the month
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

// CloudFrontInvalidations are paths in requests to invalidate what is kept, whatever each
// of them matches (Amazon CloudFront pricing page, "Invalidation requests").
var CloudFrontInvalidations = counted("cloudfront.invalidations", "CloudFront invalidations", Paths, "paths", func(t Traffic) Amount { return amount(Whole(t.Edge.Paths)) })

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
	Origin:   FunctionURL.Name,
	Listener: cloudFrontListener,
	Billed:   slices.Concat(cdnUse, functionBill, wafBill, logsBill, watchingBill, socketBill, toViewers),
	adapt:    (*Workload).atEdge,
	ruledOut: withoutCDN,
}

func withoutCDN(w *Workload) string {
	if len(w.CDN.Viewers) == 0 {
		return "the workload states no cloudfront section"
	}
	return ""
}

func (w *Workload) atEdge(t *Traffic) {
	t.Edge = w.CDN.At(t.Requests, "the workload")
	t.Edge.Misses, t.Edge.Paths = missed(t.Requests, w.CDN.Hits), w.CDN.Invalidations
	t.Invocations = missed(t.Invocations, w.CDN.Hits)
}

// At is what a distribution with this use does for so many requests, by what a source
// states. How many its cache does not answer is left out.
func (u CDNUse) At(requests Amount, source string) Edge {
	of := func(share Quantity) Amount {
		return Amount{Quantity: requests.Quantity.Mul(share), Basis: Stated, Source: source}
	}
	return Edge{
		Viewers:     u.Viewers,
		Runs:        of(u.FunctionShare.Likely),
		Invocations: of(u.Edge.Share.Likely),
		Duration:    u.Edge.Duration.dist(millisecond),
		MemoryMB:    u.Edge.MemoryMB,
	}
}
