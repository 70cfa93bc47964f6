package main

import (
	"fmt"

	"tollgate/report"
	"tollgate/report/chart"
	"tollgate/scenarios/accesslog/whatif"
)

// curves are the charts of a what-if, those that there is data for.
func curves(r *whatif.Report) (all []report.NamedPicture) {
	add := func(name string, ch chart.Lines) {
		for i := range ch.Series {
			ch.Series[i].Series = i
		}
		if len(ch.Series[0].Points) > 1 {
			all = append(all, report.NamedPicture{Name: name, Picture: ch.Picture})
		}
	}
	var together, byKey, hits, idle, level chart.Line
	together.Name, byKey.Name, hits.Name, idle.Name, level.Name = "all requests together", "each API key", "hits", "cold starts", "cold starts"
	for _, row := range r.Throttle {
		note := fmt.Sprintf("with a burst of %d; one of %d refuses none", row.AtBurst, row.Burst)
		together.Points, together.Notes = append(together.Points, [2]float64{row.Rate, float64(row.Refused)}), append(together.Notes, note)
		if row.AtKeys != nil {
			byKey.Points = append(byKey.Points, [2]float64{row.Rate, float64(*row.AtKeys)})
		}
	}
	limits := chart.Lines{Title: "Requests that a throttle refuses", Desc: "By its rate, with a burst of a second's worth", X: "rate (requests/s)", Y: "refused (requests)", Series: []chart.Line{together}}
	if len(byKey.Points) > 0 {
		limits.Series = append(limits.Series, byKey)
	}
	add("throttle", limits)
	for i, row := range r.Cache {
		if i > 0 && row.Seconds == r.Cache[i-1].Seconds { // the same with less room
			continue
		}
		hits.Points, hits.Notes = append(hits.Points, [2]float64{row.Seconds, 100 * row.Ratio}), append(hits.Notes, row.Saves(r.Month))
	}
	add("cache", chart.Lines{Title: "Hits of a cache", Desc: "By the time to live of its entries", X: "time to live (s)", Y: "hits (% of GET requests)", Series: []chart.Line{hits}})
	for _, row := range r.Idle {
		idle.Points = append(idle.Points, [2]float64{row.Seconds, float64(row.Cold)})
	}
	add("idle", chart.Lines{Title: "Cold starts by idle time", Desc: "By how long an environment stays that is not used", X: "idle time (s)", Y: "cold starts", Series: []chart.Line{idle}})
	for _, row := range r.Provisioned {
		level.Points = append(level.Points, [2]float64{float64(row.Environments), float64(row.Cold)})
	}
	add("provisioned", chart.Lines{Title: "Cold starts by provisioned concurrency", Desc: "By how many environments are always there", X: "provisioned environments", Y: "cold starts", Series: []chart.Line{level}})
	return all
}
