package pricing

import (
	"fmt"
	"slices"
	"time"
)

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
	ALBHours = hourly("alb.hours", "Load balancer hours", Hours, "load balancer", func(Traffic) Amount { return Amount{Quantity: Whole(1)} })
	// ALBAddresses are public IPv4 addresses: an internet-facing load balancer
	// has one in each of its zones.
	ALBAddresses = hourly("alb.addresses", "Load balancer public IPv4 addresses", AddressHours, "zones", func(t Traffic) Amount { return Amount{Quantity: Whole(t.Zones), Basis: t.ZonesBasis} })
	// ALBTrustStores are the trust stores that mutual TLS needs.
	ALBTrustStores = hourly("alb.truststore", "Load balancer trust store (mutual TLS)", Hours, "trust store", func(t Traffic) (n Amount) {
		if t.MutualTLS {
			n.Quantity = Whole(1)
		}
		return n
	})
)

// DefaultZones are those of an internet-facing load balancer where the workload does not state
// them: the fewest that it may have (Application Load Balancer user guide,
// "Application Load Balancers": subnets in at least two zones).
const DefaultZones = 2

// What is assumed of the connections of clients where a workload does not state
// them. Source: the first example of the Elastic Load Balancing pricing page, with
// one connection a second that lives two minutes and five requests a second.
const (
	usualRequests = 5   // on a connection
	usualSeconds  = 120 // for which it lives
)

// balancerFeatures are those of every Application Load Balancer. With a function
// behind it, it has neither WebSocket nor streaming, and one target, so that
// there is nothing to stick to. Sources: Application Load Balancer user guide,
// "Verify JWTs", "Mutual authentication with TLS", "AWS WAF", "Lambda functions as
// targets" and "Load balancer scheme" (internal ones are reachable from within
// their VPC only).
var balancerFeatures = []string{"waf", "jwt", "custom-domain", "mutual-tls"}

// ALB is an internet-facing Application Load Balancer whose target is a Lambda
// function.
var ALB = Door{
	Name: "alb", Title: "Application Load Balancer", Features: balancerFeatures,
	Limits: albLimits, Listener: albListener,
	Billed: slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores}, functionBill, wafBill, lambdaLogBill, watchingBill, socketBill, toViewers),
	Usual:  true,
	ruledOut: func(w *Workload) string {
		if w.internal() {
			return "load_balancer has public_zones: 0, so it is an internal one"
		}
		return ""
	},
	notes:        (*Workload).balancerNotes,
	NoAccessLogs: albLogs,
}

// albLimits: Application Load Balancer user guide, "Lambda functions as targets" (1 MB
// each way), "Quotas" (64 KB of headers) and "Edit attributes" (an idle timeout of
// 60 s that can be set to 4,000 s).
var albLimits = Limits{RequestBytes: 1 << 20, ResponseBytes: 1 << 20, HeaderBytes: 64 << 10, Longer: idle}

var idle = Longer{Than: time.Minute, To: 4000 * time.Second, How: "set the load balancer's idle timeout to more than that, at most 4,000 s"}

// albLogs: Application Load Balancer user guide, "Access logs".
const albLogs = "a load balancer writes its access logs to S3, whose storage is not in this bill"

// InternalALB is the same within a VPC: it has no public addresses, and nothing
// leaves the region through it.
var InternalALB = Door{
	Name: "alb-internal", Title: "Internal Application Load Balancer",
	Features: append([]string{"private-endpoint"}, balancerFeatures...),
	Limits:   albLimits,
	Listener: albListener,
	Billed:   slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBTrustStores}, functionBill, wafBill, lambdaLogBill, watchingBill, socketBill),
	ruledOut: func(w *Workload) string {
		if w.Private.Zones == 0 && !slices.Contains(w.Requires, "private-endpoint") && !w.internal() {
			return "the workload is not private: it neither requires nor states a private endpoint, and has no load_balancer with public_zones: 0"
		}
		return ""
	},
	notes:        (*Workload).balancerNotes,
	NoAccessLogs: albLogs,
}

// internal says whether the workload's load balancer is stated to be an internal one.
func (w *Workload) internal() bool { return w.Balancer.Zones != nil && *w.Balancer.Zones == 0 }

// zones are those of an internet-facing load balancer.
func (w *Workload) zones() (n int64, basis Basis) {
	if w.Balancer.Zones == nil {
		return DefaultZones, Assumed
	}
	return *w.Balancer.Zones, Stated
}

