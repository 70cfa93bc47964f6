package claims

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/limits"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// An evidence is what claims are decided from.
type evidence struct {
	probe.Evidence
	history  probe.History
	target   targets.Target
	scenario *scenarios.Scenario
	plan     string // the guides' plan that the target's key is of; "": not known
	only     string // what is claimed of that plan, or of the variants; "": everything
	variants variants
	unfit    bool // the own stage was set by the generator
}

// modelled says whether the target is a model and not AWS.
func (e *evidence) modelled() bool {
	t := e.asked()
	return t.Modelled() || e.target.Lab
}

// said says whether a claims probe has a row of the claim already, at another target: any,
// or one that is decided.
func (e *evidence) said(claim string, any bool) bool {
	return slices.ContainsFunc(e.Earlier, func(f results.Finding) bool {
		return f.Probe == "claims" && slices.ContainsFunc(f.Checks, func(c results.Check) bool {
			return c.Claim == claim && (any || c.Holds != unknown)
		})
	})
}

// all are the findings of a probe at a target, without invalid ones.
func (e *evidence) all(probe, target string) (all []results.Finding) {
	for _, f := range e.Earlier {
		if f.Probe == probe && f.Target == target && f.Verdict != results.Invalid {
			all = append(all, f)
		}
	}
	return all
}

// of is the first finding of a probe at the target. Without one the answer says what
// it takes.
func (e *evidence) of(probe string) (results.Finding, answer, bool) {
	if all := e.all(probe, e.target.Name); len(all) > 0 {
		return all[0], answer{}, true
	}
	for _, f := range e.Earlier {
		if f.Probe == probe && f.Target == e.target.Name {
			return f, unmet("the finding of the probe " + probe + " is invalid"), false
		}
	}
	return results.Finding{}, unmet("put the probe " + probe + " before this one"), false
}

// value is a value of a probe's finding at the target.
func (e *evidence) value(probe, name string) (results.Value, results.Finding, answer, bool) {
	f, missing, ok := e.of(probe)
	if !ok {
		return results.Value{}, f, missing, false
	}
	v, ok := f.Values[name]
	if !ok {
		return v, f, answer{about: e.at(f), why: "the probe " + probe + " did not find it: " + beginning(f.Conclusion)}, false
	}
	return v, f, answer{}, true
}

// beginning is the first part of a conclusion.
func beginning(conclusion string) string {
	text, _, _ := strings.Cut(conclusion, "; ")
	text, _, _ = strings.Cut(text, ". ")
	return strings.TrimSuffix(text, ".")
}

// needsOption are the rows of the limits probe's table that need one of its options,
// which the premises of their claims name.
var needsOption = []string{limits.Unreachable, limits.NoResponse, limits.Slow, limits.Largest, limits.Handshake, limits.Blocked}

// onRow reads a row of the limits probe's table, or says what is missing.
func onRow(fact string, read func(limits.Row) answer) func(*evidence) answer {
	return func(e *evidence) answer {
		row, missing, ok := e.row(fact)
		if !ok {
			return missing
		}
		return read(row)
	}
}

// row is a row of the limits probe's table, by the beginning of its fact.
func (e *evidence) row(fact string) (limits.Row, answer, bool) {
	f, missing, ok := e.of("limits")
	if !ok {
		return limits.Row{}, missing, false
	}
	row, ok := limits.Find(f, fact)
	switch {
	case !ok && slices.Contains(needsOption, fact):
		return row, unmet(""), false
	case !ok:
		return row, unmet(fmt.Sprintf("the probe limits did not try %q: it has no such row for this scenario", fact)), false
	case row.Verdict == limits.NotAsked || row.Verdict == limits.CannotTell:
		return row, answer{about: row.About, why: row.Response}, false
	}
	return row, answer{}, true
}

// at names the paths, the key and the load of a finding.
func (e *evidence) at(f results.Finding) string {
	return fmt.Sprintf("%s %s, %d requests in %.3g s by the probe %s", e.paths(f.Probe), probe.Credentials(e.asked(), e.scenario.Requests), f.Requests, f.Seconds, f.Probe)
}

