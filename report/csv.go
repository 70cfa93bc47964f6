package report

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"

	"tollgate/pricing/escape"
	"tollgate/results"
)

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
