//go:build soak

package doors

import (
	"cmp"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/targets/lab/timer"
)

// TestSoak sends 1,000 requests a second, by turns to each door, for as long as
// SOAK says (default 60s). Memory must not grow after the first quarter, and
// the truth must equal what the client counted. The client lives in the same
// process, so its memory counts as well.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(cmp.Or(os.Getenv("SOAK"), "60s"))
	if err != nil {
		t.Fatal(err)
	}
	const rate, growth = 1_000, 16 << 20
	l := open(t, Config{})
	pace := timer.New()
	defer pace.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	doors := l.Doors()
	var seen [4][600]atomic.Int64
	var all sync.WaitGroup
	var early uint64
	total := int(length.Seconds() * rate)
	begun := time.Now()
	for i := range total {
		if err := pace.Wait(t.Context(), begun.Add(time.Duration(i)*time.Second/rate)); err != nil {
			t.Fatal(err)
		}
		if i == total/4 {
			early = heapInUse()
		}
		all.Go(func() {
			got, err := client.Get(doors[i%4].URL + "/")
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, got.Body)
			got.Body.Close()
			seen[i%4][got.StatusCode].Add(1)
		})
	}
	all.Wait()
	late := heapInUse()
	t.Logf("%d requests in %v; heap %d KiB after a quarter, %d KiB at the end", total, time.Since(begun).Round(time.Second), early>>10, late>>10)
	if late > early+growth {
		t.Errorf("memory grew by %d KiB", (late-early)>>10)
	}
	for d, truth := range l.Truth().Doors {
		var sum int64
		for code := range seen[d] {
			n := seen[d][code].Load()
			sum += n
			if n != truth.Status[strconv.Itoa(code)] {
				t.Errorf("%s: %d answers with %d, the truth is %d", truth.Name, n, code, truth.Status[strconv.Itoa(code)])
			}
		}
		if sum != truth.Requests || truth.Abandoned != 0 || truth.Broken != 0 {
			t.Errorf("%s: %d answers, the truth is %+v", truth.Name, sum, truth)
		}
	}
}

// heapInUse is the memory in use after a collection.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
