package cloudwatch

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// CloudWatch's limits on one call.
// Source: CloudWatch API reference, "GetMetricData".
const (
	maxQueries = 500
	maxPoints  = 100_800
)

var queryID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z][A-Za-z0-9_]{0,254}$`)
})

// A dataRequest is a GetMetricData call, checked.
type dataRequest struct {
	queries   []dataQuery
	from, to  time.Time // [from, to)
	ascending bool
	limit     int
	cursor    cursor
}

// A dataQuery asks for one statistic of one metric, or for what an expression
// makes of others.
type dataQuery struct {
	id, label         string
	namespace, metric string
	dims              Dimensions
	unit              Unit
	period            int64 // in minutes
	stat              statistic
	math              *expression // nil: a metric
	returned          bool
	points            []point // in the order that was asked for
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
	ids, periods, combined := map[string]bool{}, map[int64]bool{}, false
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
		if query.math != nil {
			combined = true
		} else {
			periods[query.period] = true
		}
		r.queries = append(r.queries, query)
	}
	if combined && len(periods) > 1 { // points of different periods have no timestamps in common
		f.Problem("MetricDataQueries", "that expressions combine must have one Period")
	}
	if err := f.Err(); err != nil {
		return r, err
	}
	var err error
	r.cursor, err = parseCursor(f.Text("NextToken"), maxQueries*maxQueries)
	return r, err
}

func readDataQuery(f protocol.Form) dataQuery {
	q := dataQuery{id: f.NeedText("Id"), label: f.Text("Label"), returned: f.Flag("ReturnData", true)}
	if q.id != "" && !queryID().MatchString(q.id) {
		f.Problem("Id", "must begin with a lower-case letter and go on with letters, digits and underscores, and not be %q", q.id)
	}
	stat, isStat := f.Struct("MetricStat")
	switch text := f.Text("Expression"); {
	case text != "" && isStat:
		f.Problem("Expression", "and MetricStat exclude each other")
	case text != "":
		q.label = cmp.Or(q.label, q.id)
		var err error
		if q.math, err = parseExpression(text); err != nil {
			f.Problem("Expression", "is not valid: Error in expression '%s': %v", q.id, err)
		}
	case isStat:
		q.readStat(stat)
	default:
		f.Problem("MetricStat", "or Expression is required")
	}
	return q
}

func (q *dataQuery) readStat(stat protocol.Form) {
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
	q.label = cmp.Or(q.label, q.metric)
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
	all, err := s.results(r, at.horizon)
	if err != nil {
		return nil, err
	}
	if !r.cursor.first() && at.query >= len(all) {
		return nil, badToken
	}
	out := protocol.Object{"Messages": []any{}}
	results, left := []any{}, r.limit
	for ; at.query < len(all); at.query, at.done = at.query+1, 0 {
		rest := all[at.query].points[min(at.done, len(all[at.query].points)):]
		if left == 0 {
			out["NextToken"] = at.token()
			break
		}
		page := rest[:min(left, len(rest))]
		results = append(results, all[at.query].page(page, len(page) < len(rest)))
		left -= len(page)
		if len(page) < len(rest) {
			at.done += len(page)
			out["NextToken"] = at.token()
			break
		}
	}
	out["MetricDataResults"] = results
	return out, nil
}

func (q dataQuery) page(points []point, more bool) protocol.Object {
	stamps, values := make([]any, len(points)), make([]any, len(points))
	for i, p := range points {
		stamps[i], values[i] = protocol.Time{Time: p.at}, p.value
	}
	status := "Complete"
	if more {
		status = "PartialData"
	}
	return protocol.Object{"Id": q.id, "Label": q.label, "StatusCode": status, "Timestamps": stamps, "Values": values}
}

func (s *Store) results(r dataRequest, horizon int64) (all []dataQuery, err error) {
	metrics := map[string][]point{}
	for _, q := range r.queries {
		if q.math == nil {
			metrics[q.id] = s.metricPoints(q, r, horizon)
		}
	}
	for _, q := range r.queries {
		points := metrics[q.id]
		if q.math != nil {
			if points, err = q.math.points(metrics); err != nil {
				// How AWS begins; what follows is not documented.
				return nil, protocol.Invalid(fmt.Sprintf("Error in expression '%s': %v", q.id, err))
			}
		}
		if !q.returned {
			continue
		}
		if !r.ascending {
			points = slices.Clone(points)
			slices.Reverse(points)
		}
		q.points = points
		all = append(all, q)
	}
	return all, nil
}

// metricPoints are one statistic of a metric, in order of time. A period's timestamp
// is its beginning; periods lie on multiples of their length, the first on or before
// the start of the window.
func (s *Store) metricPoints(q dataQuery, r dataRequest, horizon int64) []point {
	points := []point{}
	x := s.lookup(q.namespace, q.metric, q.dims)
	if x == nil || (q.unit != "" && q.unit != x.unit) {
		return points
	}
	first := minuteOf(r.from)
	first -= floorMod(first, q.period)
	end := minuteOf(r.to.Add(time.Minute - time.Nanosecond))
	if over := floorMod(end, q.period); over > 0 { // a period that the window touches is whole
		end += q.period - over
	}
	found, place := map[int64]*bucket{}, s.placing(x, horizon)
	x.gather(found, func(minute int64) (int64, bool) {
		reported, seen := place(minute)
		return reported - floorMod(reported, q.period), seen && reported >= first && reported < end
	})
	for _, start := range slices.Sorted(maps.Keys(found)) {
		points = append(points, point{time.Unix(start*60, 0).UTC(), q.stat(found[start])})
	}
	return points
}

type point struct {
	at    time.Time
	value float64
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }

var badToken = protocol.Bad("InvalidNextToken", "the token is not one that this endpoint gave out")

// A cursor is where a page begins. It remembers the horizon of the first page,
// so that minutes which become readable between two pages do not shift the rest.
type cursor struct {
	query   int   // the result
	done    int   // points of it that earlier pages held
	horizon int64 // 0: the first page
}

func (c cursor) first() bool { return c == cursor{} }

func (c cursor) token() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %d", c.query, c.done, c.horizon))
}

// parseCursor reads a token that token made; "" is the first page.
func parseCursor(token string, results int) (cursor, error) {
	var c cursor
	if token == "" {
		return c, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %d %d", &c.query, &c.done, &c.horizon)
	}
	if err != nil || c.token() != token || c.query < 0 || c.query >= results || c.done < 0 {
		return c, badToken
	}
	return c, nil
}

// Service returns CloudWatch's API over the store.
func (s *Store) Service() *protocol.Service {
	const version = "2010-08-01"
	return &protocol.Service{
		Name:   "GraniteServiceVersion20100801",
		Shapes: "com.amazonaws.cloudwatch",
		JSON:   "1.0",
		Query:  protocol.Query{Version: version, XML: "http://monitoring.amazonaws.com/doc/" + version + "/"},
		Operations: map[string]protocol.Operation{
			"GetMetricData": s.getMetricData,
			"ListMetrics":   s.listMetrics,
		},
	}
}
