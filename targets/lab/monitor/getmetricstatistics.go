package monitor

import (
	"fmt"
	"time"
)

// maxStatistics is how many periods one GetMetricStatistics call may span.
// Source: CloudWatch API reference, "GetMetricStatistics".
const maxStatistics = 1440

// getMetricStatistics answers with the periods of one metric, each with all the
// statistics that were asked for. CloudWatch promises no order; ours is time's.
func (s *Store) getMetricStatistics(f form) (object, error) {
	q := dataQuery{namespace: f.needText("Namespace"), metric: f.needText("MetricName"), dims: f.dimensions(), unit: Unit(f.text("Unit"))}
	from, to := f.needTime("StartTime"), f.needTime("EndTime")
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		f.problem("StartTime", "must be less than EndTime")
	}
	q.period = f.minutes("Period")
	basic := values(f, "Statistics", 5, readName(basicStatistic))
	extended := values(f, "ExtendedStatistics", 10, readName(percentile))
	if len(basic)+len(extended) == 0 && len(*f.problems) == 0 {
		f.problem("Statistics", "or ExtendedStatistics is required")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if n := to.Sub(from) / time.Minute / time.Duration(q.period); n > maxStatistics {
		return nil, Refusal{
			Status: 400, Code: "InvalidParameterCombination", Type: "InvalidParameterCombinationException",
			Message: fmt.Sprintf("You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, maxStatistics),
		}
	}
	points := []any{}
	for start, b := range s.periods(q, from, to, s.horizon(), true) {
		point := object(read(b, basic))
		point["Timestamp"], point["Unit"] = start, string(s.lookup(q.namespace, q.metric, q.dims).unit)
		if percentiles := read(b, extended); len(percentiles) > 0 {
			point["ExtendedStatistics"] = percentiles
		}
		points = append(points, point)
	}
	return object{"Label": q.metric, "Datapoints": points}, nil
}

// A namedStatistic is a statistic with the name that it was asked for by.
type namedStatistic struct {
	name string
	read statistic
}

// readName reads a member of a list of statistics.
func readName(find func(string) (statistic, bool)) func(form, string) (namedStatistic, bool) {
	return func(f form, at string) (namedStatistic, bool) {
		name := f.needText(at)
		read, known := find(name)
		if !known && name != "" {
			f.problem(at, "is no statistic of that list: %q", name)
		}
		return namedStatistic{name, read}, known
	}
}

// read takes down the statistics that can be read.
func read(b *bucket, stats []namedStatistic) dictionary {
	all := dictionary{}
	for _, s := range stats {
		if v, ok := s.read(b); ok {
			all[s.name] = v
		}
	}
	return all
}
