package pricing

import (
	"cmp"
	"slices"
	"time"
)

// A distribution in front of an API or of a load balancer. Viewers pay CloudFront, and
// only what passes its cache reaches the front door behind it, which is billed as ever,
// but for its transfer: that to CloudFront is free. A stage's cache is left out, since
// CloudFront caches before it, and WAF stands at the distribution, once.
var (
	CloudFrontREST       Door = behindDistribution("cloudfront-rest-api", "a REST API", RESTAPI, stageCacheLeftOut)
	CloudFrontHTTP       Door = behindDistribution("cloudfront-http-api", "an HTTP API", HTTPAPI, nil)
	CloudFrontALB        Door = behindDistribution("cloudfront-alb", "an Application Load Balancer", ALB, balancerConnections)
	CloudFrontContainers Door = behindDistribution("cloudfront-alb-containers", "an Application Load Balancer, Fargate containers", ContainerALB, balancerConnections)
)

// behindDistribution is an origin with a distribution in front of it.
func behindDistribution(name, title string, origin Door, notes func(*Workload) []string) Door {
	return Door{
		Name: name, Title: "CloudFront by usage, before " + title,
		Features: behindCDN(origin), Limits: limitsBehindCDN(origin), Listener: cloudFrontListener, Billed: billedBehindCDN(origin),
		Origin:       origin.Name,
		adapt:        func(w *Workload, t *Traffic) { w.passCDN(origin, t) },
		ruledOut:     func(w *Workload) string { return w.withoutOrigin(origin) },
		FreeRefusals: origin.FreeRefusals,
		RouteMetrics: origin.RouteMetrics, Links: origin.Links, Experimental: origin.Experimental,
		notes: notes,
	}
}

// Distribution is the front door that is billed for a CloudFront distribution in front of
// origin: paid by usage, or under a flat-rate plan. An origin that no entry of [Doors] has
// a distribution in front of, such as a server that AWS does not bill or a Lambda Web
// Function, is put behind one here.
func Distribution(origin Door, flatRate bool) Door {
	for _, d := range Doors {
		if d.Origin == origin.Name && d.FlatRate == flatRate {
			return d
		}
	}
	before := "a server"
	if len(origin.Billed) > 0 {
		before = "a " + origin.Title
	}
	d := behindDistribution(CloudFront.Name+"-"+origin.Name, before, origin, nil)
	if flatRate {
		return underPlan(d, d.Name+"-plan")
	}
	return d
}

func stageCacheLeftOut(w *Workload) []string {
	if w.Cache.GB == "" {
		return nil
	}
	return []string{"the stage's cache is left out: CloudFront caches in front of it"}
}

func balancerConnections(w *Workload) []string {
	return append(w.balancerNotes(), "CloudFront's connections to the load balancer are taken to carry as many requests as those of clients would")
}

// cdnUse is what CloudFront itself is billed for.
var cdnUse = slices.Concat(
	inAreas(CloudFrontRequests, CloudFrontTransfer, CloudFrontOrigin), []Dimension{CloudFrontFunctions, CloudFrontInvalidations, EdgeRequests, EdgeDuration},
)

// originPassed are features of an origin that a distribution in front of it takes away,
// since a viewer's SigV4 signature is for another host and the distribution is public,
// or that are not priced behind one.
var originPassed = []string{"iam", "private-endpoint", "websocket"}

// behindCDN are the features of a distribution with some origin: those of both, but for
// streaming, which is the origin's, and IAM, by which CloudFront signs for function URLs.
func behindCDN(origin Door) (all []string) {
	for _, f := range cdnFeatures {
		if f != "iam" && f != "streaming" {
			all = append(all, f)
		}
	}
	for _, f := range origin.Features {
		if !slices.Contains(originPassed, f) && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// limitsBehindCDN are the origin's, with the least of both timeouts.
func limitsBehindCDN(origin Door) Limits {
	l := origin.Limits
	l.CachedBytes, l.MessageBytes, l.FrameBytes = 0, 0, 0
	if l.Longer.How == "" {
		return l
	}
	least := func(own, most time.Duration) time.Duration { return min(cmp.Or(own, most), most) }
	l.Longer.Than = least(cmp.Or(l.Longer.Than, l.Timeout), cdnLimits.Longer.Than)
	l.Longer.To = least(l.Longer.To, cdnLimits.Longer.To)
	l.Longer.How += "; and " + cdnLimits.Longer.How
	return l
}

// billedBehindCDN is CloudFront and, of what passes its cache, the origin.
func billedBehindCDN(origin Door) []Dimension {
	around := slices.Concat(functionBill, wafBill, logsBill, watchingBill, socketBill, toViewers)
	all := slices.Clone(cdnUse)
	for _, d := range origin.Billed {
		if !slices.ContainsFunc(around, func(a Dimension) bool { return a.ID == d.ID }) {
			all = append(all, pastCache(d))
		}
	}
	if !origin.HasFunction() {
		return slices.Concat(all, wafBill, []Dimension{LogsIngested}, watchingBill, toViewers)
	}
	return slices.Concat(all, around)
}

// pastCache is a dimension of the origin, which sees only what passes the distribution.
func pastCache(d Dimension) Dimension {
	whole := d.Meter
	d.Meter = func(t Traffic) Reading { return whole(t.pastEdge()) }
	return d
}

// passCDN makes the traffic of an origin behind a distribution.
func (w *Workload) passCDN(origin Door, t *Traffic) {
	one := *w
	one.Cache = CacheUse{}
	if origin.adapt != nil {
		origin.adapt(&one, t)
	}
	one.atEdge(t)
	t.Authorized = missed(t.Authorized, w.CDN.Hits)
	t.Watching.Traces = missed(t.Watching.Traces, w.CDN.Hits)
}

// withoutOrigin says why there is no such origin behind a distribution.
func (w *Workload) withoutOrigin(origin Door) string {
	if w.Sockets.stated() && !origin.HasFunction() {
		return "WebSocket connections through CloudFront are not priced"
	}
	if reason := withoutCDN(w); reason != "" || origin.ruledOut == nil {
		return reason
	}
	return origin.ruledOut(w)
}
