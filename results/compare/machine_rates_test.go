package compare

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
)

// A gateCounts is what the gate says of runs on a shared machine, from the first run on.
type gateCounts struct {
	verdicts          map[results.Verdict]int
	states            map[State]int
	alarms, confirmed int // false ones
	undecided         int
	runs              int
	shifted, found    int // runs of a slower target, and those that ended in a confirmed alarm: two runs each
}

func (n *gateCounts) add(o gateCounts) {
	for v, k := range o.verdicts {
		n.verdicts[v] += k
	}
	for s, k := range o.states {
		n.states[s] += k
	}
	n.alarms, n.confirmed, n.undecided, n.runs = n.alarms+o.alarms, n.confirmed+o.confirmed, n.undecided+o.undecided, n.runs+o.runs
	n.shifted, n.found = n.shifted+o.shifted, n.found+o.found
}

func newGateCounts() gateCounts {
	return gateCounts{verdicts: map[results.Verdict]int{}, states: map[State]int{}}
}

// watch runs the gate from an empty history on. Alarms are confirmed by a rerun under the
// same conditions. Armed, every fifth run is also made of a slower target.
func (m SharedMachine) watch(seed uint64, n int, slower float64) gateCounts {
	chance := rand.New(rand.NewPCG(seed, 19))
	out := newGateCounts()
	var history []RunValues
	for i := range n {
		date := time.Date(2020, 1, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		c := m.draw(chance)
		first := ValuesOf(m.Run(chance, date, c, 0))
		decide := func(run RunValues, by float64) (alarm bool, d Decision) {
			d = Check(run, history, GateOptions{})
			if alarm = d.Outcome == Regression; alarm {
				again := ValuesOf(m.Run(chance, date.Add(time.Minute), c, by))
				again.RerunOf = run.Run
				d.Confirm(Check(again, history, GateOptions{}))
			}
			return alarm, d
		}
		alarm, d := decide(first, 0)
		out.runs++
		out.verdicts[first.Verdict]++
		out.states[d.State]++
		out.alarms += one(alarm)
		out.confirmed += one(d.Outcome == Regression)
		out.undecided += one(d.Outcome == Undecided)
		if i%5 == 4 && i >= FewestRuns+5 {
			_, d := decide(ValuesOf(m.Run(chance, date, c, slower)), slower)
			out.shifted++
			out.found += one(d.Outcome == Regression)
		}
		first.Alarmed = d.Outcome == Regression
		history = append(history, first)
	}
	return out
}

func TestErrorRatesOfTheGateOnASharedMachine(t *testing.T) {
	t.Parallel()
	api := SharedMachine{Median: 20 * time.Millisecond, Request: 0.3, Within: 0.02, Quiet: 0.3, Burst: 2 * time.Second, Most: 0.6, Threads: 4}
	quiet, far, local, waits, loaded := api, api, api, api, api
	quiet.Quiet = 1
	far.Median = 300 * time.Millisecond
	local.Median, local.Local = 8*time.Millisecond, time.Millisecond
	waits.Median, waits.Local, waits.Request = 8*time.Millisecond, time.Millisecond, 0.05
	loaded.Quiet, loaded.Most = 0.9, 0.9 // mostly quiet, and now and then hardly usable
	rows := []struct {
		what    string
		machine SharedMachine
		least   float64
	}{
		{"API of 20 ms, quiet machine", quiet, 0.90},
		{"API of 20 ms, shared machine", api, 0.90},
		{"API of 300 ms, shared machine", far, 0.90},
		{"the same, disturbed one run in ten", loaded, 0.90},
		{"server of 9 ms on that machine", waits, 0.90},
		{"one whose times differ as widely", local, 0},
	}
	parts := 4
	switch {
	case raceEnabled:
		rows, parts = rows[1:2], 1
	case *rates == 0:
		rows, parts = rows[1:2], 4
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		sum := newGateCounts()
		var mu sync.Mutex
		var all sync.WaitGroup
		for part := range parts {
			all.Go(func() {
				got := row.machine.watch(uint64(100*i+part), max(20, many(100)), 0.15)
				mu.Lock()
				defer mu.Unlock()
				sum.add(got)
			})
		}
		all.Wait()
		share := func(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }
		lines[i] = fmt.Sprintf("%-36s %5d runs: %3.0f%% valid %3.0f%% suspect %3.0f%% invalid | armed %3.0f%% blind %3.1f%% | %4.1f%% alarms %5.2f%% confirmed %4.1f%% not decided | +15 %% found %5.1f%% of %d",
			row.what, sum.runs, share(sum.verdicts[results.Valid], sum.runs), share(sum.verdicts[results.Suspect], sum.runs), share(sum.verdicts[results.Invalid], sum.runs),
			share(sum.states[StateArmed], sum.runs), share(sum.states[StateBlind], sum.runs),
			share(sum.alarms, sum.runs), share(sum.confirmed, sum.runs), share(sum.undecided, sum.runs), share(sum.found, sum.shifted), sum.shifted)
		if share(sum.confirmed, sum.runs) > 100*upTo(0.01, sum.runs) {
			t.Errorf("%s: %d of %d runs alarm falsely, want at most 1 %%", row.what, sum.confirmed, sum.runs)
		}
		if share(sum.found, sum.shifted) < 100*from(row.least, max(1, sum.shifted)) && sum.shifted > 0 {
			t.Errorf("%s: found %.0f %% of the times, want at least %.0f %%", row.what, share(sum.found, sum.shifted), 100*row.least)
		}
	}
	t.Log("\n" + strings.Join(lines, "\n"))
}
