package targets

import (
	"time"

	"tollgate/pricing"
)

// A Kind is everything we know of one sort of front door in one value: the
// parser, the lab, CloudWatch, pricing and the reports all read it.
type Kind struct {
	Name    string // as scenario files spell it: "rest-api"
	Title   string // as reports spell it: "REST API"
	Service string // in the names that AWS gives its hosts: "execute-api", "lambda-url", "elb"; "": AWS names none
	Signing string // SigV4 service name: "execute-api", "lambda" or "" where IAM cannot be used
	Limits  Limits
	Manners Manners
	Watch   []Watch             // what CloudWatch knows of it
	Billed  []pricing.Dimension // what it is billed for

	// NameTTL is how long the addresses of its hosts are good, where they change
	// as it grows and shrinks under load; 0: they last.
	NameTTL time.Duration
}

// Limits are the documented edges of a kind; zero means none is documented.
type Limits struct {
	Timeout       time.Duration // of the integration
	RequestBytes  int64
	ResponseBytes int64
	HeaderBytes   int64
}

// A Fault is something that can go wrong behind or at a front door.
type Fault string

// The faults whose answer differs from door to door (aws: "same fault, four doors").
const (
	FaultThrottled   Fault = "throttled"          // by the door itself
	FaultConcurrency Fault = "function throttled" // Lambda concurrency or rate
	FaultThrown      Fault = "handler throws"
	FaultMalformed   Fault = "malformed function response"
	FaultTimeout     Fault = "slow backend"
	FaultNoRoute     Fault = "no route"
	FaultTooLarge    Fault = "request too large"
	FaultForbidden   Fault = "missing or wrong key"
	FaultUnsigned    Fault = "bad signature"
	FaultQuota       Fault = "quota used up"
	FaultNoProof     Fault = "no credential for the authorizer"
	FaultDenied      Fault = "denied by the authorizer"
	FaultAuthorizer  Fault = "authorizer fails"
	FaultBody        Fault = "body not as its model"
	FaultParameters  Fault = "missing parameters" // the body goes on with their names
	FaultHeaders     Fault = "headers too large"
	FaultNetwork     Fault = "backend cannot be reached"
	FaultURL         Fault = "URL too long"
	FaultPermission  Fault = "no permission to invoke"       // the function
	FaultForwarded   Fault = "too many forwarding addresses" // in X-Forwarded-For
	FaultProtocol    Fault = "protocol not spoken by the target group"
	FaultNoTarget    Fault = "no registered target"
	FaultSlowTarget  Fault = "slow target" // that is no function, where doors tell the two apart
	FaultMediaType   Fault = "unsupported media type"
	FaultNoURL       Fault = "no such Function URL"
)

// An Answer is what a door sends for a fault.
type Answer struct {
	Status    int
	Body      string
	Type      string // Content-Type
	ErrorType string // x-amzn-ErrorType, where the kind sends one
	Sourced   bool   // documented or recorded on AWS, rather than from knowledge
}

// Manners are how a kind answers: its telltale headers and its error bodies.
type Manners struct {
	RequestID []string // response headers that carry a request id, likeliest first
	Server    string   // Server header, where the kind sends one
	Faults    map[Fault]Answer
}

// A Role names what a metric tells, whatever AWS calls it for that kind.
type Role string

// The roles that reports and reconciliation know.
const (
	RoleCount       Role = "count"
	RoleClientError Role = "4xx"
	RoleServerError Role = "5xx"
	RoleLatency     Role = "latency"             // of the door, ms
	RoleIntegration Role = "integration_latency" // of what is behind the door, ms
	RoleCacheHit    Role = "cache_hit"
	RoleCacheMiss   Role = "cache_miss"
	RoleInvocations Role = "invocations"
	RoleErrors      Role = "function_errors"
	RoleThrottles   Role = "function_throttles"
	RoleDuration    Role = "function_duration" // ms
	RoleConnections Role = "new_connections"
	RoleBytes       Role = "processed_bytes"
	RoleLCU         Role = "consumed_lcu"
)

// A Watch is one CloudWatch metric of a kind.
type Watch struct {
	Role       Role
	Namespace  string
	Metric     string
	Seconds    bool                           // the metric is in seconds, where its role is in milliseconds
	Stats      []string                       // the statistics to read: "Sum", "SampleCount", "Average", "p50", "p90", "p99", "Maximum"
	Dimensions func(Target) map[string]string // nil map: the target does not say enough to watch it
}

// Kinds are the front doors that can be driven, watched and priced, in the
// order in which reports show them.
var Kinds = []*Kind{&RESTAPI, &HTTPAPI, &FunctionURL, &ALB, &Origin}

// KindNamed finds a kind by the name that scenario files give it.
func KindNamed(name string) (*Kind, bool) {
	for _, k := range Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}

// The statistics that are read of a count and of a latency. Averages of a
// latency are merged over minutes by their SampleCount; percentiles and maxima
// are read for the single minutes.
var (
	countStats   = []string{"Sum"}
	latencyStats = []string{"SampleCount", "Average", "Maximum", "p50", "p90", "p99"}
)

// watchCount is a metric whose Sum is a number of things.
func watchCount(role Role, namespace, metric string, dims func(Target) map[string]string) Watch {
	return Watch{Role: role, Namespace: namespace, Metric: metric, Stats: countStats, Dimensions: dims}
}

// watchLatency is a metric in milliseconds.
func watchLatency(role Role, namespace, metric string, dims func(Target) map[string]string) Watch {
	return Watch{Role: role, Namespace: namespace, Metric: metric, Stats: latencyStats, Dimensions: dims}
}

// functionWatch is what Lambda itself counts of the function behind a door.
// Throttles are in neither Invocations nor Errors, and a value's timestamp is
// the start of its invocation.
// Source: AWS Lambda developer guide, "Types of metrics for Lambda functions".
func functionWatch() []Watch {
	const lambda = "AWS/Lambda"
	return []Watch{
		watchCount(RoleInvocations, lambda, "Invocations", functionDimensions),
		watchCount(RoleErrors, lambda, "Errors", functionDimensions),
		watchCount(RoleThrottles, lambda, "Throttles", functionDimensions),
		watchLatency(RoleDuration, lambda, "Duration", functionDimensions),
	}
}

// functionDimensions names a target's function as Lambda's metrics do: what is
// asked for by an alias or a version is counted under the further dimension
// Resource.
func functionDimensions(t Target) map[string]string {
	name, qualifier := t.Function.Parts()
	switch {
	case name == "":
		return nil
	case qualifier != "":
		return map[string]string{"FunctionName": name, "Resource": name + ":" + qualifier}
	default:
		return map[string]string{"FunctionName": name}
	}
}
