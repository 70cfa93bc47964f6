package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing/document"
	"tollgate/report"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/session"
	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// abFlags are the flags of ab.
type abFlags struct {
	runFlags
	compare.GateOptions
	pairFlags
	revisionFlags
	base, head string
	verdictFormat
	changeFlags
	failOn []string
}

func newAB() *cobra.Command {
	var a abFlags
	c := &cobra.Command{
		Use:   "ab --base COMMAND|URL|git:REV|stack:NAME --head COMMAND|URL|git:REV|stack:NAME",
		Short: "Compare two versions in one run: two commands, or two deployed addresses",
		Long: `Ab measures two versions in one run, in which their blocks alternate in random order,
so that both meet the same minutes, machine and network. It prints what changed:
latency, errors and costs, with confidence intervals. Head is compared with base.

A side is an address, such as https://dev.example.com/items, or a command for the
shell. A command serves HTTP on this machine: it gets a free port in the variable PORT,
and {port} in its text stands for it. Ab waits until it answers, sends both the same
requests, and then stops it and every process that it started. If it fails, ab shows the
end of its output. A word is an address if it looks like one and is no file or program.
git:REV is a revision: it is checked out into a temporary folder, built by --build and
served by --serve, both commands; your checkout is left alone. stack:NAME is the address
among the outputs of a CloudFormation stack, and stack:NAME/OUTPUT that in one output; ab
reads it once, with the AWS credentials and region of your environment or profile, which
need the permission cloudformation:DescribeStacks. A stack whose last deployment is not
complete is refused.

With --function the commands speak the Lambda Runtime API instead. The lab runs them as
functions behind its front door of the kind --kind, so that the comparison has cold
starts and costs. Of this program's environment a function gets only PATH. Its command is
kept in the run's lab.json: write no secret into it.

` + pairHelp + ` By default commands receive ` + rateOfCommand + ` and addresses ` + rateOfAddresses + `, for
40 s each, in 20 blocks. With --decide 5% the run goes on until head is certainly better
or worse, or equivalent within 5 %, and at most for --within (see tollgate run --help).

Ab fails as check does: if something is worse, beyond doubt and by more than --percent
and --ms. Both sides were measured at the same time, so it needs no baseline and no
second run. The run directory is that of any run; "tollgate compare latest" prints
the comparison again. Only these flags name commands: a scenario runs none.

EXIT STATUS
  0    nothing is worse
  1    could not do the job, for example because a command failed
  2    wrong flags or scenario
  95   not decided (with --fail-on inconclusive)
  96   not compared: the run is invalid
  97   refused or stopped: see tollgate run --help
  98   regression
  99   the run failed (see tollgate run --help), or a threshold on a change
  105  interrupted; partial results are kept`,
		Example: `  tollgate ab --base ./app-main --head ./app-branch --path /items
  tollgate ab --base 'cd ../main && npm start' --head 'npm start' --path /predict --data @item.json -r 50/s
  tollgate ab --base git:main --build 'go build -o app ./cmd/app' --serve ./app --head ./app --path /items
  tollgate ab --base ./app-main --head ./app-branch --path /items --decide 5% --within 10m
  tollgate ab --base https://api.example.com/v1/items --head https://api.example.com/v2/items
  tollgate ab --base stack:items-main/ApiUrl --head stack:items-branch/ApiUrl
  tollgate ab --function --kind rest-api --memory 512MB --base ./build-main/bootstrap --head ./build/bootstrap`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.run(c) },
	}
	a.loadFlags.flags(c)
	a.decideFlags.flags(c)
	a.measureFlags(c)
	a.pairFlags.flags(c)
	a.revisionFlags.flags(c)
	f := c.Flags()
	f.StringVar(&a.base, "base", "", "`command` or address of the version that head is compared with")
	f.StringVar(&a.head, "head", "", "`command` or address of the version that is compared")
	a.verdictFormat.flags(c, "decision", "gate")
	a.changeFlags.flags(c)
	f.Float64Var(&a.Percent, "percent", 5, "smallest change of a latency that counts, in `percent`")
	f.Float64Var(&a.MS, "ms", 0.1, "smallest change of a latency that counts, in `milliseconds`")
	choices(c, &a.failOn, "fail-on", "regression", "`what` besides a regression makes the exit status other than 0: inconclusive; or nothing, not even a regression", "nothing", "regression", "inconclusive")
	return c
}

