// Package claims is the probe that checks which claims of common guides hold at a
// target. It sends a short steady stage of its own, and reads the findings of the
// probes before it in the scenario: a claim about cold starts needs the cold-start
// probe.
package claims

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Probe asks which claims of common guides hold.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "claims", Title: "What the guides claim", Parse: parse}
}

func parse(o document.Fields, about probe.About) probe.Question {
	v := probe.ReadSteady(o, 5*time.Second)
	return probe.Question{
		Requests: int64(v.Rate*v.For.Seconds()) + 1, For: v.For, Peak: v.Rate, Plan: v.Stages(1),
		Tolerates: probe.OfServiceTimes, Spare: v.Spare(1),
		Conclude: func(h probe.History, e probe.Evidence) results.Finding { return conclude(h, e, about) },
	}
}

// A claim is what guides say, and how it is checked.
type claim struct {
	says  string
	kinds []*targets.Kind // that it is about; none: all
	check check
}

type check func(*findings) answer

// An answer is what was measured of a claim. Holds is "yes", "no" or "" for
// unknown, and why says then what it takes to know.
type answer struct{ measured, holds, why string }

func unknown(why string) answer { return answer{why: why} }

type findings struct {
	history probe.History
	target  targets.Target
	targets []targets.Target // all of the scenario
	earlier []results.Finding
}

// of is the finding of a probe at a target, unless it is invalid.
func (f *findings) of(probe, target string) (results.Finding, bool) {
	i := slices.IndexFunc(f.earlier, func(e results.Finding) bool {
		return e.Probe == probe && e.Target == target && e.Verdict != results.Invalid
	})
	if i < 0 {
		return results.Finding{}, false
	}
	return f.earlier[i], true
}

// value is a value of a probe's finding at the target; if there is none, the answer
// says what it takes.
func (f *findings) value(probe, name string) (results.Value, answer, bool) {
	found, there := f.of(probe, f.target.Name)
	if !there {
		return results.Value{}, unknown("put the probe " + probe + " before this one"), false
	}
	v, there := found.Values[name]
	if !there {
		return results.Value{}, unknown("the probe " + probe + " did not conclude it: " + found.Conclusion), false
	}
	return v, answer{}, true
}

func (f *findings) pair(probe, first, second string) (a, b results.Value, missing answer, ok bool) {
	if a, missing, ok = f.value(probe, first); ok {
		b, missing, ok = f.value(probe, second)
	}
	return a, b, missing, ok
}

// row is a row of the limits probe's table, by the beginning of its first cell.
func (f *findings) row(fact string) ([]string, answer, bool) {
	found, there := f.of("limits", f.target.Name)
	if !there || len(found.Tables) == 0 {
		return nil, unknown("put the probe limits before this one"), false
	}
	for _, row := range found.Tables[0].Rows {
		if strings.HasPrefix(row[0], fact) {
			return row, answer{}, true
		}
	}
	return nil, unknown(fmt.Sprintf("the probe limits did not try %q", fact)), false
}

// within checks that a value lies from low to high. An interval that crosses either
// is undecided.
func within(v results.Value, low, high float64) answer {
	i := intervalOf(v)
	a := answer{measured: valueText(v)}
	switch {
	case i.Low >= low && i.High <= high:
		a.holds = "yes"
	case i.High < low:
		a.holds, a.why = "no", "less than claimed"
	case i.Low > high:
		a.holds, a.why = "no", "more than claimed"
	default:
		a.why = "the interval crosses the claimed bound: measure longer"
	}
	return a
}

// both is the answer to a claim of two halves: it does not hold, for the given
// reason, if either half does not.
func both(a, b answer, measured, why string) answer {
	c := answer{measured: measured, holds: "yes"}
	switch {
	case a.holds == "no" || b.holds == "no":
		c.holds, c.why = "no", why
	case a.holds != "yes" || b.holds != "yes":
		c.holds, c.why = "", cmp.Or(a.why, b.why)
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

func conclude(h probe.History, e probe.Evidence, about probe.About) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}}
	f.Verdict, f.Reasons = probe.FitnessOfResponses(h)
	known := &findings{history: h, target: about.Target, targets: about.Scenario.Targets, earlier: e.Earlier}
	table := results.Table{Title: "claims of common guides", Columns: []string{"claim", "measured", "verdict", "why"}}
	counts := map[string]int{}
	verdicts := map[string]string{"yes": "holds", "no": "does not hold", "unknown": "unknown"}
	for _, c := range slices.Concat(latencyClaims(), throttleClaims(), limitClaims()) {
		if len(c.kinds) > 0 && !slices.Contains(c.kinds, about.Target.Kind) {
			continue
		}
		a := c.check(known)
		a.holds, a.measured = cmp.Or(a.holds, "unknown"), cmp.Or(a.measured, "–")
		counts[a.holds]++
		table.Rows = append(table.Rows, []string{c.says, a.measured, verdicts[a.holds], a.why})
		f.Checks = append(f.Checks, results.Check{Claim: c.says, Source: "a guide", Measured: a.measured, Holds: a.holds, Why: a.why})
	}
	f.Tables = []results.Table{table}
	for name, n := range map[string]int{"claims_that_hold": counts["yes"], "claims_that_do_not": counts["no"], "claims_that_cannot_be_told": counts["unknown"]} {
		f.Values[name] = results.Exactly(float64(n), "count", "rows of the table")
	}
	f.Conclusion = fmt.Sprintf("%d claims of common guides hold at this target, %d do not, and %d cannot be decided from this run.", counts["yes"], counts["no"], counts["unknown"])
	f.Assumptions = []string{"a claim is about the guides' deployment: with another memory, package or region it may hold there and not here"}
	return f
}
