package engines

import (
	"bufio"
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/loadtest"
	"tollgate/targets"
)

// eachEngine runs a conformance test against every engine that sends HTTP, all at
// once: most of the time is spent waiting for the clock.
func eachEngine(t *testing.T, test func(t *testing.T, e load.Kind)) {
	t.Run("engine", func(t *testing.T) {
		oneByOne(t, func(t *testing.T, e load.Kind) {
			t.Parallel()
			test(t, e)
		})
	})
}

// oneByOne does so one engine after the other, for tests of what takes how long.
func oneByOne(t *testing.T, test func(t *testing.T, e load.Kind)) {
	for _, e := range served() {
		t.Run(e.Name, func(t *testing.T) { test(t, e) })
	}
}

// served are the engines that send HTTP requests on this system.
func served() Table {
	return slices.DeleteFunc(slices.Clone(All), func(k load.Kind) bool { return k.Offline || k.Lacks(load.Needs{Scheme: "http"}) != "" })
}

// A rig is a job with everything that a test usually wants, and the samples
// that came of it.
type rig struct {
	job load.Job

	mu      sync.Mutex
	samples []results.Sample
}

// Record makes a rig a shard: one for all, which the race detector likes less
// than a real one, so a lock makes up for it.
func (r *rig) Record(s *results.Sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, *s)
}

func newRig(urls ...string) *rig {
	r := &rig{}
	r.job = load.Job{
		Epoch:    time.Now(),
		Requests: []scenarios.Request{{Name: "only", Method: "GET", Path: "/", Timeout: 10 * time.Second}},
		Pick:     func(uint64) uint16 { return 0 },
		Shard:    func() load.Shard { return r },
	}
	for _, u := range urls {
		parsed, err := url.Parse(u)
		if err != nil {
			panic(err)
		}
		r.job.Targets = append(r.job.Targets, targets.Target{Name: u, URL: parsed})
		r.job.Stamps = append(r.job.Stamps, targets.Stamp{})
	}
	return r
}

// open starts the engine and ends it with the test.
func (r *rig) open(t *testing.T, e load.Kind) load.Engine {
	t.Helper()
	engine, err := e.Open(r.job)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return engine
}

// run drives one turn that starts in a moment.
func (r *rig) run(t *testing.T, e load.Engine, turn scenarios.Turn) {
	t.Helper()
	if err := e.Run(t.Context(), turn, time.Since(r.job.Epoch)+5*time.Millisecond); err != nil {
		t.Fatalf("run: %v", err)
	}
}

// drive is open and run together; the samples come in the order of their Seq.
func (r *rig) drive(t *testing.T, e load.Kind, turn scenarios.Turn) []results.Sample {
	t.Helper()
	r.run(t, r.open(t, e), turn)
	return r.sorted()
}

func (r *rig) sorted() []results.Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(slices.Values(r.samples), func(a, b results.Sample) int { return cmp.Compare(a.Seq, b.Seq) })
}

var every, expecting = loadtest.Every, loadtest.Expecting

// serve starts a server that ends with the test.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// cancelled is a context that cancel ends, or the test.
func cancelled(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// stopping is the Stop of a job, and ends it.
func stopping(t *testing.T) (stop func() context.Context, end context.CancelFunc) {
	ctx, cancel := cancelled(t)
	return func() context.Context { return ctx }, cancel
}

// readHead reads the head of a request.
func readHead(b *bufio.Reader) bool {
	for {
		line, err := b.ReadString('\n')
		if err != nil || line == "\r\n" {
			return err == nil
		}
	}
}
