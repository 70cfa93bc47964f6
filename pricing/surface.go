package pricing

import (
	"fmt"
	"math"
	"slices"
)

// A CostSurface is what each of several candidates would cost over two variables of
// traffic that was measured: requests a month, and the bytes of a response, all of
// the same size. Everything else about the traffic stays as it is. A candidate has no
// cost for responses that are larger than it can send. A [Map] of a stated workload is
// over variables of which more is known.
type CostSurface struct {
	Doors    []string
	Requests []float64
	Bytes    []float64
	Month    float64 // the requests that the candidates' traffic has
	Size     float64 // and the mean bytes of a response, over all candidates

	cost [][][]float64 // [candidate][bytes][requests]
}

// CostSurface prices candidates at n × n values up to the largest response that any
// of them is known to have a limit for, two orders of magnitude around the month of
// their traffic.
func (b *Book) CostSurface(region string, candidates []Candidate, n int) (*CostSurface, error) {
	if len(candidates) < 2 || n < 2 {
		return nil, fmt.Errorf("a map takes two doors and two values of each variable at least, not %d and %d", len(candidates), n)
	}
	s := &CostSurface{Month: candidates[0].month().Float()}
	for _, c := range candidates {
		s.Doors = append(s.Doors, c.Name)
		s.Size += c.Traffic.ResponseBytes.Mean().Float() / float64(len(candidates))
	}
	least := 100.0
	if s.Size >= 1 {
		least = min(least, s.Size/2)
	}
	from := math.Pow(10, math.Floor(math.Log10(max(s.Month, 1e6)/100)))
	s.Requests = logSteps(from, min(MostRequests.Float(), math.Pow(10, math.Ceil(math.Log10(max(s.Month, 1e6)*100)))), n)
	most := 0.0
	for _, c := range candidates {
		most = max(most, float64(c.Largest))
	}
	if s.Size >= most { // more than is documented was measured, or no limit is
		most = 2 * max(s.Size, 1)
	}
	s.Bytes = logSteps(max(1, least), most, n)
	for round := 10.0; round < s.Bytes[n-1]; round *= 10 { // round sizes, and the measured one, are on the map themselves
		s.include(round)
	}
	for _, c := range candidates {
		s.include(float64(c.Largest))
	}
	s.include(s.Size)
	var err error
	s.cost, err = costsOver(len(candidates), s.Requests, s.Bytes, func(x float64) float64 { return x }, func(i, row int) (Curve, error) {
		c := candidates[i]
		c.Traffic.ResponseBytes = Point(int64(math.Round(s.Bytes[row])), Stated, "the map's own")
		return b.Curve(region, c)
	})
	for i, rows := range s.cost {
		for row := range rows {
			if !candidates[i].sends(s.Bytes[row]) {
				withhold(rows[row], 0)
			}
		}
	}
	return s, err
}

// sends says whether the candidate can send a response of this size. That it sent one
// counts for more than what is documented.
func (c Candidate) sends(bytes float64) bool {
	if c.Largest == 0 || bytes <= float64(c.Largest) {
		return true
	}
	return slices.ContainsFunc(c.Traffic.ResponseBytes.Buckets, func(b Bucket) bool { return b.Count > 0 && float64(b.Value) >= bytes })
}

// include puts a size in the place of the nearest one, except the first and the
// last.
func (s *CostSurface) include(size float64) {
	if at := closest(s.Bytes, size); size > 0 && at > 0 && at < len(s.Bytes)-1 {
		s.Bytes[at] = size
	}
}

func closest(values []float64, to float64) (at int) {
	for i, v := range values {
		if math.Abs(math.Log(v/to)) < math.Abs(math.Log(values[at]/to)) {
			at = i
		}
	}
	return at
}

// Cost is what a candidate costs a month at a row and a column, in dollars; if a
// price is unknown, what is known of it; infinite where it cannot send the response.
func (s *CostSurface) Cost(candidate, row, column int) float64 {
	cost, _ := lowerBound(s.cost[candidate][row][column])
	return cost
}

func logSteps(from, to float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = from * math.Pow(to/from, float64(i)/float64(max(1, n-1)))
	}
	return out
}

// Map shows which of some candidates is the cheapest where.
func (s *CostSurface) Map(doors []string) *Map {
	m := &Map{
		X: "requests_per_month", Y: "response_bytes", XUnit: "requests a month", YUnit: "bytes of a response",
		XAt: s.Requests, YAt: s.Bytes, Margin: leastMargin,
	}
	var among [][][]float64
	for i, name := range s.Doors {
		if slices.Contains(doors, name) {
			among, m.Doors = append(among, s.cost[i]), append(m.Doors, name)
		}
	}
	m.fill(among)
	return m
}

// A MapCrossing is where another candidate becomes the cheapest one along a row or
// a column of a map.
type MapCrossing struct {
	At           float64 // requests a month along a row, bytes of a response along a column
	Below, Above string  // the cheapest with less, and with more
}

// AlongRow finds the crossings along a row of one of the surface's maps. Costs are
// linear between two columns, except for the few in which a tier ends, so a
// crossing is where the line of their difference crosses zero.
func (s *CostSurface) AlongRow(m *Map, row int) (all []MapCrossing) {
	for x := 1; x < len(s.Requests); x++ {
		a, b := m.Cells[row][x-1], m.Cells[row][x]
		if a == b || a == NoDoor || b == NoDoor {
			continue
		}
		below, above := slices.Index(s.Doors, m.Doors[a]), slices.Index(s.Doors, m.Doors[b])
		before := s.Cost(above, row, x-1) - s.Cost(below, row, x-1)
		after := s.Cost(below, row, x) - s.Cost(above, row, x)
		part := 0.5
		if sum := before + after; sum > 0 {
			part = before / sum
		}
		all = append(all, MapCrossing{s.Requests[x-1] + part*(s.Requests[x]-s.Requests[x-1]), m.Doors[a], m.Doors[b]})
	}
	return all
}

// AlongColumn finds the crossings along a column. Costs may jump from one size to
// the next, where a payload needs one metered unit more, and end where a candidate's
// limit does: a crossing is the first of the map's sizes at which another candidate is
// the cheapest.
func (s *CostSurface) AlongColumn(m *Map, column int) (all []MapCrossing) {
	for y := 1; y < len(s.Bytes); y++ {
		if a, b := m.Cells[y-1][column], m.Cells[y][column]; a != b && a != NoDoor && b != NoDoor {
			all = append(all, MapCrossing{s.Bytes[y], m.Doors[a], m.Doors[b]})
		}
	}
	return all
}
