//go:build interop

package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// TestAnotherImplementationReadsOurLogs needs Node and what "npm ci" installs
// in testdata/hlog-js. Every series that the npm package hdr-histogram-js finds
// in a log must have our count, our times and our percentiles.
func TestAnotherImplementationReadsOurLogs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	start := time.Now()
	synctest.Test(t, func(t *testing.T) {
		doc := document()
		start = time.Now().Add(-123 * time.Millisecond)
		doc.Started = start
		r, err := Create(dir, doc, nil)
		if err != nil {
			t.Fatal(err)
		}
		sh := r.Shard()
		play(r, sh, 70)
		for i := range 44 { // every order of magnitude, up to the limit
			sh.Record(&Sample{Target: 1, Block: 9, Service: 1 << i, Code: 200, Reused: true})
		}
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := namesOf(&run.Document)
	theirs := readByNode(t, filepath.Join(dir, FileLatency))
	if want := len(run.Series) + len(run.Lag); len(theirs) != want {
		t.Errorf("%d series were read, want %d", len(theirs), want)
	}
	for _, s := range theirs {
		id, err := names.parseTag(s.Tag)
		if err != nil {
			t.Fatal(err)
		}
		ours := run.Series[Key{id.Target, id.Request, id.Block, id.outcome, id.clock}]
		if id.kind == tagLag {
			ours = run.Lag[id.Group]
		}
		compare(t, s, ours)
		if begin := float64(start.UnixMilli()); s.First < begin || s.Last <= s.First || s.Last > begin+71_000 {
			t.Errorf("%s: from %f to %f, and the run began at %f", s.Tag, s.First, s.Last, begin)
		}
	}
	minutes := readByNode(t, filepath.Join(dir, FileMinutes))
	var count int64
	for _, s := range minutes {
		count += s.Count
	}
	if want := int64(60 * 100 * 5); count < want || count > want+10 { // response, service, first byte, transfer and lag
		t.Errorf("minutes.hlog holds %d latencies, want %d of the first minute", count, want)
	}
}

type theirSeries struct {
	Tag         string
	First, Last float64
	Count       int64
	Percentiles map[string]int64
}

func readByNode(t *testing.T, log string) (all []theirSeries) {
	t.Helper()
	out, err := exec.Command("node", filepath.Join("testdata", "hlog-js", "read.js"), log).Output()
	if err != nil {
		t.Fatalf("node: %v (run \"npm ci\" in results/testdata/hlog-js first)", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var s theirSeries
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func compare(t *testing.T, s theirSeries, ours *Histogram) {
	t.Helper()
	if s.Count != ours.Count() || len(s.Percentiles) != 7 {
		t.Errorf("%s: %d latencies with %d percentiles, want %d with 7", s.Tag, s.Count, len(s.Percentiles), ours.Count())
	}
	for p, v := range s.Percentiles {
		percent, _ := strconv.ParseFloat(p, 64)
		if want := int64(ours.Quantile(percent / 100)); v != want {
			t.Errorf("%s: p%s is %d, want %d", s.Tag, p, v, want)
		}
	}
}
