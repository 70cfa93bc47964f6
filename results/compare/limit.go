package compare

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A ChangeLimit is a threshold on a change, such as "change(p(99)) < 10%".
//
// It belongs to the verb that names the base, and not to the scenario, where the other
// thresholds are: a run alone has no base, so in a scenario such a threshold could only
// fail, or be passed unseen.
type ChangeLimit struct {
	Text    string // as written
	Target  string // "" means each target on its own
	Metric  Metric
	Less    bool // the change must be below (or above) Limit
	OrEqual bool
	Limit   float64 // 0.1 is 10 %, or 10 points of a share
}

// A LimitResult is a threshold on a change with what was measured against it.
type LimitResult struct {
	Threshold string   `json:"threshold"`
	Target    string   `json:"target"`
	Change    *float64 `json:"change"` // head ÷ base − 1, or head − base of a share; null: nothing to compare
	Low       *float64 `json:"low"`    // null: not known
	High      *float64 `json:"high"`
	Passed    bool     `json:"passed"`
	Why       string   `json:"why"` // what was measured, and why that does not pass
}

var limitForm = regexp.MustCompile(`^([^<>=:]*:)?\s*change\s*\(([^<>=]*)\)\s*(<=|>=|<|>)\s*([-+−]?[0-9.]+)\s*(%|points?)$`)

// ParseChangeLimit reads a threshold on a change. Its grammar:
//
//	threshold = [ target ":" ] "change(" metric ")" ( "<" | "<=" | ">" | ">=" ) limit
//	metric    = "p(50)" | "p(90)" | "p(95)" | "p(99)" | "p(99.9)" | "goodput" | "error_share"
//	          | "cold_share" | "month_usd" | "usd_per_million"
//	limit     = [ "-" ] number "%"                  // of shares: points
//
// The words of the metrics are those of other thresholds. Of costs the month's and those
// of a million requests change by the same factor, as both sides are priced for one month.
func ParseChangeLimit(text string) (ChangeLimit, error) {
	l := ChangeLimit{Text: strings.TrimSpace(text)}
	parts := limitForm.FindStringSubmatch(l.Text)
	if parts == nil {
		return l, wrongLimit(text, errors.New("want a change, a comparison and a limit in percent"))
	}
	l.Target = strings.TrimSpace(strings.TrimSuffix(parts[1], ":"))
	if parts[1] != "" && l.Target == "" {
		return l, wrongLimit(text, errors.New("before the colon stands a target"))
	}
	if l.Target == "*" {
		l.Target = ""
	}
	limit, err := strconv.ParseFloat(strings.ReplaceAll(parts[4], "−", "-"), 64)
	if err != nil {
		return l, wrongLimit(text, fmt.Errorf("%q is not a number", parts[4]))
	}
	metric := strings.ReplaceAll(parts[2], " ", "")
	i := slices.IndexFunc(traits, func(t trait) bool { return slices.Contains(t.words(), metric) })
	if i < 0 {
		return l, wrongLimit(text, fmt.Errorf("the change of %q is not compared; compared are %s", parts[2], strings.Join(limitable(), ", ")))
	}
	if parts[5] != "%" && traits[i].scale != Difference {
		return l, wrongLimit(text, fmt.Errorf("%s changes by a percentage, and only shares by points", metric))
	}
	l.Metric, l.Limit, l.Less, l.OrEqual = traits[i].metric, limit/100, parts[3][0] == '<', len(parts[3]) == 2
	return l, nil
}

func wrongLimit(text string, err error) error {
	return fmt.Errorf("threshold %.80q: %w; write it like change(p(99)) < 10%%, change(month_usd) < 5%%, api: change(error_share) <= 0.1%% or change(goodput) > -2%%", text, err)
}

// words are how thresholds spell a metric, the usual one first.
func (t trait) words() []string {
	switch {
	case t.responses():
		return []string{"p(" + strings.TrimPrefix(string(t.metric), "p") + ")", string(t.metric)}
	case t.metric == Dollars:
		return []string{"month_usd", string(t.metric)}
	}
	return []string{string(t.metric)}
}

