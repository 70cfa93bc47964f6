//go:build soak

package report

import (
	"testing"
	"time"
)

// A page of eight targets over a day is one that a mail takes and a browser opens at once.
// Its time is the best of three: others may use the machine as well.
func TestThePageOfADayIsSmallAndSoon(t *testing.T) {
	const mostBytes, mostTime = 2_000_000, 5 * time.Second
	run := day(8)
	best := time.Hour
	for range 3 {
		began := time.Now()
		r, err := New(run, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		page := new(counter)
		if err := writeHTML(page, r); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
		if page.n > mostBytes {
			t.Fatalf("the page has %d bytes of %d", page.n, mostBytes)
		}
		if best <= mostTime {
			t.Logf("%d bytes, %v", page.n, best)
			return
		}
	}
	t.Errorf("the page takes %v of %v", best, mostTime)
}
