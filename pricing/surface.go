package pricing

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// A Terrain is what each of several doors would cost over two variables of
// traffic that was measured: requests a month, and the bytes of a response, all
// of the same size. Everything else about the traffic stays as it is. A [Map]
// of a stated workload is over variables of which more is known.
type Terrain struct {
	Doors    []string
	Requests []float64
	Bytes    []float64
	Month    float64 // the requests that the doors' traffic has
	Size     float64 // and the mean bytes of a response, over all doors

	cost [][][]float64 // [door][bytes][requests]
}

// Terrain prices doors at n × n values up to the largest response that all of
// them can give, two orders of magnitude around the month that their traffic is.
// Dollars are in float64, from exact curves: a map is looked at.
func (b *Book) Terrain(region string, doors []Candidate, largest int64, n int) (*Terrain, error) {
	if len(doors) < 2 || n < 2 {
		return nil, fmt.Errorf("a map takes two doors and two values of each variable at least, not %d and %d", len(doors), n)
	}
	t := &Terrain{Month: doors[0].Traffic.Requests.Quantity.Float()}
	for _, d := range doors {
		t.Doors = append(t.Doors, d.Name)
		t.Size += d.Traffic.ResponseBytes.Mean().Float() / float64(len(doors))
	}
	most := MostRequests.Float()
	least := 100.0
	if t.Size >= 1 {
		least = min(least, t.Size/2)
	}
	from := math.Pow(10, math.Floor(math.Log10(max(t.Month, 1e6)/100)))
	t.Requests = logSteps(from, min(most, math.Pow(10, math.Ceil(math.Log10(max(t.Month, 1e6)*100)))), n)
	t.Bytes = logSteps(max(1, least), max(float64(largest), 2*t.Size), n)
	for round := 10.0; round < t.Bytes[n-1]; round *= 10 { // round sizes and what was measured are on the map themselves
		t.include(round)
	}
	t.include(t.Size)
	t.cost = make([][][]float64, len(doors))
	errs := make([]error, len(doors))
	var all sync.WaitGroup
	for i, d := range doors {
		all.Go(func() { t.cost[i], errs[i] = b.slope(region, d, t) })
	}
	all.Wait()
	return t, errors.Join(errs...)
}

// slope prices one door everywhere.
func (b *Book) slope(region string, d Candidate, t *Terrain) (rows [][]float64, err error) {
	for _, size := range t.Bytes {
		d.Traffic.ResponseBytes = Point(int64(math.Round(size)), Stated, "the map's own")
		c, err := b.Curve(region, d)
		if err != nil {
			return nil, err
		}
		s, row := sketchOf(c), make([]float64, len(t.Requests))
		for i, requests := range t.Requests {
			row[i] = s.at(requests)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// include puts a size in the place of the one nearest to it, but for the first
// and the last.
func (t *Terrain) include(size float64) {
	if at := closest(t.Bytes, size); at > 0 && at < len(t.Bytes)-1 {
		t.Bytes[at] = size
	}
}

// closest is the index of the value that is the fewest orders of magnitude off.
func closest(values []float64, to float64) (at int) {
	for i, v := range values {
		if math.Abs(math.Log(v/to)) < math.Abs(math.Log(values[at]/to)) {
			at = i
		}
	}
	return at
}

// Cost is what a door costs a month at a row and a column, in dollars.
func (t *Terrain) Cost(door, row, column int) float64 { return t.cost[door][row][column] }

// logSteps are n values from one to another, evenly spread by orders of magnitude.
func logSteps(from, to float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = from * math.Pow(to/from, float64(i)/float64(n-1))
	}
	return out
}

// Map shows which of some doors is the cheapest where.
func (t *Terrain) Map(doors []string) *Map {
	m := &Map{
		X: "requests", Y: "response_bytes", XUnit: "requests a month", YUnit: "bytes of a response",
		XAt: t.Requests, YAt: t.Bytes, Margin: leastMargin,
	}
	var among []int
	for i, name := range t.Doors {
		if slices.Contains(doors, name) {
			among, m.Doors = append(among, i), append(m.Doors, name)
		}
	}
	for y := range t.Bytes {
		cells, tight := make([]int, len(t.Requests)), make([]bool, len(t.Requests))
		for x := range t.Requests {
			cells[x], tight[x] = cheapest(len(among), m.Margin, func(i int) float64 { return t.cost[among[i]][y][x] })
		}
		m.Cells, m.Close = append(m.Cells, cells), append(m.Close, tight)
	}
	return m
}

// cheapest finds the lowest of n costs, and whether another is within a margin
// of it.
func cheapest(n int, margin float64, cost func(i int) float64) (least int, tight bool) {
	best, second := math.Inf(1), math.Inf(1)
	for i := range n {
		switch c := cost(i); {
		case c < best:
			best, second, least = c, best, i
		case c < second:
			second = c
		}
	}
	return least, second <= best*(1+margin)
}

// A Border is where another door becomes the cheapest one along a row or a
// column of a map.
type Border struct {
	At           float64 // requests a month along a row, bytes of a response along a column
	Below, Above string  // the cheapest door with less, and with more
}

// Across finds the borders along a row of one of the terrain's maps. Costs are
// linear between two columns, but for the few in which a tier ends, so that a
// border is where the line of their difference crosses zero.
func (t *Terrain) Across(m *Map, row int) (all []Border) {
	for x := 1; x < len(t.Requests); x++ {
		a, b := m.Cells[row][x-1], m.Cells[row][x]
		if a == b {
			continue
		}
		below, above := slices.Index(t.Doors, m.Doors[a]), slices.Index(t.Doors, m.Doors[b])
		before := t.cost[above][row][x-1] - t.cost[below][row][x-1]
		after := t.cost[below][row][x] - t.cost[above][row][x]
		part := 0.5
		if sum := before + after; sum > 0 {
			part = before / sum
		}
		all = append(all, Border{t.Requests[x-1] + part*(t.Requests[x]-t.Requests[x-1]), m.Doors[a], m.Doors[b]})
	}
	return all
}

// Up finds the borders along a column. Costs may jump from one size to the next,
// where a payload needs one metered unit more: a border is the first of the
// map's sizes at which another door is the cheapest.
func (t *Terrain) Up(m *Map, column int) (all []Border) {
	for y := 1; y < len(t.Bytes); y++ {
		if a, b := m.Cells[y-1][column], m.Cells[y][column]; a != b {
			all = append(all, Border{t.Bytes[y], m.Doors[a], m.Doors[b]})
		}
	}
	return all
}
