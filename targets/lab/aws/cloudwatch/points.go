package cloudwatch

import (
	"iter"
	"maps"
	"slices"
	"time"
)

// A point is one period of one statistic.
type point struct {
	at    time.Time
	value float64
}

// periods yields the periods of a query that hold values, in order of time, with
// what is in them.
// A period's timestamp is its beginning; periods lie on multiples of their
// length, the first on or before the start of the window.
func (s *Store) periods(q dataQuery, from, to time.Time, horizon int64) iter.Seq2[time.Time, *bucket] {
	return func(yield func(time.Time, *bucket) bool) {
		x := s.lookup(q.namespace, q.metric, q.dims)
		if x == nil || (q.unit != "" && q.unit != x.unit) {
			return
		}
		first := minuteOf(from)
		first -= floorMod(first, q.period)
		end := minuteOf(to.Add(time.Minute - time.Nanosecond))
		if over := floorMod(end, q.period); over > 0 { // a period that the window touches is whole
			end += q.period - over
		}
		found := map[int64]*bucket{}
		place := s.placing(x, horizon)
		x.gather(found, func(minute int64) (int64, bool) {
			reported, seen := place(minute)
			return reported - floorMod(reported, q.period), seen && reported >= first && reported < end
		})
		starts := slices.Sorted(maps.Keys(found))
		for _, start := range starts {
			if b := found[start]; b.count > 0 && !yield(time.Unix(start*60, 0).UTC(), b) {
				return
			}
		}
	}
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }
