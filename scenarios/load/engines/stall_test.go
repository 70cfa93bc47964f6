package engines

import (
	"slices"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A span is a stretch of a run's clock.
type span struct{ from, to time.Duration }

// frozen are the response times that requests have in truth, which are due at even
// times at a server that takes no time but stands still in some spans.
func frozen(gap time.Duration, n int, stalls []span) (all []time.Duration) {
	for i := range n {
		due, response := time.Duration(i)*gap, time.Duration(0)
		for _, s := range stalls {
			if due >= s.from && due < s.to {
				response = s.to - due
			}
		}
		all = append(all, response)
	}
	slices.Sort(all)
	return all
}

// Percentiles of response times are those of an exact simulation of the stalls,
// whatever the number of connections: what the machine itself adds is seen in the
// requests that met no stall.
func TestPercentilesOfAStalledServer(t *testing.T) {
	const gap = 5 * time.Millisecond
	for _, row := range []struct {
		name        string
		connections int
		stalls      []span
		length      time.Duration
	}{
		{"a freeze of 1 s, as many connections as it takes", 0, []span{{time.Second, 2 * time.Second}}, 3 * time.Second},
		{"a freeze of 1 s, four connections", 4, []span{{time.Second, 2 * time.Second}}, 3 * time.Second},
		{"250 ms now and then", 0, []span{{300 * time.Millisecond, 550 * time.Millisecond}, {1800 * time.Millisecond, 2050 * time.Millisecond}}, 3 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				g := newGate()
				r := newRig(serve(t, g.ServeHTTP).URL)
				r.job.Options.MaxConnections = row.connections
				engine := r.open(t, e)
				n := int(row.length / gap)
				stalls := slices.Clone(row.stalls)
				var all sync.WaitGroup
				start := time.Since(r.job.Epoch)
				all.Go(func() {
					for i, s := range row.stalls {
						time.Sleep(start + s.from - time.Since(r.job.Epoch)) // the stall under test
						stalls[i].from = time.Since(r.job.Epoch) - start
						g.shut()
						time.Sleep(start + s.to - time.Since(r.job.Epoch)) // its length
						stalls[i].to = time.Since(r.job.Epoch) - start
						g.release()
					}
				})
				r.run(t, engine, every(gap, n))
				all.Wait()
				comparePercentiles(t, r.sorted(), frozen(gap, n, stalls), start, stalls)
			})
		})
	}
}

func comparePercentiles(t *testing.T, samples []results.Sample, truth []time.Duration, start time.Duration, stalls []span) {
	t.Helper()
	if len(samples) != len(truth) {
		t.Fatalf("%d samples, want %d: none may be lost or invented", len(samples), len(truth))
	}
	first := samples[0].Due
	var measured []time.Duration
	noise := time.Duration(0)
	for _, s := range samples {
		measured = append(measured, s.Response())
		met := slices.ContainsFunc(stalls, func(x span) bool {
			at := s.Due - start
			return at > x.from-20*time.Millisecond && at < x.to+100*time.Millisecond
		})
		if !met {
			noise = max(noise, s.Response())
		}
	}
	slices.Sort(measured)
	tolerance := 20*time.Millisecond + noise + (first - start).Abs()
	for _, q := range []float64{0.5, 0.75, 0.9, 0.95, 0.99, 1} {
		i := min(int(q*float64(len(truth))), len(truth)-1)
		if off := measured[i] - truth[i]; off < -tolerance || off > tolerance {
			t.Errorf("p%g is %v, and %v in truth (the machine adds up to %v)", 100*q, measured[i], truth[i], noise)
		}
	}
}
