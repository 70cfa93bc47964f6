//go:build soak

package results

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A thousand shards of a minute each, with what a target's requests leave in every second, are
// merged in less than ten seconds on two cores, and in less than a gigabyte.
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
	begun := time.Now()
	merged, err := MergeDirs(filepath.Join(root, "merged"), dirs...)
	took := time.Since(begun)
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
	t.Logf("%d shards with %d requests: %v, %d MB at most, %d bytes of latencies", shards, got, took.Round(time.Millisecond), peak>>20, info.Size())
	if got != want || peak > most || took > 10*time.Second {
		t.Errorf("%d of %d requests, in %v with %d MB at most", got, want, took, peak>>20)
	}
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
