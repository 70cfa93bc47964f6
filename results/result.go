package results

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Result says whether the targets did what was asked of them. The Verdict is about
// the load generator alone.
type Result string

// The results.
const (
	Pass       Result = "pass"
	Fail       Result = "fail"
	Incomplete Result = "incomplete" // nothing failed so far, but the run has not come to its end

	// NotEvaluated is the result of an imported run without thresholds: nothing was asked of
	// its targets, but that a request succeeds.
	NotEvaluated Result = "not_evaluated"
)

// An Abort is the abort rule that ended a run.
type Abort struct {
	Rule    string `json:"rule" text:"name"` // as written: "error_share > 50% for 10s"
	Target  string `json:"target" text:"name"`
	Request string `json:"request,omitempty" text:"name"`
	Why     string `json:"why" text:"name"` // what was measured

	Population string `json:"population,omitempty" text:"name"`

	At float64 `json:"at_s"` // seconds after the start of the run
}

// result is that of a run whose thresholds have been evaluated, with the reasons of a
// failure. It needs the document, the findings and the seconds.
func result(run *Run) (Result, []string) {
	d := &run.Document
	if d.loneShard() {
		if why := slices.Concat(d.failedTrials(), d.Aborted.reasons()); len(why) > 0 {
			return Fail, why
		}
		return Incomplete, []string{}
	}
	why := slices.Concat(d.failedTrials(), d.Aborted.reasons(), silent(run), d.failedThresholds(), failedChecks(run.Findings))
	switch {
	case len(why) > 0:
		return Fail, why
	case d.State != Finished || slices.ContainsFunc(d.Thresholds, func(t ThresholdResult) bool { return t.pending() }):
		return Incomplete, []string{}
	case d.Imported != nil && len(d.Thresholds) == 0:
		return NotEvaluated, []string{}
	}
	return Pass, []string{}
}

// reasons says which abort rule ended the run; nothing for a nil one.
func (a *Abort) reasons() []string {
	if a == nil {
		return nil
	}
	at := time.Duration(a.At * float64(time.Second)).Round(100 * time.Millisecond)
	return []string{fmt.Sprintf("aborted after %v: %s at %s (%s)", at, a.Rule, scopeText(a.Target, cmp.Or(a.Request, a.Population), ""), a.Why)}
}

// silent says at which targets not one request succeeded, or not one of a population's.
// In a run without load it looks at the requests of the probes.
func silent(run *Run) (why []string) {
	d, rows := &run.Document, run.Seconds
	if len(d.Stages) == 0 {
		rows = run.ProbeSeconds
	}
	sums := map[partKey]*Second{}
	for i := range rows {
		for _, population := range []int{every, d.sender(int(rows[i].Request))} {
			k := partKey{rows[i].Target, population, every, every}
			if sums[k] == nil {
				sums[k] = &Second{}
			}
			for o, n := range rows[i].Ended {
				sums[k].Ended[o] += n
			}
			sums[k].Failed += rows[i].Failed
			if population == every && len(d.Populations) == 0 {
				break
			}
		}
	}
	for i, t := range d.Targets {
		if !d.loads(i) {
			continue
		}
		if reason := d.silence(t.Name, sums[allOf(i)]); reason != "" {
			why = append(why, reason)
			continue
		}
		if reason := run.fruitless(i); reason != "" {
			why = append(why, reason)
		}
		for number, p := range d.Populations {
			if reason := d.silence(p.at(t.Name), sums[partKey{uint16(i), number, every, every}]); reason != "" && slices.Contains(p.Targets, t.Name) {
				why = append(why, reason)
			}
		}
	}
	return why
}

// fruitless says that not one flow at a target came to its end; "" if one did, or may have.
func (r *Run) fruitless(target int) string {
	var started, failed int64
	for _, f := range r.flowFigures(total(r), uint16(target)) {
		started, failed = started+f.Started, failed+f.Failed
	}
	if failed == 0 || failed < started {
		return ""
	}
	return fmt.Sprintf("%s: not one of %d flows was completed", r.Document.Targets[target].Name, started)
}

// silence says that no request of a part of the load succeeded; "" if one did, or may have.
func (d *Document) silence(part string, sum *Second) string {
	switch {
	case sum != nil && sum.requests() > 0 && sum.Failed >= sum.requests():
		return fmt.Sprintf("%s: not one of %d requests succeeded", part, sum.requests())
	case (sum == nil || sum.requests() == 0) && d.State == Finished && len(d.Stages) > 0:
		return part + ": no request ended"
	}
	return ""
}

// failedThresholds lists the thresholds that failed. In a run that did not come
// to its end, one for which too little was measured has not failed.
func (d *Document) failedThresholds() (why []string) {
	for _, t := range d.Thresholds {
		if t.Passed || t.pending() || d.State != Finished && t.Why != "" {
			continue
		}
		why = append(why, t.failure())
	}
	return why
}

// Amount is what was measured, in the units in which limits are written and
// with enough digits to be held against one; "" where nothing was.
func (r ThresholdResult) Amount() string {
	if r.Measured == nil {
		return ""
	}
	return amountText(*r.Measured, r.Unit)
}

// failure says what failed and by how much.
func (r ThresholdResult) failure() string {
	text := fmt.Sprintf("threshold %s at %s", r.Threshold, r.Scope())
	switch {
	case r.Why != "":
		return fmt.Sprintf("%s (%s)", text, r.Why)
	case r.Measured == nil:
		return text
	}
	return fmt.Sprintf("%s (measured %s)", text, r.Amount())
}

// amountText prints a measured value in the units in which limits are written.
func amountText(x float64, unit string) string {
	switch unit {
	case "share":
		return fourDigits(100*x) + "%"
	case "per_s":
		return fourDigits(x) + "/s"
	case "count":
		return fourDigits(x)
	case "usd":
		return fourDigits(x) + " USD"
	}
	return fourDigits(x) + " " + unit
}

// fourDigits prints x with four significant digits, or all of its whole part, and
// never with an exponent: 0.01234, 12.34, 20024.
func fourDigits(x float64) string {
	if text := strconv.FormatFloat(x, 'g', 4, 64); !strings.Contains(text, "e+") {
		x, _ = strconv.ParseFloat(text, 64)
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}

// Scope names what the threshold is about: "rest", "rest/free/predict@spike".
func (r ThresholdResult) Scope() string {
	return scopeText(r.Target, cmp.Or(r.Request, r.Population), strings.TrimPrefix(r.Stage, r.Population+"/"))
}

// scopeText names a target, and a request and a stage of it where there is one.
func scopeText(target, request, stage string) string {
	if request != "" {
		target += "/" + request
	}
	if stage != "" {
		target += "@" + stage
	}
	return target
}

// failedChecks lists what had to hold by the findings of probes, and does not.
func failedChecks(findings []Finding) (why []string) {
	for _, f := range findings {
		for _, c := range f.Checks {
			if c.Must && c.Holds != "yes" {
				why = append(why, fmt.Sprintf("probe %s at %s: expected %s, measured %s", f.Probe, f.Target, c.Claim, c.Measured))
			}
		}
	}
	return why
}
