package session

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// readLogs adds to what was observed how many of the run's invocations were
// cold starts, and how long those took, by the REPORT lines of each target's
// function. A log that cannot be read is no failure of the run: the row says why.
func readLogs(ctx context.Context, log FunctionLog, run *results.Run, ts []targets.Target) error {
	if log == nil || run.Observed == nil {
		return nil
	}
	from := run.Document.Started
	to := from.Add(time.Duration((run.Document.Seconds + 1) * float64(time.Second)))
	for i := range run.Observed.Targets {
		o := &run.Observed.Targets[i]
		for _, t := range ts {
			if t.Name != o.Target || t.Function.Name == "" || o.Error != "" {
				continue
			}
			all, err := log(ctx, t, from, to)
			if err != nil {
				o.Checks = append(o.Checks, results.Reconciled{What: results.ColdStarts, Unit: "count", Note: "the function's log could not be read: " + err.Error()})
				continue
			}
			own := during(run, t, ts, all)
			o.Blocks = own.blocks()
			note := own.doubt
			if run.Document.Tried(t.Name) > 0 {
				note += "; the trial before the load, which is not counted, may have had the first (--no-trial sends none)"
			}
			o.Checks = append(o.Checks, coldStarts(len(own.all), own.inits(), note)...)
		}
	}
	return results.WriteObserved(run.Dir, run.Observed)
}

// coldStarts are the rows for so many invocations and the INITs among them.
func coldStarts(invocations int, inits []time.Duration, doubts string) []results.Reconciled {
	if invocations == 0 {
		return nil
	}
	row := func(what, unit string, value float64, note string) results.Reconciled {
		return results.Reconciled{What: what, Unit: unit, AWS: &value, Note: note}
	}
	n := float64(len(inits))
	rows := []results.Reconciled{row(results.ColdStarts, "count", n, fmt.Sprintf("of %d invocations in the function's log (%.2g %%)%s", invocations, 100*n/float64(invocations), doubts))}
	if len(inits) > 0 {
		slices.Sort(inits)
		rows = append(rows,
			row(results.InitMedian, "ms", inMS(inits[len(inits)/2]), "Init Duration of REPORT lines"),
			row(results.InitMost, "ms", inMS(inits[len(inits)-1]), "Init Duration of REPORT lines"))
	}
	return rows
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
