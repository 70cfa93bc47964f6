//go:build soak && linux

package results

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A thousand shards of a minute each are merged in less than a gigabyte, and in less than ten
// seconds on two idle cores. It is their processor time that is limited, since a machine
// may be busy.
func TestAThousandShardsAreMergedInSecondsAndInAGigabyte(t *testing.T) {
	const shards, most = 1000, 1 << 30
	doc := fleetShard(1, shards)
	doc.Stages[0].Seconds = 60
	template := recordedAs(t, doc, 60, Finished)
	run, err := Open(template)
	if err != nil {
		t.Fatal(err)
	}
	head, root := run.Document, t.TempDir()
	dirs := make([]string, shards)
	for i := range dirs {
		dirs[i] = filepath.Join(root, fmt.Sprint(i+1))
		if err := os.CopyFS(dirs[i], os.DirFS(template)); err != nil {
			t.Fatal(err)
		}
		head.ID, head.Shards = fmt.Sprintf("run-%d", i+1), fleetShard(i+1, shards).Shards
		if err := WriteDocument(dirs[i], head); err != nil {
			t.Fatal(err)
		}
	}
	var want int64
	for _, s := range run.Seconds {
		want += shards * s.requests()
	}
	run = nil
	runtime.GC()
	begun, before := time.Now(), processorTime(t)
	merged, err := MergeDirs(filepath.Join(root, "merged"), dirs...)
	took, used := time.Since(begun), processorTime(t)-before
	if err != nil {
		t.Fatal(err)
	}
	var got int64
	for _, s := range merged.Seconds {
		got += s.requests()
	}
	peak := peakMemory(t)
	info, err := os.Stat(filepath.Join(merged.Dir, FileLatency))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d shards with %d requests: %v, %v of processors, %d MB at most, %d bytes of latencies", shards, got, took.Round(time.Millisecond), used.Round(time.Millisecond), peak>>20, info.Size())
	if got != want || peak > most || used > 2*10*time.Second {
		t.Errorf("%d of %d requests, with %v of processors and %d MB at most", got, want, used, peak>>20)
	}
}

// processorTime is what the process has used so far.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory is the most that the process had resident.
func peakMemory(t *testing.T) (bytes int64) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("the peak of the memory is read from /proc")
	}
	for line := range strings.Lines(string(text)) {
		if kb, found := strings.CutPrefix(line, "VmHWM:"); found {
			if _, err := fmt.Sscan(kb, &bytes); err != nil {
				t.Fatal(err)
			}
		}
	}
	return bytes << 10
}
