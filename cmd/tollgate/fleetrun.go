package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
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
    --execution-role arn:aws:iam::... --max-cost 5`,
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
	book, err := r.book()
	if err != nil {
		return err
	}
	if err := r.afford(p, book); err != nil {
		return err
	}
	st, err := store.Open(c.Context(), r.store)
	if err != nil {
		return usage(err)
	}
	if _, err := fleet.Survey(c.Context(), st, p.RunID); err == nil {
		return usage(fmt.Errorf("--run-id %s: %s has such a run already: choose another id", p.RunID, st))
	}
	platform, err := r.platform(c.Context(), p)
	if err != nil {
		return err
	}
	r.say(c, "run %s: %s on %s, up to %.0f/s from each; store %s", p.RunID, pricing.Counted(p.Shards, "shard"), r.on, launch.PerShard(p.plan.Peak(), p.Shards), st)
	stopped, err := r.follow(c, p, st, platform)
	ctx := context.WithoutCancel(c.Context())
	if !r.keep {
		defer func() {
			if e := platform.Clean(ctx); e != nil {
				warn(c, []error{fmt.Errorf("not everything that was started could be removed: %w", e)})
			}
			switch l, is := platform.(*launch.Local); {
			case is && stopped && err == nil: // they ended as they were asked to
				_ = os.RemoveAll(l.Folder) // of the system's temporary files
			case is && exists(l.Folder):
				r.say(c, "what the shards wrote is in %s", l.Folder)
			}
		}()
	}
	if err != nil {
		return err
	}
	return r.report(c, p, st, book, stopped)
}

func (r *fleetRun) say(c *cobra.Command, format string, args ...any) {
	if !r.quiet {
		fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...)
	}
}

// afford holds the whole fleet to the limits of a run, with its own machines in the costs, and
// gives the members what is left of --max-cost.
func (r *fleetRun) afford(p *plannedFleet, book *pricing.Book) error {
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
	for i, a := range p.Args {
		if strings.HasPrefix(a, "--max-cost=") {
			p.Args[i] = "--max-cost=" + pricing.Quantity(limit).String()
		}
	}
	return nil
}

// platform is where the members run.
func (r *fleetRun) platform(ctx context.Context, p *plannedFleet) (launch.Platform, error) {
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
		g, err := r.onFargate()
		if err != nil {
			return nil, err
		}
		if _, err := g.TaskParts(p.Fleet); err != nil {
			return nil, usage(err)
		}
		tasks, err := aws.OpenTasks(ctx, g.Region)
		if err != nil {
			return nil, err
		}
		return &launch.Tasks{Fleet: p.Fleet, Fargate: g, ECS: tasks}, nil
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

// follow starts the members, and watches them to their end. Stopped says that the user
// interrupted the run.
func (r *fleetRun) follow(c *cobra.Command, p *plannedFleet, st fleet.Store, platform launch.Platform) (stopped bool, err error) {
	now, hurry := secondSignal()
	defer hurry()
	if err := platform.Start(c.Context()); err != nil {
		return false, err
	}
	view := &fleetView{c: c, quiet: r.quiet, store: st, id: p.RunID}
	defer view.close()
	w := &launch.Watch{Fleet: p.Fleet, Store: st, Platform: platform, Tell: view.tell}
	_, err = w.Until(c.Context())
	if err == nil {
		return false, nil
	}
	r.say(c, "asking the shards to stop, and waiting for their results; Ctrl-C again ends them at once")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), stopTime)
	defer cancel()
	context.AfterFunc(now, cancel)
	err = fleet.Stop(ctx, st, p.RunID, "the user interrupted the run")
	if err == nil {
		_, err = w.Until(ctx)
	}
	if err != nil {
		err = platform.Stop(context.WithoutCancel(c.Context()))
	}
	return true, err
}

// report makes one run of what is in the store, reads CloudWatch once, and prices and reports it.
func (r *fleetRun) report(c *cobra.Command, p *plannedFleet, st fleet.Store, book *pricing.Book, stopped bool) error {
	ctx := context.WithoutCancel(c.Context())
	run, err := mergeFleet(ctx, c, st, p.RunID, r.out, r.allowMissing)
	if err != nil {
		if stopped {
			return coded{exitInterrupted, fmt.Errorf("interrupted; there are no results: %w", err)}
		}
		return err
	}
	cfg := live(book)
	cfg.Scenario = p.scenario
	cfg.Observer = observe.Observer{}
	if whole, err := session.Conclude(ctx, run.Dir, cfg); err != nil {
		warn(c, []error{fmt.Errorf("CloudWatch was not read, and nothing is priced: %w; tollgate observe %s tries again", err, run.Dir)})
	} else {
		run = whole
	}
	return errors.Join(present(c, run, cfg, &r.printFlags), verdictOf(run, stopped))
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

// A fleetView says on standard error how far a fleet is.
type fleetView struct {
	c      *cobra.Command
	quiet  bool
	store  fleet.Store
	id     string
	folder string // of what was collected so far

	last   string
	stuck  string
	looked time.Time     // when latencies were last read
	took   time.Duration // by that
}

// tell prints news: a line when something changed, and the latencies every ten seconds.
func (v *fleetView) tell(p launch.Progress) {
	if v.quiet {
		return
	}
	w := v.c.ErrOrStderr()
	if now := fmt.Sprint(p.Ready, p.Sending, p.Done, p.Note, p.Start.IsZero()); now != v.last {
		v.last = now
		fmt.Fprintln(w, p)
	}
	if lines := strings.Join(p.StuckLines(), "\n  "); lines != v.stuck && p.Elapsed > 5*time.Second {
		if v.stuck = lines; lines != "" {
			fmt.Fprintln(w, "  "+lines)
		}
	}
	if p.Sending > 0 && time.Since(v.looked) > max(10*time.Second, 10*v.took) {
		began := time.Now()
		if text := v.latencies(); text != "" {
			fmt.Fprintln(w, text)
		}
		v.looked, v.took = time.Now(), time.Since(began)
	}
}

// latencies are those of what is uploaded so far, merged.
func (v *fleetView) latencies() string {
	if v.folder == "" {
		folder, err := os.MkdirTemp("", "tollgate-view-")
		if err != nil {
			return ""
		}
		v.folder = folder
	}
	found, err := fleet.Collect(v.c.Context(), v.store, v.id, v.folder)
	if err != nil {
		return ""
	}
	var runs []*results.Run
	for _, dir := range found.Whole() {
		if run, err := results.Open(dir); err == nil {
			runs = append(runs, run)
		}
	}
	if len(runs) == 0 {
		return ""
	}
	merged, err := results.Merge(runs...)
	if err != nil {
		return ""
	}
	var lines []string
	for i, t := range merged.Document.Targets {
		f := merged.Figures(uint16(i))
		if f.Requests == 0 {
			continue
		}
		text := fmt.Sprintf("      %s so far (%s): %s, %.2f %% failed", t.Name, pricing.Counted(len(runs), "shard"), pricing.Counted(f.Requests, "request"), 100*f.ErrorShare)
		if l := f.Latency["response"]; l.P50 != nil && l.P99 != nil {
			text += fmt.Sprintf(", p50 %.1f ms, p99 %.1f ms", *l.P50, *l.P99)
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

func (v *fleetView) close() {
	if v.folder != "" {
		_ = os.RemoveAll(v.folder) // of the system's temporary files
	}
}
