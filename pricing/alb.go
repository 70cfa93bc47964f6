package pricing

import "slices"

// What one load balancer capacity unit (LCU) of an Application Load Balancer
// holds (Elastic Load Balancing pricing page). The bytes are decimal: AWS's
// example counts 300 KB/s as 1.08 GB an hour.
const (
	lcuConnections = 25            // new ones per second
	lcuActive      = 3000          // open ones, sampled each minute
	lcuMutual      = 1500          // the same with mutual TLS
	lcuBytes       = 1_000_000_000 // per hour, for instances, containers and addresses
	lcuLambdaBytes = 400_000_000   // per hour, for Lambda functions
	lcuRules       = 1000          // rule evaluations per second
	lcuFreeRules   = 10            // rules of a request that are not counted
)

// A load balancer is paid by the hour for as long as it exists.
var (
	ALBHours = hourly("alb.hours", "Load balancer hours", Hours, "load balancer", func(Traffic) int64 { return 1 })
	// ALBAddresses are public IPv4 addresses: an internet-facing load balancer
	// has one in each of its zones.
	ALBAddresses = hourly("alb.addresses", "Load balancer public IPv4 addresses", AddressHours, "zones", func(t Traffic) int64 { return t.Zones })
	// ALBTrustStores are the trust stores that mutual TLS needs.
	ALBTrustStores = hourly("alb.truststore", "Load balancer trust store (mutual TLS)", Hours, "trust store", func(t Traffic) int64 {
		if t.MutualTLS {
			return 1
		}
		return 0
	})
)

// balancerFeatures are those of every Application Load Balancer. With a function
// behind it, it has neither WebSocket nor streaming, and one target, so that
// there is nothing to stick to. Sources: Application Load Balancer user guide,
// "Verify JWTs", "Mutual authentication with TLS", "AWS WAF", "Lambda functions as
// targets" and "Load balancer scheme" (internal ones are reachable from within
// their VPC only).
var balancerFeatures = []string{"waf", "jwt", "custom-domain", "mutual-tls"}

// ALB is an internet-facing Application Load Balancer whose target is a Lambda
// function. Sources of its limits: Application Load Balancer user guide, "Lambda
// functions as targets" (1 MB each way) and "Quotas" (64 KB of headers).
var ALB = Door{
	Name: "alb", Title: "Application Load Balancer", Features: balancerFeatures,
	Limits: Limits{RequestBytes: 1 << 20, ResponseBytes: 1 << 20, HeaderBytes: 64 << 10},
	Billed: slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores}, functionBill, wafBill, watchingBill, toViewers),
	adapt:  (*Workload).preflighted,
}

// InternalALB is the same within a VPC: it has no public addresses, and nothing
// leaves the region through it.
var InternalALB = Door{
	Name: "alb-internal", Title: "Internal Application Load Balancer",
	Features: append([]string{"private-endpoint"}, balancerFeatures...),
	Limits:   ALB.Limits,
	Billed:   slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBTrustStores}, functionBill, wafBill, watchingBill),
	adapt:    (*Workload).preflighted,
	ruledOut: func(w *Workload) string {
		if w.Private.Zones == 0 && !slices.Contains(w.Requires, "private-endpoint") {
			return "the workload is not private: it neither requires nor states a private endpoint"
		}
		return ""
	},
}

// preflighted lets the function answer preflights, which a load balancer passes on.
func (w *Workload) preflighted(t *Traffic) {
	if t.Invocations.Quantity.Sign() > 0 {
		t.Invocations.Quantity = t.Invocations.Quantity.Add(w.Requests.Likely.Mul(w.Preflights.Likely))
	}
}