// connect fills in the connections of clients: stated, or as AWS's example has them.
func (w *Workload) connect(t *Traffic) {
	c, none := w.Connections, Quantity{}
	assumed := func(n int64) Amount {
		return Amount{Quantity: Whole(n), Basis: Assumed, Source: "AWS's example of a load balancer's price"}
	}
	t.ConnectionSeconds = amount(c.Seconds.Likely)
	if c.Seconds.High.Sign() == 0 {
		t.ConnectionSeconds = assumed(usualSeconds)
	}
	switch {
	case c.PerSecond.High.Sign() > 0:
		t.Connections = amount(c.PerSecond.Likely.Mul(w.month()).Mul(Whole(3600)))
	case c.Requests.Likely.Cmp(none) > 0:
		t.Connections = amount(t.Requests.Quantity.Div(c.Requests.Likely))
	case c.Kept.High.Sign() == 0 && t.Requests.Quantity.Sign() > 0:
		t.Connections = assumed(0)
		t.Connections.Quantity = t.Requests.Quantity.Div(Whole(usualRequests))
	default:
		t.ConnectionSeconds = Amount{}
	}
	if c.Life.Source != "" {
		t.Connections.Basis, t.Connections.Source = Measured, "client's count of new connections"
		t.ConnectionSeconds.Basis, t.ConnectionSeconds.Source = c.Life.Basis, c.Life.Source
	}
}

// balancerNotes say what is assumed of a load balancer.
func (w *Workload) balancerNotes() (notes []string) {
	c := w.Connections
	switch {
	case w.Balancer.LCUs.High.Sign() > 0:
		return []string{"the load balancer's LCUs are the stated ones, whatever would make them"}
	case w.Requests.High.Sign() == 0:
	case c.Requests.High.Sign() == 0 && c.Kept.High.Sign() == 0 && c.PerSecond.High.Sign() == 0:
		notes = append(notes, newConnectionsNote())
	}
	if c.Seconds.High.Sign() == 0 && c.Kept.High.Sign() == 0 && w.Requests.High.Sign() > 0 {
		notes = append(notes, fmt.Sprintf("the workload states no lifetime of connections: %d s are assumed, as in AWS's own example", usualSeconds))
	}
	if w.Balancer.Zones == nil && w.Private.Zones == 0 {
		notes = append(notes, fmt.Sprintf("public addresses of an internet-facing load balancer in %d zones, the fewest that there may be, are assumed: state load_balancer: {public_zones: …}", DefaultZones))
	}
	if w.Preflights.High.Sign() > 0 && !w.appAnswers() {
		notes = append(notes, "preflights are taken to be answered by a fixed response of the load balancer: state preflights_answered_by: application if the application answers them")
	}
	return notes
}

// AssumedCapacity says which of the four measures of a load balancer's capacity units the
// workload does not state, and what is taken for them.
func (w *Workload) AssumedCapacity() (all []string) {
	c := w.Connections
	if w.Balancer.LCUs.High.Sign() > 0 {
		return nil
	}
	if c.Requests.High.Sign() == 0 && c.Kept.High.Sign() == 0 && c.PerSecond.High.Sign() == 0 {
		all = append(all, fmt.Sprintf("new connections: %d requests on each, as in AWS's own example", usualRequests))
	}
	if c.Seconds.High.Sign() == 0 && c.Kept.High.Sign() == 0 {
		all = append(all, fmt.Sprintf("open connections: each for %d s, as in AWS's own example", usualSeconds))
	}
	in, out := w.RequestBytes.dist(1).Empty(), w.ResponseBytes.dist(1).Empty()
	switch {
	case in && out:
		all = append(all, "processed bytes: left out")
	case in:
		all = append(all, "processed bytes: those of responses, without those of requests")
	case out:
		all = append(all, "processed bytes: those of requests, without those of responses")
	}
	if w.Balancer.Rules == 0 {
		all = append(all, fmt.Sprintf("rule evaluations: left out, as if no request met more than the %d rules that are free", lcuFreeRules))
	}
	return all
}

// toALB is what a VPC link to an internal one is called.
const toALB = "alb"

// newConnectionsNote says what is assumed of connections that are not stated.
func newConnectionsNote() string {
	return fmt.Sprintf("the workload states no new connections: %d requests on each are assumed, as in AWS's own example; state connections: {requests_per_connection: …, lifetime: …}", usualRequests)
}
