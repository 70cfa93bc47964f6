package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tollgate/pricing/escape"
	"tollgate/report"
	"tollgate/results/compare"
)

// verdictFormat is how a verb prints what it decided: check, compare and ab have it.
type verdictFormat struct {
	json   bool
	format string
}

func (v *verdictFormat) flags(c *cobra.Command, what, schema string) {
	names, help := []string{"text", "json"}, "`format` of what is printed: text, json"
	for _, f := range report.Formats {
		if f.Verdict != "" {
			names, help = append(names, f.Name), help+", "+f.Name+" ("+f.Verdict+")"
		}
	}
	c.Flags().BoolVar(&v.json, "json", false, fmt.Sprintf("print the %s as JSON (see tollgate schema %s)", what, schema))
	choice(c, &v.format, "format", "text", help, names...)
}

// check refuses --json next to another format.
func (v *verdictFormat) check() error {
	if v.json && v.format != "text" && v.format != "json" {
		return usage(fmt.Errorf("--json and --format %s are two formats: leave one out", v.format))
	}
	v.json = v.json || v.format == "json"
	return nil
}

// print writes a finding as text or JSON, or as the report of its run that has it.
func (v *verdictFormat) print(w io.Writer, finding interface{ Text(io.Writer) error }, made func() (*report.Report, error)) error {
	f, ok := report.FormatNamed(v.format)
	if v.json || v.format == "text" || !ok {
		return printAs(w, v.json, finding)
	}
	r, err := made()
	if err != nil {
		return err
	}
	return f.Write(escape.Raw(w), r)
}

// changeFlags are thresholds on changes: check, compare and ab have them.
type changeFlags struct{ thresholds []string }

func (f *changeFlags) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.thresholds, "threshold", nil, "`limit` of a change, such as 'change(p(99)) < 10%' or 'change(month_usd) < 5%': its whole interval must keep it; repeatable")
}

// limits reads the thresholds.
func (f *changeFlags) limits() (all []compare.ChangeLimit, err error) {
	var errs []error
	for _, text := range f.thresholds {
		l, err := compare.ParseChangeLimit(text)
		all, errs = append(all, l), append(errs, err)
	}
	return all, usage(errors.Join(errs...))
}

// exceeded is the error of thresholds on changes that failed.
func exceeded(all []compare.LimitResult) error {
	if compare.LimitsKept(all) {
		return nil
	}
	return coded{exitFailedRun, errors.New("a threshold on a change failed")}
}

// jobAddress is the page of the pipeline's job, where its artifacts are; "" outside of one.
// Sources: GitHub Actions, "Variables reference"; GitLab CI/CD, "Predefined CI/CD
// variables reference".
func jobAddress() string {
	server, repository, id := os.Getenv("GITHUB_SERVER_URL"), os.Getenv("GITHUB_REPOSITORY"), os.Getenv("GITHUB_RUN_ID")
	if server != "" && repository != "" && id != "" {
		return server + "/" + repository + "/actions/runs/" + id
	}
	return os.Getenv("CI_JOB_URL")
}
