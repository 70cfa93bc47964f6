package cloudwatch

import (
	"math"
	"sync"
	"testing"
	"time"
)

func TestEveryValueOfManyGoroutinesIsCounted(t *testing.T) {
	s := New(at(noon.Add(time.Hour)), 0)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			x := s.Series("AWS/Lambda", "Duration", Milliseconds, Dimensions{"FunctionName": "ml"})
			for i := range 1000 {
				x.Put(noon.Add(time.Duration(i%3)*time.Minute), float64(g+1))
			}
		})
	}
	all.Wait()
	if truth := s.Truth(); truth[0].Set != (Set{8000, 36000, 1, 8}) || len(truth[0].Minutes) != 3 {
		t.Errorf("the truth is %+v", truth)
	}
}

func TestNamesAreNotConfused(t *testing.T) {
	names := []struct {
		namespace, metric string
		dims              Dimensions
	}{
		{"a", "b", nil},
		{"a", "b", Dimensions{}},
		{"a\x00", "b", nil},
		{"a", "\x00b", nil},
		{"a", "b", Dimensions{"c": "d"}},
		{"a", "b", Dimensions{"c": ""}},
		{"a", "b", Dimensions{"c": "d", "e": "f"}},
		{"a", "b", Dimensions{"c": "d\x00\x02e\x00\x02f"}},
		{"a", "b\x00\x02c", Dimensions{"d": ""}},
	}
	seen := map[string]int{}
	for i, n := range names {
		seen[seriesKey(n.namespace, n.metric, n.dims)] = i
	}
	if len(seen) != len(names)-1 { // no dimensions and nil dimensions are the same
		t.Errorf("%d different keys of %d names", len(seen), len(names))
	}
}

func TestMinutesAreForgottenAfterADay(t *testing.T) {
	x := New(at(noon), 0).Series("a", "b", Count, nil)
	for minute := range 3 * retention {
		x.Put(noon.Add(time.Duration(minute)*time.Minute), 1)
	}
	if len(x.minutes) != retention {
		t.Errorf("%d minutes are kept, want %d", len(x.minutes), retention)
	}
	x.Put(noon, 1) // far too late
	if len(x.minutes) != retention {
		t.Error("a value older than anything kept was taken in")
	}
	x.Put(noon.Add((3*retention-2)*time.Minute), 1) // a little late
	if b := x.minutes[minuteOf(noon)+3*retention-2]; b.Count != 2 {
		t.Errorf("the late value was not counted: %v", b.Count)
	}
}

func TestValuesThatAreNotFiniteAreLeftOut(t *testing.T) {
	x := New(at(noon), 0).Series("a", "b", Count, nil)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		x.Put(noon, v)
	}
	if x.has(func(m int64) (int64, bool) { return m, true }) {
		t.Error("something was put")
	}
}

func TestMinutesBefore1970(t *testing.T) {
	for seconds, want := range map[int64]int64{-61: -2, -60: -1, -1: -1, 0: 0, 59: 0, 60: 1} {
		if got := minuteOf(time.Unix(seconds, 0)); got != want {
			t.Errorf("second %d is in minute %d, want %d", seconds, got, want)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	x := New(at(noon), 0).Series("AWS/ApiGateway", "Latency", Milliseconds, Dimensions{"ApiName": "ml", "Stage": "prod"})
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			x.Put(noon, 10+float64(i%1000)/7)
		}
	})
}

// Put adds one value to a metric.
func (s *Store) Put(namespace, metric string, unit Unit, dims Dimensions, at time.Time, value float64) {
	s.Series(namespace, metric, unit, dims).Put(at, value)
}
