package cloudwatch

import (
	"fmt"
	"slices"

	"tollgate/targets/lab/aws/protocol"
)

// A dataResult is what goes out under a query's id.
type dataResult struct {
	id, label string
	points    []point
}

// results answers the queries that ask for their data, in their order.
func (s *Store) results(r dataRequest, horizon int64) (all []dataResult, err error) {
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
				// How AWS begins; its further words are not documented.
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
		all = append(all, dataResult{q.id, q.label, points})
	}
	return all, nil
}

// metricPoints are one statistic of a metric, in order of time.
func (s *Store) metricPoints(q dataQuery, r dataRequest, horizon int64) []point {
	points := []point{}
	for start, b := range s.periods(q, r.from, r.to, horizon) {
		points = append(points, point{start, q.stat(b)})
	}
	return points
}
