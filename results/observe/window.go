package observe

import (
	"time"

	"tollgate/results"
	"tollgate/targets/cloudwatch"
)

// skew is how far this machine's clock may be from AWS's. A synchronised clock
// is much nearer; more would let in the traffic of a run just before.
const skew = time.Second

// longestTrial bounds how long before the load its trial requests may lie.
const longestTrial = time.Hour

// windowOf covers a run, its trial requests included, with periods of a minute. CloudWatch keeps minutes for
// 15 days, five minutes for 63 days and hours for 455 days; of an old run it
// has only those.
// Source: CloudWatch API reference, "GetMetricData".
func windowOf(doc *results.Document, now time.Time) cloudwatch.Window {
	from := doc.Started.UTC()
	for _, t := range doc.Trial {
		if at := t.At.UTC(); at.Before(from) && from.Sub(at) < longestTrial {
			from = at
		}
	}
	from = from.Add(-skew)
	to := doc.Started.UTC().Add(time.Duration(doc.Seconds*float64(time.Second)) + skew)
	period := time.Minute
	const day = 24 * time.Hour
	switch age := now.Sub(from); {
	case age >= 63*day:
		period = time.Hour
	case age >= 15*day:
		period = 5 * time.Minute
	}
	return cloudwatch.Window{From: from.Truncate(period), To: to.Add(period - 1).Truncate(period), Period: period}
}
