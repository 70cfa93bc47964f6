// Package claims is the probe that checks which claims of common guides hold. It
// sends a short steady stage of its own, and reads the findings of the probes before
// it in the scenario: a claim about cold starts needs the cold-start probe.
//
// # One table
//
// A claim is one value of [table]: what guides say, its premise, what decides it,
// and what the lab lacks to bring the premise about. A new claim is one entry; the
// files group them by what they are about.
//
// # When a claim is decided
//
//   - Only where its own premise was brought about: a claim about 1000 simultaneous
//     requests needs 1000 at once, one about the free plan needs that plan's key, one
//     about a timeout needs a function that outlasts it. Otherwise it cannot be told,
//     and the row says what would tell it.
//   - A claim about a range is decided by an interval that lies on one side of each
//     bound. An interval that crosses one decides nothing, and neither does a value
//     without an interval.
//   - A status code supports or refutes a claim about the front door if the front
//     door itself answered.
//   - At a model, the lab's or another on this machine, a claim about AWS is never
//     decided: the row shows what the model was given. Claims about prices and features are decided by AWS's list
//     prices and documents, at any target, once in a run.
//
// Each row names the key, the path and the load that it is about. A claim that cannot be told
// at one target, and was decided at one before, has no row there. At a target that is
// there for the usage plan of its key, "only: plan" leaves out all other claims; where it is
// compared with others that differ in one part, "only: variants" does.
//
// # Why
//
// Claims are Go values and not a file of data: what decides one is code, and half of
// them share a few functions. Rejected: deciding by point estimates, which refuted a
// range of 10 to 25 ms from 80 requests; and extrapolating from smaller fan-outs,
// since limits on concurrency show only where they are reached.
package claims

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// Probe asks which claims of common guides hold.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "claims", Title: "What the guides claim", Parse: parse}
}

// The usage plans of the guides' examples.
const (
	planExample = "example" // 1000/s, burst 2000, 1,000,000 a month
	planFree    = "free"    // 100/s, 100,000 a month
	planPro     = "pro"     // 1000/s, 10,000,000 a month
)

// What a target may be there for.
const (
	onlyPlan     = "plan"
	onlyVariants = "variants"
)

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "rate", "for", "plan", "only", "variants")
	v := probe.Steady{Rate: probe.Rate(o, "rate", 20), For: o.DurationOr("for", time.Second, time.Hour, 5*time.Second)}
	plan := ""
	if o.Has("plan") {
		plan = o.Get("plan").Choice(planExample, planFree, planPro)
	}
	others, only := readVariants(o, about), ""
	if o.Has("only") {
		only = o.Get("only").Choice(onlyPlan, onlyVariants)
	}
	switch {
	case only == onlyPlan && plan == "":
		o.ProblemAt("only", "needs plan: the usage plan of the target's key")
	case only == onlyVariants && len(others) == 0:
		o.ProblemAt("only", "needs variants: targets that differ in one part")
	}
	return probe.Question{
		Requests: int64(v.Rate*v.For.Seconds()) + 1, For: v.For, Peak: v.Rate, Plan: v.Stages(1), Wants: probe.Wants{Limits: true, Added: len(others) > 0},
		Tolerates: probe.OfServiceTimes, Spare: v.Spare(1),
		Conclude: func(h probe.History, e probe.Evidence) results.Finding {
			return conclude(&evidence{Evidence: e, history: h, target: about.Target, scenario: about.Scenario, plan: plan, only: only, variants: others})
		},
	}
}

// A verdict on a claim, as the table has it.
const (
	holds      = "holds"
	fails      = "does not hold"
	cannotTell = "cannot be told"
	ofModel    = "of the model"
)

func conclude(e *evidence) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = probe.OfServiceTimes.History(e.history)
	if f.Verdict == results.Invalid { // most claims rest on other probes
		f.Verdict, e.unfit = results.Suspect, true
	}
	t := results.Table{Title: "claims of common guides", Columns: []string{"claim", "at", "measured", "verdict", "why"}}
	counts, settled := map[string]int{}, map[string]int{}
	for _, c := range slices.Concat(table()...) {
		if !c.concerns(e) {
			continue
		}
		check, verdict := c.check(e)
		if verdict == cannotTell && e.said(c.says, false) {
			continue
		}
		if c.basis == measured {
			counts[verdict]++
		} else {
			settled[verdict]++
		}
		shown := check.Measured
		if verdict == ofModel {
			shown = "the model was given " + shown
		}
		why := strings.TrimPrefix(check.Why, cannotTell+": ") // its column is next to the verdict
		t.Rows = append(t.Rows, []string{c.says, check.About, shown, verdict, why})
		f.Checks = append(f.Checks, check)
	}
	f.Tables = []results.Table{t}
	for name, verdict := range map[string]string{"claims_that_hold": holds, "claims_that_do_not": fails, "claims_that_cannot_be_told": cannotTell, "claims_of_the_model": ofModel} {
		f.Values[name] = results.Exactly(float64(counts[verdict]+settled[verdict]), "count", "rows of the table")
	}
	f.Conclusion = conclusion(e.modelled(), counts, settled)
	f.Assumptions = []string{"a claim is about the guides' deployment: with another memory, package or region it may hold there and not here"}
	return f
}

func conclusion(model bool, counts, settled map[string]int) string {
	text := fmt.Sprintf("Of the claims of common guides about such a front door, %d hold at this target, %d do not, and %d cannot be told from this run.", counts[holds], counts[fails], counts[cannotTell])
	if model {
		text = fmt.Sprintf("This target is a model and not AWS, so no claim about AWS is decided: %d rows show what the model was given, and %d cannot be told here.", counts[ofModel], counts[cannotTell])
	}
	if len(settled) > 0 {
		text += fmt.Sprintf(" Of the claims about prices and features, %d hold by AWS's list prices and documents, %d do not", settled[holds], settled[fails])
		if n := settled[cannotTell]; n > 0 {
			text += fmt.Sprintf(", and %d cannot be told", n)
		}
		text += "."
	}
	return text
}
