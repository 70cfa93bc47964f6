package report

import (
	"fmt"
	"slices"
	"strconv"

	"tollgate/pricing"
	"tollgate/report/chart"
)

// A Border is where another target becomes the cheapest one.
type Border struct {
	Number       int
	Below, Above string     // cheapest with fewer requests or smaller responses, and with more or larger ones
	Requests     []*float64 // at each of the map's sizes; nil: they are not neighbours there
	Size         float64    // of a response, where only that leads across; 0: requests do
}

// borders finds the borders, first those that more requests lead across, then
// those that only larger responses do. Each has a ring in its middle.
func (cm *CostMap) borders(m *pricing.Map, t *pricing.Terrain, rows []int) {
	on := map[[2]string][]chart.MapPoint{}
	add := func(below, above string) *Border {
		i := slices.IndexFunc(cm.Borders, func(b Border) bool { return b.Below == below && b.Above == above })
		if i < 0 {
			i = len(cm.Borders)
			cm.Borders = append(cm.Borders, Border{Number: i + 1, Below: below, Above: above, Requests: make([]*float64, len(rows))})
		}
		return &cm.Borders[i]
	}
	for y, size := range t.Bytes {
		for _, b := range t.Across(m, y) {
			found := add(b.Below, b.Above)
			on[[2]string{b.Below, b.Above}] = append(on[[2]string{b.Below, b.Above}], chart.MapPoint{X: b.At, Y: size})
			if i := slices.Index(rows, y); i >= 0 {
				found.Requests[i] = &b.At
			}
		}
	}
	for x, requests := range t.Requests {
		for _, b := range t.Up(m, x) {
			if on[[2]string{b.Above, b.Below}] == nil && (on[[2]string{b.Below, b.Above}] == nil || add(b.Below, b.Above).Size > 0) {
				add(b.Below, b.Above).Size = b.At
				on[[2]string{b.Below, b.Above}] = append(on[[2]string{b.Below, b.Above}], chart.MapPoint{X: requests, Y: b.At})
			}
		}
	}
	for _, b := range cm.Borders {
		points := on[[2]string{b.Below, b.Above}]
		at := points[len(points)/2]
		at.Label = strconv.Itoa(b.Number)
		cm.Chart.Edges = append(cm.Chart.Edges, at)
	}
}

// BorderSheet has the borders in figures.
func (cm *CostMap) BorderSheet() *sheet {
	s := &sheet{ID: "by-border", Caption: "Requests per month from which another target is the cheapest, by size of the response", Columns: heads("no.", "text:cheapest below", "text:cheapest above")}
	for i, size := range cm.Sizes {
		name := sizeText(size)
		if i == cm.own {
			name += ", as measured"
		}
		s.Columns = append(s.Columns, heads(name)...)
	}
	bySize := slices.ContainsFunc(cm.Borders, func(b Border) bool { return b.Size > 0 })
	if bySize {
		s.Columns = append(s.Columns, heads("by size alone, from")...)
	}
	for _, b := range cm.Borders {
		row := []entry{countOf(int64(b.Number)), words(b.Below), words(b.Above)}
		for _, at := range b.Requests {
			row = append(row, figureOr(at, compact))
		}
		if bySize {
			from := entry{Text: none}
			if b.Size > 0 {
				from = figureOf(b.Size, sizeText(b.Size))
			}
			row = append(row, from)
		}
		s.add(row...)
	}
	return s.sorted()
}

// borderRows are the borders for a spreadsheet.
func (r *Report) borderRows() [][]string {
	rows := [][]string{{"response_bytes", "requests_per_month", "cheapest_below", "cheapest_above"}}
	if r.Map == nil {
		return rows
	}
	for _, b := range r.Map.Borders {
		if b.Size > 0 {
			rows = append(rows, []string{fmt.Sprintf("%.0f", b.Size), "", cell(b.Below), cell(b.Above)})
		}
		for i, at := range b.Requests {
			if at != nil {
				rows = append(rows, []string{fmt.Sprintf("%.0f", r.Map.Sizes[i]), fmt.Sprintf("%.0f", *at), cell(b.Below), cell(b.Above)})
			}
		}
	}
	return rows
}
