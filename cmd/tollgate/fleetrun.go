package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/observe"
	"tollgate/scenarios"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/launch"
	"tollgate/scenarios/fleet/store"
	"tollgate/scenarios/session"
	"tollgate/targets/aws"
)

// A fleetRun is a fleet that this program starts and follows.
type fleetRun struct {
	fleetFlags
	printFlags
	bookFlags
	out          string
	allowMissing bool
	keep         bool
	quiet        bool
}

func newFleetRun() *cobra.Command {
	var r fleetRun
	c := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Start a fleet, follow it, and make one run of its results",
		Long: `Run starts the shards of a run, shows how many are ready, sending and done and what the
latencies are so far, merges the results exactly, prices and reports them as tollgate run
does, and removes what it started. The results stay in the store.

  local       processes of this machine. They share its processors, so they send no more
              than one: it is for trying a fleet
  kubernetes  an indexed Job, by kubectl and your kubeconfig (see fleet manifest)
  ecs         tasks on AWS Fargate in your subnets, without public addresses

A shard that does not start is named with what the platform says of it. If one is
missing for --barrier-timeout, none of them sends. One that ends early is not replaced
after the start, since its part of the load was sent already: the run is then invalid,
unless --allow-missing, and the rate that was achieved stands next to the rate that was
asked for.

Ctrl-C asks all shards to stop, waits for their results and reports them; a second one
ends them at once.

With --on ecs and --regions a,b,c each region makes a run of its own at the same time: all
shards, the whole rate, and an id that ends in the region. So targets get the rate as
often as there are regions, and --max-cost, --yes and every limit are for all of them.
The runs are reported one after another, and then side by side; --json prints a
document for each region. Subnets are written as
REGION=SUBNET; clusters and images so where their names differ.

What the members cost on Fargate is in --max-cost, and in what --yes is asked for.

EXIT STATUS
  0    done, every threshold kept
  1    could not do the job
  2    wrong flags or invalid input
  96   the run is invalid: a shard is missing, or could not keep to its schedule
  97   refused: it may cost more than --max-cost, or exceeds a limit
  99   the run failed: a threshold failed, or not one request succeeded
  105  interrupted; what was measured is kept`,
		Example: `  tollgate fleet run api.yaml --on local --shards 2 --store /tmp/runs
  tollgate fleet run api.yaml --on kubernetes --shards 8 --store s3://runs/load \
    --image registry.example.com/tollgate:1.2 --service-account load
  tollgate fleet run api.yaml --on ecs --shards 8 --store s3://runs/load \
    --image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/tollgate:1.2 \
    --cluster load --subnet subnet-0a1,subnet-0b2 --task-role arn:aws:iam::... \
    --execution-role arn:aws:iam::... --max-cost 5
  tollgate fleet run edge.yaml --on ecs --regions eu-central-1,us-east-1 --shards 2 \
    --store s3://runs/load --image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/tollgate:1.2 \
    --cluster load --subnet eu-central-1=subnet-0a1,us-east-1=subnet-0c3 \
    --task-role arn:aws:iam::... --execution-role arn:aws:iam::... --max-cost 5`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error { return r.do(c, given[0]) },
	}
	r.fleetFlags.flags(c, "local", "kubernetes", "ecs")
	r.printFlags.flags(c)
	r.bookFlags.flags(c)
	f := c.Flags()
	f.StringVar(&r.out, "out", runsFolder(), "`folder` that the run directory is made in")
	f.BoolVar(&r.allowMissing, "allow-missing", false, "a run without some of its shards is not invalid for that")
	f.BoolVar(&r.keep, "keep", false, "do not remove the Job and its ConfigMap, or the task definition")
	f.BoolVar(&r.quiet, "quiet", false, "no progress on standard error")
	return c
}

func (r *fleetRun) do(c *cobra.Command, name string) error {
	p, err := r.planned(c, name, true)
	if err != nil {
		return err
	}
	parts, err := r.parts(p)
	if err != nil {
		return err
	}
	book, err := r.book()
	if err != nil {
		return err
	}
	if err := r.afford(p, parts, book); err != nil {
		return err
	}
	st, err := store.Open(c.Context(), r.store)
	if err != nil {
		return usage(err)
	}
	if err := r.prepare(c, parts, st); err != nil {
		return err
	}
	r.announce(c, p, parts, st)
	r.followAll(c, parts, st)
	var errs []error
	for _, part := range parts {
		errs = append(errs, part.failed)
	}
	if err := errors.Join(errs...); err != nil {
		if len(parts) > 1 {
			r.say(c, "all regions were stopped; what was sent before, tollgate merge %s/RUN-ID makes a run of", st)
		}
		return err
	}
	errs = nil
	for _, part := range parts {
		errs = append(errs, part.named(r.report(c, p, part, st, book)))
	}
	if len(r.regions) > 0 && !r.json {
		errs = append(errs, printRegions(c.OutOrStdout(), parts))
	}
	return worst(errs)
}

