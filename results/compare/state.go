package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
)

// A State says whether the gate could find a regression at all.
type State string

// The states.
const (
	StateArmed    State = "armed"
	StateLearning State = "learning" // its baseline has too few runs yet
	StateBlind    State = "blind"    // it finds nothing, and more runs like these change nothing
)

// blindAfter is how many runs in a row go uncounted before the gate calls itself blind.
// One run is an accident. A gate that three runs in a row have passed unchecked has let
// through what it is there to stop.
const blindAfter = 3

// blindFrom is the change of a median, as a share of one, above which a limit protects
// from little: a gate that passes a median half as high again is no gate.
const blindFrom = 0.5

// Stated is the state in a line; "" in files of earlier versions.
func (d *Decision) Stated() string {
	switch {
	case d.State == "":
		return ""
	case d.Against != againstHistory || d.State == StateBlind:
		return fmt.Sprintf("%s: %s", d.State, d.StateWhy)
	}
	return fmt.Sprintf("%s %d/%d: %s", d.State, d.Runs, d.Needed, d.StateWhy)
}

// state sets the decision's state, from the baseline and what was left out of it.
func (d *Decision) state(run *RunValues, p *baseline) {
	finds, coarse := d.finds()
	n, why := p.uncounted(run, d.Outcome != Refused && finds != "" && !run.blurred())
	switch {
	case n >= blindAfter:
		d.blind("none of the last %d runs counted, this one included: %s", n, why)
	case d.Outcome == Refused && run.counts() && p.later > 0:
		d.blind("%s of the history began later than this run: check the newest run, and the clock of the machine", pricing.Counted(p.later, "run"))
	case coarse != "":
		d.blind("its baseline runs differ so much that %s: use a quieter machine, or name the version before as a target of the scenario and compare with it (--against)", coarse)
	case finds != "" && run.blurred():
		d.State, d.StateWhy = StateArmed, "but the load generator's machine was so busy in this run that it finds only "+finds
	case finds != "":
		d.State, d.StateWhy = StateArmed, "finds "+finds
	case len(p.runs) >= FewestRuns && d.Outcome == Refused:
		d.State, d.StateWhy = StateArmed, "but this run was not checked"
	case len(p.runs) >= FewestRuns:
		d.blind("no metric has a value in %d of the %s: the requests are too few for percentiles, or failed", FewestRuns, pricing.Counted(len(p.runs), "baseline run"))
	case p.loads >= blindAfter:
		d.blind("each of the last %d runs sent another load, or to other targets, than the one before: runs of one load and one set of targets make a baseline", p.loads)
	case p.lost() >= FewestRuns:
		d.blind("%d of %d runs of this load do not count (%s), so the baseline has no %d runs", p.lost(), p.lost()+len(p.runs), p.lostTo(), FewestRuns)
	default:
		d.State, d.StateWhy = StateLearning, fmt.Sprintf("decides from %d baseline runs on", FewestRuns)
	}
}

// stateOfTargets sets the state where a target of the same run is the base. It needs no
// earlier runs, but blocks.
func (d *Decision) stateOfTargets(c *Comparison) {
	tested := slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.P != nil && g.trait.quantile > 0 })
	switch {
	case tested || d.Outcome == Refused && c.Blocks >= MinBlocks:
		d.State, d.StateWhy = StateArmed, pricing.Counted(c.Blocks, "interleaved block")
	case c.Blocks < MinBlocks:
		d.blind("the run has %s, and a verdict on a latency needs %d: set blocks in the scenario, and let a stage last at least a second for each", pricing.Counted(c.Blocks, "block"), MinBlocks)
	default:
		d.blind("no latency has a value in %d blocks of both targets: more requests in a block, or fewer failures, would give one", MinBlocks)
	}
}

func (d *Decision) blind(format string, args ...any) {
	d.State, d.StateWhy = StateBlind, fmt.Sprintf(format, args...)
}

// finds says from which change on the latencies alarm, at the target where that is
// most; coarse says so if the baseline runs alone let the median grow by half.
func (d *Decision) finds() (text, coarse string) {
	var parts []string
	for _, t := range traits {
		var from, usual float64
		for i := range d.Gates {
			if g := &d.Gates[i]; g.Metric == t.metric && g.P != nil && *g.Expected > 0 {
				from, usual = max(from, *g.Limit / *g.Expected - 1), max(usual, (*g.High-g.Added) / *g.Expected - 1)
			}
		}
		if t.quantile == 0 || from == 0 {
			continue
		}
		parts = append(parts, string(t.metric)+" "+growth(from))
		if t.metric == P50 && usual > blindFrom {
			coarse = fmt.Sprintf("p50 alarms only from %s on", growth(from))
		}
	}
	switch {
	case len(parts) > 0:
		return "changes from " + strings.Join(parts, ", ") + " on", coarse
	case slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.P != nil }):
		return "changes of the metrics below", ""
	}
	return "", ""
}

// growth prints a share by which a latency grows: +15 %, or ×12.
func growth(share float64) string {
	if share >= 9 {
		return "×" + digits(1+share)
	}
	return "+" + digits(100*share) + " %"
}

// blurred says whether a median may be half as high again as it would be without the
// generator's machine: such a run checks nothing, and is no baseline.
func (n *RunValues) blurred() bool {
	return slices.ContainsFunc(n.Values, func(v Value) bool { return v.Metric == P50 && v.share() > blindFrom/(1+blindFrom) })
}

// A record is how many runs before one, of its load, became no baseline runs.
type record struct {
	later int            // runs that began after the run that is checked
	left  map[string]int // runs of this load that were left out, by why
	loads int            // runs in a row that sent another load than the one before
	row   int            // runs in a row, up to the one before, that did not count
	why   string         // of the newest of them
}

// lost counts the runs of this load that could have been baseline runs.
func (r *record) lost() (n int) {
	for why, k := range r.left {
		if why != beganLater && why != otherLoad {
			n += k
		}
	}
	return n
}

// lostTo says what became of most of them.
func (r *record) lostTo() (most string) {
	n := 0
	for why, k := range r.left {
		if why != beganLater && why != otherLoad && (k > n || k == n && why < most) {
			most, n = why, k
		}
	}
	return most
}

// uncounted is how many runs in a row did not count, with this one, and why. A run that
// was checked counts.
func (r *record) uncounted(run *RunValues, checked bool) (n int, why string) {
	if checked || run.counts() && !run.blurred() {
		return 0, ""
	}
	return r.row + 1, cmp.Or(run.reason(), r.why)
}

// reason is the first for which a run does not count; "" without one.
func (n *RunValues) reason() string {
	if n.Partial != "" || len(n.Reasons) == 0 {
		return n.Partial
	}
	return n.Reasons[0]
}

// attempt is the ID that all attempts at a run have in common.
func (n *RunValues) attempt() string { return cmp.Or(n.RetryOf, n.Run) }

// lookBack takes the runs before this one, newest first. Attempts at one run are one.
func (r *record) lookBack(run *RunValues, before []RunValues) {
	shape, row, changing, attempts := run.Shape, true, true, map[string]bool{run.attempt(): true}
	for i := len(before) - 1; i >= 0; i-- {
		n := &before[i]
		if changing = changing && n.Shape != shape; changing {
			r.loads++
		}
		shape = n.Shape
		if n.Shape != run.Shape || n.Excluded || attempts[n.attempt()] {
			continue
		}
		attempts[n.attempt()] = true
		if row = row && (!n.counts() || n.blurred()); !row {
			continue
		}
		r.row++
		r.why = cmp.Or(r.why, n.reason())
	}
}