func (a *abFlags) run(c *cobra.Command) (err error) {
	if a.Percent <= 0 || a.MS <= 0 {
		return usage(errors.New("--percent and --ms must be above 0"))
	}
	if err := a.check(); err != nil {
		return err
	}
	limits, err := a.limits()
	if err != nil {
		return err
	}
	sides := [2]string{a.base, a.head}
	if err := a.addressed(c.Context(), &sides); err != nil {
		return err
	}
	dirs, done, err := a.checkedOut(c.Context(), &sides)
	defer func() { err = errors.Join(err, done()) }()
	if err != nil {
		return err
	}
	p, err := a.pair(sides, dirs)
	if err != nil {
		return usage(err)
	}
	a.name, a.blocks, a.length = "ab", pairBlocks, pairFor
	m, err := a.pairFlags.measure(c, &a.runFlags, p)
	if m == nil {
		return err
	}
	err = errors.Join(err, publish(m.run, m.cfg))
	d := compare.CheckTargets(compare.ValuesOf(m.run), m.compared, a.GateOptions)
	d.Limits = compare.Limited(d.Changes(), limits)
	problems := errors.Join(d.Write(m.run.Dir), publishGate(m.run, nil, &d))
	problems = errors.Join(problems, a.print(c.OutOrStdout(), m.run, &d))
	verdict := (&checkFlags{failOn: a.failOn}).verdict(&d)
	if d.Outcome == compare.Regression { // what was asked for comes before a threshold that failed
		return errors.Join(verdict, err, problems)
	}
	return errors.Join(err, verdict, problems)
}

// print writes what changed, then where the rest is.
func (a *abFlags) print(w io.Writer, run *results.Run, d *compare.Decision) error {
	if a.json || a.format != "text" {
		return a.verdictFormat.print(w, d, func() (*report.Report, error) { return reportOf(run) })
	}
	if err := d.Evidence(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "report      %s\n", filepath.Join(run.Dir, results.FileHTML))
	return err
}

// A measured pair is a run of both sides with its comparison.
type measuredPair struct {
	run      *results.Run
	cfg      session.Config
	compared *compare.Comparison
}

// measure starts the sides, runs both and compares them. Nil: nothing was recorded.
func (f *pairFlags) measure(c *cobra.Command, r *runFlags, p *pair) (*measuredPair, error) {
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	started, err := p.start(ctx, f.within)
	defer started.close()
	if err != nil {
		return nil, err
	}
	s, err := f.scenario(c, &r.loadFlags, p, started)
	if err != nil {
		return nil, err
	}
	s.Generated = true
	if err := errors.Join(r.apply(c, s), r.decideFlags.apply(s)); err != nil {
		return nil, err
	}
	if s.Seed += f.turn; f.turn > 0 { // bisect decides over several runs
		s.Decide = scenarios.Decide{}
	}
	started.hide(s.Secrets)
	r.functions = p.functions
	run, cfg, err := r.measure(c, s)
	err = errors.Join(err, started.masked(started.failed()))
	if run == nil {
		return nil, err
	}
	return f.compared(run, cfg, err)
}

// compared compares the sides of a run and writes its reports.
func (f *pairFlags) compared(run *results.Run, cfg session.Config, failed error) (*measuredPair, error) {
	compared, err := withinRun(run.Dir, sources.Base)
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	r, err := newReportOf(run, cfg)
	if err == nil {
		err = writeReports(r)
	}
	return &measuredPair{run, cfg, compared}, errors.Join(failed, err)
}

