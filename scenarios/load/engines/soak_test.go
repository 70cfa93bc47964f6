//go:build soak && linux

package engines

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire"
)

// soakFor is how long to soak: what the environment says in SOAK, or a minute.
func soakFor(t *testing.T) time.Duration {
	text := os.Getenv("SOAK")
	if text == "" {
		return time.Minute
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("SOAK: %v", err)
	}
	return d
}

// TestSoak drives wire at a moderate rate into a real run directory. Memory may
// not grow from the first third on, nor descriptors and goroutines beyond what
// the connections need.
func TestSoak(t *testing.T) {
	const connections = 32 // at most; a stall of the machine opens more of them at any time
	length := soakFor(t)
	address, _ := listenAll(t, false)
	r := newRig(address)
	started := time.Now()
	recorder, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Document{
		Started: started, Requests: []string{"only"}, Targets: []results.TargetDoc{{Name: "soak", Kind: "origin"}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := takeMark()
	r.job.Epoch, r.job.Shard = started, func() load.Shard { return recorder.Shard() }
	r.job.Options.MaxConnections = connections
	engine := r.open(t, wire.Kind)
	recorder.Watch(engine.Health)
	plan, err := scenarios.NewPlan(&scenarios.Scenario{
		Targets: r.job.Targets, Requests: r.job.Requests,
		Stages: []scenarios.Stage{{Load: scenarios.Arrivals{Shape: scenarios.Constant{Rate: scenarios.PerSecond(2000)}}, For: length}},
	})
	if err != nil {
		t.Fatal(err)
	}
	marks := make(chan mark, 100)
	go func() {
		for i := range 12 {
			time.Sleep(time.Until(started.Add(length * time.Duration(i+1) / 13))) // marks are spread over the soak
			marks <- takeMark()
		}
		close(marks)
	}()
	for turn := range plan.Populations[0].Turns() {
		r.run(t, engine, turn)
	}
	if err := recorder.Close(results.Finished); err != nil {
		t.Fatal(err)
	}
	var all []mark
	for m := range marks {
		t.Logf("resident %d kB, heap %d kB, %d descriptors, %d goroutines", m.resident>>10, m.heap>>10, m.files, m.goroutines)
		all = append(all, m)
	}
	early, late := least(all[4:8]), least(all[8:])
	if late.heap > early.heap+early.heap/10+256<<10 || late.resident > early.resident+early.resident/10+2<<20 {
		t.Errorf("memory grows: heap %d to %d bytes, resident %d to %d", early.heap, late.heap, early.resident, late.resident)
	}
	// Both ends of a connection are this process's, and the server gives each a
	// goroutine. Beside these there are the poller's two descriptors, the server's
	// listener, some files of the run, and those who drive, record and mark.
	const others = 8
	if late.files > before.files+2*connections+others || late.goroutines > before.goroutines+connections+others {
		t.Errorf("%d descriptors and %d goroutines, %d and %d before", late.files, late.goroutines, before.files, before.goroutines)
	}
	if want := plan.Requests(); r.sent(t, recorder.Dir()) != want {
		t.Errorf("%d requests recorded, want %d", r.sent(t, recorder.Dir()), want)
	}
}

// sent is how many requests a run directory knows.
func (r *rig) sent(t *testing.T, dir string) int64 {
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run.Histogram(func(k results.Key) bool { return k.Clock == results.Response }).Count()
}

// A mark is what the process holds at a time.
type mark struct {
	heap, resident    uint64
	files, goroutines int
}

func takeMark() mark {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	m := mark{heap: s.HeapAlloc, files: load.OpenFiles(), goroutines: runtime.NumGoroutine()}
	b, _ := os.ReadFile("/proc/self/statm")
	if fields := strings.Fields(string(b)); len(fields) > 1 {
		pages, _ := strconv.ParseUint(fields[1], 10, 64)
		m.resident = pages * uint64(os.Getpagesize())
	}
	return m
}

// least takes the least of each: what is left when nothing is under way.
func least(marks []mark) mark {
	l := marks[0]
	for _, m := range marks[1:] {
		l = mark{min(l.heap, m.heap), min(l.resident, m.resident), min(l.files, m.files), min(l.goroutines, m.goroutines)}
	}
	return l
}
