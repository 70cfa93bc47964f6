package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios"
)

// A trying is what the flags of run say of the trial before the load.
type trying struct {
	trial   string
	noTrial bool
}

func (t *trying) flags(c *cobra.Command) {
	c.Flags().StringVar(&t.trial, "trial", "idempotent", "`which` requests are tried once before the load: idempotent (GET, HEAD, OPTIONS, PUT, DELETE), all or none")
	c.Flags().BoolVar(&t.noTrial, "no-trial", false, "no trial before the load")
	_ = c.RegisterFlagCompletionFunc("trial", cobra.FixedCompletions([]string{"idempotent", "all", "none"}, cobra.ShellCompDirectiveNoFileComp))
}

// choose has the scenario try what the flags say.
func (t *trying) choose(s *scenarios.Scenario) error {
	mode, known := map[string]scenarios.TrialMode{"": scenarios.TrialIdempotent, "idempotent": scenarios.TrialIdempotent, "all": scenarios.TrialAll, "none": scenarios.TrialNone}[t.trial]
	switch {
	case !known:
		return usage(fmt.Errorf("--trial %s: say idempotent, all or none", t.trial))
	case t.noTrial && mode == scenarios.TrialAll:
		return usage(fmt.Errorf("--no-trial and --trial all contradict each other: say one of them"))
	case t.noTrial:
		mode = scenarios.TrialNone
	}
	s.Trial = mode
	return nil
}

// noteTrial says if nothing is tried although nobody asked for that.
func noteTrial(w io.Writer, p *scenarios.Plan) {
	if len(p.Trials) == 0 && len(p.Untried) > 0 {
		fmt.Fprintln(w, "note: no request is tried before the load: "+strings.Join(p.Untried, "; "))
	}
}

// trialText says what is tried.
func trialText(p *scenarios.Plan) []string {
	lines := p.Untried
	if n := len(p.Trials); n > 0 {
		most := n * scenarios.TrialTries
		lines = append([]string{fmt.Sprintf("%s before the load; at most %d, if the answers are 429, 5xx or none", plural(n, "request"), most)}, lines...)
	}
	return lines
}
