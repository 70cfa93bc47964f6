package pricing

// Watching is what observing the door and its function is billed for.
type Watching struct {
	AccessLog   Dist     // bytes that a request leaves in CloudWatch Logs
	FunctionLog Dist     // bytes that an invocation leaves there
	LogMonths   Quantity // for which logs are kept
	Scanned     Amount   // GB that Logs Insights reads

	MetricsRead   Amount // metrics asked of GetMetricData
	MetricCalls   Amount // of CloudWatch's other operations
	CustomMetrics int64  // detailed ones too
	Alarms        int64
	Traces        Amount // recorded by X-Ray
	TracesRead    Amount // retrieved or scanned
}

// Logs are billed when they come in, by the month while they are kept, and by
// what queries read of them. What functions write has a price of its own since
// May 2025, with tiers of volume.
var (
	LogsIngested = metered("logs.ingested", "Logs ingested", GB, func(t Traffic) Reading {
		n := t.Requests
		n.Quantity, n.Basis = n.Quantity.Add(t.Sockets.Quantity), weakest(n.Basis, t.Sockets.Basis)
		return volume(n, t.Watching.AccessLog, "requests", logBytes)
	})
	LambdaLogs = withLogs(metered("logs.lambda", "Logs of Lambda ingested", GB, func(t Traffic) Reading {
		return volume(t.Invocations, t.Watching.FunctionLog, "invocations", logBytes)
	}))
	LogsStored = withLogs(metered("logs.stored", "Logs stored", GBMonths, func(t Traffic) Reading {
		access, function := LogsIngested.Meter(t), LambdaLogs.Meter(t)
		gb := access.Quantity.Add(function.Quantity)
		q := gb.Mul(t.Watching.LogMonths)
		r := Reading{
			Quantity: q, Basis: weakest(access.Basis, function.Basis),
			Derivation: derivation("%s GB a month × %s months kept = %s GB-months", gb, t.Watching.LogMonths, q),
		}
		if q.Sign() > 0 {
			r.Caveat = "logs are stored compressed; the bill takes them as they came in, so their storage costs less than it says"
		}
		return r
	}))
	LogsScanned = withLogs(counted("logs.scanned", "Logs Insights", GB, "GB scanned", func(t Traffic) Amount { return t.Watching.Scanned }))
)

// withLogs lets a dimension share the free gigabytes of ingested logs, which are for
// ingestion, storage and queries together (Amazon CloudWatch pricing page, "Free
// tier").
func withLogs(d Dimension) Dimension {
	d.Allowance = LogsIngested.ID
	return d
}

// CloudWatch's metrics and X-Ray's traces. Basic metrics of the front doors are
// free; reading them with GetMetricData is not, and no free tier covers it.
var (
	MetricsRead    = counted("metrics.read", "CloudWatch GetMetricData", Metrics, "metrics requested", func(t Traffic) Amount { return t.Watching.MetricsRead })
	MetricCalls    = counted("metrics.calls", "CloudWatch API calls", Calls, "calls", func(t Traffic) Amount { return t.Watching.MetricCalls })
	CustomMetrics  = owned("metrics.custom", "CloudWatch custom and detailed metrics", Metrics, "metrics", func(t Traffic) int64 { return t.Watching.CustomMetrics })
	MetricAlarms   = owned("metrics.alarms", "CloudWatch alarms", Alarms, "alarms", func(t Traffic) int64 { return t.Watching.Alarms })
	TracesRecorded = counted("xray.recorded", "X-Ray traces recorded", Traces, "traces", func(t Traffic) Amount { return t.Watching.Traces })
	TracesRead     = counted("xray.read", "X-Ray traces retrieved or scanned", Traces, "traces", func(t Traffic) Amount { return t.Watching.TracesRead })
)

// logBytes is what derivations call what a log holds.
const logBytes = "bytes of log"
