package results

import (
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestAFollowerSeesWhatOpenSees looks at a run at odd moments while it is
// recorded: all looks together hold what the finished directory does.
func TestAFollowerSeesWhatOpenSees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	response := func(k Key) bool { return k.Clock == Response }
	sum := &Moment{Series: map[Key]*Histogram{}}
	looks := 0
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, document(), []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		r.Watch(func() Health { return Health{InFlight: 3, FileLimit: 1024} })
		f, err := Follow(dir, response)
		if err != nil {
			t.Fatal(err)
		}
		look := func() {
			m, err := f.Next()
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Health) > 0 {
				looks++
			}
			sum.Seconds, sum.Health = append(sum.Seconds, m.Seconds...), append(sum.Health, m.Health...)
			for k, h := range m.Series {
				mergeInto(sum.Series, k, h)
			}
		}
		look() // nothing yet, which is no error
		var looking sync.WaitGroup
		looking.Go(func() {
			for range 17 {
				time.Sleep(700 * time.Millisecond)
				look()
			}
		})
		play(r, r.Shard(), 10)
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
		looking.Wait()
		look()
	})
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if looks < 5 {
		t.Errorf("%d looks saw anything", looks)
	}
	if !reflect.DeepEqual(sum.Seconds, run.Seconds) || !reflect.DeepEqual(sum.Health, run.Health) {
		t.Errorf("%d rows and %d reports were seen, %d and %d are there", len(sum.Seconds), len(sum.Health), len(run.Seconds), len(run.Health))
	}
	for k, h := range run.Series {
		if got := sum.Series[k]; response(k) && (got.Count() != h.Count() || got.Quantile(0.5) != h.Quantile(0.5)) || !response(k) && got != nil {
			t.Errorf("%+v: %d latencies seen, %d are there", k, got.Count(), h.Count())
		}
	}
}

// TestAFollowerWaitsForTheEndOfASecond cuts the last second off its commit.
func TestAFollowerWaitsForTheEndOfASecond(t *testing.T) {
	dir := recorded(t, 3, Finished)
	file := filepath.Join(dir, FileGenerator)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, whole[:len(whole)-4], 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Follow(dir, func(Key) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := f.Next()
	if err != nil || len(first.Health) == 0 || len(second.Health) != 1 || len(second.Seconds) == 0 || len(second.Series) == 0 {
		t.Fatalf("%d then %d reports, %d rows and %d series in the second look, %v", len(first.Health), len(second.Health), len(second.Seconds), len(second.Series), err)
	}
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Seconds)+len(second.Seconds) != len(run.Seconds) {
		t.Errorf("%d and %d rows of %d", len(first.Seconds), len(second.Seconds), len(run.Seconds))
	}
}
