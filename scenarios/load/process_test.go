package load

import (
	"runtime"
	"testing"
	"time"

	"tollgate/results"
)

func TestHealthReadsTheProcess(t *testing.T) {
	v := NewProcessStats()
	began := time.Now()
	for time.Since(began) < 30*time.Millisecond {
		// This burns CPU, to be seen doing so.
	}
	runtime.GC()
	v.seen = v.seen.Add(-shortest) // as if the rest of that time had been idle
	var h results.Health
	v.Read(&h)
	if h.CPU <= 0 || h.GCPause <= 0 {
		t.Errorf("CPU %v, pause %v after burning and collecting", h.CPU, h.GCPause)
	}
	seen, next := v.seen, results.Health{}
	if v.Read(&next); time.Since(began) < shortest && (next.CPU != 0 || next.Machine.Busy != 0 || v.seen != seen || next.Files == 0 && runtime.GOOS == "linux") {
		t.Errorf("a moment later: %+v", next)
	}
	if runtime.GOOS == "linux" && (h.Files < 3 || h.FileLimit < h.Files) {
		t.Errorf("%d of %d files open", h.Files, h.FileLimit)
	}
}
