package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/pricing/escape"
	"tollgate/report"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios/session"
)

// printFlags say how a verb prints a run: run, observe, price and merge have them.
type printFlags struct {
	json    bool
	summary string
}

func (t *printFlags) flags(c *cobra.Command) {
	c.Flags().BoolVar(&t.json, "json", false, "print the result as one JSON document (see tollgate schema run)")
	choice(c, &t.summary, "summary", "compact", "`detail` of the summary: compact, full or none", "compact", "full", "none")
}

// print prints a run's report on standard output.
func (t *printFlags) print(w io.Writer, r *report.Report) error {
	w = escape.Raw(w) // each format escapes for itself
	if t.json {
		f, _ := report.FormatNamed("json")
		return f.Write(w, r)
	}
	return report.Summary(w, r, terminalOf(w, report.Detail(t.summary)))
}

// terminalOf is what a summary on w has to know of it.
func terminalOf(w io.Writer, d report.Detail) report.Terminal {
	return report.Terminal{Width: columns(w), Color: isTerminal(w) && os.Getenv("NO_COLOR") == "", Detail: d}
}

// columns is how wide w is: what COLUMNS says, or the terminal itself; 0 where
// neither says.
func columns(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := escape.Raw(w).(*os.File); ok {
		if n, _, err := term.GetSize(f.Fd()); err == nil {
			return n
		}
	}
	return 0
}

// kept are the reports that stand in every run directory.
var kept = map[string]string{"html": results.FileHTML, "md": results.FileMarkdown, "junit": results.FileJUnit}

// newReportOf computes the report of a run, with its cost curves where its
// scenario asks for bills. Without curves there is a report all the same.
func newReportOf(run *results.Run, c session.Config) (*report.Report, error) {
	var costs *session.Costs
	var err error
	if run.Document.Imported == nil { // which has no scenario
		costs, err = session.CostsOf(run, c)
	}
	if err != nil {
		run.Document.Warnings = append(run.Document.Warnings, "no cost curves: "+err.Error())
	}
	if costs != nil && len(costs.LeftOut) > 0 {
		run.Document.Warnings = append(run.Document.Warnings, fmt.Sprintf("cost curves and break-even points leave out %s, of which no bill can be made", strings.Join(costs.LeftOut, ", ")))
	}
	var costing *report.Costing
	if costs != nil && len(costs.Curves) > 0 {
		costing = report.NewCosting(costs.Month, costs.Curves)
		costing.Surface = costs.Surface
	}
	compared, err := compare.Read(run.Dir)
	if err != nil {
		run.Document.Warnings = append(run.Document.Warnings, "no comparison of targets: "+err.Error())
	}
	r, err := report.New(run, costing, compared)
	if err == nil {
		r.Gate, err = compare.ReadDecision(run.Dir)
	}
	return r, err
}

// reportOf computes the report of a recorded run by today's prices.
func reportOf(run *results.Run) (*report.Report, error) {
	book, err := books.Latest()
	if err != nil {
		return nil, err
	}
	r, err := newReportOf(run, live(book))
	if err == nil {
		r.Job = jobAddress()
	}
	return r, err
}

// writeReports writes the reports that stand in a run directory.
func writeReports(r *report.Report) error {
	var errs []error
	for name, file := range kept {
		f, ok := report.FormatNamed(name)
		if !ok {
			continue
		}
		var b bytes.Buffer
		err := f.Write(&b, r)
		if err == nil {
			err = results.WriteFile(r.Run.Dir, file, b.Bytes())
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// present writes and prints the reports of a run.
func present(c *cobra.Command, run *results.Run, cfg session.Config, t *printFlags) error {
	r, err := newReportOf(run, cfg)
	if err == nil {
		err = errors.Join(writeReports(r), t.print(c.OutOrStdout(), r))
	}
	return err
}
