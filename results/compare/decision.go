package compare

import (
	"fmt"
	"slices"

	"tollgate/results"
)

// An Outcome is what the gate decides.
type Outcome string

// The outcomes.
const (
	Passed     Outcome = "passed"
	Learning   Outcome = "learning"     // too few baseline runs
	Regression Outcome = "regression"   // confirmed by the rerun, if there was one
	Undecided  Outcome = "inconclusive" // blocks vary too much, or are too few; or baseline runs are of two kinds
	Refused    Outcome = "refused"      // the run is invalid, a part of a run, or older than its baseline: nothing follows from it
)

// A Decision is the gate's decision on a run: gate.json.
type Decision struct {
	Version  int    `json:"version"`
	State    State  `json:"state,omitempty"`     // "" in files of earlier versions
	StateWhy string `json:"state_why,omitempty"` // what the gate finds, or lacks

	Run     string   `json:"run"`     // ID
	Against string   `json:"against"` // "history", or the base target of the same run
	Outcome Outcome  `json:"outcome"`
	Runs    int      `json:"nights"`        // baseline runs
	Needed  int      `json:"nights_needed"` // before there is a decision
	Level   float64  `json:"level"`         // chance of a false alarm in a run, over all gates together
	Gates   []Gate   `json:"gates"`
	Rerun   string   `json:"rerun,omitempty"`    // ID of the run that was to confirm it
	RerunOf string   `json:"rerun_of,omitempty"` // ID of the run that this one was to confirm
	Notes   []string `json:"notes"`

	Limits     []LimitResult `json:"thresholds,omitempty"` // on changes
	Comparison *Comparison   `json:"comparison,omitempty"` // the evidence, where there is a base target
}

// againstHistory is what a run is compared with that is compared with no target.
const againstHistory = "history"

// A Gate is one metric of one target, compared with its baseline.
type Gate struct {
	Target   string   `json:"target"`
	Metric   Metric   `json:"metric"`
	Unit     string   `json:"unit"`
	Value    *float64 `json:"value"`    // null: no samples, which fails
	Expected *float64 `json:"expected"` // median of the baseline runs; null: none
	Low      *float64 `json:"low"`      // the interval in which a run is expected
	High     *float64 `json:"high"`
	Limit    *float64 `json:"limit"`  // the value must not pass it; the minimum effect is included
	Change   *float64 `json:"change"` // value ÷ expected − 1, or value − expected of a share
	P        *float64 `json:"p"`      // of a run as bad as this
	Adjusted *float64 `json:"p_adjusted"`
	Again    *float64 `json:"again"` // value in the rerun
	Runs     int      `json:"nights"`
	Alarm    bool     `json:"alarm"` // confirmed, if there was a rerun
	Why      string   `json:"why"`   // in words

	Added    float64 `json:"added,omitempty"`    // that the generator may have added beyond its usual; Low, High and Limit include it
	Doubtful bool    `json:"doubtful,omitempty"` // past the limit by no more than that

	trait      trait
	prediction prediction
	have       int  // baseline runs with a value; Runs of them count
	alike      int  // baseline runs about as bad
	usual      bool // too many of them for an alarm
}

// Result is the gate's result in a word.
func (d *Decision) Result(g Gate) string {
	switch {
	case g.Alarm:
		return "alarm"
	case g.Doubtful:
		return "not decided"
	case g.P == nil && d.Comparison == nil:
		return "learning"
	}
	return "pass"
}

// refused says that nothing follows from a run that does not count.
func (d *Decision) refused(run *RunValues) bool {
	why := run.whyNot()
	switch {
	case why != "":
		d.Outcome = Refused
		d.Notes = append(d.Notes, why)
	case run.Verdict == results.Valid:
		return false
	case run.Verdict == results.Unknown:
		d.Notes = append(d.Notes, "another program recorded the run: whether its load generator caused a change cannot be told")
	default:
		d.Notes = append(d.Notes, "the run is suspect: read its report before you act on this")
	}
	d.Notes = append(d.Notes, run.Reasons...)
	return d.Outcome == Refused
}

func (d *Decision) alarmed() bool {
	return slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.Alarm })
}

