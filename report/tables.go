package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/escape"
	"tollgate/results"
)

// A NamedTable is a table of a report, for spreadsheets.
type NamedTable struct {
	Name string // of its file: "outcomes"
	rows [][]string
}

// Write writes the table as CSV, the names of its columns first.
func (t NamedTable) Write(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.rows) }

func newTable(name string, columns ...string) NamedTable {
	return NamedTable{name, [][]string{columns}}
}

// An exact is a number as a text.
type exact string

// add adds a row: numbers unrounded, unknown ones empty, and texts escaped.
func (t *NamedTable) add(values ...any) {
	row := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case exact:
			row[i] = string(v)
		case float64:
			row[i] = strconv.FormatFloat(v, 'g', -1, 64)
		case *float64:
			if v != nil {
				row[i] = strconv.FormatFloat(*v, 'g', -1, 64)
			}
		case int64, int, bool:
			row[i] = fmt.Sprint(v)
		default:
			row[i] = escape.Cell(fmt.Sprint(v))
		}
	}
	t.rows = append(t.rows, row)
}

// Tables are the tables that there is data for. Units are in the names of the columns.
func (r *Report) Tables() []NamedTable {
	all := []NamedTable{
		r.targetCSV(), r.clockCSV(), r.flowCSV(), r.populationCSV(), r.stageCSV(), r.releaseCSV(), r.functionCSV(), r.routeCSV(), r.outcomeCSV(), r.failureCSV(), r.timeCSV(), r.findingCSV(), r.effectCSV(), r.billCSV(), r.crossingCSV(), r.mapCSV(), r.thresholdCSV(),
	}
	for i, t := range all {
		all[i] = r.marked(t)
	}
	return slices.DeleteFunc(all, func(t NamedTable) bool { return len(t.rows) < 2 })
}

// marked adds to a table with targets a column that says which of them were models, and
// one that says which were not verified if there are any.
func (r *Report) marked(t NamedTable) NamedTable {
	at := slices.Index(t.rows[0], "target")
	if at < 0 {
		return t
	}
	t.mark("model", at, r.Models())
	if names := r.Unverified(); len(names) > 0 {
		t.mark("unverified", at, names)
	}
	return t
}

// mark adds a column that says which rows are about some targets.
func (t NamedTable) mark(column string, at int, targets []string) {
	about := map[string]bool{}
	for _, name := range targets {
		about[escape.Cell(name)] = true
	}
	t.rows[0] = append(t.rows[0], column)
	for i, row := range t.rows[1:] {
		t.rows[i+1] = append(row, strconv.FormatBool(about[row[at]]))
	}
}

func writeCSV(w io.Writer, r *Report) error { return r.marked(r.targetCSV()).Write(w) }

// targetCSV has a row for each target, and one for each request at it.
func (r *Report) targetCSV() NamedTable {
	t := newTable("targets", slices.Concat([]string{
		"run_result", "run_state", "run_verdict", "run_overridden",
		"target", "kind", "request", "requests", "rate_per_s", "goodput_per_s", "failed", "error_share",
		"response_p50_ms", "response_p90_ms", "response_p95_ms", "response_p99_ms", "response_p99.9_ms", "response_max_ms",
		"service_p50_ms", "service_p90_ms", "service_p95_ms", "service_p99_ms", "service_p99.9_ms", "service_max_ms",
		"bytes_in", "bytes_out", "connections", "month_usd", "month_usd_low", "month_usd_high", "unbilled", "failures",
		"requests_by_protocol", "header_bytes_in", "header_bytes_out", "header_bytes_in_uncompressed", "header_bytes_out_uncompressed",
		"decoded_responses", "decoded_bytes_in", "decoded_bytes", "not_decoded_responses",
	}, eventColumns)...)
	add := func(d Door, request string, f results.Figures, money [4]any, failures []results.FailureDoc, protocol []any) {
		row := []any{r.Result, r.State, r.Verdict, r.overridden(), d.Name, d.Kind, request, f.Requests}
		row = append(row, rateCells(f)...)
		row = append(row, latencyCells(f)...)
		row = append(row, f.BytesIn, f.BytesOut, f.Opened)
		t.add(slices.Concat(row, money[:], []any{causes(failures)}, protocol, bodyCells(f.Bodies), eventCells(f.Events))...)
	}
	for _, d := range r.Doors {
		var money [4]any
		if d.Unbilled != "" {
			money[3] = d.Unbilled
		}
		if d.Bill != nil {
			money[0] = exact(d.Bill.Month.Text(6))
			if d.Bill.Bounds != nil {
				money[1], money[2] = exact(d.Bill.Low.Text(6)), exact(d.Bill.High.Text(6))
			}
		}
		add(d, "", d.Figures, money, d.Failures, d.protocolCells())
		for _, name := range slices.Sorted(maps.Keys(d.ByRequest)) {
			add(d, name, d.ByRequest[name], [4]any{}, slices.DeleteFunc(slices.Clone(d.Failures), func(f results.FailureDoc) bool { return f.Request != name }), make([]any, len(d.protocolCells())))
		}
	}
	return t
}

