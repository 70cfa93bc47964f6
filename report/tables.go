package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"tollgate/pricing/escape"
	"tollgate/results"
)

// A NamedTable is a table of a report, for spreadsheets.
type NamedTable struct {
	Name string // of its file: "outcomes"
	rows [][]string
}

// Write writes the table as CSV, its columns' names first.
func (t NamedTable) Write(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.rows) }

// Tables are the tables that there is data for, numbers unrounded and without
// units, which the columns' names have. What is not known is empty.
func (r *Report) Tables() (ts []NamedTable) {
	for _, t := range []NamedTable{
		{"targets", r.targetRows()},
		{"outcomes", r.outcomeRows()},
		{"failures", r.failureTable()},
		{"time", r.timeRows()},
		{"findings", r.findingRows()},
		{"comparison", r.effectRows()},
		{"bill", r.billRows()},
		{"break-even", r.crossingRows()},
		{"map", r.borderRows()},
		{"thresholds", r.thresholdRows()},
	} {
		if len(t.rows) > 1 {
			ts = append(ts, t)
		}
	}
	return ts
}

func (r *Report) outcomeRows() [][]string {
	rows := [][]string{{"target", "outcome", "requests", "share", "response_p50_ms", "response_p99_ms"}}
	for _, d := range r.Doors {
		for _, o := range outcomeRows(d) {
			rows = append(rows, []string{cell(d.Name), o.Title, integer(o.Count), number(o.Share), optional(o.Response.P50), optional(o.Response.P99)})
		}
	}
	return rows
}

func (r *Report) timeRows() [][]string {
	rows := [][]string{{"target", "from_s", "to_s", "good_responses", "response_p50_ms", "response_p90_ms", "response_p99_ms", "response_max_ms"}}
	for _, m := range r.Moments {
		rows = append(rows, []string{cell(m.Target), number(m.From), number(m.To), integer(m.Requests), optional(m.P50), optional(m.P90), optional(m.P99), number(m.Max)})
	}
	return rows
}

func (r *Report) findingRows() [][]string {
	rows := [][]string{{"probe", "target", "verdict", "value", "measured", "low", "high", "unit", "method"}}
	for _, f := range r.Run.Findings {
		for _, name := range slices.Sorted(maps.Keys(f.Values)) {
			v := f.Values[name]
			rows = append(rows, []string{
				cell(f.Probe), cell(f.Target), cell(string(f.Verdict)), cell(name), number(v.Value),
				optional(v.Low), optional(v.High), cell(v.Unit), cell(v.Method),
			})
		}
	}
	return rows
}

func (r *Report) effectRows() [][]string {
	rows := [][]string{{"base", "target", "metric", "unit", "at_base", "at_target", "scale", "effect", "low", "high", "blocks", "verdict", "words"}}
	if r.Comparison == nil {
		return rows
	}
	for _, p := range r.Comparison.Pairs {
		for _, e := range p.Effects {
			rows = append(rows, []string{
				cell(p.Base), cell(p.Head), cell(string(e.Metric)), cell(e.Unit), optional(e.Base), optional(e.Head),
				cell(string(e.Scale)), optional(e.Estimate), optional(e.Low), optional(e.High), strconv.Itoa(e.Blocks), cell(string(e.Verdict)), cell(e.Words),
			})
		}
	}
	return rows
}

func (r *Report) billRows() [][]string {
	rows := [][]string{{"target", "dimension", "title", "quantity", "unit", "usd", "basis", "derivation", "source"}}
	for _, d := range r.Doors {
		if d.Bill == nil {
			continue
		}
		for _, l := range d.Bill.Lines {
			rows = append(rows, []string{
				cell(d.Name), cell(l.Dimension), cell(l.Title), l.Quantity.String(), cell(fmt.Sprint(l.Unit)), l.Cost.Text(6),
				cell(fmt.Sprint(l.Basis)), cell(l.Derivation), cell(l.Source),
			})
		}
	}
	return rows
}

