package load

import (
	"runtime/debug"
	"sync"
	"time"

	"tollgate/results"
)

// ProcessStats measure the process between one reading and the next, for every
// engine.
type ProcessStats struct {
	mu    sync.Mutex
	seen  time.Time
	cpu   time.Duration
	pause time.Duration
	work  work
	waits waits
}

func NewProcessStats() *ProcessStats {
	v := &ProcessStats{}
	v.Read(&results.Health{})
	return v
}

// shortest is the least time over which the use of processors is measured: the kernel counts
// it in hundredths of a second, which are cores' worth of a few milliseconds.
const shortest = 100 * time.Millisecond

// Read fills in the fields of h that are of the process. Soon after the reading before it
// leaves out the use of processors: the next one covers that time as well.
func (v *ProcessStats) Read(h *results.Health) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now, pause := time.Now(), pauseTotal()
	if passed := now.Sub(v.seen); passed >= shortest {
		cpu, done, waited := CPUTime(), workSoFar(), waitsSoFar()
		if !v.seen.IsZero() {
			h.CPU = float64(cpu-v.cpu) / float64(passed)
			h.Machine = done.since(v.work, passed)
			h.Machine.RunQueue = float64(waited.since(v.waits)) / float64(passed)
		}
		v.seen, v.cpu, v.work, v.waits = now, cpu, done, waited
	}
	h.Machine.Sockets, h.Machine.Ports = sockets(), Ports()
	h.GCPause = pause - v.pause
	h.Files, h.FileLimit = OpenFiles(), FileLimit()
	v.pause = pause
}

// pauseTotal is how long the garbage collector has stopped the process so far.
func pauseTotal() time.Duration {
	var s debug.GCStats
	debug.ReadGCStats(&s)
	return s.PauseTotal
}

type work struct{ busy, stolen, softIRQ time.Duration }

func (w work) since(before work, passed time.Duration) results.Strain {
	share := func(now, then time.Duration) float64 { return max(0, float64(now-then)/float64(passed)) }
	return results.Strain{
		Busy: share(w.busy, before.busy), Stolen: share(w.stolen, before.stolen), SoftIRQ: share(w.softIRQ, before.softIRQ),
	}
}

// waits are how long each thread of the process has been ready to run and has waited
// for a processor so far. Sums would fall when a thread ends.
type waits map[string]time.Duration

// since is the waiting of all threads since an earlier reading.
func (w waits) since(before waits) (sum time.Duration) {
	for thread, d := range w {
		sum += max(0, d-before[thread])
	}
	return sum
}
