package pricing

import "slices"

// A Front is a front door as a buyer sees it: what it is billed for, what it
// can do, and what becomes of a workload's traffic behind it.
type Front struct {
	Name     string
	Title    string
	Billed   []Dimension
	Features []string
	adapt    func(*Workload, *Traffic)
	refuse   func(*Workload) string // why it cannot serve the workload; nil: it can
}

// What most doors have in common.
var (
	functionBill = []Dimension{LambdaRequests, LambdaDuration, LambdaStorage, LambdaStreaming, ProvisionedConcurrency, ProvisionedDuration}
	watchingBill = []Dimension{
		LogsIngested, LambdaLogs, LogsStored, LogsScanned, MetricsRead, MetricCalls, CustomMetrics, MetricAlarms,
		TracesRecorded, TracesRead,
	}
	wafBill = []Dimension{WAFACLs, WAFRules, WAFRequests}
)

// Fronts are the doors that a workload is compared at.
var Fronts = []Front{
	{
		Name: "rest-api", Title: "API Gateway REST API", Features: restFeatures,
		Billed: slices.Concat([]Dimension{RESTRequests, RESTCacheHours}, functionBill, wafBill, watchingBill, []Dimension{DataOut}),
		adapt:  func(w *Workload, t *Traffic) { w.authorise(t); w.cached(t) },
	},
	{
		Name: "rest-api-private", Title: "API Gateway private REST API", Features: privateFeatures,
		Billed: slices.Concat([]Dimension{RESTRequests, RESTCacheHours, EndpointHours, EndpointBytes}, functionBill, wafBill, watchingBill),
		adapt:  func(w *Workload, t *Traffic) { w.authorise(t); w.cached(t); t.EndpointZones = w.Private },
		refuse: func(w *Workload) string {
			if w.Private == 0 {
				return "the workload states no private_endpoint"
			}
			return ""
		},
	},
	{
		Name: "http-api", Title: "API Gateway HTTP API", Features: httpFeatures,
		Billed: slices.Concat([]Dimension{HTTPRequests}, functionBill, watchingBill, []Dimension{DataOut}),
		adapt:  func(w *Workload, t *Traffic) { w.authorise(t) },
	},
	{
		Name: "function-url", Title: "Lambda function URL", Features: functionFeatures,
		Billed: slices.Concat(functionBill, watchingBill, []Dimension{DataOut}),
	},
	{
		Name: "alb", Title: "Application Load Balancer, Lambda target", Features: balancerFeatures,
		Billed: slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores}, functionBill, wafBill, watchingBill, []Dimension{DataOut}),
		adapt:  func(w *Workload, t *Traffic) { w.preflighted(t) },
	},
	{
		Name: "alb-containers", Title: "Application Load Balancer, Fargate containers", Features: containerFeatures,
		Billed: slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores, FargateVCPU, FargateMemory}, wafBill, watchingBill, []Dimension{DataOut}),
		adapt: func(w *Workload, t *Traffic) {
			t.Invocations = Amount{}
			t.Containers = Containers{Tasks: amount(w.Containers.Tasks.Likely), VCPU: w.Containers.VCPU, MemoryGB: w.Containers.MemoryGB}
			w.framed(t)
		},
		refuse: func(w *Workload) string {
			if w.Containers.Tasks.High.Sign() == 0 {
				return "the workload states no containers"
			}
			return ""
		},
	},
	{
		Name: "websocket-api", Title: "API Gateway WebSocket API", Features: webSocketFeatures,
		Billed: slices.Concat([]Dimension{WebSocketMessages, WebSocketMinutes}, functionBill, watchingBill, []Dimension{DataOut}),
		adapt: func(w *Workload, t *Traffic) {
			w.authorise(t)
			w.framed(t)
			w.routed(t)
		},
		refuse: func(w *Workload) string {
			if !w.Sockets.stated() {
				return "the workload states no websocket traffic"
			}
			return ""
		},
	},
	{
		Name: "cloudfront", Title: "CloudFront, paid as it goes, before a function URL", Features: cdnFeatures,
		Billed: slices.Concat([]Dimension{CloudFrontRequests, CloudFrontTransfer, CloudFrontOrigin, CloudFrontFunctions, EdgeRequests, EdgeDuration}, functionBill, wafBill, watchingBill),
		adapt:  func(w *Workload, t *Traffic) { w.edge(t) },
		refuse: withoutCDN,
	},
	{
		Name: "cloudfront-plan", Title: "CloudFront flat-rate plan before a function URL", Features: cdnFeatures,
		Billed: slices.Concat([]Dimension{CloudFrontPlans, CloudFrontFunctions, EdgeRequests, EdgeDuration}, functionBill, watchingBill),
		adapt: func(w *Workload, t *Traffic) {
			w.edge(t)
			plan, _ := planFor(*t)
			if t.Edge.Plan = w.CDN.StatedPlanName; t.Edge.Plan == "" {
				t.Edge.Plan = plan.Name
			}
		},
		refuse: func(w *Workload) string {
			if why := withoutCDN(w); why != "" {
				return why
			}
			if _, ok := planFor(w.traffic()); !ok {
				return "no flat-rate plan carries this much traffic"
			}
			return ""
		},
	},
}

func withoutCDN(w *Workload) string {
	if w.CDN.Viewers == "" {
		return "the workload states no cloudfront section"
	}
	return ""
}

// Traffic is the workload's month at the door.
func (f Front) Traffic(w *Workload) Traffic {
	t := w.traffic()
	if f.adapt != nil {
		f.adapt(w, &t)
	}
	w.settle(&t)
	return t
}

// Against says why the door cannot serve the workload; nothing where it can.
func (f Front) Against(w *Workload) (why []string) {
	if f.refuse != nil {
		if reason := f.refuse(w); reason != "" {
			return []string{reason}
		}
	}
	for _, need := range w.needs() {
		if !slices.Contains(f.Features, need) {
			why = append(why, "it has no "+spoken(need))
		}
	}
	return why
}

// needs are the features that are required in words, and those that follow
// from what the workload states.
func (w *Workload) needs() []string {
	needs := slices.Clone(w.Requires)
	for feature, stated := range map[string]bool{
		"lambda-authorizer":  w.Authorizer.MemoryMB > 0,
		"websocket":          w.Sockets.stated(),
		"streaming":          w.Function.Streaming,
		"direct-integration": w.Direct,
		"mutual-tls":         w.Balancer.MutualTLS,
		"waf":                w.WAF.ACLs > 0,
	} {
		if stated && !slices.Contains(needs, feature) {
			needs = append(needs, feature)
		}
	}
	slices.Sort(needs)
	return needs
}
