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
	Failed      Reason = "failed"      // the targets did not do what was asked of them: see results.Result
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

// Verdict returns what a recorded run amounts to: nil for a run whose numbers
// hold and whose result is no failure, else a Failure. A run that was
// interrupted says so before anything else, and an invalid run fails as such:
// the result of a run whose numbers do not hold is not worth looking at.
func Verdict(run *results.Run) error {
	doc := &run.Document
	switch {
	case doc.State != results.Finished && doc.State != results.Aborted:
		return fail(Interrupted, "the run was interrupted after %.1f s; what was recorded is kept in %s", doc.Seconds, run.Dir)
	case doc.Verdict == results.Invalid:
		return fail(InvalidRun, "the run is invalid: %s", strings.Join(doc.Reasons, "; "))
	case doc.Result == results.Fail:
		return fail(Failed, "the run failed: %s", strings.Join(doc.Failures, "; "))
	}
	return nil
}
