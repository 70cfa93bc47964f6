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
	var h results.Health
	v.Read(&h)
	if h.CPU <= 0 || h.GCPause <= 0 {
		t.Errorf("CPU %v, pause %v after burning and collecting", h.CPU, h.GCPause)
	}
	if runtime.GOOS == "linux" && (h.Files < 3 || h.FileLimit < h.Files) {
		t.Errorf("%d of %d files open", h.Files, h.FileLimit)
	}
}
