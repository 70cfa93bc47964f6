package scenarios

import (
	"slices"
	"testing"
	"time"
)

func TestInstantsAreSentWhenStatedWithinTheStage(t *testing.T) {
	at := []time.Duration{0, 0, 300 * time.Millisecond, 1200 * time.Millisecond, 2 * time.Second}
	i := Instants{At: at, What: "ages"}
	for _, row := range []struct {
		d    time.Duration
		want []time.Duration
	}{
		{2 * time.Second, at[:4]}, {3 * time.Second, at}, {time.Millisecond, at[:2]},
	} {
		if got := slices.Collect(toSeq(i.Schedule(row.d, 1))); !slices.Equal(got, row.want) {
			t.Errorf("within %v: %v, want %v", row.d, got, row.want)
		}
		if n := i.count(row.d, 1); n != int64(len(row.want)) {
			t.Errorf("within %v: %d arrivals, want %d", row.d, n, len(row.want))
		}
	}
	if p := i.peak(); p != 3 {
		t.Errorf("the busiest second has %v, want 3", p)
	}
}

func toSeq(s Schedule) func(func(time.Duration) bool) { return s }
