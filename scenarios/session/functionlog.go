package session

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// readLogs adds to what was observed how many of the run's invocations were cold
// starts, and how long those took, by the REPORT lines of each target's function.
// If a log cannot be read, the row says why.
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
				note += "; the trial before the load, which is not counted, may have met the first cold start (--no-trial leaves it out)"
			}
			o.Checks = append(o.Checks, coldStarts(own, note)...)
		}
	}
	return results.WriteObserved(run.Dir, run.Observed)
}

func coldStarts(own loggedLoad, note string) []results.Reconciled {
	if len(own.all) == 0 && own.doubt != "" {
		return []results.Reconciled{{What: results.ColdStarts, Unit: "count", Note: note}}
	}
	if len(own.all) == 0 {
		return nil
	}
	row := func(what, unit string, value float64, note string) results.Reconciled {
		return results.Reconciled{What: what, Unit: unit, AWS: &value, Note: note}
	}
	var inits []float64
	for _, v := range own.all {
		if v.Init > 0 {
			inits = append(inits, probe.MS(v.Init))
		}
	}
	n := float64(len(inits))
	rows := []results.Reconciled{row(results.ColdStarts, "count", n, fmt.Sprintf("of %s in the function's log (%.3g %%)%s", pricing.Counted(int64(len(own.all)), "invocation"), 100*n/float64(len(own.all)), note))}
	if len(inits) > 0 {
		slices.Sort(inits)
		rows = append(rows,
			row(results.InitMedian, "ms", inits[len(inits)/2], "Init Duration of REPORT lines"),
			row(results.InitMost, "ms", inits[len(inits)-1], "Init Duration of REPORT lines"))
	}
	return rows
}

// A loggedLoad is the part of a function's log that belongs to a target's load.
type loggedLoad struct {
	all   []invocation
	dated bool   // each invocation has its block
	doubt string // why not; "" if the log has no times
}

// An invocation is one of a target's function, in one of the target's blocks.
type invocation struct {
	targets.Invocation
	block uint32
}

// mostStrays is the share of a function's invocations that may end during turns of
// targets that do not use it: its log's clock and ours differ by some hundredths of
// a second.
const mostStrays = 0.05

// during picks the invocations that ended during the target's turns: a function
// behind several front doors logs the requests of all, and those of probes. Without
// times it takes the whole log; if too many invocations ended in the turns of
// others, all that ended during the load.
func during(run *results.Run, t targets.Target, ts []targets.Target, log []targets.Invocation) (l loggedLoad) {
	turns := run.Turns()
	users := usersOf(run, t, ts)
	if len(run.Document.Populations) > 1 {
		return ofPopulations(turns, len(users) > 1, log)
	}
	sockets := handshakes(run, t)
	l.dated = slices.ContainsFunc(log, func(v targets.Invocation) bool { return !v.At.IsZero() })
	var strays, before []invocation
	for _, v := range log {
		turn, ok := turns.At(v.At)
		switch {
		case !l.dated || ok && users[turn.Target] == t.Name:
			l.all = append(l.all, invocation{v, turn.Block})
		case ok && users[turn.Target] == "":
			strays = append(strays, invocation{Invocation: v})
		case !ok:
			before = append(before, invocation{Invocation: v})
		}
	}
	strange := max(0, len(strays)-sockets)
	if n := len(l.all) + len(strays); float64(strange) > mostStrays*float64(n) {
		l.all, l.dated = append(l.all, strays...), false
		sockets = 0
		l.doubt = fmt.Sprintf("; not assigned to blocks, since %d of them ended in the turns of other targets: %s", strange, strayed(run, t))
	}
	if sockets > 0 && len(l.all) > 0 {
		l.doubt += apart(append(before, strays...))
	}
	return l
}

// strayed says why a target's function may have been invoked in the turns of others. Messages
// whose replies are not awaited pile up at the front door, which goes on with them afterwards.
func strayed(run *results.Run, t targets.Target) string {
	for i := range run.Document.Targets {
		if d := &run.Document.Targets[i]; d.Name == t.Name && d.Sockets != nil && run.Document.Posts() {
			return "messages of this run without a reply may have been worked on after their turn, which also disturbs the targets whose turns these are; or the clock of this machine is off, or there is foreign traffic: send fewer of them a second, or await replies"
		}
	}
	return "the clock of this machine is off, or there is foreign traffic"
}

// apart says what was invoked outside the turns of a target that messages are sent to.
func apart(all []invocation) string {
	cold := 0
	for _, v := range all {
		if v.Init > 0 {
			cold++
		}
	}
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("; %s more outside its turns, %d of them with INIT, as those of $connect and $disconnect are: they are in the handshakes, and in no message", pricing.Counted(int64(len(all)), "invocation"), cold)
}

// handshakes is how many invocations the connections over which messages were sent may have
// caused in the turns of other targets: connections are opened before the first turn, and
// opened again whenever they end, and each end is an invocation, too.
func handshakes(run *results.Run, t targets.Target) (n int) {
	for i := range run.Document.Targets {
		if d := &run.Document.Targets[i]; d.Name == t.Name && d.Sockets != nil {
			n += int(2 * d.Sockets.Opened)
		}
	}
	return n
}

// ofPopulations picks the invocations that ended during the load of several populations.
// Their turns coincide, so a time tells neither the block nor, of a function that several
// targets use, the target.
func ofPopulations(turns results.Turns, shared bool, log []targets.Invocation) (l loggedLoad) {
	if shared {
		return loggedLoad{doubt: "cannot be told: populations sent load to several targets of this function at the same time"}
	}
	for _, v := range log {
		if _, during := turns.At(v.At); during || v.At.IsZero() {
			l.all = append(l.all, invocation{Invocation: v})
		}
	}
	l.doubt = "; not assigned to blocks, since populations ran side by side"
	return l
}

// usersOf names the targets that use the function of t, by their numbers. All versions and
// aliases of a function have one log.
func usersOf(run *results.Run, t targets.Target, ts []targets.Target) map[uint16]string {
	users := map[uint16]string{}
	logged, _ := t.Function.Parts()
	for i, d := range run.Document.Targets {
		if slices.ContainsFunc(ts, func(o targets.Target) bool {
			return o.Name == d.Name && o.Region == t.Region && o.Uses(logged)
		}) {
			users[uint16(i)] = d.Name
		}
	}
	return users
}

// blocks counts by block, in order; nil if the log has no times.
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