// causes are the counts of a target's causes for a cell: "404:87 timeout:3".
func causes(all []results.FailureDoc) string {
	sum := map[string]int64{}
	var order []string
	for i := range all {
		c := all[i].Cause()
		if _, ok := sum[c]; !ok {
			order = append(order, c)
		}
		sum[c] += all[i].Count
	}
	for i, c := range order {
		order[i] = fmt.Sprintf("%s:%d", c, sum[c])
	}
	return strings.Join(order, " ")
}

func (r *Report) outcomeCSV() NamedTable {
	t := newTable("outcomes", "target", "outcome", "requests", "share", "response_p50_ms", "response_p99_ms")
	for _, d := range r.Doors {
		for _, o := range outcomeRows(d) {
			t.add(d.Name, o.Title, o.Count, o.Share, o.Response.P50, o.Response.P99)
		}
	}
	return t
}

func (r *Report) failureCSV() NamedTable {
	t := newTable("failures", "target", "request", "cause", "requests", "share", "first_at_s", "first_detail", "first_header_names", "first_body")
	for _, f := range r.failures() {
		var first [4]any
		if f.First != nil {
			first = [4]any{f.First.At, f.First.Detail, strings.Join(f.First.HeaderNames, " "), f.First.Body}
		}
		if f.untimed {
			first[0] = nil
		}
		t.add(f.Target, f.Request, f.Cause, f.Count, f.Share, first[0], first[1], first[2], first[3])
	}
	return t
}

func (r *Report) timeCSV() NamedTable {
	t := newTable("time", "target", "from_s", "to_s", "good_responses", "response_p50_ms", "response_p90_ms", "response_p99_ms", "response_max_ms")
	for _, m := range r.Moments {
		t.add(m.Target, m.From, m.To, m.Requests, m.P50, m.P90, m.P99, m.Max)
	}
	return t
}

func (r *Report) findingCSV() NamedTable {
	t := newTable("findings", "probe", "target", "verdict", "value", "measured", "low", "high", "unit", "method")
	for _, f := range r.Run.Findings {
		for _, name := range slices.Sorted(maps.Keys(f.Values)) {
			v := f.Values[name]
			t.add(f.Probe, f.Target, f.Verdict, name, v.Value, v.Low, v.High, v.Unit, v.Method)
		}
	}
	return t
}

func (r *Report) effectCSV() NamedTable {
	t := newTable("comparison", "base", "target", "metric", "unit", "at_base", "at_target", "scale", "effect", "low", "high", "blocks", "verdict", "words", "whole_run_at_base", "whole_run_at_target")
	if r.Comparison == nil {
		return t
	}
	for _, p := range r.Comparison.Pairs {
		for _, e := range p.Effects {
			base, head := e.Compared()
			t.add(p.Base, p.Head, e.Metric, e.Unit, base, head, e.Scale, e.Estimate, e.Low, e.High, e.Blocks, e.Verdict, e.Words, e.Base, e.Head)
		}
	}
	return t
}

func (r *Report) billCSV() NamedTable {
	t := newTable("bill", "target", "dimension", "title", "quantity", "unit", "usd", "basis", "derivation", "source")
	for _, d := range r.Doors {
		if d.Bill == nil {
			continue
		}
		for _, l := range d.Bill.Lines {
			t.add(d.Name, l.Dimension, l.Title, exact(l.Quantity.String()), l.Unit, exact(l.Cost.Text(6)), l.Basis, l.Derivation, l.Source)
		}
	}
	return t
}

func (r *Report) crossingCSV() NamedTable {
	t := newTable("break-even", "requests_per_month", "usd", "cheaper_below", "cheaper_above")
	if r.Costing == nil {
		return t
	}
	for _, x := range r.Costing.Crossings {
		t.add(exact(x.Requests.Text(0)), exact(x.Cost.Text(6)), x.Before, x.After)
	}
	return t
}

func (r *Report) mapCSV() NamedTable {
	t := newTable("map", "response_bytes", "requests_per_month", "cheapest_below", "cheapest_above")
	if r.Map == nil {
		return t
	}
	whole := func(v float64) exact { return exact(strconv.FormatFloat(v, 'f', 0, 64)) }
	for _, b := range r.Map.Borders {
		if b.Size > 0 {
			t.add(whole(b.Size), nil, b.Below, b.Above)
		}
		for i, at := range b.Requests {
			if at != nil {
				t.add(whole(r.Map.Sizes[i]), whole(*at), b.Below, b.Above)
			}
		}
	}
	return t
}

func (r *Report) thresholdCSV() NamedTable {
	t := newTable("thresholds", "target", "population", "request", "stage", "threshold", "measured", "unit", "passed", "why")
	for _, th := range r.Thresholds {
		t.add(th.Target, th.Population, th.Request, th.Stage, th.Threshold, th.Measured, th.Unit, th.Passed, th.Why)
	}
	return t
}
