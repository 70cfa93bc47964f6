package monitor

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/targets/lab/protocol"
)

// An evaluation works out the queries of one request, each once.
type evaluation struct {
	store   *Store
	request dataRequest
	horizon int64
	known   map[string]operand
	busy    []string // the expressions under way, for circles
}

// A dataResult is what goes out under a query's id.
type dataResult struct {
	id, label string
	points    []point
}

// results works out all that the request wants back, in the order of its
// queries. An expression that gives an array has a result for each series.
func (e *evaluation) results() (all []dataResult, err error) {
	for _, q := range e.request.queries {
		v, err := e.value(q)
		if err != nil {
			return nil, mathTrouble(q.id, err)
		}
		if v.kind == isScalar {
			return nil, mathTrouble(q.id, fmt.Errorf("the result must be a time series or an array of them, and not a number"))
		}
		if !q.returned {
			continue
		}
		for _, s := range v.series {
			r := dataResult{id: q.id, label: q.label, points: s.points}
			if v.kind == isArray && s.label != "" {
				r.label = strings.TrimSpace(q.given + " " + s.label)
			}
			if !e.request.ascending {
				r.points = slices.Clone(r.points)
				slices.Reverse(r.points)
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// mathTrouble is how AWS begins what it says of an expression; its further
// words are not documented.
func mathTrouble(id string, err error) error {
	return protocol.Invalid(fmt.Sprintf("Error in expression '%s': %v", id, err))
}

func (e *evaluation) value(q dataQuery) (operand, error) {
	if v, done := e.known[q.id]; done {
		return v, nil
	}
	v := operand{kind: isSeries, series: []namedSeries{{label: q.label}}}
	if q.formula == nil {
		for start, b := range e.store.periods(q, e.request.from, e.request.to, e.horizon, true) {
			if n, ok := q.stat(b); ok {
				v.series[0].points = append(v.series[0].points, point{start, n})
			}
		}
		e.known[q.id] = v
		return v, nil
	}
	if slices.Contains(e.busy, q.id) {
		return v, fmt.Errorf("it refers to itself, by way of %s", strings.Join(append(e.busy, q.id), ", "))
	}
	e.busy = append(e.busy, q.id)
	v, err := q.formula(mathScope{id: e.lookup, metrics: e.metrics})
	e.busy = e.busy[:len(e.busy)-1]
	if err == nil {
		e.known[q.id] = v
	}
	return v, err
}

func (e *evaluation) lookup(id string) (operand, error) {
	for _, q := range e.request.queries {
		if q.id == id {
			return e.value(q)
		}
	}
	return operand{}, fmt.Errorf("there is no query with the id %q", id)
}

// metrics are all queries of the request that are no expressions and whose ids
// contain a text.
func (e *evaluation) metrics(containing string) (all []namedSeries, err error) {
	for _, q := range e.request.queries {
		if q.formula == nil && strings.Contains(q.id, containing) {
			v, err := e.value(q)
			if err != nil {
				return nil, err
			}
			all = append(all, v.series...)
		}
	}
	return all, nil
}
