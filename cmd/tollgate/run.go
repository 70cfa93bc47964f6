package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/observe"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes"
	"tollgate/scenarios/session"
	"tollgate/targets/auth"
	"tollgate/targets/lab"
)

// runFlags are the flags of run.
type runFlags struct {
	printFlags
	bookFlags
	trialFlags
	loadFlags
	decideFlags
	otlpFlags
	shardFlags
	out     string
	lab     string
	server  string
	engine  string
	maxCost string
	targets []string
	tags    []string
	seed    uint64
	yes     bool
	quiet   bool
	samples bool
	retries int

	attempts []string      // earlier ones, which were invalid: what is said of each
	retryOf  string        // ID of the first of them
	spent    pricing.Money // by them, of --max-cost
	times    int           // that the run is made at one time; 0: once

	functions map[string]lab.Function // behind the lab's front doors, by target, in place of the scenario's

	continues string       // the name of a run
	earlier   *results.Run // that it names
}

func newRun() *cobra.Command {
	var r runFlags
	c := &cobra.Command{
		Use:   "run SCENARIO|URL",
		Short: "Measure, observe, price and report",
		Long: `Run drives the load of a scenario (a file, or the name of one of the library) at
its targets, in interleaved blocks, records every request, reads what CloudWatch
saw, prices a month of it, and writes everything to a directory of its own.
Targets whose url is "lab" are served on this machine.

Before the load run tries each request with an idempotent method once at each target
(--trial all: every request; --no-trial: none), up to three times if the response
is 429, 5xx or missing. If a response is not the expected one, run shows it and sends
no load.

The summary goes to standard output, progress to standard error. Ctrl-C, SIGTERM
and SIGHUP (unless under nohup) stop the load and keep what was recorded. So does an
abort: rule of the scenario; without one, the load stops after 10 s of nothing but
errors. A load that is stopped sends nothing more and waits for the requests in flight,
for graceful_stop (30s unless the scenario has another); a second Ctrl-C ends them at
once.

` + addressHelp + `

` + serverHelp + ` With --serve
run starts the server itself, waits until it answers, and ends it afterwards; {port} in
the command and the variable PORT are the port of the address.

` + decideHelp + `

` + shardHelp + `

A run that may cost more than a dollar, or whose cost is not known, needs --yes. So
does one that sends more than 100,000 requests, or 500 a second, to a public address
that is no front door of AWS (kind: origin). An address is public unless it is
loopback, private or link-local; a name is public if any of its addresses is.

` + limitsHelp + "\n\n" + otlpHelp + "\n\n" + exitHelp + "\n" + libraryHelp(),
		Example: `  tollgate run http://localhost:8000/predict -r 200/s -d 30s
  tollgate run https://api.example.com/items -X POST --data @item.json -H 'x-api-key: ${env:API_KEY}'
  tollgate run http://localhost:8000/items -r 50/s --behind all --serve 'node app.js'
  tollgate run front-doors
  tollgate run front-doors --for 5s --set blocks=4
  tollgate run api.yaml --decide 5% --within 10m
  tollgate run api.yaml --continue latest --decide 3%
  tollgate run api.yaml --otlp http://127.0.0.1:4318
  tollgate run api.yaml --shard 3/8 --store s3://my-bucket/load --run-id night-42
  tollgate run api.yaml --target rest --json`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			return r.run(c, given[0])
		},
	}
	r.printFlags.flags(c)
	r.loadFlags.flags(c)
	r.loadFlags.serverFlags.flags(c)
	r.decideFlags.flags(c)
	r.otlpFlags.flags(c, "while it is recorded")
	r.shardFlags.flags(c)
	r.measureFlags(c)
	f := c.Flags()
	f.StringVar(&r.continues, "continue", "", "add blocks to this `run` of the same scenario, until it is decided (see --decide)")
	f.StringVar(&r.lab, "lab", "", "lab `file` for the targets whose url is \"lab\", in place of the scenario's lab: settings")
	f.StringVar(&r.server, "serve", "", "start the web server at the address, or of --function, with this `command`, and end it afterwards")
	f.StringArrayVar(&r.targets, "target", nil, "only this `target` (may be repeated)")
	return c
}

