package compare

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A soaks counts what soaks came to.
type soaks struct{ n, worse, better atomic.Int64 }

// drifts looks for drift in n soaks.
func drifts(s Soak, seed uint64, n int) *soaks {
	t := &soaks{}
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := t.n.Add(1); i <= int64(n); i = t.n.Add(1) {
				said := strings.ToLower(Drift(s.Run(rand.New(rand.NewPCG(seed, uint64(i)))), always)[0].Conclusion)
				t.worse.Add(int64(one(strings.Contains(said, "worse in"))))
				t.better.Add(int64(one(strings.Contains(said, "better in"))))
			}
		})
	}
	all.Wait()
	return t
}

// The seconds of these soaks know of each other. False alarms are both: better as
// well as worse.
func TestErrorRatesOfDrift(t *testing.T) {
	t.Parallel()
	rows := []struct {
		what  string
		alter func(*Soak)
		n     int
		least float64 // share that must be found worse; 0: none may
	}{
		{"each second for itself", func(s *Soak) { s.Memory = 0 }, 60, 0},
		{"a memory of 2 s", func(s *Soak) { s.Memory = 2 * time.Second }, 60, 0},
		{"a memory of 5 s", func(*Soak) {}, 100, 0},
		{"busy machine, a memory of 5 s", busily, 100, 0},
		{"12 blocks, a memory of 2 s", func(s *Soak) { s.Blocks, s.Memory = 12, 2*time.Second }, 60, 0},
		{"96 blocks, a memory of 20 s", func(s *Soak) { s.Blocks, s.Rate, s.Memory = 96, 15, 20*time.Second }, 40, 0},
		{"creep of 20 %", func(s *Soak) { s.Creep = 0.2 }, 25, 0.90},
		{"step of 15 %", func(s *Soak) { s.Step = 0.15 }, 25, 0.90},
		{"errors of 2 % in the last third", func(s *Soak) { s.Fails = 0.02 }, 25, 0.50},
		{"busy machine, creep of 40 %", func(s *Soak) { busily(s); s.Creep = 0.4 }, 25, 0.90},
	}
	if raceEnabled {
		rows = rows[2:3]
	}
	for i, row := range rows {
		s := calm()
		s.Rate = 40
		row.alter(&s)
		n := many(row.n)
		got := drifts(s, uint64(i), n)
		worse, better := float64(got.worse.Load())/float64(n), float64(got.better.Load())/float64(n)
		t.Logf("%-34s %5d soaks, worse %5.1f %%, better %5.1f %%", row.what, n, 100*worse, 100*better)
		most := upTo(DefaultLevel, n)
		switch {
		case row.least == 0 && worse+better > most && !raceEnabled:
			t.Errorf("%s: %.1f %% false alarms, want at most %.1f %%", row.what, 100*(worse+better), 100*most)
		case worse < from(row.least, n):
			t.Errorf("%s: found %.0f %%, want at least %.0f %%", row.what, 100*worse, 100*row.least)
		}
	}
}

// busily makes a soak one of the busy machine's.
func busily(s *Soak) { s.World, s.Wander = Busy(), 0.05 }
