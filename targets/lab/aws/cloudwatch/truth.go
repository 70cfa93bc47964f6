package cloudwatch

import (
	"maps"
	"slices"
	"time"
)

// A Truth is what readers of one metric should see once all is published.
type Truth struct {
	Namespace  string     `json:"namespace"`
	Metric     string     `json:"metric"`
	Dimensions Dimensions `json:"dimensions,omitempty"`
	Unit       Unit       `json:"unit"`
	Set
	Minutes []Minute `json:"minutes,omitempty"` // the latest ones; see MinutesTold
}

// A Set is what is known of many values.
type Set struct {
	Count float64 `json:"count"`
	Sum   float64 `json:"sum"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
}

// A Minute is what a metric should say of one minute.
type Minute struct {
	At time.Time `json:"at"`
	Set
}

// MinutesTold is how many minutes of each metric a truth tells one by one.
const MinutesTold = 60

func (b *bucket) set() Set { return Set{b.count, b.sum, b.min, b.max} }

// Truth tells what every metric should say, whatever is not published yet,
// published late, wrongly or never.
func (s *Store) Truth() []Truth {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := []Truth{}
	for _, key := range slices.Sorted(maps.Keys(s.series)) {
		x := s.series[key]
		minutes := map[int64]*bucket{}
		x.gather(minutes, func(minute int64) (int64, bool) { return minute, true })
		if len(minutes) == 0 {
			continue
		}
		t := Truth{Namespace: x.namespace, Metric: x.metric, Dimensions: x.dims, Unit: x.unit}
		whole := &bucket{}
		starts := slices.Sorted(maps.Keys(minutes))
		for i, m := range starts {
			b := minutes[m]
			whole.addSet(b.count, b.sum, b.min, b.max)
			if i >= len(starts)-MinutesTold {
				t.Minutes = append(t.Minutes, Minute{time.Unix(m*60, 0).UTC(), b.set()})
			}
		}
		t.Set = whole.set()
		all = append(all, t)
	}
	return all
}
