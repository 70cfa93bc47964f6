package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"tollgate/pricing/document"
)

// The exit codes, documented in every verb that uses more than the first three.
const (
	exitOK           = 0
	exitFailed       = 1   // could not do the job
	exitUsage        = 2   // wrong flags or invalid input
	exitInconclusive = 95  // a comparison is inconclusive or the gate blind, and --fail-on forbids that
	exitInvalid      = 96  // the run is invalid: the generator, not the target, set the result
	exitBudget       = 97  // the run may cost too much, or more than is known, or would exceed a limit; or it came to --max-cost
	exitRegression   = 98  // something became worse
	exitFailedRun    = 99  // the result of the run is fail: see results.Result
	exitInterrupted  = 105 // interrupted; partial results are kept
)

const exitHelp = `EXIT STATUS
  0    done, every threshold kept
  1    could not do the job
  2    wrong flags or invalid input
  96   the run is invalid: the load generator, not the target, set the result
  97   refused or stopped: it may cost more than --max-cost, its cost is not
       known, it needs --yes, or it exceeds a limit
  99   the run failed: a threshold failed (one without samples fails), a probe
       found what must not be, a trial request failed and no load was sent, an
       abort rule ended it, or not one request at a target succeeded
  105  interrupted; partial results are kept

If several apply: 97 before 105, 96 and 99. A crash, for example without memory under
ulimit -v, is SIGABRT (134 in a shell); without enough memory to start, Go itself exits
with 2.`

// A coded is an error with an exit code of its own.
type coded struct {
	code int
	err  error
}

func (c coded) Error() string { return c.err.Error() }
func (c coded) Unwrap() error { return c.err }

// usage marks err as the fault of what the user typed or wrote.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return coded{exitUsage, err}
}

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if c, ok := errors.AsType[coded](err); ok {
		return c.code
	}
	return exitFailed
}

// printError prints each error that err joins. A problem of a file begins with its
// file:line:column, for editors, and anything else with the name of the program.
func printError(w io.Writer, err error) {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			printError(w, one)
		}
		return
	case coded:
		printError(w, e.err)
		return
	}
	name := "tollgate: "
	if p, ok := errors.AsType[document.Problem](err); ok && strings.HasPrefix(err.Error(), p.File+":") {
		name = ""
	}
	fmt.Fprintf(w, "%s%v\n", name, err)
}