// measureFlags are the flags of everything that measures.
func (r *runFlags) measureFlags(c *cobra.Command) {
	r.bookFlags.flags(c)
	r.trialFlags.flags(c)
	f := c.Flags()
	f.StringVar(&r.out, "out", filepath.Join("results", "runs"), "`folder` that the run directory is made in")
	f.StringVar(&r.engine, "engine", "", "load `engine`: "+engineNames+" (default: the best one for each target)")
	_ = c.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions(engines.All.Names(), cobra.ShellCompDirectiveNoFileComp))
	f.StringVar(&r.maxCost, "max-cost", "", "refuse a run that may cost more than this many US `dollars`, and stop one that reaches them")
	f.StringArrayVar(&r.tags, "tag", nil, "`key=value` to find the run by later (may be repeated); in GitHub Actions and GitLab CI commit, branch and pipeline are set")
	f.Uint64Var(&r.seed, "seed", 0, "seed of everything random (default: the scenario's)")
	f.BoolVar(&r.yes, "yes", false, yesHelp)
	f.BoolVar(&r.samples, "samples", false, "keep a sample of every request (see tollgate report --help); probes always do")
	f.IntVar(&r.retries, "retry-invalid", 0, "repeat an invalid run up to this many `times`; all attempts are kept, and --max-cost is for all of them together")
	f.BoolVar(&r.quiet, "quiet", false, "no progress on standard error")
}

func (r *runFlags) run(c *cobra.Command, name string) error {
	s, err := r.chosen(c, name)
	if err != nil {
		return err
	}
	if r.retries < 0 {
		return usage(fmt.Errorf("--retry-invalid must not be negative, is %d", r.retries))
	}
	started, err := r.startServer(c.Context(), s)
	defer started.close()
	if err != nil {
		return err
	}
	run, cfg, err := r.attempt(c, s)
	err = errors.Join(err, started.masked(started.failed()))
	if run == nil {
		return err
	}
	return errors.Join(err, present(c, run, cfg, &r.printFlags), publish(run, cfg))
}

// measure runs a scenario within its budget. The run is nil if nothing was
// recorded; the error has its exit code.
func (r *runFlags) measure(c *cobra.Command, s *scenarios.Scenario) (*results.Run, session.Config, error) {
	var cfg session.Config
	if err := refuseCommands(s); err != nil {
		return nil, cfg, err
	}
	served, err := r.served(c, s)
	if err != nil {
		return nil, cfg, err
	}
	book, err := r.book()
	if err != nil {
		return nil, cfg, err
	}
	member, err := r.member(c.Context(), s)
	if err != nil {
		return nil, cfg, err
	}
	receiver, err := r.receiver()
	if err != nil {
		return nil, cfg, usage(err)
	}
	tags, err := tagsOf(r.tags, os.Getenv)
	if err != nil {
		return nil, cfg, usage(fmt.Errorf("--tag: %w", err))
	}
	inputs, err := r.inputs(s)
	if err != nil {
		return nil, cfg, usage(err)
	}
	limit, err := r.guard(s, book)
	if err != nil {
		return nil, cfg, err
	}
	plan, _, err := probes.NewPlan(s, r.yes)
	if err != nil {
		return nil, cfg, usage(fmt.Errorf("%s: %w", s.File, err))
	}
	announce(c.ErrOrStderr(), plan)
	announceCommands(c.ErrOrStderr(), s)
	noteTrial(c.ErrOrStderr(), plan)
	if r.retryOf != "" {
		tags[results.TagRetryOf] = r.retryOf
	}
	now, hurry := secondSignal()
	defer hurry()
	p, ctx := newProgress(c, r, plan, book, receiver, hurry)
	watch := costWarning{w: c.ErrOrStderr(), limit: r.maxCost, late: p.screen != nil}
	cfg = live(book)
	cfg.Scenario, cfg.Out, cfg.Progress, cfg.Lab = s, r.out, watch.watch(p.tell), served.start
	cfg.MaxCost, cfg.Tags, cfg.Inputs, cfg.Continue = limit, tags, inputs, r.earlier
	cfg.Observer = observe.Observer{Lab: observe.LabPace(s.Lab.MetricLag), Notice: p.notice}
	cfg.Now, cfg.Member = now, member
	cfg.Yes, cfg.Samples, cfg.Outputs = r.yes, r.samples, p.outputs()
	cfg.Warnings = slices.Concat(known(c).Warnings(plan), served.warnings(r.lab), unbillable(plan, book), unproxied(s.Targets))
	for _, text := range r.attempts {
		cfg.Warnings = append(cfg.Warnings, errors.New(text))
	}
	run, err := session.Run(ctx, cfg)
	watch.end()
	r.spent = r.spent.Add(limit.Times(watch.spent()))
	return run, cfg, failure(err)
}

