package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/bisect"
	"tollgate/results/compare"
	"tollgate/scenarios/session"
	"tollgate/scenarios/sources"
	"tollgate/targets/revision"
)

// bisectFlags are the flags of bisect.
type bisectFlags struct {
	runFlags
	pairFlags
	revisionFlags
	good, bad string
	metric    string
	margin    float64
	steps     int
	json      bool
}

// How much bisect measures unless flags say otherwise: blocks in which a tenth stands out
// on a quiet machine, and as many runs as a noisy one takes.
const (
	stepBlocks = 8
	mostSteps  = 40
)

func newBisect() *cobra.Command {
	var b bisectFlags
	c := &cobra.Command{
		Use:   "bisect --good REV [--bad REV] [--build COMMAND] --serve COMMAND",
		Short: "Find the commit that made a server or function slower or more expensive",
		Long: `Bisect finds the commit between a good and a bad revision that made a metric worse. It
checks commits out into temporary worktrees of the repository, runs --build there, and
measures each against the good revision in one run, as tollgate ab does: --serve starts
a server (PORT, {port}), or with --function a Lambda function in the lab.

First it compares the ends: without a difference there is no commit to find, which is an
answer too. Then it measures the commit that divides what is probable into halves, again
and again, until one commit has 98 %, and compares that one with its parent. One noisy
measurement does not mislead it, since each only changes probabilities. A commit that
cannot be built or started, or whose trial request fails, is skipped. Merges count as
one commit (first parents).

Error rates: a change is reported where there is none in at most 1 % of searches, and a
commit is named only if it differs from its parent at that level.

Your checkout, index and branches are left alone, and hooks are not run. Ctrl-C ends the
search, prints what is known and removes the worktrees. The runs stay in --out.

` + pairHelp + ` By default each version receives ` + rateOfCommand + ` for a second in each block.

EXIT STATUS
  0    answered: the commit, or that there is none
  1    could not do the job, for example because the good revision cannot be built
  2    wrong flags or revisions
  95   not decided: more --steps or --blocks are needed, or several commits did it
  97   refused or stopped: see tollgate run --help
  105  interrupted`,
		Example: `  tollgate bisect --good v1.4.0 --build 'go build -o app ./cmd/app' --serve ./app --path /items
  tollgate bisect --good HEAD~30 --bad HEAD --build 'npm ci' --serve 'npm start' --path /predict --data @item.json --metric p99 -r 400/s
  tollgate bisect --good v1.4.0 --build 'make bootstrap' --serve ./bootstrap --function --kind http-api --region eu-central-1 --metric usd_per_million`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return b.run(c) },
	}
	b.loadFlags.flags(c)
	b.measureFlags(c)
	b.pairFlags.flags(c)
	b.revisionFlags.flags(c)
	f := c.Flags()
	f.StringVar(&b.good, "good", "", "`revision` that was good")
	f.StringVar(&b.bad, "bad", "HEAD", "later `revision` that is bad")
	var metrics []string
	for _, m := range compare.Metrics() {
		metrics = append(metrics, string(m))
	}
	choice(c, &b.metric, "metric", string(compare.P50), "`metric` that became worse: "+strings.Join(metrics, ", "), metrics...)
	f.Float64Var(&b.margin, "percent", 0, "smallest change that matters, in `percent`, or in points of a share (default: as for tollgate check)")
	f.IntVar(&b.blocks, "blocks", stepBlocks, "`number` of blocks of a measurement; more are fewer measurements")
	f.BoolVar(&b.json, "json", false, "print the conclusion as JSON (see tollgate schema bisect)")
	f.IntVar(&b.steps, "steps", mostSteps, "`number` of measurements at most")
	return c
}

