package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes"
)

// again runs the scenario that the user names once more, into the folder of the
// recorded run. Failed thresholds do not matter here.
func (g *checkFlags) again(c *cobra.Command, run *results.Run) (*results.Run, error) {
	r := g.runFlags
	r.quiet, r.out = true, filepath.Dir(run.Dir)
	s, err := r.repeat(c, g.scenario, run)
	if err != nil {
		return nil, err
	}
	free, err := lock(r.out)
	if err != nil {
		return nil, err
	}
	defer free()
	if err := announceRerun(c.ErrOrStderr(), s, r.yes); err != nil {
		return nil, err
	}
	second, cfg, err := r.measure(c, s)
	if second == nil {
		return nil, err
	}
	reported, err := newReportOf(second, cfg)
	if err == nil {
		err = writeReports(reported)
	}
	if err != nil {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %v\n", err)
	}
	return second, nil
}

// announceRerun says, before anything is sent, what will be sent and to whom.
func announceRerun(w io.Writer, s *scenarios.Scenario, yes bool) error {
	p, _, err := probes.NewPlan(s, yes)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", s.File, err))
	}
	fmt.Fprintln(w, "alarm: running the scenario once more to confirm it")
	for _, t := range s.Targets {
		at := "the lab on this machine"
		if t.URL != nil {
			at = t.URL.Host
		}
		fmt.Fprintf(w, "  %s at %s:\n", t.Name, at)
		for _, one := range p.Populations {
			for _, stage := range one.Stages {
				if slices.Contains(one.Targets, t.Name) {
					fmt.Fprintf(w, "    %s\n", stageText(stage))
				}
			}
		}
	}
	return nil
}

// repeat reads the scenario that the user names, and refuses another than the recorded
// run ran. From the recorded run it takes only the seed, the engine, the tags, and
// which targets ran.
func (r *runFlags) repeat(c *cobra.Command, name string, run *results.Run) (*scenarios.Scenario, error) {
	d := &run.Document
	s, err := loadScenario(c, name)
	if err != nil {
		return nil, err
	}
	for key, value := range d.Tags {
		r.tags = append(slices.Clip(r.tags), key+"="+value)
	}
	if s.HasLoad() {
		s.Probes = nil // they use up time and quotas, and have verdicts of their own
	}
	s.Seed = d.Seed
	if _, err := engines.All.Named(d.Engine.Name); err == nil {
		s.Engine.Use = d.Engine.Name
	}
	s.Engine.Targets = map[string]string{}
	var names []string
	for _, t := range d.Targets {
		names = append(names, t.Name)
		if _, err := engines.All.Named(t.Engine); err == nil {
			s.Engine.Targets[t.Name] = t.Engine
		}
	}
	if err := choose(s, names); err != nil {
		return nil, err
	}
	return s, r.same(c, s, d)
}

// same refuses files with which a rerun would be another measurement. What run.json
// says about files can only refuse them.
func (r *runFlags) same(c *cobra.Command, s *scenarios.Scenario, d *results.Document) error {
	if results.Digest(s.Source) != d.Digest {
		return fmt.Errorf("%s is not the scenario that ran: their SHA-256 differ%s", s.File, d.EffectiveHint())
	}
	inputs, err := r.inputs(s)
	if err != nil {
		return err
	}
	for _, in := range d.Inputs {
		if in.Role == results.InputLab {
			continue // what it makes of the lab is compared below
		}
		if !slices.ContainsFunc(inputs, func(have results.Input) bool { return have.Role == in.Role && have.Digest == in.Digest }) {
			hint := map[results.Role]string{results.InputPrices: "; name it with --prices"}[in.Role]
			return fmt.Errorf("the run read %.80q (%s): you did not name that file, or it has changed since (another SHA-256)%s", in.Name, in.Role, hint)
		}
	}
	return r.sameLab(c, s, d)
}

// sameLab refuses a lab that would serve the targets differently.
func (r *runFlags) sameLab(c *cobra.Command, s *scenarios.Scenario, d *results.Document) error {
	if d.Lab == "" {
		return nil
	}
	served, err := r.served(c, s)
	if err != nil {
		return err
	}
	if places := served.config.Masked(); len(places) > 0 {
		return fmt.Errorf("%s was recorded without its secrets, at %s", r.lab, strings.Join(places, ", "))
	}
	record, err := served.record()
	if err != nil {
		return err
	}
	if results.Digest(record) == d.Lab {
		return nil
	}
	if r.lab == "" {
		return errors.New("the run had a lab that the scenario alone does not describe: name its lab file with --lab")
	}
	return fmt.Errorf("%s describes another lab than the one that served the run", r.lab)
}

// sameHour says what a rerun that began within an hour of the run cannot tell; "" if
// it began later.
func sameHour(run, again *results.Run) string {
	end := run.Document.Started.Add(time.Duration(run.Document.Seconds * float64(time.Second)))
	after := again.Document.Started.Sub(end)
	if after >= time.Hour {
		return ""
	}
	base := "A base target in the same run would (the version before, as a target of the scenario; then tollgate check RUN --against TARGET)"
	if targets := run.Document.Targets; len(targets) > 1 {
		base = fmt.Sprintf("A base target in the same run would. This run has several targets; if one of them is the version before, name it: tollgate check %s --against %s", shellQuoted(run.Dir), shellQuoted(targets[0].Name))
	}
	return fmt.Sprintf("the rerun began %v after the run, so both may have met the same slow hour of the network, of AWS or of this machine: it cannot refute that. %s", max(after, 0).Round(time.Second), base)
}

// confirming is the command that confirms an alarm. It names no file of a run
// directory, whose author would then choose what runs, but a scenario of the library.
func confirming(run *results.Run) string {
	d := &run.Document
	command := "tollgate check " + shellQuoted(run.Dir) + " --scenario "
	if _, data, err := scenarios.Find(d.Scenario); err == nil && slices.Contains(scenarios.Library(), d.Scenario) && results.Digest(data) == d.Digest {
		command += d.Scenario
	} else {
		command += "FILE"
	}
	for _, in := range d.Inputs {
		switch in.Role {
		case results.InputLab:
			command += " --lab FILE"
		case results.InputPrices:
			command += " --prices FILE"
		}
	}
	return command
}

// shellQuoted is a path as one word for a shell.
func shellQuoted(path string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/._-+:@%", r)
	}
	if path != "" && !strings.ContainsFunc(path, func(r rune) bool { return !plain(r) }) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
