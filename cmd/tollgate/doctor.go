package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/doctor"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes"
	"tollgate/scenarios/session"
	"tollgate/targets"
	"tollgate/targets/aws"
)

func newDoctor() *cobra.Command {
	var r runFlags
	var asJSON, policy bool
	c := &cobra.Command{
		Use:   "doctor SCENARIO|URL",
		Short: "Examine what a run of a scenario needs, and say what is missing",
		Long: `Doctor looks at everything that a run of a scenario depends on, before any load: this
machine, the AWS account and its credentials, the clock, every permission that this very
scenario needs, the names by which CloudWatch knows its targets, log groups, the limits
of the account and of usage plans against the planned rates, traffic of others, the way
to the targets, one trial request each, prices, and what the run will cost. Each finding
is one of these, with what to do about it:

  ok          it is as it should be
  not needed  by this scenario
  unknown     it cannot be told; what would tell it is said
  warning     a run is less than it could be
  problem     a run fails, or cannot be checked against AWS's own counts

Targets whose url is "lab" are served on this machine, and need no account.

Permissions are tried, each by one small question: a metric of a minute, a query of a
second. All of them together cost less than a cent, and change nothing: what cannot be
tried without doing it is said to be unknown. Requests are tried as by run (--trial,
--no-trial).

--policy prints the least IAM policy that lets this scenario be examined, run and
observed, as JSON, and examines nothing. Give it to the user or role that measures:

  tollgate doctor api.yaml --policy > policy.json
  aws iam put-user-policy --user-name measure --policy-name tollgate \
    --policy-document file://policy.json

Credentials come from the AWS SDK's default chain (AWS_PROFILE, AWS_REGION,
AWS_ENDPOINT_URL), or the profile that the scenario names.

EXIT STATUS
  0    no problem (there may be warnings), or the policy was printed
  1    at least one problem
  2    wrong flags or invalid input
  105  interrupted`,
		Example: `  tollgate doctor front-doors
  tollgate doctor api.yaml
  tollgate doctor api.yaml --json
  tollgate doctor api.yaml --policy`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			if asJSON && policy {
				return usage(errors.New("--json and --policy contradict each other: a policy is JSON"))
			}
			s, err := r.loadFlags.scenario(c, given[0])
			if err == nil {
				err = errors.Join(r.trialFlags.choose(s), choose(s, r.targets), refuseCommands(s))
			}
			if err != nil {
				return err
			}
			return r.examine(c, s, given[0], asJSON, policy)
		},
	}
	r.loadFlags.flags(c)
	r.loadFlags.serverFlags.flags(c)
	r.bookFlags.flags(c)
	r.trialFlags.flags(c)
	f := c.Flags()
	f.StringVar(&r.lab, "lab", "", "lab `file` for the targets whose url is \"lab\", in place of the scenario's lab: settings")
	f.StringArrayVar(&r.targets, "target", nil, "only this `target` of the scenario (may be repeated)")
	f.BoolVar(&asJSON, "json", false, "print what was found as one JSON document (see tollgate schema doctor)")
	f.BoolVar(&policy, "policy", false, "print the least IAM policy for this scenario, and examine nothing")
	return c
}

// examine has a scenario examined, at the lab where its targets are there.
func (r *runFlags) examine(c *cobra.Command, s *scenarios.Scenario, named string, asJSON, policy bool) error {
	served, err := r.served(c, s)
	if err != nil {
		return err
	}
	book, err := r.book()
	if err != nil {
		return err
	}
	plan, questions, err := probes.NewPlan(s, false)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", s.File, err))
	}
	guard, err := newGuard(book)
	if err != nil {
		return err
	}
	at := session.Lab{Targets: s.Targets, Hosts: s.Hosts, Close: func() error { return nil }}
	if slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Lab }) {
		if at, err = served.start(c.Context(), s); err != nil {
			return fmt.Errorf("start the lab: %w", err)
		}
	}
	defer func() { _ = at.Close() }() // its children end with their standard input
	x := &doctor.Exam{
		Scenario: s, Plan: plan, Questions: questions, Targets: at.Targets, Book: book, Refusals: guard.Refusals(plan), Calibrated: known(c),
		Notes: slices.Concat(served.warnings(r.lab), unproxied(s.Targets)), Here: aws.WhereAmI, Engines: enginesHere(engines.All),
	}
	x.Try, x.Remedy = trying(s, book, at)
	if policy {
		return printPolicy(c, x)
	}
	return printExam(c, x, named, asJSON)
}

// trying sends trial requests to targets that are served already.
func trying(s *scenarios.Scenario, book *pricing.Book, at session.Lab) (func(context.Context) ([]results.Trial, error), func([]results.Trial) string) {
	cfg := live(book)
	cfg.Scenario = s
	cfg.Lab = func(context.Context, *scenarios.Scenario) (session.Lab, error) {
		return session.Lab{Targets: at.Targets, Hosts: at.Hosts}, nil
	}
	try := func(ctx context.Context) ([]results.Trial, error) { return session.Try(ctx, cfg) }
	return try, func(failed []results.Trial) string { return session.Remedies(cfg, failed) }
}

func printPolicy(c *cobra.Command, x *doctor.Exam) error {
	p, notes := x.Policy(c.Context())
	if len(p.Statement) == 0 {
		return errors.New("this scenario asks nothing of AWS: it needs no policy")
	}
	for _, note := range notes {
		fmt.Fprintln(c.ErrOrStderr(), "note: "+note)
	}
	_, err := bytesOut(c).Write(p.JSON())
	return err
}

// printExam examines, and prints findings as they come. The result is on standard output, and with
// --json the progress on standard error.
func printExam(c *cobra.Command, x *doctor.Exam, named string, asJSON bool) error {
	out := c.OutOrStdout()
	w := &doctor.Writer{W: out, Color: isTerminal(out) && os.Getenv("NO_COLOR") == "", Width: columns(out), Next: "tollgate run " + named}
	begin, see := w.Begin, w.See
	if asJSON {
		see = func(doctor.Finding) {}
		begin = func(check doctor.Check) { fmt.Fprintln(c.ErrOrStderr(), "examining: "+check.Title) }
	}
	found := x.Run(c.Context(), begin, see)
	if c.Context().Err() != nil {
		return coded{exitInterrupted, errors.New("interrupted before everything was examined")}
	}
	var err error
	if asJSON {
		err = printJSON(c, found)
	} else {
		err = w.Sum(found)
	}
	if n := found.Counts[doctor.Problem]; n > 0 && err == nil {
		return fmt.Errorf("%s: %s", x.Scenario.File, pricing.Counted(int64(n), "problem"))
	}
	return err
}
