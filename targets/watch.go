package targets

import (
	"iter"
	"slices"
)

// A Role says what a metric counts, whatever AWS calls it for that kind.
type Role string

// The roles of the metrics that are read.
const (
	RoleCount       Role = "count"
	RoleClientError Role = "4xx"
	RoleServerError Role = "5xx"
	RoleLatency     Role = "latency"             // of the front door, ms
	RoleIntegration Role = "integration_latency" // of what is behind the front door, ms
	RoleCacheHit    Role = "cache_hit"
	RoleCacheMiss   Role = "cache_miss"
	RoleInvocations Role = "invocations"
	RoleErrors      Role = "function_errors"
	RoleThrottles   Role = "function_throttles"
	RoleDuration    Role = "function_duration" // ms
	RoleConcurrency Role = "function_concurrency"
	RoleSpillover   Role = "provisioned_spillover"
	RoleRejected    Role = "rejected_connections"
	RoleConnections Role = "new_connections"
	RoleBytes       Role = "processed_bytes"
	RoleLCU         Role = "consumed_lcu"

	// Of requests that a load balancer sends to a function, those that failed by what its
	// owner can change (code, limits, permissions), and by Lambda or the balancer itself.
	RoleUserErrors     Role = "lambda_user_errors"
	RoleInternalErrors Role = "lambda_internal_errors"

	RoleConnects          Role = "connects" // of WebSocket clients
	RoleMessages          Role = "messages" // over WebSocket, both directions
	RoleRefusals          Role = "refusals" // by the front door itself, before anything is called
	RoleIntegrationErrors Role = "integration_errors"
	RoleExecutionErrors   Role = "execution_errors" // in calling what is behind the front door

	RoleWAFAllowed Role = "waf_allowed" // requests that AWS WAF let pass
	RoleWAFBlocked Role = "waf_blocked" // and those that it refused

	RoleHitRate  Role = "cache_hit_rate"   // of the requests that can be cached, in percent
	RoleSent     Role = "bytes_downloaded" // to clients
	RoleReceived Role = "bytes_uploaded"   // from clients by POST and PUT

	// Of the front door behind a distribution. Its other metrics are not read.
	RoleOriginCount       Role = "origin_count"
	RoleOriginClientError Role = "origin_4xx"
	RoleOriginServerError Role = "origin_5xx"
	RoleOriginLatency     Role = "origin_latency"
)

// A Watch is one CloudWatch metric of a kind.
type Watch struct {
	Role       Role
	Namespace  string
	Metric     string
	Seconds    bool                           // the metric is in seconds, where its role is in milliseconds
	Percent    bool                           // the metric is an average of percent of the requests, where its role is a number of them
	Region     string                         // where it is, whatever the region of the target; "": that of the target
	Stats      []string                       // the statistics to read: "Sum", "SampleCount", "Average", "p50", "p90", "p99", "Maximum"
	Needs      string                         // the keys of a target that name its dimensions: "api and stage"
	Optional   bool                           // a target may be without what it counts
	Dimensions func(Target) map[string]string // nil map: the target lacks these keys
}

// Watch are the metrics of the target: those of its kind, and those that it names itself.
// A distribution has those of a function only where one is behind it.
func (t Target) Watch() []Watch {
	all := slices.Concat(t.Kind.Watch, t.releaseWatch())
	if t.Distribution != nil {
		all = t.Distribution.watch(all)
	}
	if t.Kind.own == nil {
		return all
	}
	return slices.Concat(all, t.Kind.own(t))
}

// Watched are the metrics of a role by which CloudWatch can be asked about the
// target, "" for any role, each with its dimensions.
func (t Target) Watched(role Role) iter.Seq2[Watch, map[string]string] {
	return func(yield func(Watch, map[string]string) bool) {
		for _, w := range t.Watch() {
			if role != "" && w.Role != role {
				continue
			}
			if dims := w.Dimensions(t); dims != nil && !yield(w, dims) {
				return
			}
		}
		if t.Distribution != nil {
			t.Distribution.watched(role, yield)
		}
	}
}

// Read are all metrics that are read of the target: those that it is watched by, those of
// further functions behind single routes, and those of routes with detailed metrics.
func (t Target) Read() iter.Seq2[Watch, map[string]string] {
	return func(yield func(Watch, map[string]string) bool) {
		for w, dims := range t.Watched("") {
			if !yield(w, dims) {
				return
			}
		}
		functions, _ := t.AllFunctions()
		for _, f := range functions {
			if len(t.Functions) == 0 || f.Name == t.Function.Name {
				continue // which is among the above
			}
			for _, w := range FunctionWatch {
				if !yield(w, w.Dimensions(Target{Function: f})) {
					return
				}
			}
		}
		for _, route := range t.Detailed {
			for _, w := range t.RouteWatch(route) {
				if !yield(w, w.Dimensions(t)) {
					return
				}
			}
		}
	}
}

// watch completes metrics that share a namespace and dimensions.
func watch(namespace, needs string, dimensions func(Target) map[string]string, metrics ...Watch) []Watch {
	for i := range metrics {
		metrics[i].Namespace, metrics[i].Needs, metrics[i].Dimensions = namespace, needs, dimensions
	}
	return metrics
}

// count is a metric whose Sum is a number of things.
func count(role Role, metric string) Watch {
	return Watch{Role: role, Metric: metric, Stats: []string{"Sum"}}
}

// latency is a metric in milliseconds. Averages are merged over minutes by their
// SampleCount; percentiles and maxima are read for the single minutes.
func latency(role Role, metric string) Watch {
	return Watch{Role: role, Metric: metric, Stats: []string{"SampleCount", "Average", "Maximum", "p50", "p90", "p99"}}
}

// functionNeeds is the key that names a function.
const functionNeeds = "function.name"

// FunctionWatch is what Lambda itself counts of the function behind a front door.
// Throttles are in neither Invocations nor Errors, and a value's timestamp is the
// start of its invocation. Of concurrency only the maximum means something.
// Sources: AWS Lambda developer guide, "Types of metrics for Lambda functions" and
// "Monitoring concurrency".
var FunctionWatch = watch("AWS/Lambda", functionNeeds, functionDimensions,
	count(RoleInvocations, "Invocations"),
	count(RoleErrors, "Errors"),
	count(RoleThrottles, "Throttles"),
	latency(RoleDuration, "Duration"),
	Watch{Role: RoleConcurrency, Metric: "ConcurrentExecutions", Stats: []string{"Maximum"}},
	Watch{Role: RoleSpillover, Metric: "ProvisionedConcurrencySpilloverInvocations", Stats: []string{"Sum"}, Optional: true},
)

// functionDimensions names a target's function as Lambda's metrics do. Calls of an
// alias or a version are counted under the further dimension Resource.
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