// prepare makes sure that the run is a new one, and finds where each part of it runs.
func (r *fleetRun) prepare(c *cobra.Command, parts []*fleetPart, st fleet.Store) error {
	var errs []error
	for _, part := range parts {
		if _, err := fleet.Survey(c.Context(), st, part.RunID); err == nil {
			errs = append(errs, usage(fmt.Errorf("--run-id %s: %s has such a run already: choose another id", part.RunID, st)))
		}
	}
	for _, part := range parts {
		if len(errs) > 0 {
			break
		}
		var err error
		if part.platform, err = r.platform(c.Context(), part); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (r *fleetRun) announce(c *cobra.Command, p *plannedFleet, parts []*fleetPart, st fleet.Store) {
	if len(r.regions) > 0 {
		r.say(c, "%s", r.regionsText(p))
	}
	for _, part := range parts {
		r.say(c, "run %s: %s on %s, up to %.0f/s from each; store %s", part.RunID, pricing.Counted(part.Shards, "shard"), r.on, launch.PerShard(p.plan.Peak(), part.Shards), st)
	}
}

// followAll starts all parts at one time and follows them to their ends. If one cannot be
// started, the others are stopped.
func (r *fleetRun) followAll(c *cobra.Command, parts []*fleetPart, st fleet.Store) {
	now, hurry := secondSignal()
	defer hurry()
	ctx, cancel := context.WithCancelCause(c.Context())
	defer cancel(nil)
	f := following{Context: ctx, now: now, store: st, lines: &lines{w: c.ErrOrStderr(), quiet: r.quiet}}
	var all sync.WaitGroup
	for _, part := range parts {
		all.Go(func() {
			part.stopped, part.failed = r.follow(f, part)
			if part.failed = part.named(part.failed); part.failed != nil {
				cancel(fmt.Errorf("another region could not be started: %w", part.failed))
			}
		})
	}
	all.Wait()
	if r.keep {
		return
	}
	for _, part := range parts {
		if e := part.platform.Clean(context.WithoutCancel(c.Context())); e != nil {
			warn(c, []error{part.named(fmt.Errorf("not everything that was started could be removed: %w", e))})
		}
		switch l, is := part.platform.(*launch.Local); {
		case is && part.stopped && part.failed == nil: // they ended as they were asked to
			_ = os.RemoveAll(l.Folder) // of the system's temporary files
		case is && exists(l.Folder):
			warn(c, []error{fmt.Errorf("what the shards printed, and their run directories, are in %s", l.Folder)})
		}
	}
}

func (r *fleetRun) say(c *cobra.Command, format string, args ...any) {
	if !r.quiet {
		fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...)
	}
}

// afford holds the whole fleet to the limits of a run, with its own machines in the costs, and
// gives the members what is left of --max-cost.
func (r *fleetRun) afford(p *plannedFleet, parts []*fleetPart, book *pricing.Book) error {
	own, err := r.fleetPrice(p, book)
	if err != nil {
		return err
	}
	if r.run.maxCost != "" {
		if most, err := pricing.ParseMoney(r.run.maxCost); err == nil && own.Cmp(most) >= 0 {
			return coded{exitBudget, fmt.Errorf("the fleet itself may cost %s, which leaves nothing of --max-cost %s for what it sends", scenarios.Dollars(own), r.run.maxCost)}
		}
		r.run.spent = own
	} else if own.Cmp(scenarios.AskFromCost) > 0 && !r.run.yes {
		return coded{exitBudget, fmt.Errorf("the fleet itself may cost %s: confirm it with --yes, or set a limit with --max-cost", scenarios.Dollars(own))}
	}
	limit, err := r.run.guard(p.scenario, book)
	if err != nil {
		if own.Cmp(pricing.Money{}) > 0 {
			err = coded{exitCode(err), fmt.Errorf("%w (the fleet itself may cost %s)", err, scenarios.Dollars(own))}
		}
		return err
	}
	for _, part := range parts {
		for i, a := range part.Args {
			if strings.HasPrefix(a, "--max-cost=") {
				part.Args[i] = r.costArg(limit)
			}
		}
	}
	return nil
}

// platform is where the members of a part run.
func (r *fleetRun) platform(ctx context.Context, p *fleetPart) (launch.Platform, error) {
	switch r.on {
	case "kubernetes":
		k := r.kubernetes
		k.Secrets = r.secrets
		if _, err := k.Manifest(p.Fleet); err != nil {
			return nil, usage(err)
		}
		kubectl, err := exec.LookPath("kubectl")
		if err != nil {
			return nil, errors.New("kubectl is not on this machine: install it, or apply what tollgate fleet manifest prints from one that has it")
		}
		return &launch.Cluster{Fleet: p.Fleet, Kubernetes: k, Program: kubectl, Context: r.context}, nil
	case "ecs":
		if _, err := p.TaskParts(p.Fleet); err != nil {
			return nil, usage(err)
		}
		tasks, err := aws.OpenTasks(ctx, p.Fargate.Region)
		if err != nil {
			return nil, p.named(err)
		}
		return &launch.Tasks{Fleet: p.Fleet, Fargate: p.Fargate, ECS: tasks}, nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find this program to start it again: %w", err)
	}
	folder, err := os.MkdirTemp("", "tollgate-fleet-")
	if err != nil {
		return nil, err
	}
	return &launch.Local{Fleet: p.Fleet, Program: program, Folder: folder}, nil
}

// stopTime is how long members may take to end what is under way and to store their results.
const stopTime = 3 * time.Minute

// following is what the parts of a fleet have in common while they are followed.
type following struct {
	context.Context                 // ends when they are to stop
	now             context.Context // ends when they are to end at once
	store           fleet.Store
	lines           *lines
}

// follow starts the members of a part, and watches them to their end. Stopped says that it
// was asked to end before.
func (r *fleetRun) follow(f following, p *fleetPart) (stopped bool, err error) {
	starting := f.Context
	if p.Region != "" { // a task whose start is cut off by another region's failure would be left behind
		all, cancel := context.WithCancel(context.WithoutCancel(f))
		defer cancel()
		context.AfterFunc(f.now, cancel)
		starting = all
	}
	if err := p.platform.Start(starting); err != nil {
		return false, err
	}
	view := &fleetView{ctx: f, lines: f.lines, part: p, store: f.store}
	defer view.close()
	w := &launch.Watch{Fleet: p.Fleet, Store: f.store, Platform: p.platform, Tell: view.tell}
	_, err = w.Until(f)
	if err == nil {
		return false, nil
	}
	f.lines.say(p.in("asking the shards to stop, and waiting for their results; Ctrl-C again ends them at once"))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f), stopTime)
	defer cancel()
	context.AfterFunc(f.now, cancel)
	why := "the user interrupted the run"
	if cause := context.Cause(f); !errors.Is(cause, context.Canceled) {
		why = cause.Error()
	}
	err = fleet.Stop(ctx, f.store, p.RunID, why)
	if err == nil {
		_, err = w.Until(ctx)
	}
	if err != nil {
		err = p.platform.Stop(context.WithoutCancel(f))
	}
	return true, err
}

// report makes one run of what the store has of a part, reads CloudWatch once, and prices and
// reports it. Of several regions CloudWatch is not read: it counts the requests of all.
func (r *fleetRun) report(c *cobra.Command, p *plannedFleet, part *fleetPart, st fleet.Store, book *pricing.Book) error {
	ctx := context.WithoutCancel(c.Context())
	run, err := mergeFleet(ctx, c, st, part.RunID, r.out, r.allowMissing)
	if err != nil {
		if part.stopped {
			return coded{exitInterrupted, fmt.Errorf("interrupted; there are no results: %w", err)}
		}
		return err
	}
	cfg := live(book)
	cfg.Scenario = p.scenario
	if cfg.Observer = nil; part.Region == "" {
		cfg.Observer = observe.Observer{}
	}
	if whole, err := session.Conclude(ctx, run.Dir, cfg); err != nil {
		warn(c, []error{part.named(fmt.Errorf("CloudWatch was not read, and nothing is priced: %w; tollgate observe %s tries again", err, run.Dir))})
	} else {
		run = whole
	}
	part.merged = run
	return errors.Join(present(c, run, cfg, &r.printFlags), verdictOf(run, part.stopped))
}

// verdictOf is the exit code that a run's verdict and result have.
func verdictOf(run *results.Run, stopped bool) error {
	d := &run.Document
	switch {
	case stopped:
		return coded{exitInterrupted, errors.New("interrupted; what was measured is kept in " + run.Dir)}
	case d.Verdict == results.Invalid:
		return coded{exitInvalid, errors.New("the run is invalid: " + strings.Join(d.Reasons, "; "))}
	case d.Result == results.Fail:
		return coded{exitFailedRun, errors.New("the run failed")}
	}
	return nil
}
