package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tollgate/pricing/escape"
	"tollgate/report"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios/session"
)

// The files that a step of GitHub Actions writes: Markdown for the job's page, and
// name=value lines for later steps.
// Source: GitHub Actions, "Workflow commands".
const (
	summaryFile = "GITHUB_STEP_SUMMARY"
	outputFile  = "GITHUB_OUTPUT"
)

// publish hands a run to the pipeline, where there is one.
func publish(run *results.Run, cfg session.Config) error {
	if os.Getenv(summaryFile) == "" && os.Getenv(outputFile) == "" {
		return nil
	}
	r, err := newReportOf(run, cfg)
	if err != nil {
		return err
	}
	f, _ := report.FormatNamed("md")
	return errors.Join(
		appendTo(summaryFile, func(w io.Writer) error { return f.Write(w, r) }),
		appendTo(outputFile, func(w io.Writer) error { return writeOutputs(w, run) }),
	)
}

// writeOutputs writes the figures of the scenario's first target for later steps;
// those that the run lacks are empty.
func writeOutputs(w io.Writer, run *results.Run) error {
	dir, err := filepath.Abs(run.Dir)
	if err != nil {
		return err
	}
	d := &run.Document
	p99, month := "", ""
	if len(d.Targets) > 0 {
		t := &d.Targets[0]
		if v := t.Latency[results.Response.String()].P99; v != nil {
			p99 = fmt.Sprintf("%.6g", *v)
		}
		if t.Bill != nil && len(t.Bill.Lines) > 0 {
			month = t.Bill.Month.Text(2)
		}
	}
	_, err = fmt.Fprintf(w, "result=%s\nverdict=%s\nrun-dir=%s\np99-ms=%s\nmonth-usd=%s\n", escape.Value(string(d.Result)), escape.Value(string(d.Verdict)), escape.Value(dir), p99, month)
	return err
}

// publishGate puts a decision into the run's reports, with its baseline runs, and
// hands it to the pipeline.
func publishGate(run *results.Run, baseline []compare.RunValues, d *compare.Decision) error {
	r, err := reportOf(run)
	if err != nil {
		return err
	}
	r.WithHistory(baseline[max(0, len(baseline)-mostBaseline):])
	return errors.Join(
		writeReports(r),
		appendTo(summaryFile, func(w io.Writer) error { return report.WriteGate(w, d) }),
		appendTo(outputFile, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "gate=%s\ngate-state=%s\n", escape.Value(string(d.Outcome)), escape.Value(string(d.State)))
			return err
		}),
	)
}

// appendTo appends to the file that a variable names, if it does.
func appendTo(variable string, write func(io.Writer) error) error {
	name := os.Getenv(variable)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	return errors.Join(write(f), f.Close())
}
