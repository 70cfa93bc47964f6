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
	Borders    []Border
	own        int // index into Sizes of what was measured; −1: it is not known
}

// costMap draws the map. A target that is the cheapest everywhere would leave it
// in one colour and say nothing of the choice where that one will not do: the
// map is of the others. Where no two are left to tell apart there is none.
func costMap(c *Costing, doors []Door) *CostMap {
	if c == nil || c.Terrain == nil {
		return nil
	}
	cm := &CostMap{}
	names := slices.Clone(c.Terrain.Doors)
	m := c.Terrain.Map(names)
	for {
		used := inUse(m)
		if len(used) > 1 {
			break
		}
		if len(names) <= 2 {
			return nil
		}
		cm.Throughout = append(cm.Throughout, m.Doors[used[0]])
		names = slices.DeleteFunc(names, func(name string) bool { return name == m.Doors[used[0]] })
		m = c.Terrain.Map(names)
	}
	cm.draw(m, c.Terrain, doors)
	return cm
}

// inUse are the doors that are the cheapest anywhere, by index.
func inUse(m *pricing.Map) (used []int) {
	for _, row := range m.Cells {
		for _, door := range row {
			if !slices.Contains(used, door) {
				used = append(used, door)
			}
		}
	}
	slices.Sort(used)
	return used
}

// mapChart is the picture of any map of costs; index gives a door its ink.
func mapChart(m *pricing.Map, index func(door string) int) chart.Map {
	ch := chart.Map{
		Title: "The cheapest over " + m.XUnit + " and " + m.YUnit,
		X:     m.XUnit, Y: m.YUnit, XAt: m.XAt, YAt: m.YAt, LogX: decadesApart(m.XAt), LogY: decadesApart(m.YAt),
		XLabel: axisLabel(m.X), YLabel: axisLabel(m.Y),
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

// draw makes the picture and finds its borders.
func (cm *CostMap) draw(m *pricing.Map, t *pricing.Terrain, doors []Door) {
	cm.Chart = mapChart(m, func(name string) int {
		return max(0, slices.IndexFunc(doors, func(d Door) bool { return d.Name == name }))
	})
	cm.Chart.Title = "The cheapest target over requests per month and response size"
	cm.Chart.Desc = "Which target is the cheapest over requests per month and the size of a response, both on log axes. Numbered rings are on borders between targets; the table beneath has them in figures."
	cm.Chart.X, cm.Chart.Y = "requests per month", "size of a response"
	if t.Size >= 1 {
		cm.Chart.Own = &chart.MapPoint{X: t.Month, Y: t.Size, Label: "this run: " + compact(t.Month) + ", " + sizeText(t.Size)}
	}
	cm.borders(m, t, cm.sizes(t))
}

// sizes chooses the sizes of the table: the smallest and the largest of the map,
// round ones between them, and, where it is known, what was measured. It returns
// their rows in the map.
func (cm *CostMap) sizes(t *pricing.Terrain) (rows []int) {
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
