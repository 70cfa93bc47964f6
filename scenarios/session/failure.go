package session

import (
	"errors"
	"fmt"
	"strings"

	"tollgate/results"
)

// A Reason sorts the ways in which a session does not end well, so that a
// command line can give each its exit code.
type Reason string

// The reasons. Refusing a run for its cost is for whoever knows the limit.
const (
	CouldNot    Reason = "could not"   // do the job: a target, a folder or a program is missing
	BadInput    Reason = "bad input"   // the scenario, or what it refers to, is wrong
	InvalidRun  Reason = "invalid run" // the generator, not the target, set the result
	Threshold   Reason = "threshold"   // a threshold, or what a probe expected, failed
	Refused     Reason = "refused"     // it would use up what needs a confirmation
	Spent       Reason = "spent"       // the limit on its cost was reached; partial results are kept
	Interrupted Reason = "interrupted" // partial results are kept
)

// A Failure is an error with its reason.
type Failure struct {
	Reason Reason
	Err    error
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns what the failure is about.
func (f *Failure) Unwrap() error { return f.Err }

// ReasonOf returns why a session failed: CouldNot for an error that does not
// say, "" for none.
func ReasonOf(err error) Reason {
	var f *Failure
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Reason
	default:
		return CouldNot
	}
}

func fail(r Reason, format string, args ...any) error {
	return &Failure{r, fmt.Errorf(format, args...)}
}

// Verdict returns what a finished run amounts to: nil for a run whose numbers
// hold and whose thresholds were kept, else a Failure. A run that was
// interrupted says so before anything else, and the thresholds of an invalid
// run are not worth looking at.
func Verdict(run *results.Run) error {
	doc := &run.Document
	switch {
	case doc.State != results.Finished:
		return fail(Interrupted, "the run was interrupted after %.1f s; what was recorded is kept in %s", doc.Seconds, run.Dir)
	case doc.Verdict == results.Invalid:
		return fail(InvalidRun, "the run is invalid: %s", strings.Join(doc.Reasons, "; "))
	}
	var broken []string
	for _, t := range doc.Thresholds {
		if !t.Passed {
			broken = append(broken, describe(t))
		}
	}
	if wrong := unexpected(run); len(wrong) > 0 {
		return fail(Threshold, "%s", strings.Join(append(wrong, broken...), "; "))
	}
	if len(broken) > 0 {
		return fail(Threshold, "%d of %d thresholds failed: %s", len(broken), len(doc.Thresholds), strings.Join(broken, "; "))
	}
	return nil
}

// unexpected are the expectations of probes that do not hold.
func unexpected(run *results.Run) (wrong []string) {
	for _, f := range run.Findings {
		for _, c := range f.Checks {
			if c.Must && c.Holds != "yes" {
				wrong = append(wrong, fmt.Sprintf("probe %s at %s: expected %s, measured %s", f.Probe, f.Target, c.Claim, c.Measured))
			}
		}
	}
	return wrong
}

func describe(t results.ThresholdResult) string {
	where := t.Target
	if t.Request != "" {
		where += " " + t.Request
	}
	switch {
	case t.Why != "":
		return fmt.Sprintf("%s at %s (%s)", t.Threshold, where, t.Why)
	case t.Measured != nil:
		return fmt.Sprintf("%s at %s (measured %.4g %s)", t.Threshold, where, *t.Measured, t.Unit)
	default:
		return fmt.Sprintf("%s at %s", t.Threshold, where)
	}
}
