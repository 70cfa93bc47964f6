//go:build unix && scripts

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
)

// A world is what a hostile directory must not reach.
type world struct {
	t        *testing.T
	runs     string // the history; the run is the last one
	run      string
	outside  string // a folder beside it, with a secret and a program
	requests atomic.Int64
	address  string // where nothing may arrive
}

const (
	hostileSecret = "hunter2-of-the-user"
	programRan    = "program-ran"
)

// The bounds that every verb is held to, whatever the directory.
const (
	mostTime   = 20 * time.Second
	mostMemory = 1 << 30 // bytes allocated, all together
)

// template is a history of ten runs and a slower one, which raises an alarm.
func template(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	scenario := []byte(billedIn("rest: {kind: rest-api, url: lab, region: us-east-1}", "http: {kind: http-api, url: lab, region: eu-west-1}"))
	for n := range 11 {
		record(t, folder, n, scenario)
	}
	return folder
}

// billedIn is the scenario of the template with these targets. Their costs are mapped
// where one region bills them all, which is most of the work of a report.
func billedIn(rest, http string) string {
	return "name: api\ntargets:\n  " + rest + "\n  " + http + "\nrequests: [{name: get, path: /}]\nload: [{constant: {rate: 100/s, for: 1s}}]\npricing: {requests_per_month: 1M}\n"
}

func record(t *testing.T, folder string, n int, scenario []byte) {
	t.Helper()
	took := 10 * time.Millisecond
	if n == 10 {
		took = time.Second
	}
	started := time.Date(2026, 11, 1+n, 2, 0, 0, 0, time.UTC)
	doc := results.Document{
		Version: results.Version, ID: fmt.Sprintf("run-%02d", n), Scenario: "api", State: results.Running, Month: 1_000_000,
		Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "rest", Kind: "rest-api", Title: "REST API", Lab: true}, {Name: "http", Kind: "http-api", Title: "HTTP API", Lab: true}},
		Stages: []results.StageDoc{{Load: "constant 100/s", Seconds: 1, Blocks: 1, BlockS: 1, Due: 100}}, Engine: results.EngineChoice{Name: "wire"},
	}
	r, err := results.Create(filepath.Join(folder, doc.ID), doc, scenario)
	if err != nil {
		t.Fatal(err)
	}
	shard := r.Shard()
	for i := range 200 {
		due := time.Duration(i) * time.Millisecond
		shard.Record(&results.Sample{Target: uint16(i % 2), Seq: uint64(i), Due: due, Begun: due, Sent: due, FirstByte: took, Service: took, Code: 200, In: 100, Out: 50})
	}
	if err := r.Close(results.Finished); err != nil {
		t.Fatal(err)
	}
	judgedValid(t, r.Dir(), started)
}

func judgedValid(t *testing.T, dir string, started time.Time) {
	t.Helper()
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	doc := results.Summarise(run)
	doc.Verdict, doc.Reasons, doc.Started = results.Valid, nil, started
	if err := results.WriteDocument(dir, doc); err != nil {
		t.Fatal(err)
	}
}

// newWorld copies the run, and borrows its history where all verbs are to read it.
func newWorld(t *testing.T, from string, all bool) *world {
	t.Helper()
	top := t.TempDir()
	w := &world{t: t, runs: filepath.Join(top, "runs"), outside: filepath.Join(top, "outside")}
	w.run = filepath.Join(w.runs, "run-10")
	for n := range 11 {
		name := fmt.Sprintf("run-%02d", n)
		if !all && n < 10 {
			continue
		}
		if n < 10 {
			borrow(t, filepath.Join(w.runs, name), filepath.Join(from, name))
		} else if err := os.CopyFS(w.run, os.DirFS(filepath.Join(from, name))); err != nil {
			t.Fatal(err)
		}
	}
	w.put(filepath.Join(w.outside, "secret"), hostileSecret)
	w.put(filepath.Join(w.outside, "notes"), "{}\n")
	w.put(filepath.Join(w.outside, "program"), "#!/bin/sh\ntouch "+filepath.Join(top, programRan)+"\n")
	if err := os.Chmod(filepath.Join(w.outside, "program"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	w.address = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.requests.Add(1)
			_ = c.Close()
		}
	}()
	return w
}