func (b *bisectFlags) run(c *cobra.Command) (err error) {
	if err := b.check(); err != nil {
		return usage(err)
	}
	r, err := b.open(c.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	commits, err := commitsOf(c.Context(), r, b.good, b.bad)
	if err != nil {
		return usage(err)
	}
	m := compare.Metric(b.metric)
	margin := m.Least()
	if b.margin > 0 {
		margin = b.margin / 100
	}
	h := &bisection{
		flags: b, c: c, repository: r, commits: commits, metric: m,
		search: bisect.New(len(commits)-1, m, margin, b.steps), progress: c.ErrOrStderr(), begun: time.Now(),
	}
	fmt.Fprintf(h.progress, "%s between %s and %s; at most %s of %v at each of two versions, and builds\n", pricing.Counted(len(commits)-1, "commit"),
		commits[0].Short(), commits[len(commits)-1].Short(), pricing.Counted(b.steps, "measurement"), b.lasts())
	failed := h.all()
	if failed != nil && h.last == nil {
		return failed
	}
	concluded := h.conclusion()
	err = printAs(c.OutOrStdout(), b.json, concluded)
	if failed == nil && concluded.Outcome == bisect.Undecided {
		failed = coded{exitInconclusive, errors.New("not decided")}
	}
	return errors.Join(failed, err)
}

// commitsOf are the good revision, and those after it up to the bad one.
func commitsOf(ctx context.Context, r *revision.Repository, good, bad string) (all []bisect.Commit, err error) {
	found, err := r.Commits(ctx, good, bad)
	for _, c := range found {
		all = append(all, bisect.Commit(c))
	}
	return all, err
}

// check refuses flags that mean nothing together.
func (b *bisectFlags) check() error {
	switch {
	case b.good == "":
		return errors.New("--good is missing: name a revision that was good, such as a tag or HEAD~30")
	case b.serve == "":
		return errors.New("--serve is missing: name the command that serves a build")
	case b.blocks < 4 || b.steps < 2:
		return errors.New("--blocks must be at least 4, and --steps at least 2")
	case b.margin < 0:
		return errors.New("--percent must be above 0")
	case compare.Metric(b.metric) == compare.Dollars && !b.function:
		return errors.New("--metric usd_per_million: a plain process costs nothing: add --function and --kind")
	}
	b.name, b.length, b.quiet = "bisect", time.Duration(b.blocks)*time.Second, true
	return nil
}

// lasts is how long each version is measured.
func (b *bisectFlags) lasts() string {
	switch {
	case b.for_ != "":
		return b.for_
	case b.file != "":
		return "the scenario's load"
	}
	return b.length.String()
}

// A bisection is under way.
type bisection struct {
	flags      *bisectFlags
	c          *cobra.Command
	repository *revision.Repository
	commits    []bisect.Commit
	metric     compare.Metric
	search     *bisect.Search
	progress   io.Writer
	begun      time.Time

	last    *measuredPair // of the latest measurement
	skipped []bisect.Skipped
	late    int // measurements in a row in which the generator was too late
}

// mostLate is how many such measurements in a row end a search.
const mostLate = 5

// all measures until the search has ended.
func (h *bisection) all() error {
	errOut := h.progress
	h.c.SetErr(io.Discard) // what a run announces is the same each time
	defer h.c.SetErr(errOut)
	for base, head, ok := h.search.Next(); ok; base, head, ok = h.search.Next() {
		if err := h.step(base, head); err != nil {
			return err
		}
	}
	return nil
}

// step measures one commit against another.
func (h *bisection) step(base, head int) error {
	xs, err := h.measured(base, head)
	var broken *brokenCommit
	switch {
	case errors.As(err, &broken):
		if broken.commit == 0 || broken.commit == len(h.commits)-1 {
			return err
		}
		h.search.Skip(broken.commit)
		h.skipped = append(h.skipped, bisect.Skipped{Commit: h.commits[broken.commit], Why: broken.why.Error()})
		fmt.Fprintf(h.progress, "skipped: %v\n", broken)
		return nil
	case err != nil:
		return err
	case xs == nil:
		return nil
	}
	h.search.Add(base, head, xs)
	e := h.search.Effect(base, head)
	if e == nil {
		return nil
	}
	fmt.Fprintf(h.progress, "%s vs. %s: %s %s; %s left\n", h.commits[head].Short(), h.commits[base].Short(), h.metric, e.Words(h.metric), pricing.Counted(h.search.Left(), "commit"))
	return nil
}

// A brokenCommit cannot be built or measured.
type brokenCommit struct {
	commit int
	name   bisect.Commit
	why    error
}

func (b *brokenCommit) Error() string { return fmt.Sprintf("%s: %v", b.name, b.why) }

// broken is the error of a commit that cannot be built or measured.
func (h *bisection) broken(commit int, why error) error {
	return &brokenCommit{commit, h.commits[commit], why}
}

// measured runs two commits in turn and returns the differences of their blocks; nil for a
// measurement that does not count.
func (h *bisection) measured(base, head int) ([]float64, error) {
	b, p := h.flags, &pair{base: h.flags.serve, head: h.flags.serve, commands: [2]bool{true, true}}
	for i, commit := range []int{base, head} {
		dir, err := h.repository.Tree(h.c.Context(), h.commits[commit].ID)
		if _, fails := errors.AsType[*revision.BuildError](err); fails {
			return nil, h.broken(commit, err)
		}
		if err != nil {
			return nil, h.interrupted(err)
		}
		p.dirs[i] = dir
	}
	p, err := b.sides(p)
	if err != nil {
		return nil, usage(err)
	}
	b.turn++
	r := b.runFlags
	r.tags = append(slices.Clip(r.tags), "base="+h.commits[base].ID, "head="+h.commits[head].ID)
	m, err := b.pairFlags.measure(h.c, &r, p)
	if fails, ok := errors.AsType[*notServed](err); ok {
		return nil, h.broken([]int{base, head}[fails.side], fails)
	}
	if m == nil || h.c.Context().Err() != nil {
		return nil, h.interrupted(err)
	}
	return h.counted(head, m, err)
}

// counted are the differences of a run. What makes a run invalid or fail by itself does not
// make its blocks worthless; a run that was not finished does.
func (h *bisection) counted(head int, m *measuredPair, failed error) ([]float64, error) {
	if m.run.Document.State != results.Finished {
		if m.run.Document.State == results.Aborted {
			return nil, h.broken(head, failed)
		}
		return nil, failed
	}
	h.last = m
	xs, err := session.Differences(m.run.Dir, sources.Base, sources.Head, h.metric, m.cfg)
	if err == nil {
		h.late = 0
		return xs, nil
	}
	if h.late++; h.late >= mostLate {
		return nil, fmt.Errorf("%d measurements in a row do not count: %w", mostLate, err)
	}
	fmt.Fprintf(h.progress, "a measurement does not count: %v\n", err)
	return nil, nil
}

// interrupted gives an error the exit code of an interrupt where there was one.
func (h *bisection) interrupted(err error) error {
	if h.c.Context().Err() != nil {
		return coded{exitInterrupted, errors.New("interrupted")}
	}
	return err
}

// conclusion is what the search concludes so far.
func (h *bisection) conclusion() *bisect.Conclusion {
	c := h.search.Conclude(h.commits)
	c.Seconds = time.Since(h.begun).Seconds()
	c.Skipped = append(c.Skipped, h.skipped...)
	if c.Outcome != bisect.Found || h.last == nil || len(h.last.compared.Pairs) == 0 {
		return c
	}
	e := h.last.compared.Pairs[0].Effect(compare.Dollars) // the latest run compared the commit with its parent
	if e == nil {
		return c
	}
	if was, is := e.Compared(); was != nil && is != nil {
		c.Cost = &bisect.Cost{Before: *was, After: *is, Words: e.Words}
	}
	return c
}
