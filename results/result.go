package results

import (
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
)

// An Abort is the abort rule that ended a run.
type Abort struct {
	Rule    string  `json:"rule" text:"name"` // as written: "error_share > 50% for 10s"
	Target  string  `json:"target" text:"name"`
	Request string  `json:"request,omitempty" text:"name"`
	Why     string  `json:"why" text:"name"` // what was measured
	At      float64 `json:"at_s"`            // seconds after the start of the run
}

// result is that of a run whose thresholds have been evaluated, with the reasons of a
// failure. It needs the document, the findings and the seconds.
func result(run *Run) (Result, []string) {
	d := &run.Document
	why := slices.Concat(d.failedTrials(), d.Aborted.reasons(), silent(run), d.failedThresholds(), failedChecks(run.Findings))
	switch {
	case len(why) > 0:
		return Fail, why
	case d.State != Finished || slices.ContainsFunc(d.Thresholds, func(t ThresholdResult) bool { return t.pending() }):
		return Incomplete, []string{}
	}
	return Pass, []string{}
}

// reasons says which abort rule ended the run; nothing for a nil one.
func (a *Abort) reasons() []string {
	if a == nil {
		return nil
	}
	at := time.Duration(a.At * float64(time.Second)).Round(100 * time.Millisecond)
	return []string{fmt.Sprintf("aborted after %v: %s at %s (%s)", at, a.Rule, scopeText(a.Target, a.Request, ""), a.Why)}
}

// silent says at which targets not one request succeeded. In a run without load
// it looks at the requests of the probes.
func silent(run *Run) (why []string) {
	rows := run.Seconds
	if len(run.Document.Stages) == 0 {
		rows = run.ProbeSeconds
	}
	ended, failed := make([]int64, len(run.Document.Targets)), make([]int64, len(run.Document.Targets))
	for i := range rows {
		if t := int(rows[i].Target); t < len(ended) {
			ended[t] += rows[i].requests()
			failed[t] += rows[i].Failed
		}
	}
	for i, t := range run.Document.Targets {
		switch {
		case !run.Document.loads(i):
		case ended[i] > 0 && failed[i] >= ended[i]:
			why = append(why, fmt.Sprintf("%s: not one of %d requests succeeded", t.Name, ended[i]))
		case ended[i] == 0 && run.Document.State == Finished && len(run.Document.Stages) > 0:
			why = append(why, fmt.Sprintf("%s: no request ended", t.Name))
		}
	}
	return why
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
	text := fmt.Sprintf("threshold %s at %s", r.Threshold, scopeText(r.Target, r.Request, r.Stage))
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
