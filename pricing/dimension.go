package pricing

import (
	"slices"
	"strings"
)

// A Unit is what a dimension is counted in, as the price book spells it.
type Unit string

// The units of the dimensions.
const (
	Requests     Unit = "requests"
	Hours        Unit = "hours"
	GBSeconds    Unit = "GB-seconds"
	LCUHours     Unit = "LCU-hours"
	AddressHours Unit = "address-hours"
	Messages     Unit = "messages"
	Minutes      Unit = "minutes"
	Months       Unit = "months"
	GB           Unit = "GB" // of data transfer: 1024³ bytes
	GBMonths     Unit = "GB-months"
	GBHours      Unit = "GB-hours"
	VCPUHours    Unit = "vCPU-hours"
	VCPUSeconds  Unit = "vCPU-seconds"
	Metrics      Unit = "metrics"
	Calls        Unit = "calls"
	Traces       Unit = "traces"
	Alarms       Unit = "alarms"
	Paths        Unit = "paths"

	RequestUnits     Unit = "request units"
	StateTransitions Unit = "state transitions"
)

// A Dimension is one thing that is billed.
type Dimension struct {
	ID       string // the rate's key in the price book, e.g. "apigateway.rest.requests"
	Title    string // as a bill shows it, e.g. "REST API requests"
	Unit     Unit
	Variants []string // rates of their own: cache sizes, architectures; none: there is one rate
	Size     Unit     // what the variants are in, where they are sizes
	Standing bool     // paid whether or not there is traffic
	Meter    Meter

	Called bool // by a front door, in place of a function: where its price is unknown, the rest of the bill is made

	Allowance string // the key whose free allowance it shares, with what others leave of that; "": it has its own
}

// A Service is a service of AWS with all of it that this program can bill.
type Service struct {
	Title      string
	Dimensions []Dimension
}

// Services are all that this program can bill, in the order of a bill. A price
// book has a rate for every key of every dimension.
var Services = []Service{
	{"API Gateway", []Dimension{RESTRequests, RESTCacheHours, HTTPRequests, WebSocketMessages, WebSocketMinutes}},
	{"Lambda", []Dimension{LambdaRequests, LambdaDuration, LambdaStorage, LambdaStreaming, ProvisionedConcurrency, ProvisionedDuration}},
	{"Lambda Web Functions", webFunctionBill},
	{"Application Load Balancer", []Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores}},
	{"Network Load Balancer", []Dimension{NLBHours, NLBCapacity}},
	{"Fargate", []Dimension{FargateVCPU, FargateMemory}},
	{"NAT and zones", networkBill},
	{"PrivateLink", []Dimension{EndpointHours, EndpointBytes}},
	{"CloudFront", atEdge},
	{"WAF", []Dimension{WAFACLs, WAFRules, WAFRequests}},
	{"Services called by integrations", calledBill},
	{"CloudWatch Logs", []Dimension{LogsIngested, LambdaLogs, LogsStored, LogsScanned}},
	{"CloudWatch metrics", []Dimension{MetricsRead, MetricCalls, CustomMetrics, MetricAlarms}},
	{"X-Ray", []Dimension{TracesRecorded, TracesRead}},
	{"Data transfer", []Dimension{DataOut}},
}

// Dimensions are those of all services, in the order of a bill.
var Dimensions = func() (all []Dimension) {
	for _, s := range Services {
		all = append(all, s.Dimensions...)
	}
	return all
}()

// Key returns the price book's key of one variant, or of the dimension itself
// where it has none.
func (d Dimension) Key(variant string) string {
	if variant == "" {
		return d.ID
	}
	return d.ID + "." + variant
}

func (d Dimension) title(variant string) string {
	switch {
	case variant == "":
		return d.Title
	case d.Size == "":
		return d.Title + ", " + variant
	}
	return d.Title + ", " + variant + " " + string(d.Size)
}

// Keys returns the price book's keys of all variants.
func (d Dimension) Keys() []string {
	if len(d.Variants) == 0 {
		return []string{d.ID}
	}
	var keys []string
	for _, v := range d.Variants {
		keys = append(keys, d.Key(v))
	}
	return keys
}

// Keys returns the price book's keys of all dimensions, in the order of a bill.
func Keys() (keys []string) {
	for _, d := range Dimensions {
		keys = append(keys, d.Keys()...)
	}
	return keys
}

func ofKey(key string) (d Dimension, variant string, known bool) {
	for _, d := range Dimensions {
		if key == d.ID && len(d.Variants) == 0 {
			return d, "", true
		}
		if variant, is := strings.CutPrefix(key, d.ID+"."); is && slices.Contains(d.Variants, variant) {
			return d, variant, true
		}
	}
	return Dimension{}, "", false
}

// TitleOf returns what a bill calls a key.
func TitleOf(key string) string {
	if d, variant, known := ofKey(key); known {
		return d.title(variant)
	}
	return key
}

// A Used is a dimension with its reading; Usage is what a month of traffic uses.
type (
	Used struct {
		Dimension Dimension
		Reading   Reading
	}
	Usage []Used
)

// Measure reads every dimension off t, leaving out those that read zero and
// have nothing to say about it.
func Measure(ds []Dimension, t Traffic) Usage {
	var u Usage
	for _, d := range ds {
		if r := d.Meter(t); r.Quantity.Sign() != 0 || r.Caveat != "" || r.Unknown != "" {
			u = append(u, Used{d, r})
		}
	}
	return u
}
