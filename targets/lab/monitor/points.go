package monitor

import (
	"iter"
	"time"
)

// A point is one period of one statistic.
type point struct {
	at    time.Time
	value float64
}

// periods yields the periods of a query that hold values, with what is in them.
// A period's timestamp is its beginning; periods lie on multiples of their
// length, the first on or before the start of the window.
func (s *Store) periods(q dataQuery, from, to time.Time, horizon int64, ascending bool) iter.Seq2[time.Time, *bucket] {
	return func(yield func(time.Time, *bucket) bool) {
		x := s.lookup(q.namespace, q.metric, q.dims)
		if x == nil || (q.unit != "" && q.unit != x.unit) {
			return
		}
		oldest, newest := x.bounds()
		first := max(minuteOf(from), oldest)
		first -= floorMod(first, q.period)
		end := min(minuteOf(to.Add(time.Minute-time.Nanosecond)), newest)
		n := max((end-first+q.period-1)/q.period, 0)
		for i := range n {
			if !ascending {
				i = n - 1 - i
			}
			start := first + i*q.period
			b := x.span(start, start+q.period, horizon)
			if b.count > 0 && !yield(time.Unix(start*60, 0).UTC(), &b) {
				return
			}
		}
	}
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }
