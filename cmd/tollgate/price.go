package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/statement"
	"tollgate/results"
	"tollgate/scenarios/session"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
)

// priceFlags are the flags of price.
type priceFlags struct {
	printFlags
	bookFlags
	workloadFlags
	profileFlags
	worstFlags
	asFlags
	explain  bool
	markdown bool   // of two workloads
	scenario string // of a run
}

func newPrice() *cobra.Command {
	var b priceFlags
	c := &cobra.Command{
		Use:   "price RUN|WORKLOAD|SCENARIO [RUN|WORKLOAD]",
		Short: "Bill a recorded run again, or a stated workload at every front door",
		Long: `Price bills a month of the traffic that a recorded run measured, for the requests per
month that its scenario states, and reports the run again with the bill.

With --compare, --as DOOR or --worst it takes what the run measured at each target, an
origin too (sizes, times, connections, refusals), as a workload, and bills it as if
behind each front door or that one. What the run cannot tell is assumed, and noted.

For a workload file (see tollgate schema workload) it bills the month that the file
states, at every front door that can serve it. With --compare it ranks them, or those
that --door names, says which are ruled out and why, where the cheaper of two changes,
and what would save money. Ranges in the file become intervals of the bill. The traffic of
each hour can be read from the CloudWatch of a deployed front door.

A workload file may have several APIs and functions, each at its front door, that share
the account's tiers and free tier (section apis): the bill is the account's, with the part
of each. --compare then varies the front door of one at a time, and tries combinations.

With --worst it prints the most that a month can cost at each front door under an
attack: what the account's throttle, the stage, usage plans, quotas, a rule of AWS WAF
and the function's concurrency admit (section protection of the workload), each request
the most expensive of the workload, and what refused requests cost. --cap asks which
rate, burst, quota or concurrency holds that month at so many dollars.

Given two workload files or runs, it prints how their bills differ, line by line: the
first is the one before. --markdown writes that as a comment of a pull request.

For a scenario file that states a month (pricing) it bills that month at its targets, as
far as a bill can be known before a run.

Prices come from the newest price book of this program, or from a file (--prices).
Nothing is sent, except for the questions of --profile-from-cloudwatch.
` + namesHelp + `
EXIT STATUS
  0  priced
  1  could not; the recorded run is as it was
  2  wrong flags or workload, or the scenario states no month to price`,
		Example: `  tollgate price pricing/examples/cached.yaml --compare
  tollgate price pricing/examples/several-apis.yaml --compare --api search
  tollgate price pricing/examples/chat.yaml --door websocket-api --explain
  tollgate price pricing/examples/sample-application.yaml --worst --attack 50000/s --cap 500
  tollgate price before.yaml after.yaml --door http-api --markdown
  tollgate price latest --as http-api --memory 512MB
  tollgate price latest --free-tier always`,
		Args: runArgs(1, 2),
		RunE: func(c *cobra.Command, given []string) error {
			given, err := runsNamed(runsFolder(), given)
			switch {
			case err != nil:
				return usage(fmt.Errorf("%w: give a run, a workload file or a scenario file", err))
			case len(given) == 2:
				return b.two(c, given)
			case b.markdown:
				return usage(errors.New("--markdown is for the difference of two workloads: name both"))
			}
			at, err := os.Stat(given[0])
			switch {
			case err != nil:
				return usage(err)
			case !at.IsDir() && b.scenario != "":
				return usage(fmt.Errorf("--scenario is for a recorded run, and %s is a file", given[0]))
			case !at.IsDir() && isScenario(given[0]):
				return b.scenarioFile(c, given[0])
			case !at.IsDir():
				return b.workload(c, given[0])
			case b.asWorkload():
				return b.runWorkloads(c, given[0])
			case len(b.doors) > 0 || b.from != "" || b.asFlags.any():
				return usage(errors.New("the report of a run compares its targets: --target, --memory, --region and --requests go with --compare, --as or --worst, and --door and --profile-from-cloudwatch with a workload file"))
			}
			return b.run(c, given[0])
		},
	}
	b.printFlags.flags(c)
	b.bookFlags.flags(c)
	b.freeTierFlag(c)
	b.workloadFlags.flags(c)
	b.profileFlags.flags(c)
	b.worstFlags.flags(c)
	b.asFlags.flags(c)
	scenarioFlag(c, &b.scenario)
	c.Flags().BoolVar(&b.markdown, "markdown", false, "of two workloads: print the difference as Markdown")
	c.Flags().BoolVar(&b.explain, "explain", false, "print how every line follows from the traffic")
	return c
}

func (b *priceFlags) run(c *cobra.Command, dir string) error {
	book, err := b.book()
	if err != nil {
		return err
	}
	var priced *results.Run
	err = again(c, &b.printFlags, book, b.scenario, func(cfg session.Config) (*results.Run, error) {
		run, err := session.Price(dir, cfg)
		priced = run
		return run, err
	})
	if err == nil && b.explain && !b.json {
		err = explainRun(c.OutOrStdout(), priced)
	}
	return err
}

// explainRun prints the derivation of every bill of a run.
func explainRun(w io.Writer, run *results.Run) error {
	var errs []error
	for _, t := range run.Document.Targets {
		if t.Bill != nil {
			errs = append(errs, statement.Bill(w, t.Name, *t.Bill, true))
		}
	}
	return errors.Join(errs...)
}

// again repeats a step on a recorded run and reports it. The scenario is the file
// that the user names, or "".
func again(c *cobra.Command, t *printFlags, book *pricing.Book, scenario string, step func(session.Config) (*results.Run, error)) error {
	cfg := live(book)
	if scenario != "" {
		s, err := loadScenario(c, scenario)
		if err != nil {
			return err
		}
		cfg.Scenario = s
	}
	run, err := step(cfg)
	if err != nil {
		return failure(err)
	}
	return present(c, run, cfg, t)
}

// profileFlags are the flags of price about the month's hours.
type profileFlags struct {
	from string
	days int
}

func (p *profileFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.from, "profile-from-cloudwatch", "", "of a workload: take the traffic's hours from the count of requests of a deployed `door`, such as rest-api,api=orders,stage=prod")
	c.Flags().IntVar(&p.days, "profile-days", 28, "with --profile-from-cloudwatch: how many `days` back; whole weeks have each weekday as often as the others")
}

// apply gives a workload the profile that CloudWatch has of a door.
func (p *profileFlags) apply(c *cobra.Command, w *pricing.Workload) error {
	if p.from == "" {
		return nil
	}
	door, err := namedDoor(p.from)
	if err != nil {
		return usage(fmt.Errorf("--profile-from-cloudwatch: %w", err))
	}
	door.Region = w.Region
	hours, err := cloudwatch.Hourly(c.Context(), door, p.days, time.Now())
	if err != nil {
		return fmt.Errorf("--profile-from-cloudwatch: %w", err)
	}
	if w.Profile, err = pricing.ProfileOf(hours); err != nil {
		return fmt.Errorf("--profile-from-cloudwatch: %w", err)
	}
	sum := int64(0)
	for _, n := range hours {
		sum += n
	}
	fmt.Fprintf(c.ErrOrStderr(), "profile: CloudWatch counted %s requests in %d hours; the busiest had %.1f times the mean\n",
		pricing.Figure(pricing.Whole(sum)), len(hours), float64(slices.Max(hours))*float64(len(hours))/float64(sum))
	return nil
}

// watchedKinds are the kinds whose requests CloudWatch counts.
func watchedKinds() (names []string) {
	for _, k := range targets.Kinds {
		if slices.ContainsFunc(k.Watch, func(w targets.Watch) bool { return w.Role == targets.RoleCount }) {
			names = append(names, k.Name)
		}
	}
	return names
}

// namedDoor reads a kind of door and what CloudWatch calls it by, in the words of
// scenarios: "alb,balancer=app/shop/50dc6c495c0c9188".
func namedDoor(text string) (t targets.Target, err error) {
	parts := strings.Split(text, ",")
	kind, ok := targets.KindNamed(parts[0])
	if !ok {
		return t, fmt.Errorf("%q is no kind of front door; begin with %s", parts[0], strings.Join(watchedKinds(), ", "))
	}
	t.Kind = kind
	words := map[string]*string{"api": &t.API, "stage": &t.Stage, "function": &t.Function.Name, "balancer": &t.Balancer}
	for _, part := range parts[1:] {
		word, value, _ := strings.Cut(part, "=")
		into, ok := words[word]
		if !ok || value == "" {
			return t, fmt.Errorf("%q: use api=…, stage=…, function=… or balancer=…", part)
		}
		*into = value
	}
	return t, nil
}
