package monitor

import (
	"regexp"
	"time"

	"tollgate/targets/lab/protocol"
)

// CloudWatch's limits on one call.
// Source: CloudWatch API reference, "GetMetricData".
const (
	maxQueries = 500
	maxPoints  = 100_800
)

var queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]{0,254}$`)

// A dataRequest is a GetMetricData call, checked.
type dataRequest struct {
	queries   []dataQuery
	from, to  time.Time // [from, to)
	ascending bool
	limit     int
	cursor    cursor
}

// A dataQuery asks for one statistic of one metric.
type dataQuery struct {
	id, label         string
	namespace, metric string
	dims              Dimensions
	unit              Unit
	period            int64 // in minutes
	stat              statistic
	returned          bool
}

func readDataRequest(f protocol.Form) (dataRequest, error) {
	r := dataRequest{from: f.NeedTime("StartTime"), to: f.NeedTime("EndTime")}
	if !r.from.IsZero() && !r.to.IsZero() && !r.from.Before(r.to) {
		f.Problem("StartTime", "must be less than EndTime")
	}
	switch order := f.Text("ScanBy"); order {
	case "TimestampAscending":
		r.ascending = true
	case "", "TimestampDescending":
	default:
		f.Problem("ScanBy", "must be TimestampAscending or TimestampDescending, and not %q", order)
	}
	r.limit = int(f.Whole("MaxDatapoints", 1, maxPoints, maxPoints))
	ids := map[string]bool{}
	queries := f.Structs("MetricDataQueries", maxQueries)
	if len(queries) == 0 && f.Sound() {
		f.Problem("MetricDataQueries", "is required")
	}
	for _, q := range queries {
		query := readDataQuery(q)
		if ids[query.id] {
			q.Problem("Id", "repeats %q", query.id)
		}
		ids[query.id] = true
		r.queries = append(r.queries, query)
	}
	if err := f.Err(); err != nil {
		return r, err
	}
	var err error
	r.cursor, err = parseCursor(f.Text("NextToken"), len(r.queries))
	return r, err
}

func readDataQuery(f protocol.Form) dataQuery {
	q := dataQuery{id: f.NeedText("Id"), label: f.Text("Label"), returned: f.Flag("ReturnData", true)}
	if q.id != "" && !queryID.MatchString(q.id) {
		f.Problem("Id", "must begin with a lower-case letter and go on with letters, digits and underscores, and not be %q", q.id)
	}
	if f.Text("Expression") != "" {
		f.Problem("Expression", "is not supported here: ask for a MetricStat")
		return q
	}
	stat, ok := f.Struct("MetricStat")
	if !ok {
		f.Problem("MetricStat", "is required")
		return q
	}
	if metric, ok := stat.Struct("Metric"); ok {
		q.namespace, q.metric, q.dims = metric.NeedText("Namespace"), metric.NeedText("MetricName"), dimensions(metric)
	} else {
		stat.Problem("Metric", "is required")
	}
	q.unit = Unit(stat.Text("Unit"))
	q.period = stat.Minutes("Period")
	var err error
	if q.stat, err = statisticNamed(stat.Text("Stat")); err != nil {
		stat.Problem("Stat", "%v", err)
	}
	if q.label == "" {
		q.label = q.metric
	}
	return q
}

// getMetricData answers the queries in order, at most limit points a page. A
// query that goes on in the next page is PartialData. Later pages hold only
// queries that have points in them.
func (s *Store) getMetricData(f protocol.Form) (protocol.Object, error) {
	r, err := readDataRequest(f)
	if err != nil {
		return nil, err
	}
	at := r.cursor
	if at.first() {
		at.horizon = s.horizon()
	}
	results, left, next := []any{}, r.limit, ""
	for ; at.query < len(r.queries); at.query, at.done = at.query+1, 0 {
		q := r.queries[at.query]
		if !q.returned {
			continue
		}
		if left == 0 {
			next = at.token()
			break
		}
		points, more := s.points(q, r, at, left)
		results = append(results, q.result(points, more))
		left -= len(points)
		if more {
			at.done += len(points)
			next = at.token()
			break
		}
	}
	out := protocol.Object{"MetricDataResults": results, "Messages": []any{}}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func (q dataQuery) result(points []point, more bool) protocol.Object {
	stamps, values := make([]any, len(points)), make([]any, len(points))
	for i, p := range points {
		stamps[i], values[i] = p.at, p.value
	}
	status := "Complete"
	if more {
		status = "PartialData"
	}
	return protocol.Object{"Id": q.id, "Label": q.label, "StatusCode": status, "Timestamps": stamps, "Values": values}
}