// Confirm applies the decision on a second run that was made to confirm this one.
// An alarm that it does not repeat was chance, or a change that did not last. A second run that is invalid, or
// was cut off, confirms nothing and clears nothing.
func (d *Decision) Confirm(again Decision) {
	d.Rerun = again.Run
	if again.Outcome == Refused {
		d.Notes = append(d.Notes, "the rerun is invalid, so the alarm is not confirmed but stands")
		return
	}
	for i := range d.Gates {
		g := &d.Gates[i]
		k := slices.IndexFunc(again.Gates, func(o Gate) bool { return o.Target == g.Target && o.Metric == g.Metric })
		if k >= 0 {
			g.Again = again.Gates[k].Value
		}
		switch {
		case !g.Alarm:
		case k < 0:
			g.Why += "; the rerun did not measure it, so the alarm stands unconfirmed"
		case again.Gates[k].Alarm:
			g.Why += "; the rerun confirms it"
		case again.Gates[k].Doubtful:
			g.Why += "; the rerun was too disturbed to confirm or refute it, so the alarm stands"
		default:
			g.Alarm = false
			g.Why += "; the rerun does not confirm it: " + again.Gates[k].Why
		}
	}
	if !d.alarmed() {
		d.Outcome = Passed
		d.Notes = append(d.Notes, "the rerun does not confirm the alarm: it was chance, or a change that did not last; the two runs cannot tell which")
	}
}

// CheckTargets decides on a run by a comparison of its targets with a base target,
// such as the stage that was deployed before. It finds smaller changes than
// [Check] does, since both sides were measured at the same time.
func CheckTargets(run RunValues, c *Comparison, o GateOptions) Decision {
	d := Decision{Version: Version, Run: run.Run, Outcome: Passed, Level: c.Level, Gates: []Gate{}, Notes: targetNotes(run.Models, run.Unverified), Comparison: c}
	if len(c.Pairs) > 0 {
		d.Against = c.Pairs[0].Base
	}
	if !d.refused(&run) {
		d.checkTargets(c, &o)
	}
	d.stateOfTargets(c)
	return d
}

// checkTargets makes a gate of every effect that can be one.
func (d *Decision) checkTargets(c *Comparison, o *GateOptions) {
	undecided := 0
	for i := range c.Pairs {
		p := &c.Pairs[i]
		if p.Effect(P50) == nil {
			d.Gates = append(d.Gates, Gate{Target: p.Head, Metric: P50, Unit: P50.Unit(), Alarm: true, Why: noSamples})
		}
		for k := range p.Effects {
			e := &p.Effects[k]
			t, ok := traitOf(e.Metric)
			unsupported := e.Base != nil && e.Head != nil && e.Blocks == 0 // more blocks would not help
			if !ok || !t.gated || unsupported {
				continue
			}
			g := e.gate(p.Head, t, o)
			if c.open(e) && !g.Alarm {
				undecided++
			}
			d.Gates = append(d.Gates, g)
		}
	}
	switch {
	case d.alarmed():
		d.Outcome = Regression
	case undecided > 0:
		d.Outcome = Undecided
		d.Notes = append(d.Notes, fmt.Sprintf("these blocks do not decide %d of %d metrics", undecided, len(d.Gates)))
	}
}

const noSamples = "no samples: a gate without a value fails"

// gate turns an effect into a gate, which alarms if it is worse, certain and large enough.
func (e *Effect) gate(target string, t trait, o *GateOptions) Gate {
	was, is := e.Compared()
	g := Gate{
		Target: target, Metric: e.Metric, Unit: e.Unit, Value: is, Expected: was, P: e.P, Adjusted: e.Adjusted,
		Why: e.Words, trait: t,
	}
	if e.Head == nil || e.Base == nil {
		g.Alarm = e.Head == nil && (e.Base != nil || e.Metric == P50)
		g.Why = "nothing to compare with"
		if g.Alarm {
			g.Why = noSamples
		}
		return g
	}
	if e.Estimate == nil {
		return g
	}
	g.Low, g.High = e.around(e.Low), e.around(e.High)
	g.Change = ptr(t.change(*is, *was))
	relative, absolute := o.least(t)
	size := *e.Estimate
	moved := size
	if e.Scale == Ratio {
		size--
		moved = size * *was
	}
	if t.more {
		size, moved = -size, -moved
	}
	g.Alarm = e.Verdict == Worse && size >= relative && moved >= absolute
	if e.Verdict == Worse && !g.Alarm {
		g.Why += ", by less than the smallest change that alarms"
	}
	return g
}

// around turns an end of the effect's interval into a value of head.
func (e *Effect) around(end *float64) *float64 {
	was, _ := e.Compared()
	switch {
	case end == nil:
		return nil
	case e.Scale == Ratio:
		return ptr(*was * *end)
	}
	return ptr(*was + *end)
}
