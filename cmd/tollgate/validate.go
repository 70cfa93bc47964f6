package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes"
)

func newValidate() *cobra.Command {
	return &cobra.Command{
		Use:   "validate SCENARIO...",
		Short: "Check scenario files without sending anything",
		Long: `Validate reads each scenario (a file, or the name of one of the library), follows
its references and prints everything that is wrong with it at once, each problem as
file:line:column: what is wrong, and what would be right. A name of - reads standard
input. Nothing is sent.

Notes show how to write what the file spells in an old way that is still read.

UNITS
  3_000_000 1e9 500k 10M 20G   numbers: k is 1000, M a million, G a billion
  512 4kB 10MB 1GB             bytes; 4KiB, 10MiB and 1GiB count in 1024s
  512MB 1GB                    memory and caches as AWS sells them: 1GB is 1024MB
  400ms 30s 1m30s 2h           times
  0.2 20%                      shares
  200/s 30/m 10k/h             rates

They are the same in scenarios, lab files, workloads and config.yaml.

CHECKS (expect: of a request)
  status: [2xx, 404, 200-204]                 without it, any status below 400
  headers: {content-type: application/json}   equals; also present, absent, contains,
                                              matches
  body: {contains: ok, matches: "^[0-9]+$"}   a text; a regular expression (RE2)
  body: {json: {$.class: setosa}}             JSONPath: equals, matches, type, exists
  body: {schema: answer.schema.json}          a JSON Schema, inline or in a file
  body: {max_size: 64kB, min_size: 1}         bytes as they are received
  events: {min: 2, last: {contains: bye}}     of a request with stream: events or lines;
                                              also max, first

Checks read the first 64 KiB of a body, without its gzip, deflate, br or zstd.

` + thresholdHelp() + `
EXIT STATUS
  0  every scenario can run
  2  at least one cannot`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, names []string) error {
			var all []error
			for _, name := range names {
				if err := validate(c, name); err != nil {
					all = append(all, err)
				}
			}
			return usage(errors.Join(all...))
		},
	}
}

func validate(c *cobra.Command, name string) error {
	s, err := loadScenario(c, name)
	if err != nil {
		return err
	}
	p, _, err := probes.NewPlan(s, true)
	if _, placed := errors.AsType[document.Problem](err); err != nil && !placed {
		return document.Problem{File: s.File, Text: err.Error()}
	} else if err != nil {
		return err
	}
	if err := unfit(s); err != nil {
		return err
	}
	if len(p.Stages) > 0 {
		fmt.Fprintf(c.OutOrStdout(), "%s: ok, %s, %s in %v\n", name, pricing.Counted(len(s.Targets), "target"), sentText(p), p.Duration())
	} else {
		fmt.Fprintf(c.OutOrStdout(), "%s: ok, %s\n", name, pricing.Counted(len(s.Targets), "target"))
	}
	for _, a := range p.Probes {
		fmt.Fprintf(c.OutOrStdout(), "%s: probe %s at %s, at most %s in %v\n", name, a.Probe, a.Target, pricing.Counted(a.Requests, "request"), a.For)
		if a.Changes != "" {
			fmt.Fprintf(c.OutOrStdout(), "%s: probe %s at %s %s\n", name, a.Probe, a.Target, a.Changes)
		}
	}
	warn(c, append(p.Warnings, known(c).Warnings(p)...))
	return nil
}

// unfit says where a scenario asks for an engine that cannot send what it sends.
func unfit(s *scenarios.Scenario) error {
	_, err := engines.All.Choose(s.Engine, s.Targets)
	if err == nil {
		return nil
	}
	at := "engine.use"
	if s.Engine.Use == "" {
		at = "engine"
	}
	return document.Open(s.File, s.Source, document.Options{Recorded: true, Places: true}).Errors(func() error { return fmt.Errorf("%s: %w", at, err) })
}

// sentText counts the requests of a plan; users send as many as they get responses.
func sentText(p *scenarios.Plan) string {
	switch {
	case !closedLoops(p):
		return pricing.Counted(int(p.Requests()), "request")
	case p.Requests() == 0:
		return "closed loops"
	}
	return pricing.Counted(int(p.Requests()), "request") + " and closed loops"
}

// warn prints what can be done all the same, but not quite as asked.
func warn(c *cobra.Command, all []error) {
	for _, w := range all {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %v\n", w)
	}
}

// note prints how to write now what a file spells in an old way.
func note(c *cobra.Command, notes error) {
	if notes == nil {
		return
	}
	for line := range strings.Lines(notes.Error() + "\n") {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s", line)
	}
}

// thresholdHelp lists what thresholds can limit.
func thresholdHelp() string {
	text := `THRESHOLDS
  [[target][/request][@stage]:] metric < limit, or <=, >, >=. Times are of good responses.
  A population stands before its request or in the place of both: free/predict, free.

`
	for _, m := range results.Metrics() {
		text += fmt.Sprintf("  %-15s  %s\n", m.Form, strings.ReplaceAll(m.What, "; ", ";\n"+strings.Repeat(" ", 19)))
	}
	return text
}
