package monitor

import "time"

// A point is one period of one statistic.
type point struct {
	at    time.Time
	value float64
}

// points returns the periods of a query that hold values, at most limit of them
// after those that the cursor has done, and whether there are more. A period's
// timestamp is its beginning; periods lie on multiples of their length, the
// first on or before the start of the window.
func (s *Store) points(q dataQuery, r dataRequest, at cursor, limit int) (page []point, more bool) {
	x := s.lookup(q.namespace, q.metric, q.dims)
	if x == nil || (q.unit != "" && q.unit != x.unit) {
		return nil, false
	}
	oldest, newest := x.bounds()
	from := max(minuteOf(r.from), oldest)
	from -= floorMod(from, q.period)
	to := min(minuteOf(r.to.Add(time.Minute-time.Nanosecond)), newest)
	periods := (to - from + q.period - 1) / q.period
	for i := range max(periods, 0) {
		if !r.ascending {
			i = periods - 1 - i
		}
		start := from + i*q.period
		b := x.span(start, start+q.period, at.horizon)
		if b.count == 0 {
			continue
		}
		if at.done > 0 {
			at.done--
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, point{time.Unix(start*60, 0).UTC(), q.stat(&b)})
	}
	return page, false
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }
