//go:build foreign && linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/gateway"
	"tollgate/scenarios/fleet/store"
)

// A faultyFleet is four processes that send one load to a server, which counts it, through a
// store.
type faultyFleet struct {
	*testing.T
	gateway *gateway.Gateway // nil: the store is a folder
	address string
	store   fleet.Store
	seconds int // that the load lasts
	barrier time.Duration

	server   *httptest.Server
	mu       sync.Mutex
	received []time.Time
	folder   string
}

// The load: so many requests a second of four shards, each at a rate that a busy machine
// can keep.
const faultyRate = 40

func (f *faultyFleet) serve() {
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		f.received = append(f.received, time.Now())
		f.mu.Unlock()
		fmt.Fprint(w, "{}")
	}))
	f.Cleanup(f.server.Close)
	f.folder = f.TempDir()
	text := fmt.Sprintf("name: faulty\ntargets:\n  api: {kind: origin, url: %q}\nrequests:\n  - {name: get, path: /}\nload:\n  - constant: {rate: %d/s, for: %ds}\n", f.server.URL, faultyRate, f.seconds)
	if err := os.WriteFile(filepath.Join(f.folder, "faulty.yaml"), []byte(text), 0o600); err != nil {
		f.Fatal(err)
	}
}

// A faultyShard is one process of it.
type faultyShard struct {
	*exec.Cmd
	runs  string // its run directories
	said  bytes.Buffer
	ended chan struct{}
}

// environment is that of all processes.
func (f *faultyFleet) environment() []string {
	all := os.Environ()
	if f.gateway != nil {
		for name, value := range f.gateway.Environment() {
			all = append(all, name+"="+value)
		}
	}
	return all
}

func (f *faultyFleet) start(index int) *faultyShard {
	f.Helper()
	s := &faultyShard{runs: f.TempDir(), ended: make(chan struct{})}
	s.Cmd = exec.CommandContext(f.Context(), "tollgate", "run", filepath.Join(f.folder, "faulty.yaml"), "--quiet", "--summary", "none", "--out", s.runs,
		"--shard", fmt.Sprintf("%d/4", index), "--store", f.address, "--run-id", "faulty", "--barrier-timeout", f.barrier.String())
	s.Env, s.Stdout, s.Stderr = f.environment(), &s.said, &s.said
	if err := s.Start(); err != nil {
		f.Fatal(err)
	}
	go func() { defer close(s.ended); _ = s.Wait() }()
	return s
}

func (f *faultyFleet) startAll(indices ...int) (all []*faultyShard) {
	for _, index := range indices {
		all = append(all, f.start(index))
	}
	return all
}

// code waits for the end of a process.
func (s *faultyShard) code() int {
	<-s.ended
	return s.ProcessState.ExitCode()
}

// kill is the end that no process can do anything about.
func (s *faultyShard) kill() { _ = s.Process.Kill(); <-s.ended }

// ended checks how processes ended.
func (f *faultyFleet) ended(codes []int, says string, all ...*faultyShard) {
	f.Helper()
	for i, s := range all {
		if code := s.code(); !slices.Contains(codes, code) || !strings.Contains(s.said.String(), says) {
			f.Errorf("process %d ended with %d, want %v and …%s…:\n%s", i, code, codes, says, &s.said)
		}
	}
}

// sent is how a shard ends that sent its load. Machines that are busy make runs invalid.
var sent = []int{0, exitInvalid}

// until waits for an object of the run.
func (f *faultyFleet) until(what string, is func(*fleet.Status) bool) *fleet.Status {
	f.Helper()
	for range 600 {
		if s, err := fleet.Survey(f.Context(), f.store, "faulty"); err == nil && is(s) {
			return s
		}
		time.Sleep(100 * time.Millisecond) // other processes decide
	}
	f.Fatalf("after a minute: %s", what)
	return nil
}

func (f *faultyFleet) started() time.Time {
	f.Helper()
	return f.until("no start", func(s *fleet.Status) bool { return !s.Start.IsZero() }).Start
}

// arrived is how many requests came since a moment: trials come before the start.
func (f *faultyFleet) arrived(since time.Time) (n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, at := range f.received {
		if !at.Before(since) {
			n++
		}
	}
	return n
}

// merged merges the run, and says how many requests it has.
func (f *faultyFleet) merged(flags ...string) (doc *results.Document, n int64, said string) {
	f.Helper()
	out := f.TempDir()
	c := exec.CommandContext(f.Context(), "tollgate", append([]string{"merge", f.address + "/faulty", "--out", out, "--json"}, flags...)...)
	c.Env = f.environment()
	var text, errors bytes.Buffer
	c.Stdout, c.Stderr = &text, &errors
	_ = c.Run()
	dir := runIn(f.T, out)
	if dir == "" {
		return nil, 0, errors.String()
	}
	run, err := results.Open(dir)
	if err != nil {
		f.Fatal(err)
	}
	return &run.Document, countedIn(run), errors.String()
}

// countedIn is how many requests of the load a run has.
func countedIn(run *results.Run) (n int64) {
	for _, s := range run.Seconds {
		for _, ended := range s.Ended {
			n += ended
		}
	}
	return n
}

// whole checks that everything that was asked for was sent once, and counted once, but for
// trials that came after the start.
func (f *faultyFleet) whole(trials int64) {
	f.Helper()
	asked := int64(faultyRate * f.seconds)
	doc, n, said := f.merged()
	if got := f.arrived(f.started()); n != asked || got < asked || got > asked+trials {
		f.Errorf("%d requests were asked for, %d arrived, and %d were counted: %s", asked, got, n, said)
	}
	if doc != nil && slices.ContainsFunc(doc.Reasons, func(r string) bool { return strings.Contains(r, "missing") }) {
		f.Errorf("a whole run misses something: %q", doc.Reasons)
	}
}

// faults are what may happen to a fleet.
var faults = map[string]struct {
	seconds int
	barrier time.Duration
	bucket  bool // only a bucket can have it
	happens func(f *faultyFleet)
}{
	"nothing, and then the run id is used again": {3, time.Minute, false, func(f *faultyFleet) {
		f.ended(sent, "", f.startAll(1, 2, 3, 4)...)
		f.whole(0)
		f.ended([]int{exitBudget}, "choose another --run-id", f.startAll(1, 2, 3, 4)...)
		f.whole(4)
	}},
	"one is slow to come": {3, time.Minute, false, func(f *faultyFleet) {
		all := f.startAll(1, 2, 3)
		time.Sleep(7 * time.Second) // it is slow
		f.ended(sent, "", append(all, f.start(4))...)
		f.whole(0)
	}},
	"one is killed before the barrier and comes again": {3, time.Minute, false, func(f *faultyFleet) {
		one := f.start(2)
		f.until("no mark", func(s *fleet.Status) bool { return s.Shards[1].Ready })
		one.kill()
		time.Sleep(12 * time.Second) // until its mark is old
		f.ended(sent, "", f.startAll(1, 2, 3, 4)...)
		f.whole(0)
	}},
	"one is killed before the barrier": {3, 15 * time.Second, false, func(f *faultyFleet) {
		all := f.startAll(1, 2, 3)
		f.until("no mark", func(s *fleet.Status) bool { return s.Shards[1].Ready })
		all[1].kill()
		begun := time.Now()
		f.ended([]int{exitBudget}, "shard 2 came and left, or died", all[0], all[2])
		if n := f.arrived(begun); n > 3 { // trials
			f.Errorf("%d requests were sent", n)
		}
		if _, n, said := f.merged(); n > 0 || !strings.Contains(said, "cancelled before its start") {
			f.Errorf("%d requests; %s", n, said)
		}
	}},
	"one is killed during the load, and comes again": {16, time.Minute, false, func(f *faultyFleet) {
		all := f.startAll(1, 2, 3, 4)
		start := f.started()
		time.Sleep(time.Until(start.Add(13 * time.Second))) // after its first upload
		all[2].kill()
		f.ended([]int{exitBudget}, "has claimed it already", f.start(3))
		f.ended(sent, "", all[0], all[1], all[3])
		asked, got := int64(faultyRate*f.seconds), f.arrived(start)
		doc, n, said := f.merged()
		if doc == nil || n > got || got > asked || n < asked*3/4 {
			f.Fatalf("%d requests were asked for, %d arrived, and %d were counted: %s", asked, got, n, said)
		}
		if doc.Verdict != results.Invalid || !strings.Contains(strings.Join(doc.Reasons, "\n"), "shard 3") {
			f.Errorf("the verdict is %s: %q", doc.Verdict, doc.Reasons)
		}
		if lost := got - n; lost > faultyRate/4*12 {
			f.Errorf("%d requests of a shard that uploads every ten seconds are lost", lost)
		}
	}},
	"one is killed during its upload": {3, time.Minute, false, func(f *faultyFleet) {
		all := f.startAll(1, 2, 3, 4)
		start := f.started()
		for !loadEnded(all[3]) {
			time.Sleep(5 * time.Millisecond) // another process decides
		}
		all[3].kill()
		f.ended(sent, "", all[:3]...)
		asked, got := int64(faultyRate*f.seconds), f.arrived(start)
		if doc, n, said := f.merged(); doc == nil || got != asked || n > got || n < asked*3/4 || n < got && doc.Verdict != results.Invalid {
			f.Errorf("%d requests were asked for, %d arrived, and %d were counted: %s", asked, got, n, said)
		}
		out := f.TempDir() // the directories of the machines have everything
		args := []string{"merge", "--out", out}
		for _, s := range all {
			args = append(args, runIn(f.T, s.runs))
		}
		said, _ := exec.Command("tollgate", args...).CombinedOutput()
		run, err := results.Open(runIn(f.T, out))
		if err != nil {
			f.Fatalf("%v: %s", err, said)
		}
		if n := countedIn(run); n != asked {
			f.Errorf("%d requests were asked for, and %d are in the directories", asked, n)
		}
	}},
	"two processes have one index": {3, time.Minute, false, func(f *faultyFleet) {
		all := f.startAll(1, 2, 2, 3, 4)
		refused := 0
		for _, s := range all {
			switch code := s.code(); {
			case code == exitBudget && strings.Contains(s.said.String(), "has claimed it already"):
				refused++
			case !slices.Contains(sent, code):
				f.Errorf("a process ended with %d: %s", code, &s.said)
			}
		}
		if refused != 1 {
			f.Errorf("%d processes were refused", refused)
		}
		f.whole(0)
	}},
	"the bucket is away for 30 s": {12, time.Minute, true, func(f *faultyFleet) {
		all := f.startAll(1, 2, 3, 4)
		start := f.started()
		time.Sleep(time.Until(start.Add(2 * time.Second))) // into the load
		f.gateway.Stop()
		time.Sleep(30 * time.Second) // as long as it is away
		f.gateway.Again(f.T)
		f.ended(sent, "", all...)
		f.whole(0)
	}},
}

// loadEnded says whether the load of a shard is over.
func loadEnded(s *faultyShard) bool {
	dirs, _ := filepath.Glob(filepath.Join(s.runs, "*", results.FileRun))
	if len(dirs) == 0 {
		return false
	}
	var doc struct{ State results.State }
	text, err := os.ReadFile(dirs[0])
	return err == nil && json.Unmarshal(text, &doc) == nil && doc.State != results.Running
}

// Whatever fails, no load is sent beyond what was asked, nothing is counted twice, nothing is
// lost of what was sent and handed over, and the verdict says what happened.
func TestFaultsOfAFleet(t *testing.T) {
	for _, kind := range []string{"folder", "bucket"} {
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			fault := faults[name]
			if fault.bucket && kind == "folder" {
				continue
			}
			t.Run(kind+": "+name, func(t *testing.T) {
				f := &faultyFleet{T: t, address: t.TempDir(), seconds: fault.seconds, barrier: fault.barrier}
				if kind == "bucket" {
					f.gateway = gateway.Start(t)
					f.address = "s3://" + gateway.Bucket + "/team"
					for name, value := range f.gateway.Environment() {
						t.Setenv(name, value)
					}
				}
				var err error
				if f.store, err = store.Open(t.Context(), f.address); err != nil {
					t.Fatal(err)
				}
				f.serve()
				fault.happens(f)
			})
		}
	}
}
