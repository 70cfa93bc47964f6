package document

import (
	"math"
	"testing"
	"time"
)

func TestDueTimesDoNotDrift(t *testing.T) {
	third := NewRate(1, 3*time.Second)
	for _, row := range []struct {
		name string
		rate Rate
		i    int64
		due  time.Duration
	}{
		{"a gap that is no whole number of nanoseconds", PerSecond(3), 3 * 3600 * 24 * 7, 7 * 24 * time.Hour},
		{"a prime rate after a day", PerSecond(7919), 7919 * 86400, 24 * time.Hour},
		{"one in three seconds", third, 1_000_000, 3_000_000 * time.Second},
		{"between two whole nanoseconds, the one before", PerSecond(3), 1, 333_333_333},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.rate.Due(row.i); got != row.due {
				t.Errorf("request %d at %v is due at %v, want %v", row.i, row.rate, got, row.due)
			}
		})
	}
}

func TestRatesAreReadInTheUnitsOfAllFiles(t *testing.T) {
	for text, perSecond := range map[string]float64{
		"200/s": 200, "10k/s": 10_000, "1e3/s": 1000, "1_000/m": 1000. / 60, "30/m": 0.5, "0.5/s": 0.5, "12.5/s": 12.5, "3600/h": 1, "0/s": 0, "1000000/s": MaxRate,
	} {
		r, err := ParseRate(text)
		if err != nil || math.Abs(r.PerSecond()-perSecond) > 1e-12 {
			t.Errorf("ParseRate(%q) = %v/s, %v; want %v/s", text, r.PerSecond(), err, perSecond)
		}
	}
	for _, text := range []string{"", "200", "200/", "/s", "200/d", "-1/s", "1.2.3/s", "x/s", "1000001/s", "99999999999/s", "1/s/s", "1./s", "0.0000001/s", " 7 / s"} {
		if r, err := ParseRate(text); err == nil {
			t.Errorf("ParseRate(%q) = %v; want an error", text, r)
		}
	}
}