// here names the paths, the key and the load of the own stage.
func (e *evidence) here() string {
	n := 0
	load := ""
	for _, m := range e.history {
		n += len(m.Samples)
		load = m.Load.String()
	}
	return fmt.Sprintf("%s %s, %d requests, %s", e.paths(""), probe.Credentials(e.asked(), e.scenario.Requests), n, load)
}

// asked is the target with its credentials, which a target in the lab gets when the
// lab runs.
func (e *evidence) asked() targets.Target {
	if e.Target.Name != "" {
		return e.Target
	}
	return e.target
}

// paths are what a probe requested: its own path, or the scenario's requests.
func (e *evidence) paths(name string) string {
	for _, p := range e.scenario.Probes {
		if p.Name == name && p.Options.Has("path") {
			return "GET " + scenarios.TemplateSource(p.Options.Get("path"))
		}
	}
	var all []string
	for _, r := range e.scenario.Requests {
		all = append(all, r.Method+" "+r.Path)
	}
	if n := len(all) - 3; n > 0 {
		all = append(all[:3], fmt.Sprintf("%d more", n))
	}
	return cmp.Or(strings.Join(all, ", "), "the scenario's requests")
}

// between decides by a value of a probe that a range is claimed of.
func between(probe, name string, low, high float64) func(*evidence) answer {
	return func(e *evidence) answer {
		v, f, missing, ok := e.value(probe, name)
		if !ok {
			return missing
		}
		a := within(v, low, high)
		a.about = e.at(f)
		return a
	}
}

// within checks that a value lies from low to high. Without an interval, or with one
// that crosses a bound, it is not decided.
func within(v results.Value, low, high float64) answer {
	a := answer{measured: valueText(v)}
	if v.Low == nil || v.High == nil {
		a.why = "it was measured without an interval, which could lie on either side of what is claimed"
		return a
	}
	switch i := intervalOf(v); {
	case i.Low >= low && i.High <= high:
		a.holds = "yes"
	case i.High < low:
		a.holds, a.why = "no", "less than claimed"
	case i.Low > high:
		a.holds, a.why = "no", "more than claimed"
	default:
		a.why = "the interval crosses a bound of what is claimed: " + more(i, low, high)
	}
	return a
}

// more says how many more requests may decide it: intervals shrink by the square root
// of their number.
func more(i estimate.Interval, low, high float64) string {
	gap := math.Min(math.Abs(i.Value-low), math.Abs(i.Value-high))
	half := max(i.High-i.Value, i.Value-i.Low)
	if factor := math.Pow(half/gap, 2); gap > 0 && factor > 1 && factor < 1000 {
		return fmt.Sprintf("about %.0f times as many requests may tell", math.Ceil(factor*1.2))
	}
	return "the value is too close to the bound to tell by more requests"
}

// both is the answer to a claim of two halves: it does not hold, for the given
// reason, if either half does not.
func both(a, b answer, measured, why string) answer {
	c := answer{about: cmp.Or(a.about, b.about), measured: measured, holds: "yes"}
	switch {
	case a.holds == "no" || b.holds == "no":
		c.holds, c.why = "no", why
	case a.holds != "yes" || b.holds != "yes":
		c.holds, c.why = "", cmp.Or(a.why, b.why)
	}
	return c
}

// never is a claim that no run can tell yet; its premise says what could.
func never(*evidence) answer { return answer{} }

func intervalOf(v results.Value) estimate.Interval {
	i := estimate.Exact(v.Value)
	if v.Low != nil && v.High != nil {
		i.Low, i.High = *v.Low, *v.High
	}
	return i
}

func valueText(v results.Value) string {
	suffix, known := map[string]string{"per_s": "/s", "share": "", "count": "", "requests": " requests"}[v.Unit]
	if !known {
		suffix = " " + v.Unit
	}
	if v.Low == nil || v.High == nil {
		return fmt.Sprintf("%.4g%s", v.Value, suffix)
	}
	return fmt.Sprintf("%.4g%s (%.4g to %.4g)", v.Value, suffix, *v.Low, *v.High)
}