func (w *world) put(file, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		w.t.Fatal(err)
	}
	if err := os.RemoveAll(file); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// in puts a file into the run.
func (w *world) in(name, text string) { w.put(filepath.Join(w.run, name), text) }

// edit changes the text of a file of the run.
func (w *world) edit(name, old, new string) {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.run, name))
	if err != nil || !bytes.Contains(data, []byte(old)) {
		w.t.Fatalf("%s has no %q, %v", name, old, err)
	}
	w.in(name, strings.Replace(string(data), old, new, 1))
}

// scenario puts another scenario into the run, with its digest.
func (w *world) scenario(text string) {
	w.t.Helper()
	old, err := os.ReadFile(filepath.Join(w.run, results.FileScenario))
	if err != nil {
		w.t.Fatal(err)
	}
	w.in(results.FileScenario, text)
	w.edit(results.FileRun, results.Digest(old), results.Digest([]byte(text)))
}

// A told is what a verb said, and what it took.
type told struct {
	code   int
	text   string
	took   time.Duration
	memory uint64
}

func (w *world) verb(args ...string) told {
	ctx, cancel := context.WithTimeout(context.Background(), 2*mostTime)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	var out bytes.Buffer
	code := run(ctx, args, strings.NewReader(""), &out, &out)
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return told{code, out.String(), took, after.TotalAlloc - before.TotalAlloc}
}

// verbs are those that read a run directory or a folder of them. The orders among
// the rows go through all of them, the rest through those that open every file.
func (w *world) verbs(all bool) [][]string {
	verbs := [][]string{
		{"report", w.run},
		{"check", w.run},
		{"history", "list", "--runs", w.runs},
		{"history", "annotate", "run-10", "--runs", w.runs, "--why", "seen"},
	}
	if all {
		verbs = append(verbs, [][]string{
			{"report", w.run, "--format", "md"},
			{"report", w.run, "--history", "--format", "html"},
			{"compare", w.run},
			{"price", w.run, "--summary", "none"},
			{"observe", w.run, "--summary", "none"},
			{"history", "show", "run-10", "--runs", w.runs},
			{"history", "export", "--runs", w.runs, "--format", "csv"},
			{"history", "prune", "--runs", w.runs, "--older-than", "1", "--yes"},
		}...)
	}
	return verbs
}

func TestHostileDirectoriesAreData(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_SECRET_ACCESS_KEY", hostileSecret)
	from := template(t)
	rows := hostileRows()
	if len(rows) < 40 {
		t.Errorf("the corpus has %d rows", len(rows))
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, from, row.all)
			row.make(w)
			outside := w.snapshot()
			all := ""
			for _, args := range w.verbs(row.all) {
				got := w.verb(args...)
				all += got.text
				w.bounds(args, got)
			}
			if !strings.Contains(all, row.want) {
				t.Errorf("nothing says %q: %.2000s", row.want, all)
			}
			if now := w.snapshot(); now != outside {
				t.Errorf("what lies outside changed: %s, was %s", now, outside)
			}
			if w.requests.Load() > 0 {
				t.Errorf("%d connections to an address of the directory", w.requests.Load())
			}
		})
	}
}

func (w *world) bounds(args []string, got told) {
	w.t.Helper()
	if got.took > mostTime || got.memory > mostMemory {
		w.t.Errorf("%v took %s and %d MB", args, got.took, got.memory>>20)
	}
	if strings.Contains(got.text, hostileSecret) || strings.Contains(got.text, "\x1b") {
		w.t.Errorf("%v shows a secret or steers the terminal: %.2000q", args, got.text)
	}
}

// snapshot is what lies outside of the run, and whether its program ran.
func (w *world) snapshot() string {
	w.t.Helper()
	text := ""
	for _, name := range []string{"secret", "notes", "program", "../" + programRan} {
		data, err := os.ReadFile(filepath.Join(w.outside, name))
		text += fmt.Sprintf("%s: %q %v; ", name, data, err != nil)
	}
	entries, err := os.ReadDir(w.outside)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(text, len(entries))
}
