package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/scenarios"
)

// trialFlags are the flags of run about the trial before the load.
type trialFlags struct {
	trial   string
	noTrial bool
}

func (t *trialFlags) flags(c *cobra.Command) {
	choice(c, &t.trial, "trial", "idempotent", "`which` requests are tried once before the load: idempotent (GET, HEAD, OPTIONS, PUT, DELETE), all or none", "idempotent", "all", "none")
	c.Flags().BoolVar(&t.noTrial, "no-trial", false, "no trial before the load")
}

// choose has the scenario try what the flags say.
func (t *trialFlags) choose(s *scenarios.Scenario) error {
	mode := map[string]scenarios.TrialMode{"all": scenarios.TrialAll, "none": scenarios.TrialNone}[t.trial]
	switch {
	case t.noTrial && mode == scenarios.TrialAll:
		return usage(fmt.Errorf("--no-trial and --trial all contradict each other: use one of them"))
	case t.noTrial:
		mode = scenarios.TrialNone
	}
	s.Trial = mode
	return nil
}

// noteTrial says so if no request can be tried.
func noteTrial(w io.Writer, p *scenarios.Plan) {
	if len(p.Trials) == 0 && len(p.Untried) > 0 {
		fmt.Fprintln(w, "note: no request is tried before the load: "+strings.Join(p.Untried, "; "))
	}
}

// trialText says what is tried.
func trialText(p *scenarios.Plan) []string {
	lines := p.Untried
	var n int64
	for _, t := range p.Trials {
		all, _ := p.Sendings(t)
		n += all
	}
	if n > 0 {
		lines = append([]string{fmt.Sprintf("%s before the load; at most %d, if the responses are 429, 5xx or missing", pricing.Counted(n, "request"), n*scenarios.TrialTries)}, lines...)
	}
	return lines
}