// yesHelp says what --yes confirms.
var yesHelp = fmt.Sprintf("run even if it may cost more than $%s or its cost is not known, sends more than %s requests or %s a second to public addresses that are no AWS front doors, uses up a quota, or changes a function's configuration",
	scenarios.AskFromCost.Text(0), pricing.Count(scenarios.AskFromRequests), pricing.Count(scenarios.AskFromRate))

// engineNames are the engines that can be asked for, and which of them this system lacks.
var engineNames = strings.Join(engines.All.Names(), " or ") + lackingHere(engines.All)

// chosen reads the scenario and applies the flags to it.
func (r *runFlags) chosen(c *cobra.Command, name string) (*scenarios.Scenario, error) {
	s, err := r.loadFlags.scenario(c, name)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(r.apply(c, s), choose(s, r.targets), r.decideFlags.apply(s), r.applyShard(s)); err != nil {
		return nil, err
	}
	return s, r.goOn(c, s)
}

// apply puts what the flags of measureFlags say into a scenario.
func (r *runFlags) apply(c *cobra.Command, s *scenarios.Scenario) error {
	if c.Flags().Changed("seed") {
		s.Seed = r.seed
	}
	if r.engine != "" {
		if _, err := engines.All.Named(r.engine); err != nil {
			return usage(fmt.Errorf("--engine %s: %w", r.engine, err))
		}
		s.Engine.Use, s.Engine.Targets = r.engine, nil
	}
	return r.trialFlags.choose(s)
}

// served is the lab that the scenario or a lab file asks for.
func (r *runFlags) served(c *cobra.Command, s *scenarios.Scenario) (serving, error) {
	if r.lab != "" && r.function != "" {
		return serving{}, usage(errors.New("--lab and --function contradict each other: write function: {proxy: ADDRESS} into the lab file"))
	}
	if r.lab == "" {
		sv := serve(s, labConfig(s)).with(r.functions)
		sv.notes = sv.furnish(s, s.Targets)
		return sv, nil
	}
	config, err := readLab(c, r.lab)
	if err != nil {
		return serving{}, err
	}
	sv, err := serveFile(s, config)
	if err != nil {
		return serving{}, usage(fmt.Errorf("%s: %w", r.lab, err))
	}
	sv.notes = sv.furnish(s, s.Targets)
	return sv, nil
}

// live is a session with everything that a run at deployed targets needs.
func live(book *pricing.Book) session.Config {
	return session.Config{
		Tool: version(), Book: book, Stamp: new(auth.Issuer).Stamp, Observer: observe.Observer{}, Log: functionLog,
		Traces: functionTraces, Limits: configuredLimits, Renewer: renewer{}, Flush: flushCache, Furnish: furnishRecorded,
	}
}

// failure gives a session's error its exit code.
func failure(err error) error {
	if err == nil {
		return nil
	}
	codes := map[session.Reason]int{
		session.CouldNot: exitFailed, session.BadInput: exitUsage, session.InvalidRun: exitInvalid,
		session.Refused: exitBudget, session.Spent: exitBudget, session.Failed: exitFailedRun, session.Interrupted: exitInterrupted,
	}
	return coded{codes[session.ReasonOf(err)], err}
}
