package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"tollgate/pricing"
	"tollgate/report/chart"
)

// A CostMap is which target is cheapest over requests per month and the size of
// a response.
type CostMap struct {
	Chart      chart.Map
	Throughout []string // cheapest everywhere, each among those that are left: no map shows them
	Sizes      []float64
	Borders    []MapBorder
	own        int // index into Sizes of what was measured; −1: it is not known
}

// costMap draws the map. It leaves out a target that is cheapest everywhere, as the
// map would have one color then. Without two others there is no map.
func costMap(c *Costing, doors []Door) *CostMap {
	if c == nil || c.Surface == nil {
		return nil
	}
	cm := &CostMap{}
	names := slices.Clone(c.Surface.Doors)
	m := c.Surface.Map(names)
	for {
		used := inUse(m)
		if len(used) > 1 {
			break
		}
		if len(names) <= 2 || len(used) == 0 {
			return nil
		}
		cm.Throughout = append(cm.Throughout, m.Doors[used[0]])
		names = slices.DeleteFunc(names, func(name string) bool { return name == m.Doors[used[0]] })
		m = c.Surface.Map(names)
	}
	cm.draw(m, c.Surface, doors)
	return cm
}

// inUse are the doors that are the cheapest anywhere, by index.
func inUse(m *pricing.Map) (used []int) {
	for _, row := range m.Cells {
		for _, door := range row {
			if door != pricing.NoDoor && !slices.Contains(used, door) {
				used = append(used, door)
			}
		}
	}
	slices.Sort(used)
	return used
}

// spansDecades says whether values spread over orders of magnitude.
func spansDecades(values []float64) bool {
	return values[0] > 0 && values[len(values)-1]/values[0] >= 10
}

// axisLabel prints the values of a variable of a map.
func axisLabel(variable string) func(float64) string {
	switch variable {
	case "response_bytes":
		return chart.Size
	case "hit_ratio":
		return func(v float64) string { return strconv.FormatFloat(100*v, 'g', 3, 64) + "%" }
	case "duration_ms":
		return chart.Time
	}
	return chart.Short
}

// mapChart is the picture of any map of costs; index gives a target its color.
func mapChart(m *pricing.Map, index func(door string) int) chart.Map {
	ch := chart.Map{
		Title: "The cheapest over " + m.XUnit + " and " + m.YUnit,
		X:     m.XUnit, Y: m.YUnit, XAt: m.XAt, YAt: m.YAt, LogX: spansDecades(m.XAt), LogY: spansDecades(m.YAt),
		XLabel: axisLabel(m.X), YLabel: axisLabel(m.Y),
		None:  "no front door can serve this",
		Close: m.Close, CloseNote: "another is within " + strconv.FormatFloat(100*m.Margin, 'g', 2, 64) + "%",
	}
	used := inUse(m)
	for _, k := range used {
		ch.Areas = append(ch.Areas, chart.MapArea{Name: m.Doors[k], Series: index(m.Doors[k])})
	}
	for _, row := range m.Cells {
		cells := make([]int, len(row))
		for i, door := range row {
			cells[i] = slices.Index(used, door)
		}
		ch.Cells = append(ch.Cells, cells)
	}
	return ch
}

func (cm *CostMap) draw(m *pricing.Map, t *pricing.CostSurface, doors []Door) {
	cm.Chart = mapChart(m, func(name string) int {
		return max(0, slices.IndexFunc(doors, func(d Door) bool { return d.Name == name }))
	})
	cm.Chart.Title = "The cheapest target over requests per month and response size"
	cm.Chart.Desc = "Which target is the cheapest over requests per month and the size of a response, both on log axes. Numbered rings are on borders between targets; the table beneath has them in figures."
	cm.Chart.X, cm.Chart.Y = "requests per month", "size of a response"
	if t.Size >= 1 {
		cm.Chart.Own = &chart.MapPoint{X: t.Month, Y: t.Size, Label: "this run: " + chart.Short(t.Month) + ", " + chart.Size(t.Size)}
	}
	cm.borders(m, t, cm.sizes(t))
}

