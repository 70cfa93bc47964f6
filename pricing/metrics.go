package pricing

// CloudWatch's metrics and X-Ray's traces. Basic metrics of the doors are free;
// reading them with GetMetricData is not, and no free tier covers it.
var (
	MetricsRead = Dimension{
		ID:    "metrics.read",
		Title: "CloudWatch GetMetricData",
		Unit:  Metrics,
		Meter: func(t Traffic) Reading { return told(t.Watching.MetricsRead, "metrics requested") },
	}
	MetricCalls = Dimension{
		ID:    "metrics.calls",
		Title: "CloudWatch API calls",
		Unit:  Calls,
		Meter: func(t Traffic) Reading { return told(t.Watching.MetricCalls, "calls") },
	}
	CustomMetrics = Dimension{
		ID:    "metrics.custom",
		Title: "CloudWatch custom and detailed metrics",
		Unit:  Metrics,
		Meter: func(t Traffic) Reading { return monthly(t.Watching.CustomMetrics, "metrics") },
	}
	MetricAlarms = Dimension{
		ID:    "metrics.alarms",
		Title: "CloudWatch alarms",
		Unit:  Alarms,
		Meter: func(t Traffic) Reading { return monthly(t.Watching.Alarms, "alarms") },
	}
	TracesRecorded = Dimension{
		ID:    "xray.recorded",
		Title: "X-Ray traces recorded",
		Unit:  Traces,
		Meter: func(t Traffic) Reading { return told(t.Watching.Traces, "traces") },
	}
	TracesRead = Dimension{
		ID:    "xray.read",
		Title: "X-Ray traces retrieved or scanned",
		Unit:  Traces,
		Meter: func(t Traffic) Reading { return told(t.Watching.TracesRead, "traces") },
	}
)