func limitable() (names []string) {
	for _, t := range traits {
		names = append(names, t.words()[0])
	}
	return names
}

// Limited holds changes against thresholds. One that names no target holds for each. It
// passes only on what is known: the whole interval of the change keeps the limit. Where
// there is no base, or nothing was measured, it fails.
func Limited(changes []Change, limits []ChangeLimit) (all []LimitResult) {
	for _, l := range limits {
		found := false
		for _, c := range changes {
			if c.Metric == l.Metric && (l.Target == "" || l.Target == c.Target) {
				all, found = append(all, l.against(c)), true
			}
		}
		if !found {
			all = append(all, LimitResult{Threshold: l.Text, Target: l.Target, Why: l.absent(changes)})
		}
	}
	return all
}

// absent says why there is no change of a limit's metric.
func (l ChangeLimit) absent(changes []Change) string {
	if len(changes) == 0 {
		return "nothing was compared, so there is no change"
	}
	if l.Target != "" && !slices.ContainsFunc(changes, func(c Change) bool { return c.Target == l.Target }) {
		return fmt.Sprintf("no target %q was compared with a base", l.Target)
	}
	if l.Metric == Dollars {
		return "there are no bills to compare: set requests_per_month in the scenario's pricing"
	}
	return fmt.Sprintf("%s was measured on neither side", l.Metric)
}

// against holds one change against the limit.
func (l ChangeLimit) against(c Change) LimitResult {
	r := LimitResult{Threshold: l.Text, Target: c.Target, Change: c.At, Low: c.Low, High: c.High}
	e := Effect{Scale: c.Scale, Estimate: c.back(c.At), Low: c.back(c.Low), High: c.back(c.High)}
	switch {
	case c.At == nil && c.Before == nil:
		r.Why = "there is no base to change from" + reason(c.Why)
	case c.At == nil:
		r.Why = "no change can be computed" + reason(c.Why)
	case c.Low == nil || c.High == nil:
		r.Why = e.size(e.Estimate) + ", and it is not known within what interval" + reason(c.Why)
	case l.keeps(*c.Low) && l.keeps(*c.High):
		r.Passed, r.Why = true, e.size(e.Estimate)+" ("+e.interval()+")"
	case l.keeps(*c.Low) || l.keeps(*c.High):
		r.Why = fmt.Sprintf("cannot be told: %s, and it lies anywhere between %s", e.size(e.Estimate), strings.ReplaceAll(e.interval(), " to ", " and "))
	default:
		r.Why = e.size(e.Estimate) + " (" + e.interval() + ")"
	}
	return r
}

func reason(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// keeps says whether a change keeps the limit.
func (l ChangeLimit) keeps(x float64) bool {
	switch {
	case math.Abs(x-l.Limit) < 1e-12: // 0.1 and 1.1 − 1 are one
		return l.OrEqual
	case l.Less:
		return x < l.Limit
	}
	return x > l.Limit
}

// back is a change on the scale of effects, where no change is 1 of a ratio.
func (c *Change) back(x *float64) *float64 {
	if x == nil || c.Scale != Ratio {
		return x
	}
	return ptr(1 + *x)
}

// LimitsKept says whether all thresholds on changes passed.
func LimitsKept(all []LimitResult) bool {
	return !slices.ContainsFunc(all, func(r LimitResult) bool { return !r.Passed })
}

// limitLines are thresholds on changes for a terminal, in columns.
func limitLines(all []LimitResult) (lines []string) {
	for _, r := range all {
		word := map[bool]string{true: "ok", false: "FAIL"}[r.Passed]
		lines = append(lines, fmt.Sprintf("  %s\t%s\t%s\t%s", word, plain(r.Target), plain(r.Threshold), plain(r.Why)))
	}
	return lines
}
