package probes

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/targets"
)

// Claims asks which claims of common guides hold at a target. It sends a short
// steady stage of its own, and reads what the probes before it in the scenario
// have concluded: a claim about cold starts needs the cold-start probe.
func Claims() *Probe {
	return &Probe{Name: "claims", Title: "What the guides claim", Parse: parseClaims}
}

func parseClaims(o *scenarios.Options, about About) Question {
	v := readSteady(o, 5*time.Second)
	return Question{
		Requests: int64(v.rate*v.length.Seconds()) + 1, For: v.length, Peak: v.rate,
		Plan: func(h History) (Stage, bool) {
			return Constant(stageSteady, v.rate, v.length), len(h) == 0
		},
		Weigh: func(h History, told Told) results.Finding { return weighClaims(h, told, about) },
	}
}

// A claim is one row of what guides say, and how it is checked.
type claim struct {
	says  string
	kinds []*targets.Kind // that it is about; none: all
	check func(*claimEvidence) claimAnswer
}

// A claimAnswer is what was measured of a claim. The zero value is that nothing
// was, for which why says what it would take.
type claimAnswer struct {
	measured string
	holds    string // "yes", "no" or "unknown"
	why      string
}

// A claimEvidence is what claims are checked against.
type claimEvidence struct {
	history History
	target  targets.Target
	beside  []targets.Target // all of the scenario
	earlier []results.Finding
}

// about is the finding of a probe at the target.
func (e *claimEvidence) about(probe string) (results.Finding, bool) {
	i := slices.IndexFunc(e.earlier, func(f results.Finding) bool {
		return f.Probe == probe && f.Target == e.target.Name && f.Verdict != results.Invalid
	})
	if i < 0 {
		return results.Finding{}, false
	}
	return e.earlier[i], true
}

// value is a value of a probe's finding at the target.
func (e *claimEvidence) value(probe, name string) (results.Value, claimAnswer, bool) {
	f, there := e.about(probe)
	if !there {
		return results.Value{}, claimAnswer{why: "put the probe " + probe + " before this one"}, false
	}
	v, there := f.Values[name]
	if !there {
		return results.Value{}, claimAnswer{why: "the probe " + probe + " did not conclude it: " + f.Conclusion}, false
	}
	return v, claimAnswer{}, true
}

// pair are two values of a probe's finding at the target.
func (e *claimEvidence) pair(probe, first, second string) (a, b results.Value, missing claimAnswer, ok bool) {
	if a, missing, ok = e.value(probe, first); ok {
		b, missing, ok = e.value(probe, second)
	}
	return a, b, missing, ok
}

// within checks that a value lies from low to high. An interval that reaches
// across either is no answer.
func within(v results.Value, low, high float64) claimAnswer {
	i := intervalOf(v)
	a := claimAnswer{measured: valueText(v), holds: "unknown", why: "the interval reaches across the claimed bound: measure longer"}
	switch {
	case i.Low >= low && i.High <= high:
		a.holds, a.why = "yes", ""
	case i.High < low:
		a.holds, a.why = "no", "less than claimed"
	case i.Low > high:
		a.holds, a.why = "no", "more than claimed"
	}
	return a
}

// both is the answer to a claim of two halves: one that does not hold is enough
// for no, with the given reason; one that cannot be told leaves it open.
func both(a, b claimAnswer, measured, why string) claimAnswer {
	c := claimAnswer{measured: measured, holds: "yes"}
	switch {
	case a.holds == "no" || b.holds == "no":
		c.holds, c.why = "no", why
	case a.holds != "yes" || b.holds != "yes":
		c.holds, c.why = "unknown", cmp.Or(a.why, b.why)
	}
	return c
}

func intervalOf(v results.Value) estimate.Interval {
	i := estimate.Exact(v.Value)
	if v.Low != nil {
		i.Low = *v.Low
	}
	if v.High != nil {
		i.High = *v.High
	}
	return i
}

func valueText(v results.Value) string {
	unit := map[string]string{"per_s": "/s", "share": "", "count": "", "requests": " requests"}
	suffix, known := unit[v.Unit]
	if !known {
		suffix = " " + v.Unit
	}
	if v.Low == nil || v.High == nil {
		return fmt.Sprintf("%.4g%s", v.Value, suffix)
	}
	return fmt.Sprintf("%.4g%s (%.4g to %.4g)", v.Value, suffix, *v.Low, *v.High)
}

// weighClaims checks every claim that is about the target's kind.
func weighClaims(h History, told Told, about About) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = unhurried(h)
	e := &claimEvidence{history: h, target: about.Target, beside: about.Scenario.Targets, earlier: told.Earlier}
	table := results.Table{Title: "claims of common guides", Columns: []string{"claim", "measured", "verdict", "why"}}
	counts := map[string]int{}
	for _, c := range guideClaims() {
		if len(c.kinds) > 0 && !slices.Contains(c.kinds, about.Target.Kind) {
			continue
		}
		a := c.check(e)
		a.holds, a.measured = cmp.Or(a.holds, "unknown"), cmp.Or(a.measured, "–")
		counts[a.holds]++
		verdict := map[string]string{"yes": "holds", "no": "does not hold", "unknown": "cannot be told"}[a.holds]
		table.Rows = append(table.Rows, []string{c.says, a.measured, verdict, a.why})
		f.Checks = append(f.Checks, results.Check{Claim: c.says, Source: "a guide", Measured: a.measured, Holds: a.holds, Why: a.why})
	}
	f.Tables = []results.Table{table}
	for name, n := range map[string]int{"claims_that_hold": counts["yes"], "claims_that_do_not": counts["no"], "claims_that_cannot_be_told": counts["unknown"]} {
		f.Values[name] = results.Exactly(float64(n), "count", "rows of the table")
	}
	f.Conclusion = fmt.Sprintf("%d claims of common guides hold at this target, %d do not, and of %d nothing can be told from this run.", counts["yes"], counts["no"], counts["unknown"])
	f.Assumptions = []string{"a claim is about the guides' deployment: at another memory, package or region it may hold and not hold here"}
	return f
}
