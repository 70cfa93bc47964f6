package report

import "tollgate/results"

// mostMoments is how many rows of one target a table over time has.
const mostMoments = 12

// A Moment is a row of the table over time: a stretch of a target's own time.
type Moment struct {
	Target        string
	Index         int
	From, To      float64 // seconds
	Requests      int64   // good ones
	P50, P90, P99 *float64
	Max           float64
}

// moments are what the pictures over time show, in figures.
func moments(run *results.Run, doors []Door) (ms []Moment) {
	for _, s := range strips(run, doors, mostMoments) {
		for _, sp := range s.spans {
			ms = append(ms, Moment{
				Target: s.door.Name, Index: s.door.Index, From: sp.from, To: sp.to, Requests: sp.good.Count(),
				P50: carried(sp.good, 0.5), P90: carried(sp.good, 0.9), P99: carried(sp.good, 0.99), Max: milliseconds(sp.good.Max()),
			})
		}
	}
	return ms
}

// carried is a quantile in milliseconds, nil where the sample is too small for it.
func carried(h *results.Histogram, q float64) *float64 {
	if !h.Carries(q) {
		return nil
	}
	v := milliseconds(h.Quantile(q))
	return &v
}
