package report

import "tollgate/results"

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
	Count    int64
	Share    float64
	Response results.Percentiles
}

func outcomeRows(d Door) []outcomeRow {
	var rows []outcomeRow
	for o := range results.NumOutcomes {
		if out := d.Outcomes[o.String()]; out.Count > 0 {
			rows = append(rows, outcomeRow{
				outcomeTitle(o), out.Count, float64(out.Count) / float64(max(1, d.Requests)), out.Latency[results.Response.String()],
			})
		}
	}
	return rows
}
