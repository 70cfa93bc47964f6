package monitor

import (
	"fmt"
	"time"

	"tollgate/targets/lab/protocol"
)

// maxStatistics is how many periods one GetMetricStatistics call may span.
// Source: CloudWatch API reference, "GetMetricStatistics".
const maxStatistics = 1440

// getMetricStatistics answers with the periods of one metric, each with all the
// statistics that were asked for. CloudWatch promises no order; ours is time's.
func (s *Store) getMetricStatistics(f protocol.Form) (protocol.Object, error) {
	q := dataQuery{namespace: f.NeedText("Namespace"), metric: f.NeedText("MetricName"), dims: dimensions(f), unit: Unit(f.Text("Unit"))}
	from, to := f.NeedTime("StartTime"), f.NeedTime("EndTime")
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		f.Problem("StartTime", "must be less than EndTime")
	}
	q.period = f.Minutes("Period")
	basic := protocol.Values(f, "Statistics", 5, readName(basicStatistic))
	extended := protocol.Values(f, "ExtendedStatistics", 10, readName(percentile))
	if len(basic)+len(extended) == 0 && f.Sound() {
		f.Problem("Statistics", "or ExtendedStatistics is required")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if n := to.Sub(from) / time.Minute / time.Duration(q.period); n > maxStatistics {
		return nil, protocol.Refusal{
			Status: 400, Code: "InvalidParameterCombination", Type: "InvalidParameterCombinationException",
			Message: fmt.Sprintf("You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, maxStatistics),
		}
	}
	points := []any{}
	for start, b := range s.periods(q, from, to, s.horizon(), true) {
		point := protocol.Object(read(b, basic))
		point["Timestamp"], point["Unit"] = start, string(s.lookup(q.namespace, q.metric, q.dims).unit)
		if percentiles := read(b, extended); len(percentiles) > 0 {
			point["ExtendedStatistics"] = percentiles
		}
		points = append(points, point)
	}
	return protocol.Object{"Label": q.metric, "Datapoints": points}, nil
}

// A namedStatistic is a statistic with the name that it was asked for by.
type namedStatistic struct {
	name string
	read statistic
}

// readName reads a member of a list of statistics.
func readName(find func(string) (statistic, bool)) func(protocol.Form, string) (namedStatistic, bool) {
	return func(f protocol.Form, at string) (namedStatistic, bool) {
		name := f.NeedText(at)
		read, known := find(name)
		if !known && name != "" {
			f.Problem(at, "is no statistic of that list: %q", name)
		}
		return namedStatistic{name, read}, known
	}
}

// read takes down the statistics that can be read.
func read(b *bucket, stats []namedStatistic) protocol.Dictionary {
	all := protocol.Dictionary{}
	for _, s := range stats {
		if v, ok := s.read(b); ok {
			all[s.name] = v
		}
	}
	return all
}