func (r *Report) crossingRows() [][]string {
	rows := [][]string{{"requests_per_month", "usd", "cheaper_below", "cheaper_above"}}
	if r.Costing == nil {
		return rows
	}
	for _, x := range r.Costing.Crossings {
		rows = append(rows, []string{x.Requests.Text(0), x.Cost.Text(6), cell(x.Before), cell(x.After)})
	}
	return rows
}

func (r *Report) thresholdRows() [][]string {
	rows := [][]string{{"target", "request", "threshold", "measured", "unit", "passed", "why"}}
	for _, t := range r.Thresholds {
		rows = append(rows, []string{cell(t.Target), cell(t.Request), cell(t.Threshold), optional(t.Measured), cell(t.Unit), strconv.FormatBool(t.Passed), cell(t.Why)})
	}
	return rows
}

func integer(n int64) string { return strconv.FormatInt(n, 10) }

// csvColumns are those of the one table: a row for each target, and one for
// each request at it where there are several. Missing numbers are empty.
var csvColumns = []string{
	"run_result", "run_state", "run_verdict",
	"target", "kind", "request", "requests", "rate_per_s", "goodput_per_s", "failed", "error_share",
	"response_p50_ms", "response_p90_ms", "response_p95_ms", "response_p99_ms", "response_p99.9_ms", "response_max_ms",
	"service_p50_ms", "service_p90_ms", "service_p95_ms", "service_p99_ms", "service_p99.9_ms", "service_max_ms",
	"bytes_in", "bytes_out", "connections", "month_usd", "month_usd_low", "month_usd_high", "failures",
}

func writeCSV(w io.Writer, r *Report) error { return csv.NewWriter(w).WriteAll(r.targetRows()) }

func (r *Report) targetRows() [][]string {
	rows := [][]string{csvColumns}
	for _, d := range r.Doors {
		var money [3]string
		if d.Bill != nil {
			money[0] = d.Bill.Month.Text(6)
			if d.Bill.Bounds != nil {
				money[1], money[2] = d.Bill.Low.Text(6), d.Bill.High.Text(6)
			}
		}
		rows = append(rows, append(csvRow(r.Document, d, "", d.Figures, money), cell(causes(d.Failures))))
		for _, name := range slices.Sorted(maps.Keys(d.ByRequest)) {
			own := slices.DeleteFunc(slices.Clone(d.Failures), func(f results.FailureDoc) bool { return f.Request != name })
			rows = append(rows, append(csvRow(r.Document, d, name, d.ByRequest[name], [3]string{}), cell(causes(own))))
		}
	}
	return rows
}

func csvRow(doc results.Document, d Door, request string, f results.Figures, money [3]string) []string {
	row := []string{
		cell(string(doc.Result)), cell(string(doc.State)), cell(string(doc.Verdict)),
		cell(d.Name), cell(d.Kind), cell(request), strconv.FormatInt(f.Requests, 10), number(f.Rate), number(f.Goodput),
		strconv.FormatInt(f.Failed, 10), number(f.ErrorShare),
	}
	for _, clock := range []results.Clock{results.Response, results.Service} {
		p, ok := f.Latency[clock.String()]
		for _, v := range []*float64{p.P50, p.P90, p.P95, p.P99, p.P999} {
			row = append(row, optional(v))
		}
		if !ok || p.N == 0 {
			row = append(row, "")
		} else {
			row = append(row, number(p.Max))
		}
	}
	return append(row, strconv.FormatInt(f.BytesIn, 10), strconv.FormatInt(f.BytesOut, 10), strconv.FormatInt(f.Opened, 10), money[0], money[1], money[2])
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func optional(v *float64) string {
	if v == nil {
		return ""
	}
	return number(*v)
}

// cell is a text in a table for spreadsheets.
func cell(s string) string { return escape.Cell(s) }
