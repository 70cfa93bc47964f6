package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// authText says how requests at a target prove who sends them, with the populations and
// requests that do it in another way; "" if no request does.
func authText(p *scenarios.Plan, target int) string {
	title := func(a targets.Auth) string { return cmp.Or(a.Title(), "none") }
	all := []string{title(p.Scenario.Targets[target].Auth)}
	for i := range p.Populations {
		one := &p.Populations[i]
		if !slices.Contains(one.To, target) {
			continue
		}
		if one.Auth != nil {
			all = append(all, "population "+one.Name+": "+title(*one.Auth))
		}
		for _, r := range one.Requests {
			if r.Auth != nil {
				all = append(all, "request "+r.Name+": "+title(*r.Auth))
			}
		}
	}
	if len(all) == 1 && all[0] == title(targets.Auth{}) {
		return ""
	}
	return "auth: " + strings.Join(all, "; ")
}

// announceCommands says which commands the run starts.
func announceCommands(w io.Writer, s *scenarios.Scenario) {
	for _, command := range s.Commands() {
		fmt.Fprintf(w, "note: the scenario has a command run that prints a token: %s\n", command)
	}
}

// refuseCommands refuses a scenario of a run directory that names a command, or a secret in
// the AWS account: anyone may have written it, and a run is opened to look at it, not to have
// it do something.
func refuseCommands(s *scenarios.Scenario) error {
	what := ""
	if all := s.StoredSecrets(); len(all) > 0 {
		what = all[0].String() + ", which is not read for it"
	}
	if all := s.Commands(); len(all) > 0 {
		what = "a command, which is not run from there: " + all[0]
	}
	if what == "" || !results.IsRun(s.Folder) {
		return nil
	}
	return usage(errors.New(s.File + ": it is the scenario of a recorded run, and names " + what + "; if you trust it, copy the file to a folder of your own, and run that"))
}
