package report

import (
	"net/http"
	"slices"
	"strconv"

	"tollgate/results"
)

// A clockRow is one clock's percentiles at one door.
type clockRow struct {
	Clock string
	results.Percentiles
}

// clockRows are the clocks of a door that measured anything.
func clockRows(d Door) []clockRow {
	titles := map[results.Clock]string{
		results.Response: "response", results.Service: "service", results.FirstByte: "first byte",
		results.Connect: "connect", results.TLS: "TLS handshake",
	}
	var rows []clockRow
	for c := range results.NumClocks {
		if p, ok := d.Latency[c.String()]; ok && p.N > 0 {
			rows = append(rows, clockRow{titles[c], p})
		}
	}
	return rows
}

// An outcomeRow is one outcome's count at one door, with its own latencies.
type outcomeRow struct {
	Title    string
	Codes    string // the status codes of the failures in it, where the title is of several: ": 404, 405"
	Count    int64
	Share    float64
	Response results.Percentiles
}

func outcomeRows(d Door) []outcomeRow {
	var rows []outcomeRow
	for o := range results.NumOutcomes {
		if out := d.Outcomes[o.String()]; out.Count > 0 {
			rows = append(rows, outcomeRow{
				outcomeTitle(o), codes(o, d), out.Count, float64(out.Count) / float64(max(1, d.Requests)), out.Latency[results.Response.String()],
			})
		}
	}
	return rows
}

// codes lists the status codes with which requests failed by an outcome that
// has many, for its title: "" where that is not known.
func codes(o results.Outcome, doors ...Door) string {
	var all []int
	for _, d := range doors {
		for _, f := range d.Failures {
			client := f.Status >= 400 && f.Status < 500 && f.Status != http.StatusTooManyRequests
			if o == results.ClientError && client || o == results.ServerError && f.Status >= 500 {
				all = append(all, f.Status)
			}
		}
	}
	slices.Sort(all)
	text := ""
	for i, code := range slices.Compact(all) {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		text += sep + strconv.Itoa(code)
	}
	return text
}

// outcomeTitle is an outcome in a reader's words.
func outcomeTitle(o results.Outcome) string {
	return map[results.Outcome]string{
		results.OK: "good", results.Throttled: "429 throttled", results.ClientError: "other 4xx", results.ServerError: "5xx",
		results.Unexpected: "unexpected response", results.TimedOut: "timeout", results.Broken: "broken connection",
		results.OwnFault: "error of the load generator",
	}[o]
}
