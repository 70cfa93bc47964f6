package insights

import (
	"cmp"
	"slices"
)

// A query is what becomes of records, step by step.
type query struct {
	stages []stage
	shown  []string // the columns of the result, in order
	plain  bool     // results are log lines and carry @ptr
}

// A stage turns records into records. Only filters count what they let pass.
type stage struct {
	filter  bool
	convert func([]record) []record
}

// apply runs the stages and says how many records the filters before any other
// stage let pass.
func (q *query) apply(records []record) (out []record, matched int) {
	slices.SortStableFunc(records, func(a, b record) int { return b.at.Compare(a.at) }) // newest first
	matched = len(records)
	filtering := true
	for _, s := range q.stages {
		records = s.convert(records)
		if filtering = filtering && s.filter; filtering {
			matched = len(records)
		}
	}
	return records, matched
}

// rows writes the columns that are shown, where a record has them.
func (q *query) rows(records []record) [][]column {
	shown := q.shown
	if len(shown) == 0 {
		shown = []string{"@timestamp", "@message"}
	}
	rows := make([][]column, len(records))
	for i, r := range records {
		for _, name := range shown {
			if v := r.fields[name]; v.present {
				rows[i] = append(rows[i], column{name, v.String()})
			}
		}
		if q.plain {
			rows[i] = append(rows[i], column{"@ptr", r.fields["@ptr"].text})
		}
	}
	return rows
}

// A named expression is one column.
type named struct {
	name string
	expr expr
}

// compute is the stage that adds columns to records.
func compute(columns []named) stage {
	return stage{convert: func(records []record) []record {
		for _, r := range records {
			for _, c := range columns {
				if v := c.expr(r); v.present {
					r.fields[c.name] = v
				}
			}
		}
		return records
	}}
}

// keep is the stage of a filter.
func keep(condition expr) stage {
	return stage{filter: true, convert: func(records []record) []record {
		return slices.DeleteFunc(records, func(r record) bool { return !condition(r).holds() })
	}}
}

// An ordering is one key of a sort.
type ordering struct {
	expr expr
	down bool
}

// order is the stage of a sort. Records without the field come last.
func order(keys []ordering) stage {
	return stage{convert: func(records []record) []record {
		slices.SortStableFunc(records, func(a, b record) int {
			for _, k := range keys {
				if c := compareFor(k.expr(a), k.expr(b), k.down); c != 0 {
					return c
				}
			}
			return 0
		})
		return records
	}}
}

func compareFor(a, b value, down bool) int {
	switch {
	case !a.present && !b.present:
		return 0
	case !a.present:
		return 1
	case !b.present:
		return -1
	}
	c := compare(a, b)
	if down {
		return -c
	}
	return c
}

// compare orders numbers by size, and everything else as text.
func compare(a, b value) int {
	x, isX := a.num()
	y, isY := b.num()
	if isX && isY {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a.String(), b.String())
}

// head is the stage of a limit.
func head(n int) stage {
	return stage{convert: func(records []record) []record { return records[:min(n, len(records))] }}
}
