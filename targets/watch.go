package targets

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
