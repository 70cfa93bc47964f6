package report

import (
	"maps"
	"slices"

	"tollgate/results"
)

// targets is the table of the summary: a row for each target, and where there
// are several requests one for each of them at each target, with what is to be
// compared beneath each other.
func (s *summary) targets() {
	t := table{columns: []column{
		{head: "target"},
		{head: "kind", spare: 3},
		{head: "requests", right: true, spare: 2},
		{head: "req/s", right: true},
		{head: "p50 ms", right: true},
		{head: "p90 ms", right: true, spare: 1},
		{head: "p99 ms", right: true},
		{head: "max ms", right: true, spare: 2},
		{head: "errors", right: true},
		{head: "$/month", right: true},
	}}
	apart := s.apart()
	if apart {
		t.columns = slices.Insert(t.columns, 1, column{head: "request"})
	}
	row := func(d Door, request string, f results.Figures, month string) {
		p := f.Latency[results.Response.String()]
		cells := []string{
			clipped(d.Name, nameWidth), clipped(d.Kind, nameWidth), count(f.Requests), perSecond(f.Rate),
			millis(p.P50), millis(p.P90), millis(p.P99), longest(p), errorText(f), month,
		}
		if apart {
			cells = slices.Insert(cells, 1, clipped(request, nameWidth))
		}
		t.rows = append(t.rows, cells)
	}
	names := map[string]bool{}
	for _, d := range s.Doors {
		row(d, "all", d.Figures, d.month())
		for name := range d.ByRequest {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, d := range s.Doors {
			if f, ok := d.ByRequest[name]; ok && apart {
				row(d, name, f, none)
			}
		}
	}
	s.line(t.lines(s.Width)...)
	s.line("")
	s.say("latency", "response time of good responses, from when each request was due to its last byte"+s.thinNote())
}

// mostRows is how long the table of a compact summary may be.
const mostRows = 40

// apart says whether requests have rows of their own: where there are several,
// and in a compact summary, not too many.
func (s *summary) apart() bool {
	rows, several := 0, false
	for _, d := range s.Doors {
		rows += 1 + len(d.ByRequest)
		several = several || len(d.ByRequest) > 1
	}
	return several && (s.Detail != Compact || rows <= mostRows)
}

func (s *summary) thinNote() string {
	if !s.thin() {
		return ""
	}
	return "; " + none + " where there were too few requests for that percentile"
}
