package pricing

import (
	"fmt"
	"slices"
	"strings"
)

// A Door is a front door: what it is called, what it can do, how clients
// connect to it, what it is billed for, and what becomes of a workload's traffic behind it. [Doors] is the only
// table of front doors; everything else that knows one reads it here, or embeds
// it as the kinds of package targets do.
type Door struct {
	Name     string // as files spell it: "rest-api"
	Title    string // as reports spell it: "REST API"
	Features []string
	Limits   Limits
	Listener Listener
	Billed   []Dimension // in the order of a bill

	Alone        bool     // it is none: there is no other to choose, and nothing reaches it from outside
	FreeRefusals bool     // a request that it refuses by 403 or 429 is not charged
	FlatRate     bool     // its price holds for the stated traffic only, so it has no curve over requests
	Origin       string   // the name of the front door behind it, where it is a CloudFront distribution
	Usual        bool     // its crossings with the others of these are shown, whatever else is cheaper still, if no doors were named
	RouteMetrics int64    // detailed metrics of each route and method; 0: it has no routes
	CacheMetrics int64    // and of its cache
	Links        []string // what a VPC link of it can lead to; none: it calls no HTTP server
	NoAccessLogs string   // why it writes none into CloudWatch Logs; "": it does
	Experimental string   // why what is said of it may turn out wrong, which every output says; "": it is well known

	adapt    func(*Workload, *Traffic) // nil: every request that is not refused invokes the function
	ruledOut func(*Workload) string    // why it cannot serve a workload, "" if it can; nil: it serves all
	carries  func(*Workload) string    // why a month is too much for its plan, "" if it is not; nil: it has no plan
	notes    func(*Workload) []string  // what a bill of it must say; nil: nothing
}

// Doors are the front doors that can be priced, in the order in which they are
// listed. Each value stands in the file of its service.
var Doors = []Door{
	RESTAPI,
	PrivateRESTAPI,
	HTTPAPI,
	FunctionURL,
	LambdaWeb,
	ALB,
	InternalALB,
	ContainerALB,
	WebSocketAPI,
	CloudFront,
	CloudFrontREST,
	CloudFrontHTTP,
	CloudFrontALB,
	CloudFrontContainers,
	CloudFrontPlan,
	CloudFrontPlanREST,
	CloudFrontPlanHTTP,
	CloudFrontPlanALB,
	CloudFrontPlanContainers,
}

// DoorNamed finds a front door by its name.
func DoorNamed(name string) (Door, error) {
	names := make([]string, len(Doors))
	for i, d := range Doors {
		if names[i] = d.Name; d.Name == name {
			return d, nil
		}
	}
	return Door{}, fmt.Errorf("there is no front door %q; there are %s", name, strings.Join(names, ", "))
}

// What most front doors are billed for besides their own requests.
var (
	functionBill  = []Dimension{LambdaRequests, LambdaDuration, durationUnlike, LambdaStorage, LambdaStreaming, ProvisionedConcurrency, ProvisionedDuration}
	logsBill      = []Dimension{LogsIngested, LambdaLogs}
	lambdaLogBill = []Dimension{LambdaLogs}
	watchingBill  = []Dimension{
		LogsStored, LogsScanned, MetricsRead, MetricCalls, CustomMetrics, MetricAlarms, TracesRecorded, TracesRead,
	}
	wafBill    = []Dimension{WAFACLs, WAFRules, WAFRequests}
	socketBill = []Dimension{WebSocketMessages, WebSocketMinutes} // of a WebSocket API next to it
	toViewers  = []Dimension{DataOut}                             // over the internet
)

// Bills says whether a dimension is on the front door's bill.
func (d Door) Bills(what Dimension) bool {
	return slices.ContainsFunc(d.Billed, func(b Dimension) bool { return b.ID == what.ID })
}

// HasBalancer says whether clients connect to a load balancer, which alone may check their
// certificates. One behind an API is none of theirs.
func (d Door) HasBalancer() bool { return d.Bills(ALBTrustStores) }

// HasFunction says whether a Lambda function stands behind the front door.
func (d Door) HasFunction() bool { return d.Bills(LambdaRequests) }

func (d Door) has(feature string) bool { return slices.Contains(d.Features, feature) }

// Traffic is the workload's month at the front door.
func (d Door) Traffic(w *Workload) Traffic {
	t := w.traffic()
	if d.adapt != nil {
		d.adapt(w, &t)
	}
	if w.mixed() && !d.has("websocket") {
		w.besides(&t)
	}
	if d.NoAccessLogs != "" {
		t.Watching.AccessLog = Dist{}
	}
	if w.HTTP && len(d.Links) > 0 {
		w.integrate(&t)
	}
	t.Watching.CustomMetrics += d.detailedMetrics(w)
	w.settle(&t)
	return t
}

// RuledOut says why the front door cannot serve the workload; nothing if it can.
func (d Door) RuledOut(w *Workload) []string {
	if reasons := d.unfit(w); len(reasons) > 0 {
		return reasons
	}
	reasons := d.exceeded(w)
	if d.carries != nil {
		if reason := d.carries(w); reason != "" {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// unfit says why the front door cannot serve the workload, however little traffic
// there is and however small.
func (d Door) unfit(w *Workload) (reasons []string) {
	if d.ruledOut != nil {
		if reason := d.ruledOut(w); reason != "" {
			return []string{reason}
		}
	}
	if reason := d.unlinked(w); reason != "" {
		return []string{reason}
	}
	for _, need := range Lacking(w.needs(), d) {
		reasons = append(reasons, "it has no "+strings.ReplaceAll(need, "-", " "))
	}
	return reasons
}
