package session

import (
	"errors"
	"fmt"
	"strings"

	"tollgate/results"
)

// A Reason is why a session did not end well; the command line has an exit code for
// each.
type Reason string

// The reasons.
const (
	CouldNot    Reason = "could not"   // do the job: a target, a folder or a program is missing
	BadInput    Reason = "bad input"   // the scenario, or what it refers to, is wrong
	InvalidRun  Reason = "invalid run" // the generator, not the target, set the result
	Failed      Reason = "failed"      // a threshold failed, an abort rule fired or a trial failed: see results.Result
	Refused     Reason = "refused"     // it needs a confirmation
	Spent       Reason = "spent"       // the limit on its cost was reached; partial results are kept
	Interrupted Reason = "interrupted" // partial results are kept
)

// A Failure is an error with its reason.
type Failure struct {
	Reason Reason
	Err    error
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// ReasonOf is the reason of an error: CouldNot if it has none, "" for nil.
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

// Verdict is nil for a valid run that did not fail, else a Failure. Interruption
// comes before validity, and validity before the result: the result of an invalid
// run means nothing.
func Verdict(run *results.Run) error {
	doc := &run.Document
	switch {
	case doc.State != results.Finished && doc.State != results.Aborted:
		return fail(Interrupted, "the run was interrupted after %.1f s; what was recorded is kept in %s", doc.Sending(), run.Dir)
	case doc.Verdict == results.Invalid:
		return fail(InvalidRun, "the run is invalid: %s", listed(doc.Reasons))
	case doc.Result == results.Fail:
		return fail(Failed, "the run failed: %s", listed(doc.Failures))
	}
	return nil
}

// listed has the first reasons; the report has all.
func listed(reasons []string) string {
	const most = 5
	if n := len(reasons) - most; n > 0 {
		return fmt.Sprintf("%s; and %d more", strings.Join(reasons[:most], "; "), n)
	}
	return strings.Join(reasons, "; ")
}
