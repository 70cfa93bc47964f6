package session

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes"
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
			own := during(run, uint16(slices.IndexFunc(run.Document.Targets, func(d results.TargetDoc) bool { return d.Name == t.Name })), all)
			o.Blocks = own.blocks()
			o.Checks = append(o.Checks, coldStarts(len(own.all), own.inits())...)
		}
	}
	return results.WriteObserved(run.Dir, run.Observed)
}

// An invoked is an invocation of a target's function, in one of its blocks.
type invoked struct {
	probes.Invocation
	block uint32
}

// A loggedLoad is what the log of a function says of a target's load.
type loggedLoad struct {
	all   []invoked
	dated bool // the log says when, so that each invocation has its block
}

// during picks what ended during the target's turns: a function behind several
// doors logs the requests of all of them, and those of probes. The clock is that
// of the log, and may be off by some hundredths of a second. Without times all of
// the log is taken for the target's.
func during(run *results.Run, target uint16, log map[string]probes.Invocation) (l loggedLoad) {
	turns := run.Turns()
	for _, v := range log {
		l.dated = l.dated || !v.At.IsZero()
	}
	for _, v := range log {
		turn, ok := turns.At(v.At)
		if !l.dated || ok && turn.Target == target {
			l.all = append(l.all, invoked{v, turn.Block})
		}
	}
	return l
}

func (l *loggedLoad) inits() (inits []time.Duration) {
	for _, v := range l.all {
		if v.Init > 0 {
			inits = append(inits, v.Init)
		}
	}
	return inits
}

// blocks counts by block, in order; nil where the log does not say when.
func (l *loggedLoad) blocks() []results.ColdBlock {
	if !l.dated {
		return nil
	}
	counts := map[uint32]results.ColdBlock{}
	for _, v := range l.all {
		c := counts[v.block]
		c.Block = v.block
		c.Invocations++
		if v.Init > 0 {
			c.Cold++
		}
		counts[v.block] = c
	}
	return slices.SortedFunc(maps.Values(counts), func(a, b results.ColdBlock) int { return cmp.Compare(a.Block, b.Block) })
}

// coldStarts are the rows for so many invocations and the INITs among them.
func coldStarts(invocations int, inits []time.Duration) []results.Reconciled {
	if invocations == 0 {
		return nil
	}
	row := func(what, unit string, value float64, note string) results.Reconciled {
		return results.Reconciled{What: what, Unit: unit, AWS: &value, Note: note}
	}
	n := float64(len(inits))
	rows := []results.Reconciled{row(results.ColdStarts, "count", n, fmt.Sprintf("of %d invocations in the function's log (%.2g %%)", invocations, 100*n/float64(invocations)))}
	if len(inits) > 0 {
		slices.Sort(inits)
		rows = append(rows,
			row(results.InitMedian, "ms", inMS(inits[len(inits)/2]), "Init Duration of REPORT lines"),
			row(results.InitMost, "ms", inMS(inits[len(inits)-1]), "Init Duration of REPORT lines"))
	}
	return rows
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
