package session

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A loggedLoad is what the log of a function says of a target's load.
type loggedLoad struct {
	all   []invoked
	dated bool   // each invocation has its block
	doubt string // why not; "" where it goes without saying
}

// An invoked is an invocation of a target's function, in one of its blocks.
type invoked struct {
	probe.Invocation
	block uint32
}

// mostStrays is which share of a function's invocations may end when it is the
// turn of targets that do not use it: some hundredths of a second lie between
// the clock of the log and ours.
const mostStrays = 0.05

// during picks what ended during the target's turns: a function behind several
// doors logs the requests of all of them, and those of probes. Without times all
// of the log is taken for the target's; where too much of it ended in the turns
// of others, all that ended during the load.
func during(run *results.Run, t targets.Target, ts []targets.Target, log map[string]probe.Invocation) (l loggedLoad) {
	turns := run.Turns()
	owners := ownersOf(run, t, ts)
	for _, v := range log {
		l.dated = l.dated || !v.At.IsZero()
	}
	var strays []invoked
	for _, v := range log {
		turn, ok := turns.At(v.At)
		switch {
		case !l.dated || ok && owners[turn.Target] == t.Name:
			l.all = append(l.all, invoked{v, turn.Block})
		case ok && owners[turn.Target] == "":
			strays = append(strays, invoked{Invocation: v})
		}
	}
	if n := len(l.all) + len(strays); float64(len(strays)) > mostStrays*float64(n) {
		l.all, l.dated = append(l.all, strays...), false
		l.doubt = fmt.Sprintf("; not told apart by block, since %d of them ended in the turns of other targets: the clock of this machine is off, or others use the function", len(strays))
	}
	return l
}

// ownersOf names the targets that use the function of t, by their numbers.
func ownersOf(run *results.Run, t targets.Target, ts []targets.Target) map[uint16]string {
	owners := map[uint16]string{}
	for i, d := range run.Document.Targets {
		if slices.ContainsFunc(ts, func(o targets.Target) bool {
			return o.Name == d.Name && o.Function.Name == t.Function.Name && o.Region == t.Region
		}) {
			owners[uint16(i)] = d.Name
		}
	}
	return owners
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