// scenario is what both sides receive: the request of the flags, or the scenario file.
func (f *pairFlags) scenario(c *cobra.Command, l *loadFlags, p *pair, at *startedServers) (*scenarios.Scenario, error) {
	if f.file == "" {
		return f.made(c, l, p, at)
	}
	if given := typedFlags(c, "request", "header", "data", "user", "timeout", "region", "path"); len(given) > 0 {
		return nil, usage(fmt.Errorf("%v: of an address or a command without --scenario; in a scenario such values are replaced with --set, such as --set requests[0].path=/health", given))
	}
	file, data, err := scenarios.Find(f.file)
	if err != nil {
		return nil, usage(err)
	}
	one, err := sources.One(file, data, f.target)
	if err != nil {
		return nil, usage(err)
	}
	text, err := sources.Replaced(file, one, at.side(p.base, 0), at.side(p.head, 1), l.kind, f.memory)
	if err != nil {
		return nil, usage(err)
	}
	s, err := scenarios.ParseOverridden(file, text, l.overrides(), os.LookupEnv, engines.All.Names()...)
	if err == nil {
		return s, nil
	}
	_, own := scenarios.Parse(file, data, os.LookupEnv, engines.All.Names()...)
	return nil, usage(inFile(err, own))
}

// inFile is an error of a scenario that was made of a file, with the places in the file of
// what is wrong there too.
func inFile(err, own error) error {
	places := map[string]error{}
	for _, one := range parts(own) {
		if p, ok := errors.AsType[document.Problem](one); ok {
			places[p.Text] = one
		}
	}
	var all []error
	for _, one := range parts(err) {
		if p, ok := errors.AsType[document.Problem](one); ok {
			one = cmp.Or(places[p.Text], errors.New(p.Text))
		}
		all = append(all, one)
	}
	return errors.Join(all...)
}

// inFlags is an error of a scenario that was made of flags, with them in place of keys. Its
// lines mean nothing.
func inFlags(err error) error {
	var all []error
	for _, one := range parts(err) {
		if p, ok := errors.AsType[document.Problem](one); ok {
			one = errors.New(scenarios.InFlags(p.Text))
		}
		all = append(all, one)
	}
	return errors.Join(all...)
}

// parts are the errors that an error joins.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// made is the scenario of a request that the flags describe.
func (f *pairFlags) made(c *cobra.Command, l *loadFlags, p *pair, at *startedServers) (*scenarios.Scenario, error) {
	for _, address := range []string{at.side(p.base, 0).Address, at.side(p.head, 1).Address} {
		if scheme, _, is := strings.Cut(address, "://"); is && targets.HTTPScheme(scheme) != scheme {
			return nil, usage(fmt.Errorf("%s is an address for messages over WebSocket, and ab makes requests: write a scenario of messages (tollgate init --url %s://…) and name it with --scenario", address, scheme))
		}
	}
	r, err := l.request(c, at.side(p.head, 1).Address+p.paths[1])
	if err != nil {
		return nil, err
	}
	r.Name, r.Memory, r.Blocks = f.name, f.memory, f.blocks
	if r.Rate == "" && r.Users == "" {
		r.Rate = p.rate()
	}
	if r.For == "" {
		r.For = f.length.String()
	}
	made, err := r.Pair(at.side(p.base, 0).Address+p.paths[0], os.LookupEnv)
	if err != nil {
		return nil, usage(err)
	}
	return typedScenario(c, made, scenarios.Overrides{HTTP: l.http, Set: l.set})
}

// The load of a pair that says nothing of it: twenty blocks, in which a verdict on a change
// of a few percent is likely, and requests enough in each for a p99 of a local server. An
// address gets less: it may have a quota, and its owner a bill.
const (
	pairBlocks      = 20
	pairFor         = 40 * time.Second
	rateOfCommand   = "200/s"
	rateOfAddresses = "50/s"
)