// sizes chooses the sizes of the table: the smallest and the largest of the map,
// round ones between them, and, where it is known, what was measured. It returns
// their rows in the map.
func (cm *CostMap) sizes(t *pricing.CostSurface) (rows []int) {
	own := slices.Index(t.Bytes, t.Size)
	near := func(y int) bool { // to a row that is there
		return slices.ContainsFunc(rows, func(x int) bool { return math.Abs(math.Log(t.Bytes[x]/t.Bytes[y])) < 0.5 })
	}
	if own >= 0 {
		rows = append(rows, own)
	}
	for y, size := range t.Bytes {
		round := math.Abs(math.Log10(size)-math.Round(math.Log10(size))) < 1e-9
		if (round || y == 0 || y == len(t.Bytes)-1) && !near(y) {
			rows = append(rows, y)
		}
	}
	slices.Sort(rows)
	for _, y := range rows {
		cm.Sizes = append(cm.Sizes, t.Bytes[y])
	}
	cm.own = slices.Index(rows, own)
	return rows
}

// MapPicture is the map of a stated workload's costs as a picture.
func MapPicture(m *pricing.Map) NamedPicture {
	ch := mapChart(m, func(door string) int { return slices.Index(m.Doors, door) })
	ch.Desc = fmt.Sprintf("Which door is the cheapest over %s and %s.", m.XUnit, m.YUnit)
	if m.OwnX > 0 && m.OwnY > 0 {
		ch.Own = &chart.MapPoint{X: m.OwnX, Y: m.OwnY, Label: "as stated: " + ch.XLabel(m.OwnX) + ", " + ch.YLabel(m.OwnY)}
	}
	return NamedPicture{"map", ch.Picture}
}

// A MapBorder is where another target becomes the cheapest one.
type MapBorder struct {
	Number       int
	Below, Above string     // cheapest with fewer requests or smaller responses, and with more or larger ones
	Requests     []*float64 // at each of the map's sizes; nil: they are not neighbours there
	Size         float64    // of a response, where only that leads across; 0: requests do
}

// borders finds the borders, first those that more requests lead across, then
// those that only larger responses do. Each has a ring in its middle.
func (cm *CostMap) borders(m *pricing.Map, t *pricing.CostSurface, rows []int) {
	on := map[[2]string][]chart.MapPoint{}
	add := func(below, above string) *MapBorder {
		i := slices.IndexFunc(cm.Borders, func(b MapBorder) bool { return b.Below == below && b.Above == above })
		if i < 0 {
			i = len(cm.Borders)
			cm.Borders = append(cm.Borders, MapBorder{Number: i + 1, Below: below, Above: above, Requests: make([]*float64, len(rows))})
		}
		return &cm.Borders[i]
	}
	for y, size := range t.Bytes {
		for _, b := range t.AlongRow(m, y) {
			found := add(b.Below, b.Above)
			on[[2]string{b.Below, b.Above}] = append(on[[2]string{b.Below, b.Above}], chart.MapPoint{X: b.At, Y: size})
			if i := slices.Index(rows, y); i >= 0 {
				found.Requests[i] = &b.At
			}
		}
	}
	for x, requests := range t.Requests {
		for _, b := range t.AlongColumn(m, x) {
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

func (cm *CostMap) BorderTable() *htmlTable {
	s := &htmlTable{ID: "by-border", Caption: "Requests per month from which another target is the cheapest, by size of the response", Columns: heads("no.", "text:cheapest below", "text:cheapest above")}
	for i, size := range cm.Sizes {
		name := chart.Size(size)
		if i == cm.own {
			name += ", as measured"
		}
		s.Columns = append(s.Columns, heads(name)...)
	}
	bySize := slices.ContainsFunc(cm.Borders, func(b MapBorder) bool { return b.Size > 0 })
	if bySize {
		s.Columns = append(s.Columns, heads("by size alone, from")...)
	}
	for _, b := range cm.Borders {
		row := []htmlCell{countOf(int64(b.Number)), words(b.Below), words(b.Above)}
		for _, at := range b.Requests {
			row = append(row, figureOr(at, chart.Short))
		}
		if bySize {
			from := htmlCell{Text: none}
			if b.Size > 0 {
				from = figureOf(b.Size, chart.Size(b.Size))
			}
			row = append(row, from)
		}
		s.add(row...)
	}
	return s.sorted()
}
